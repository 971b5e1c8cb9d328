"""Writing to a library: one writer at a time, every step atomic over both stores.

Vectors are written before the rows that name them and removed after, so a process killed anywhere
leaves at worst vectors that no row names; `sweep` removes those.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from index.errors import LibraryBusy, StorageError
from index.store.database import ARTICLE_COLUMNS, open_database, translated
from index.store.library import DATABASE, UNRELATED, Library, signature_of
from index.store.relations import note_mentions, origin_of, sign_article, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from index.articles import Article, Passage
    from index.exchange import Exported
    from index.intake.feeds import Awaited, FollowedFeed, ListedFeed
    from index.intake.metadata import Rejection
    from index.settings import Settings

_UNSETTLE = "INSERT OR REPLACE INTO fact VALUES ('unsettled', 'yes')"
_COLUMNS = ", ".join((*ARTICLE_COLUMNS, "text"))
_VALUES = ", ".join(f":{name}" for name in (*ARTICLE_COLUMNS, "text"))
_INSERT_ARTICLE = f"""
    INSERT OR IGNORE INTO article ({_COLUMNS}, origin, heading) VALUES ({_VALUES}, :origin, :heading)
"""  # noqa: S608 - fixed names
_INSERT_PASSAGE = 'INSERT INTO passage (id, article_key, start, "end") VALUES (?, ?, ?, ?)'
_SPANS = 'SELECT key, start, "end" FROM passage WHERE article_key = ?'
_INSERT_WORDS = "INSERT INTO passage_words (rowid, heading, body) VALUES (?, ?, ?)"
_UNWORDS = """
    SELECT key, heading, body, 'delete' FROM passage_text
    WHERE key IN (SELECT key FROM passage WHERE article_key = ?)
"""
_PUT_ASIDE = f"""
    INSERT OR REPLACE INTO past_article ({_COLUMNS}, replaced_by)
    SELECT {_COLUMNS}, (SELECT id FROM article WHERE key = ?) FROM article WHERE key = ?
"""  # noqa: S608
_RESTORE = """
    UPDATE article SET ingested = :ingested,
        origin = coalesce((SELECT id FROM article WHERE id = :origin), origin)
    WHERE id = :id
"""
_RESTORE_PAST = f"""
    INSERT OR IGNORE INTO past_article ({_COLUMNS}, replaced_by)
    SELECT {_VALUES}, :replaced_by WHERE NOT EXISTS (SELECT 1 FROM article WHERE id = :id)
"""  # noqa: S608
_FORGET_VERSIONS = "DELETE FROM past_article WHERE url = ? OR replaced_by = ?"
_NEW_ORIGIN = """
    UPDATE article SET origin = (SELECT id FROM article WHERE origin = :gone ORDER BY key LIMIT 1)
    WHERE origin = :gone
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article of a file with its passages and their vectors, ready to be added."""

    location: str
    article: Article
    passages: Sequence[Passage]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read to its end: what it held and what was set aside.

    A file with something set aside is read again by every run, until nothing is; if it holds no
    article at all any more, those it held before are kept.
    """

    location: str
    fingerprint: str
    article_ids: Sequence[str]
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many files were forgotten and articles removed; the folders that are `absent` as a whole."""

    files: int
    articles: int
    absent: tuple[Path, ...] = ()


class LibraryWriter(Library):
    """A library opened by its only writer."""

    @classmethod
    @contextmanager
    def exclusive(cls, folder: Path) -> Iterator[Self]:
        """Open a library as its only writer, creating it when there is none.

        Raises:
            LibraryBusy: another process is writing to it.
            LibraryError: it cannot be used; the message says why.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / ".lock", blocking=False)
            with lock, cls(folder, open_database(folder / DATABASE, create=True)) as library:
                yield library
        except Timeout as exc:
            raise LibraryBusy(
                f"Another process is writing to the library {folder}.",
                "Wait until it has finished, then try again.",
            ) from exc
        except OSError as exc:
            raise StorageError(
                f"The library {folder} cannot be written: {exc.strerror or exc}.",
                "Free space or allow writing there; what was indexed before is unharmed.",
            ) from exc

    def sign(self, settings: Settings) -> None:
        """Record what makes this library's vectors; a library with vectors must agree already."""
        self.require(settings)
        with translated(self._path), self._database as database:
            signature = signature_of(settings)
            database.execute("INSERT OR IGNORE INTO fact VALUES ('signature', ?)", (signature,))

    def add(self, entries: Sequence[Entry], files: Sequence[FileRead]) -> None:
        """Add articles, then record files as read. Vectors go first, rows follow in one transaction."""
        import numpy as np

        ids = [passage.id for entry in entries for passage in entry.passages]
        if ids:
            self.vectors.put(ids, np.concatenate([e.vectors for e in entries if e.passages]))
        replaced: list[str] = []
        with translated(self._path), self._database:
            for entry in entries:
                replaced += self._insert(entry)
            for file in files:
                self._record(file)
        if replaced:
            self.vectors.remove(replaced)

    @classmethod
    @contextmanager
    def existing(cls, folder: Path) -> Iterator[Self]:
        """Open a library that is there as its only writer.

        Raises:
            NoLibrary: the folder holds none, and none is made.
            LibraryError: as `exclusive`.
        """
        Library.open(folder).close()
        with cls.exclusive(folder) as library:
            yield library

    def ids_of(self, source: str) -> list[str]:
        """Return the ids of the articles that have this source, url or id."""
        rows = self._reader.rows(
            "SELECT id FROM article WHERE ? IN (source, url, id) ORDER BY key", source
        )
        return [row["id"] for row in rows]

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles with their older versions for good; return how many articles there were.

        The files that held them are not read again while they stay as they are, so what is removed
        stays removed.
        """
        ids: list[str] = []
        count = 0
        with self.settled():
            with translated(self._path), self._database as database:
                for article_id in article_ids:
                    row = database.execute(
                        "SELECT key, url FROM article WHERE id = ?", (article_id,)
                    ).fetchone()
                    if row:
                        count += 1
                        ids += self._delete(row["key"])
                        database.execute(_FORGET_VERSIONS, (row["url"], article_id))
            if ids:
                self.vectors.remove(ids)
        return count

    def restore(self, lines: Iterable[Exported]) -> None:
        """Give articles the times and origins of an export, and put its older versions aside again."""
        with translated(self._path), self._database as database:
            for line in lines:
                row = {**line.model_dump(), "countries": json.dumps(line.countries, ensure_ascii=False)}
                database.execute(_RESTORE_PAST if line.replaced_by else _RESTORE, row)

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
        from index.intake.feeds import Awaited

        rows = self._reader.rows("SELECT state FROM awaited WHERE feed = ? ORDER BY url", feed)
        return [TypeAdapter(Awaited).validate_json(row["state"]) for row in rows]

    def wait_for(self, feed: str, awaited: Iterable[Awaited]) -> None:
        """Remember which entries of a feed are to be tried again: these and no others."""
        from index.intake.feeds import Awaited

        rows = [
            (feed, late.entry.url, TypeAdapter(Awaited).dump_json(late).decode()) for late in awaited
        ]
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM awaited WHERE feed = ?", (feed,))
            database.executemany("INSERT INTO awaited SELECT url, ?2, ?3 FROM feed WHERE url = ?1", rows)

    def relate(self) -> int:
        """Compare the articles that never were with the others; return how many there were.

        Origins and mentions are made anew for them; no article is put aside.
        """
        sql = f"SELECT key, id FROM article WHERE {UNRELATED} ORDER BY key"  # noqa: S608 - no input
        rows = self._reader.rows(sql)
        for row in rows:
            article = self.article(row["id"])
            if article is not None:
                with translated(self._path), self._database as database:
                    note_mentions(database, row["key"], article)
                    signed = sign_article(database, row["key"], article)
                    origin = origin_of(database, row["key"], article, signed)
                    database.execute("UPDATE article SET origin = ? WHERE key = ?", (origin, row["key"]))
        return len(rows)

    def prune(self, *, folders: bool = False) -> Pruned:
        """Forget files that are gone from the disk and remove what only they held.

        A file whose whole folder is gone or empty is kept unless `folders`: a disk that is not
        connected looks like that. Links and feed entries stay: that a page is gone from the web is a
        reason to keep it.
        """
        locations = self._reader.rows(
            "SELECT location FROM holding UNION SELECT location FROM file"
            " UNION SELECT file FROM rejected"
        )
        files = [Path(location) for (location,) in locations if Path(location).is_absolute()]
        missing = [file for file in files if not file.exists()]
        absent = {file.parent for file in missing if not _holds_anything(file.parent)}
        if folders:
            absent.clear()
        gone = [(str(file),) for file in missing if file.parent not in absent]
        before = self._reader.size("article")
        with self.settled():
            with translated(self._path), self._database as database:
                database.executemany("DELETE FROM holding WHERE location = ?", gone)
                database.executemany("DELETE FROM file WHERE location = ?", gone)
                database.executemany("DELETE FROM rejected WHERE file = ?", gone)
            self.remove_unheld()
        return Pruned(len(gone), before - self._reader.size("article"), tuple(sorted(absent)))

    def remove_unheld(self) -> None:
        """Remove the articles that no file holds any more; their rows first, then their vectors."""
        with translated(self._path), self._database:
            removed = self._delete_unheld()
        if removed:
            self.vectors.remove(removed)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Sweep first if an earlier writer did not come to its end; mark this one until it does."""
        if self._reader.rows("SELECT 1 FROM fact WHERE name = 'unsettled'"):
            self.sweep()
        with translated(self._path), self._database as database:
            database.execute(_UNSETTLE)
        yield
        self._settle()

    def sweep(self) -> int:
        """Remove vectors that no passage names, and other models' stores; return how many there were."""
        orphans = self.vectors.ids() - self.passage_ids()
        if orphans:
            self.vectors.remove(sorted(orphans))
        for folder in self.folder.glob("vectors-*"):
            if folder != self.vectors.folder:
                shutil.rmtree(folder, ignore_errors=True)
        return len(orphans)

    def replace_passages(self, settings: Settings, passages: Iterable[Passage]) -> None:
        """Commit a rebuild: all passages and the signature change in one transaction."""
        keys = {r["id"]: r["key"] for r in self._reader.rows("SELECT id, key FROM article")}
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM passage")
            rows = [(p.id, keys[p.article_id], p.start, p.end) for p in passages]
            database.executemany(_INSERT_PASSAGE, rows)
            database.execute("INSERT INTO passage_words (passage_words) VALUES ('rebuild')")
            signature = signature_of(settings)
            database.execute("INSERT OR REPLACE INTO fact VALUES ('signature', ?)", (signature,))
            database.execute(_UNSETTLE)
        self.__dict__.pop("vectors", None)
        self.sweep()
        self._settle()

    def _settle(self) -> None:
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM fact WHERE name = 'unsettled'")

    def _insert(self, entry: Entry) -> list[str]:
        """Insert an article; return the ids of passages that are no longer searched because of it."""
        article = entry.article
        row = {
            **{field.name: getattr(article, field.name) for field in fields(article)},
            "id": article.id,
            "published": article.published.iso if article.published else None,
            "countries": json.dumps(article.countries, ensure_ascii=False),
            "heading": article.heading,
            "ingested": datetime.now(UTC).isoformat(timespec="seconds"),
            "origin": article.id,
        }
        run = self._database.execute
        cursor = run(_INSERT_ARTICLE, row)
        replaced: list[str] = []
        if cursor.rowcount:
            key = cursor.lastrowid or 0
            rows = [(p.id, key, p.start, p.end) for p in entry.passages]
            self._database.executemany(_INSERT_PASSAGE, rows)
            # Not from the view: SQLite counts characters from the start of the text for each passage.
            words = [
                (row["key"], article.heading, article.text[row["start"] : row["end"]])
                for row in run(_SPANS, (key,))
            ]
            self._database.executemany(_INSERT_WORDS, words)
            run("DELETE FROM past_article WHERE id = ?", (article.id,))
            note_mentions(self._database, key, article)
            replaced = self._take_its_place(key, article, sign_article(self._database, key, article))
        run(
            "INSERT OR IGNORE INTO holding SELECT ?, id FROM article WHERE id = ?",
            (entry.location, article.id),
        )
        return replaced

    def _take_its_place(
        self, key: int, article: Article, signed: NDArray[np.uint32] | None
    ) -> list[str]:
        """Put the older of two versions of a url aside; else find the origin the article copies."""
        ids: list[str] = []
        for other, newer in versions(self._database, key, article, signed):
            old, kept = (other, key) if newer else (key, other)
            if not self._database.execute("SELECT 1 FROM article WHERE key = ?", (old,)).fetchone():
                continue
            self._database.execute(_PUT_ASIDE, (kept, old))
            ids += self._delete(old)
        self._database.execute(
            "UPDATE article SET origin = ? WHERE key = ?",
            (origin_of(self._database, key, article, signed), key),
        )
        return ids

    def _record(self, file: FileRead) -> None:
        run = self._database.execute
        run("DELETE FROM file WHERE location = ?", (file.location,))
        if not file.rejections:
            run("INSERT INTO file VALUES (?, ?)", (file.location, file.fingerprint))
        if file.article_ids or not file.rejections:
            run("DELETE FROM holding WHERE location = ?", (file.location,))
        for article_id in file.article_ids:
            run(
                "INSERT OR IGNORE INTO holding SELECT ?, id FROM article WHERE id = ?",
                (file.location, article_id),
            )
        run("DELETE FROM rejected WHERE file = ?", (file.location,))
        for rejection in file.rejections:
            run(
                "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)",
                (file.location, rejection.location, rejection.reason),
            )

    def _delete_unheld(self) -> list[str]:
        """Delete the articles that no file holds any more; return their passages' ids."""
        run = self._database.execute
        ids: list[str] = []
        for (key,) in run(
            "SELECT key FROM article WHERE id NOT IN (SELECT article_id FROM holding)"
        ).fetchall():
            ids.extend(self._delete(key))
        return ids

    def _delete(self, key: int) -> list[str]:
        """Delete an article; return its passages' ids. What it was the origin of finds another."""
        run = self._database.execute
        ids = [row["id"] for row in run("SELECT id FROM passage WHERE article_key = ?", (key,))]
        run(f"INSERT INTO passage_words (rowid, heading, body, passage_words) {_UNWORDS}", (key,))
        (article_id,) = run("SELECT id FROM article WHERE key = ?", (key,)).fetchone()
        run("DELETE FROM article WHERE key = ?", (key,))
        run(_NEW_ORIGIN, {"gone": article_id})
        return ids


def _holds_anything(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False
