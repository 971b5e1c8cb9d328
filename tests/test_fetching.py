"""Fetching from real local servers that behave badly."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from index.errors import InputError
from index.intake.fetching import Fetched, Fetcher, FetchError, is_public, web_address
from index.settings import load_settings
from tests.web_server import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web_server import Handler, Server


def _page(status: int = 200, body: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(status, body, **headers)


def _fetch(url: str, **chosen: Any) -> Fetched:
    settings = load_settings(**{**LIMITS, **chosen})
    with Fetcher(settings) as fetcher:
        return fetcher.fetch(url)


def test_a_page(server: Server) -> None:
    server.pages["/a"] = _page(200, gzip.compress(b"ferry"), content_encoding="gzip", etag='"1"')
    found = _fetch(f"{server.url}/a")
    assert (found.body, found.etag) == (b"ferry", '"1"')


def test_nothing_changed(server: Server) -> None:
    server.pages["/a"] = _page(304)
    with Fetcher(load_settings(**LIMITS)) as fetcher:
        assert fetcher.fetch(f"{server.url}/a", etag='"1"', modified="then").body is None
    headers = server.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "then")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.1",
     "169.254.169.254", "10.0.0.1", "[fe80::1]", "[64:ff9b::7f00:1]"],
)  # fmt: skip
def test_this_machine_is_not_asked(host: str, server: Server) -> None:
    server.pages["/a"] = _page(200, b"secret")
    with pytest.raises(FetchError, match=r"private network|resolved"):
        _fetch(f"http://{host}:{server.server_port}/a", fetch_private=False, fetch_tries=1)
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.215.14", True), ("2606:2800:21f::1", True), ("192.168.1.1", False), ("0.0.0.0", False),
     ("100.64.0.1", False), ("224.0.0.1", False), ("2002:7f00:1::", False), ("fd00::1", False),
     ("255.255.255.255", False), ("::ffff:93.184.215.14", True)],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def _resolving(monkeypatch: pytest.MonkeyPatch, name: str, *answers: list[str]) -> list[str]:
    """Let a name resolve to each of the answers in turn, as a hostile name server does."""
    real, turns, asked = socket.getaddrinfo, iter(answers), []

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != name:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return [real(address, port, type=socket.SOCK_STREAM)[0] for address in next(turns)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_one_private_address_among_public_ones(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    _resolving(monkeypatch, "mixed.example", ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(FetchError, match="private network"):
        _fetch(f"http://mixed.example:{server.server_port}/a", fetch_private=False)
    assert server.asked == []


def test_the_checked_address_is_the_one_asked(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    server.pages["/robots.txt"] = _page(200, b"")
    server.pages["/a"] = _page(200, b"ferry")
    asked = _resolving(monkeypatch, "turning.example", ["127.0.0.1"], ["127.0.0.1"])
    assert _fetch(f"http://turning.example:{server.server_port}/a").body == b"ferry"
    assert len(asked) <= 2, "one resolution a connection, none after the check"
    assert server.asked[-1][1]["Host"] == f"turning.example:{server.server_port}"


def test_a_redirect_is_checked_anew(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The first name is public by its answer and served here by a connection of the test's own."""
    server.pages["/a"] = _page(302, location=f"http://127.0.0.1:{server.server_port}/secret")
    server.pages["/secret"] = _page(200, b"secret")
    connect = socket.create_connection

    def routed(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        host = "127.0.0.1" if address[0] == "93.184.215.14" else address[0]
        return connect((host, address[1]), *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", routed)
    _resolving(monkeypatch, "open.example", *[["93.184.215.14"]] * 4)
    with pytest.raises(FetchError, match="private network"):
        _fetch(f"http://open.example:{server.server_port}/a", fetch_private=False)
    assert server.paths() == ["/a"]


def test_redirects_have_an_end(server: Server) -> None:
    server.pages["/a"] = _page(302, location="/a")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        _fetch(f"{server.url}/a")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[x"])
def test_a_redirect_to_no_web_address(target: str, server: Server) -> None:
    server.pages["/a"] = _page(302, location=target)
    with pytest.raises(FetchError, match="not a web address"):
        _fetch(f"{server.url}/a")


def test_a_body_without_end(server: Server) -> None:
    def pour(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 10_000)

    server.pages["/a"] = pour
    with pytest.raises(FetchError, match=r"larger than 0\.1 MB"):
        _fetch(f"{server.url}/a")


def test_a_body_that_unpacks_without_end(server: Server) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.pages["/a"] = _page(200, bomb, content_encoding="gzip")
    with pytest.raises(FetchError, match=r"larger than 0\.1 MB"):
        _fetch(f"{server.url}/a")


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
def test_a_body_packed_otherwise(encoding: str, server: Server) -> None:
    server.pages["/a"] = _page(200, b"not packed", content_encoding=encoding)
    with pytest.raises(FetchError, match="packed"):
        _fetch(f"{server.url}/a")


@pytest.mark.parametrize("part", ["headers", "body"])
def test_bytes_that_trickle(part: str, server: Server) -> None:
    def trickle(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if part == "body" else b"X: "))
        try:
            for _ in range(200):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            handler.close_connection = True

    server.pages["/a"] = trickle
    with pytest.raises(FetchError, match="too long"):
        _fetch(f"{server.url}/a", fetch_seconds=0.5, fetch_tries=1)


def test_a_server_that_never_answers() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(FetchError, match="too long"):
            _fetch(f"http://127.0.0.1:{port}/a", fetch_seconds=0.3, fetch_tries=1)


def test_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="connection failed"):
        _fetch(f"http://127.0.0.1:{port}/a")


def test_nonsense_for_an_answer(server: Server) -> None:
    server.pages["/a"] = lambda handler: handler.wfile.write(b"\0\1nonsense\r\n\r\n") and None
    with pytest.raises(FetchError, match="connection failed"):
        _fetch(f"{server.url}/a")


def test_a_failure_that_passes(server: Server) -> None:
    def once(handler: Handler) -> None:
        if server.paths() == ["/a"]:
            handler.answer(503, retry_after="0")
        else:
            handler.answer(200, b"ferry")

    server.pages["/a"] = once
    assert _fetch(f"{server.url}/a").body == b"ferry"
    assert server.paths() == ["/a", "/a"]


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (500, 2)])
def test_a_failure_that_stays(status: int, asked: int, server: Server) -> None:
    server.pages["/a"] = _page(status)
    with pytest.raises(FetchError, match=f"answered {status}"):
        _fetch(f"{server.url}/a")
    assert len(server.paths()) == asked


@pytest.mark.parametrize("asked", ["864000", format_datetime(datetime.now(UTC) + timedelta(days=10))])
def test_a_server_that_wants_to_wait_for_days(asked: str, server: Server) -> None:
    server.pages["/a"] = _page(429, retry_after=asked)
    with pytest.raises(FetchError, match="answered 429"):
        _fetch(f"{server.url}/a")
    assert len(server.paths()) == 1


@pytest.mark.parametrize("told", ["Thu, 01 Jan 1998 00:00:00 GMT", "in a while"])
def test_a_wait_that_is_over_or_makes_no_sense(told: str, server: Server) -> None:
    server.pages["/a"] = _page(503, retry_after=told)
    with pytest.raises(FetchError, match="answered 503"):
        _fetch(f"{server.url}/a")
    assert len(server.paths()) == 2


def test_a_file_that_is_packed_itself(server: Server) -> None:
    server.pages["/a.gz"] = _page(200, gzip.compress(b"ferry"), content_type="application/gzip")
    assert _fetch(f"{server.url}/a.gz").body == b"ferry"
    server.pages["/a.gz"] = _page(200, gzip.compress(b"\0" * 50_000_000))
    with pytest.raises(FetchError, match="larger than"):
        _fetch(f"{server.url}/a.gz")


def test_robots(server: Server) -> None:
    server.pages["/robots.txt"] = _page(200, b"User-agent: *\nDisallow: /private\n")
    server.pages["/private/a"] = _page(200, b"secret")
    server.pages["/a"] = _page(302, location="/private/a")
    for path in ("/private/a", "/a"):
        with pytest.raises(FetchError, match=r"robots\.txt"):
            _fetch(server.url + path)
    assert server.paths() == ["/a"]


def test_robots_that_cannot_be_had(server: Server) -> None:
    server.pages["/robots.txt"] = _page(500)
    server.pages["/a"] = _page(200, b"ferry")
    with pytest.raises(FetchError, match="answered 500"):
        _fetch(f"{server.url}/a")
    assert server.paths() == []


def test_requests_to_one_site_keep_their_distance(server: Server) -> None:
    server.pages["/robots.txt"] = _page(200, b"User-agent: *\nCrawl-delay: 0.4\n")
    server.pages["/a"] = server.pages["/b"] = _page(200, b"ferry")
    with Fetcher(load_settings(**LIMITS)) as fetcher:
        fetcher.fetch(f"{server.url}/a")
        fetcher.fetch(f"{server.url}/b")
    times = [at for path, _, at in server.asked if path != "/robots.txt"]
    assert times[1] - times[0] >= 0.39


@pytest.mark.parametrize("text", ["ftp://x.example", "http://", "example.org", "http://[x", "file:///x"])
def test_no_web_address(text: str) -> None:
    with pytest.raises(InputError, match="web address"):
        web_address(text)
