"""Fetching from the web without being led astray.

A name is resolved once, every address it has must be public, and the connection goes to an address
that was checked, on each redirect anew. Bytes, seconds, redirects and unpacking have limits that no
server can stretch.
"""

from __future__ import annotations

import ipaddress
import socket
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from index.errors import InputError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping

    from protego import Protego

    from index.settings import Settings

AGENT = "aide-memoire"
_REDIRECTS = 5
_LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left for the next run
_NOT_YET = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNCHANGED = 304
_GZIP = b"\x1f\x8b"  # of a file that is packed as such: sitemap.xml.gz


class FetchError(Exception):
    """A page that could not be fetched; the message is the reason, in words for a person.

    `passing` tells that the same request may well succeed soon, after `wait` seconds if it was told.
    """

    def __init__(self, reason: str, *, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(reason)
        self.passing = passing
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave. `body` is None where it said that nothing changed; `url` is the last one."""

    url: str
    body: bytes | None
    kind: str = ""
    etag: str | None = None
    modified: str | None = None


def web_address(text: str) -> str:
    """Return the text if it is an http or https address.

    Raises:
        InputError: it is not.
    """
    try:
        parts = urlsplit(text)  # httpx takes "http://[x" for a name
        if httpx.URL(text).host and parts.scheme in ("http", "https") and parts.port != 0:
            return text
    except (ValueError, httpx.InvalidURL):
        pass
    raise InputError(f"{text} is not a web address.", "Give one like https://example.org/news.")


class _Guarded(httpcore.NetworkBackend):
    """Connects to checked addresses only, and ends every wait at the deadline."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._backend = httpcore.SyncBackend()
        self.deadline = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        error: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._backend.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                error = exc
            else:
                return _Hurried(stream, self)
        raise error or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise FetchError(f"the name {host} cannot be resolved", passing=True) from exc
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if not self._private and not all(map(is_public, addresses)):
            raise FetchError(
                f"{host} is an address of this machine or a private network; "
                "MEMOIRE_FETCH_PRIVATE=true allows it"
            )
        return addresses

    def left(self, timeout: float | None) -> float:
        """Return the seconds an operation may take.

        Raises:
            ReadTimeout: there are none left.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


class _Hurried(httpcore.NetworkStream):
    """A connection whose every operation ends at the deadline, however slowly bytes trickle."""

    def __init__(self, stream: httpcore.NetworkStream, guard: _Guarded) -> None:
        self._stream = stream
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._guard.left(timeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, left), self._guard)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the interface has it
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet, also where IPv6 wraps an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Fetcher:
    """Fetches pages one at a time: polite to each host, patient with failing ones, within limits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._guard = _Guarded(private=settings.fetch_private)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=self._guard
        )
        self._robots: dict[str, Protego] = {}
        self._last: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """Return what stands at a url; with `etag` or `modified`, only if it changed since.

        Waits between requests to one host, and tries again where a failure may pass.

        Raises:
            FetchError: it cannot be had, or robots.txt forbids it.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        sent = {name: value for name, value in headers.items() if value}
        return self._patiently(url, sent, obey=True)

    def _patiently(self, url: str, headers: Mapping[str, str], *, obey: bool) -> Fetched:
        retrying = Retrying(
            stop=stop_after_attempt(self._settings.fetch_tries),
            retry=retry_if_exception(
                lambda exc: (
                    isinstance(exc, FetchError) and exc.passing and (exc.wait or 0) <= _LONGEST_WAIT
                )
            ),
            wait=self._back_off,
            reraise=True,
        )
        return retrying(self._follow, url, headers, obey=obey)

    def _back_off(self, state: RetryCallState) -> float:
        exc = state.outcome.exception() if state.outcome else None
        told = exc.wait if isinstance(exc, FetchError) else None
        return told if told is not None else self._settings.fetch_delay * 2.0**state.attempt_number

    def _follow(self, url: str, headers: Mapping[str, str], *, obey: bool) -> Fetched:
        self._guard.deadline = time.monotonic() + self._settings.fetch_seconds
        for _ in range(_REDIRECTS + 1):
            if obey:
                self._obey(url)
            self._wait_turn(url)
            outcome = self._once(url, headers)
            if isinstance(outcome, Fetched):
                return outcome
            url = outcome
        raise FetchError(f"more than {_REDIRECTS} redirects")

    def _once(self, url: str, headers: Mapping[str, str]) -> Fetched | str:
        """Return what stands at the url, or the url it redirects to."""
        sent = {"User-Agent": f"{AGENT}/1.0", "Accept-Encoding": "gzip", **headers}
        request = httpx.Request("GET", url, headers=sent)
        target = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _explained(), self._pool.stream("GET", target, headers=request.headers.raw) as response:
            fields = httpx.Headers(response.headers)
            if response.status == _UNCHANGED:
                return Fetched(url, None, etag=fields.get("etag"), modified=fields.get("last-modified"))
            if 300 <= response.status < 400 and "location" in fields:
                return _redirected(url, fields["location"])
            if not 200 <= response.status < 300:
                raise FetchError(
                    f"the server answered {response.status}",
                    passing=response.status in _NOT_YET,
                    wait=_seconds(fields.get("retry-after")),
                )
            limit = int(self._settings.fetch_mb * 1e6)
            body = _unpacked(response.iter_stream(), fields.get("content-encoding", ""), limit)
            return Fetched(
                url,
                _unpacked([body], "gzip", limit) if body.startswith(_GZIP) else body,
                fields.get("content-type", ""),
                fields.get("etag"),
                fields.get("last-modified"),
            )

    def _wait_turn(self, url: str) -> None:
        host = urlsplit(url).netloc
        asked = self._robots[host].crawl_delay(AGENT) if host in self._robots else None
        delay = min(max(self._settings.fetch_delay, asked or 0), _LONGEST_WAIT)
        wait = self._last.get(host, -delay) + delay - time.monotonic()
        if host in self._last and wait > 0:
            time.sleep(wait)
            self._guard.deadline += wait  # being polite does not use up a server's time
        self._last[host] = time.monotonic()

    def _obey(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc not in self._robots:
            self._robots[parts.netloc] = self._rules(f"{parts.scheme}://{parts.netloc}/robots.txt")
        if not self._robots[parts.netloc].can_fetch(url, AGENT):
            raise FetchError("the site's robots.txt does not allow it")

    def _rules(self, url: str) -> Protego:
        """A site's rules; none where it has no such file (RFC 9309: 4xx allows, 5xx forbids)."""
        from protego import Protego

        deadline = self._guard.deadline
        try:
            found = self._follow(url, {}, obey=False)
        except FetchError as exc:
            if exc.passing:
                raise
            if str(exc).startswith("the server answered 4"):
                return Protego.parse("")
            raise
        finally:
            self._guard.deadline = max(deadline, time.monotonic() + self._settings.fetch_seconds)
        return Protego.parse((found.body or b"").decode("utf-8", "replace"))


def _redirected(url: str, location: str) -> str:
    try:
        return web_address(urljoin(url, location))
    except (InputError, ValueError) as exc:
        raise FetchError("it redirects to something that is not a web address") from exc


def _unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return the body, at most `limit` bytes of it before and after unpacking."""
    if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(f"it is packed as {encoding!r}, which was not asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding.lower() else None
    body = bytearray()
    for chunk in chunks:
        room = limit + 1 - len(body)
        try:
            body += unpacker.decompress(chunk, room) if unpacker else chunk[:room]
        except zlib.error as exc:
            raise FetchError("it is not packed as it says") from exc
        if len(body) > limit:
            raise FetchError(f"it is larger than {limit / 1e6:g} MB (MEMOIRE_FETCH_MB)")
    return bytes(body)


def _seconds(retry_after: str | None) -> float | None:
    """How long a server asks to be left alone, which it may say in seconds or as a moment."""
    if not retry_after or retry_after.isdecimal():
        return float(retry_after) if retry_after else None
    try:
        until = parsedate_to_datetime(retry_after)
        return max((until - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as exc:
        raise FetchError("it took too long (MEMOIRE_FETCH_SECONDS)", passing=True) from exc
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as exc:
        raise FetchError(f"the connection failed: {exc or type(exc).__name__}", passing=True) from exc
    except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, ValueError) as exc:
        raise FetchError(f"it cannot be asked for: {exc}") from exc
