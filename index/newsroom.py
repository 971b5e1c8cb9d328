"""What is followed on the web: links added once, feeds polled again and again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from index.feeds import EntrySource, FollowedFeed, parse_feed
from index.fetching import Fetched, Fetcher, FetchError, web_address
from index.indexing import Progress, Report, index_sources
from index.library import Library
from index.metadata import Rejection, UnreadableError
from index.sources import LinkSource
from index.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.settings import Settings

STARTER_FEEDS = Path(__file__).with_name("feeds.yaml")


def index_links(
    urls: Sequence[str],
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Add the articles at some urls, or their newer versions; return what was done.

    Raises:
        InputError: one is not a web address; nothing was fetched.
        LibraryError: the library cannot be used.
    """
    addresses = [web_address(url) for url in urls]
    with Fetcher(settings) as fetcher:
        return index_sources([LinkSource(url, fetcher) for url in addresses], settings, on_progress)


def follow(urls: Sequence[str], settings: Settings) -> int:
    """Remember feeds to poll; return how many are new.

    Raises:
        InputError: one is not a web address; none was added.
    """
    addresses = [web_address(url) for url in urls]
    with LibraryWriter.exclusive(settings.library) as library:
        library.sign(settings)
        return library.follow(addresses)


def read_feed_list(path: Path) -> list[str]:
    """Return the urls of a YAML list of feeds, such as the starter list.

    Raises:
        InputError: the file is no such list.
    """
    import yaml

    try:
        listed = yaml.safe_load(path.read_text("utf-8"))
        return [web_address(feed["url"]) for feed in listed]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError, TypeError) as exc:
        raise InputError(
            f"{path} is not a list of feeds.", "memoire index feeds --starter shows one."
        ) from exc


def poll(
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    only: Sequence[str] = (),
) -> Report:
    """Fetch what the followed feeds (or `only` those) have new; return what was done.

    A feed that fails does not stop the others. A feed with an entry that could not be had is not asked
    whether it changed the next time: the entry is tried again.

    Raises:
        NoLibrary: there is none yet.
        LibraryError: the library cannot be used.
    """
    with Library.open(settings.library) as library:
        feeds = [feed for feed in library.feeds() if not only or feed.url in only]
    report = Report()
    with Fetcher(settings) as fetcher:
        for feed in feeds:
            _add(report, _poll_one(feed, fetcher, settings, on_progress))
    return report


def _poll_one(
    feed: FollowedFeed,
    fetcher: Fetcher,
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> Report:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        answer = fetcher.fetch(feed.url, etag=feed.etag, modified=feed.modified)
        if answer.body is None:
            _note(settings, FollowedFeed(feed.url, feed.title, now, None, feed.etag, feed.modified))
            return Report()
        parsed = parse_feed(answer.body, answer.url)
    except (FetchError, UnreadableError) as exc:
        _note(settings, FollowedFeed(feed.url, feed.title, now, str(exc)))
        return Report(rejections=[Rejection(feed.url, str(exc))])
    newest = {entry.url: entry for entry in reversed(parsed.entries)}
    report = index_sources([EntrySource(e, fetcher) for e in newest.values()], settings, on_progress)
    marks = Fetched(feed.url, None) if report.rejections else answer
    _note(settings, FollowedFeed(feed.url, parsed.title, now, None, marks.etag, marks.modified))
    return report


def _note(settings: Settings, feed: FollowedFeed) -> None:
    with LibraryWriter.exclusive(settings.library) as library:
        library.note_feed(feed)


def _add(total: Report, part: Report) -> None:
    for name in ("files", "unchanged", "added", "passages", "seconds", "encode_seconds"):
        setattr(total, name, getattr(total, name) + getattr(part, name))
    total.rejections.extend(part.rejections)
