"""What is followed on the web: links added once, feeds polled again and again."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.indexing import Progress, Report, index_sources
from index.intake.feeds import Awaited, EntrySource, Feed, FollowedFeed, ListedFeed, parse_feed
from index.intake.fetching import Fetcher, FetchError, web_address
from index.intake.metadata import Rejection, UnreadableError
from index.intake.sources import LinkSource
from index.store.following import Following
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def follow(feeds: Sequence[ListedFeed], settings: Settings) -> int:
    """Remember feeds to poll, each with its interval; return how many are new.

    Raises:
        InputError: one is not at a web address; none was added.
    """
    for feed in feeds:
        web_address(feed.url)
    with Following.exclusive(settings.library) as library:
        library.sign(settings)
        return library.follow(feeds)


def read_feed_list(path: Path) -> list[ListedFeed]:
    """Return the feeds of a YAML list, such as the starter list.

    Raises:
        InputError: the file is no such list.
    """
    import yaml

    try:
        listed = yaml.safe_load(path.read_text("utf-8"))
        return [_listed(feed) for feed in listed]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError, TypeError, ValueError) as exc:
        raise InputError(
            f"{path} is not a list of feeds.", "memoire index feeds --starter shows one."
        ) from exc


def _listed(feed: Mapping[str, Any]) -> ListedFeed:
    url, every = web_address(feed["url"]), feed.get("every")
    if every is not None and not 0 < float(every) < math.inf:
        raise ValueError("every is not a number of minutes")
    return ListedFeed(url, None if every is None else float(every))


def poll(
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    only: Sequence[str] = (),
    every: float = 0.0,
) -> Report:
    """Fetch what the followed feeds have new that are due (or `only` those, due or not).

    A feed is due when its own interval, or else `every` minutes, went by since it was polled, and the
    time for which its server asked to be left alone (a day at the most). A feed that fails does not stop
    the others. An entry that could not be had is tried again by later polls, each time after a longer
    wait and for a week, even when the feed no longer names it.

    Raises:
        NoLibrary: there is none yet.
        LibraryError: the library cannot be used.
    """
    now = datetime.now(UTC)
    with Library.open(settings.library) as library:
        feeds = [
            feed
            for feed in library.feeds()
            if (feed.url in only if only else feed.due(every, now) <= now)
        ]
    report = Report()
    with Fetcher(settings) as fetcher:
        for feed in feeds:
            _add(report, _poll_one(feed, fetcher, settings, on_progress))
    return report


def seconds_until_due(settings: Settings, every: float) -> float:
    """Return how long until the next feed is due, at most `every` minutes; 0 where one is."""
    now = datetime.now(UTC)
    with Library.open(settings.library) as library:
        waits = [(feed.due(every, now) - now).total_seconds() for feed in library.feeds()]
    return min(max(min(waits, default=every * 60), 0.0), every * 60)


def _poll_one(
    feed: FollowedFeed,
    fetcher: Fetcher,
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> Report:
    now = datetime.now(UTC)
    polled = replace(feed, checked=now.isoformat(timespec="seconds"), problem=None, rests_until=None)
    try:
        etag, modified = feed.condition(now)
        answer = fetcher.fetch(feed.url, etag=etag, modified=modified)
        parsed = Feed(feed.title, ()) if answer.body is None else parse_feed(answer.body, answer.url)
    except (FetchError, UnreadableError) as exc:
        failed = replace(polled, problem=str(exc), etag=None, modified=None)
        if isinstance(exc, FetchError) and exc.wait:
            failed = failed.resting(exc.wait, now)
        with Following.exclusive(settings.library) as library:
            library.note_feed(failed)
        return Report(rejections=[Rejection(feed.url, str(exc))])
    if answer.body is not None:
        polled = replace(polled, title=parsed.title, etag=answer.etag, modified=answer.modified)
    if parsed.parts:  # they change without it
        parsed, problem = _with_parts(parsed, fetcher)
        polled = replace(polled, etag=None, modified=None, problem=problem)
    with Following.exclusive(settings.library) as library:
        awaited = {late.entry.url: late for late in library.awaited(feed.url)}
    later = {url: late for url, late in awaited.items() if late.waits(now)}
    entries = {url: late.entry for url, late in awaited.items()}
    entries |= {entry.url: entry for entry in reversed(parsed.entries)}
    sources = [EntrySource(entry, fetcher) for url, entry in entries.items() if url not in later]
    report = index_sources(sources, settings, on_progress) if sources else Report()
    for url in {rejection.location for rejection in report.rejections} & entries.keys():
        late = awaited.get(url) or Awaited(entries[url], since=now, tries=0, due=now)
        if again := replace(late, entry=entries[url]).after_another_try(now):
            later[url] = again
    with Following.exclusive(settings.library) as library:
        library.note_feed(polled)
        library.wait_for(feed.url, later.values())
    return report


def _with_parts(index: Feed, fetcher: Fetcher) -> tuple[Feed, str | None]:
    """Return an index of sitemaps with what they hold, and what was wrong with one if any was."""
    entries, problem = list(index.entries), None
    for part in index.parts:
        try:
            found = fetcher.fetch(part)
            entries += parse_feed(found.body or b"", found.url).entries
        except (FetchError, UnreadableError) as exc:
            problem = f"{part}: {exc}"
    return replace(index, entries=entries), problem


def _add(total: Report, part: Report) -> None:
    for name in ("files", "unchanged", "added", "passages", "seconds", "encode_seconds"):
        setattr(total, name, getattr(total, name) + getattr(part, name))
    total.rejections.extend(part.rejections)
