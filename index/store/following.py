"""The feeds that a library follows: how polling each went, and which entries are to be tried again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from index.intake.feeds import Awaited
from index.store.database import translated
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.intake.feeds import FollowedFeed, ListedFeed

_AWAITED = TypeAdapter(Awaited)


class Following(LibraryWriter):
    """A library opened by its only writer for the feeds that it follows."""

    def follow(self, feeds: Iterable[ListedFeed]) -> int:
        """Remember feeds to poll and their intervals; return how many are new."""
        rows = [asdict(feed) for feed in feeds]
        with translated(self._path), self._database as database:
            added = database.executemany("INSERT OR IGNORE INTO feed (url) VALUES (:url)", rows).rowcount
            database.executemany("UPDATE feed SET every = :every WHERE url = :url", rows)
        return added

    def unfollow(self, url: str) -> bool:
        """Poll a feed no more; its articles stay. Returns whether it was polled."""
        with translated(self._path), self._database as database:
            return database.execute("DELETE FROM feed WHERE url = ?", (url,)).rowcount > 0

    def note_feed(self, feed: FollowedFeed) -> None:
        """Remember how polling a feed went, unless it was given up meanwhile."""
        with translated(self._path), self._database as database:
            database.execute(
                "UPDATE feed SET title = :title, etag = :etag, modified = :modified,"
                " checked = :checked, problem = :problem, rests_until = :rests_until WHERE url = :url",
                asdict(feed),
            )

    def awaited(self, feed: str) -> list[Awaited]:
        """Return the entries of a feed that could not be had and are to be tried again."""
        rows = self._reader.rows("SELECT state FROM awaited WHERE feed = ? ORDER BY url", feed)
        return [_AWAITED.validate_json(row["state"]) for row in rows]

    def wait_for(self, feed: str, awaited: Iterable[Awaited]) -> None:
        """Remember which entries of a feed are to be tried again: these and no others."""
        rows = [(feed, late.entry.url, _AWAITED.dump_json(late).decode()) for late in awaited]
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM awaited WHERE feed = ?", (feed,))
            database.executemany("INSERT INTO awaited SELECT url, ?2, ?3 FROM feed WHERE url = ?1", rows)
