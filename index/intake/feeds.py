"""RSS, Atom, JSON feeds and sitemaps: their entries as sources of articles.

An entry with the full text is taken as it is; where a feed gives a summary, the page is fetched. What
a feed says of an entry (title, author, day) goes before what the page says.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from index.dates import PartialDate, parse_published
from index.errors import InputError
from index.intake.documents import text_of_fragment
from index.intake.fetching import web_address
from index.intake.metadata import Rejection, UnreadableError, article_from
from index.intake.sitemaps import parse_sitemap
from index.intake.sources import fetch_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from index.articles import Article
    from index.intake.fetching import Fetcher
    from index.intake.sitemaps import Sitemap

_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_NO_FEED = "is not an RSS, Atom or JSON feed or sitemap"
_LONGEST_REST = 86_400.0  # seconds; a server that asks for more is asked again the next day
_PATIENCE = timedelta(days=7)  # by then a page that is not there is not coming back
_FIRST_WAIT = timedelta(minutes=15)
_MOST_DOUBLINGS = 6  # the longest wait is 16 hours
_FULL_TEXT = 1_200  # characters: the summaries that agencies put in feeds stay well below
_XML_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one article. `text` is its content as plain text, full or not.

    `changed` is when a sitemap says that its page last did.
    """

    url: str
    title: str | None
    author: str | None
    published: PartialDate | None
    text: str
    outlet: str | None
    language: str | None
    changed: str | None = field(default=None, repr=False)

    @property
    def mark(self) -> str:
        """Changes when the feed says something else of the entry."""
        said = repr(self) + (self.changed or "")
        return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and its entries, newest first as feeds have them.

    `parts` are the addresses of the sitemaps that an index of them names.
    """

    title: str | None
    entries: Sequence[Entry]
    parts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed as a list names it; `every` is the minutes between two polls, None as all others."""

    url: str
    every: float | None = None


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed that is polled: when it was last, and what went wrong if something did.

    Until `rests_until` its server asked to be left alone.
    """

    url: str
    title: str | None
    checked: str | None
    problem: str | None
    etag: str | None = None
    modified: str | None = None
    every: float | None = None
    rests_until: str | None = None

    def due(self, every: float, now: datetime) -> datetime:
        """Return when it is to be polled again: after its own interval, else after `every` minutes.

        Later where its server asked for that; at once where it was polled by a clock ahead of `now`.
        """
        last = self._polled
        if last is None or last > now:
            return datetime.min.replace(tzinfo=UTC)
        due = last + timedelta(minutes=every if self.every is None else self.every)
        return max(due, datetime.fromisoformat(self.rests_until)) if self.rests_until else due

    def resting(self, seconds: float, now: datetime) -> FollowedFeed:
        """Return it as it is after its server asked to be left alone so long; a day at the most."""
        until = now + timedelta(seconds=min(seconds, _LONGEST_REST))
        return replace(self, rests_until=until.isoformat(timespec="seconds"))

    def condition(self, now: datetime) -> tuple[str | None, str | None]:
        """Return the ETag and the date of change to ask with: none on the first poll of a day.

        A server or cache may say "unchanged" for ever; so a day is the most that can be missed.
        """
        today = self._polled is not None and self._polled.date() == now.date()
        return (self.etag, self.modified) if today else (None, None)

    @property
    def _polled(self) -> datetime | None:
        return datetime.fromisoformat(self.checked) if self.checked else None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An entry that could not be had `tries` times since `since`; to be tried again when it is `due`."""

    entry: Entry
    since: datetime
    tries: int
    due: datetime

    def waits(self, now: datetime) -> bool:
        """Tell whether it is too early to try again; never by a clock that was ahead of `now`."""
        return self.since <= now < self.due

    def after_another_try(self, now: datetime) -> Awaited | None:
        """Return when it is tried after failing again, later each time; None where it is given up."""
        if now - self.since > _PATIENCE:
            return None
        since = min(self.since, now)
        wait = _FIRST_WAIT * (2 ** min(self.tries, _MOST_DOUBLINGS) - 1)
        return replace(self, since=since, tries=self.tries + 1, due=now + wait)


@dataclass(frozen=True)
class EntrySource:
    """An entry of a feed; its page is fetched only when it is read."""

    entry: Entry
    fetcher: Fetcher
    size: int = 1

    @property
    def location(self) -> str:
        """The url of the article."""
        return self.entry.url

    @property
    def name(self) -> str:
        """The url of the article."""
        return self.entry.url

    def mark(self) -> str:
        """Return a hash of what the feed says of the entry."""
        return self.entry.mark

    def read(self, max_bytes: int) -> Iterator[Article | Rejection]:
        """Yield the article of the entry's own text, or of its page where that is a summary."""
        del max_bytes  # the fetcher has a limit of its own
        entry = self.entry
        try:
            if len(entry.text) >= _FULL_TEXT:
                yield article_from(_about(entry), entry.text, entry.url)
                return
            found = fetch_article(entry.url, self.fetcher)
            stated = {name: getattr(entry, name) for name in ("title", "author", "published", "outlet")}
            yield replace(found, **{name: value for name, value in stated.items() if value})
        except UnreadableError as exc:
            yield Rejection(entry.url, str(exc))


def _about(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "author": entry.author,
        "outlet": entry.outlet,
        "url": entry.url,
        "published": entry.published.iso if entry.published else None,
        "language": entry.language,
    }


def parse_feed(body: bytes, url: str) -> Feed:
    """Return what a feed holds; entries without a web address are left out.

    Raises:
        UnreadableError: it is no feed, or one that declares XML entities of its own.
    """
    if _XML_ENTITY.search(body.replace(b"\0", b"")):
        raise UnreadableError("declares XML entities, which no feed needs")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(body, url)
    if sitemap := parse_sitemap(body):
        return _of_sitemap(sitemap, url)
    import feedparser

    parsed = feedparser.parse(body, sanitize_html=True, response_headers={"content-location": url})
    feed = parsed.feed
    if not parsed.get("version"):
        raise UnreadableError(_NO_FEED + _its_own(feed.get("links", ())))
    title = _plain(feed.get("title"))
    entries = []
    for item in parsed.entries:
        content = max((c.get("value", "") for c in item.get("content", ())), key=len, default="")
        entry = _entry(
            url,
            link=item.get("link"),
            title=item.get("title"),
            author=item.get("author"),
            published=item.get("published"),
            content=content or item.get("yandex_full-text") or item.get("summary", ""),
            outlet=(item.get("source") or {}).get("title") or title,
            language=feed.get("language"),
        )
        entries += [entry] if entry else []
    return Feed(title, entries)


def _its_own(links: Iterable[Mapping[str, str]]) -> str:
    """Say which feeds a page names as its own."""
    own = [link["href"] for link in links if link.get("type") in _FEEDS and link.get("href")]
    return f"; the page names as its own: {', '.join(own)}" if own else ""


def _json_feed(body: bytes, url: str) -> Feed:
    """Version 1.1 of jsonfeed.org."""
    try:
        feed = json.loads(body)
        if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(feed["items"], list):
            raise UnreadableError(_NO_FEED)
        title = _plain(feed.get("title"))
        entries = []
        for item in feed["items"]:
            authors = item.get("authors") or [item.get("author") or {}]
            entry = _entry(
                url,
                link=item.get("url") or item.get("external_url"),
                title=item.get("title"),
                author=", ".join(str(author["name"]) for author in authors if author.get("name")),
                published=item.get("date_published"),
                content=str(item.get("content_html") or item.get("content_text") or ""),
                outlet=title,
                language=item.get("language") or feed.get("language"),
            )
            entries += [entry] if entry else []
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        raise UnreadableError(_NO_FEED) from exc
    return Feed(title, entries)


def _of_sitemap(found: Sitemap, url: str) -> Feed:
    entries = [
        _entry(
            url,
            link=page["loc"],
            title=page.get("title"),
            author=None,
            published=page.get("publication_date"),
            content="",
            outlet=page.get("name"),
            language=page.get("language"),
            changed=page.get("lastmod"),
        )
        for page in found.pages
    ]
    parts = [part for part in found.parts if _is_address(part)]
    return Feed(None, [entry for entry in entries if entry], parts)


def _entry(
    base: str,
    *,
    link: str | None,
    title: str | None,
    author: str | None,
    published: str | None,
    content: str,
    outlet: str | None,
    language: str | None,
    changed: str | None = None,
) -> Entry | None:
    try:
        address = web_address(urljoin(base, link or ""))
    except (InputError, ValueError):
        return None
    if not link:
        return None
    return Entry(
        url=address,
        title=_plain(title),
        author=_plain(author),
        published=_day(published),
        text=text_of_fragment(content),
        outlet=_plain(outlet),
        language=language or None,
        changed=changed,
    )


def _is_address(text: str) -> bool:
    try:
        return bool(web_address(text))
    except InputError:
        return False


def _plain(value: str | None) -> str | None:
    """A title may hold markup; as text it does not."""
    return " ".join(text_of_fragment(value).split()) or None if value else None


def _day(stated: str | None) -> PartialDate | None:
    """The day a feed states, in the time zone it states it in; None where it is no date."""
    if not stated:
        return None
    try:
        return parse_published(stated)
    except ValueError:
        pass
    try:
        return parse_published(parsedate_to_datetime(stated))
    except (ValueError, TypeError, OverflowError):
        return None
