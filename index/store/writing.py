"""Writing to a library: one writer at a time, every step atomic over both stores.

Vectors are written before the rows that name them and removed after, so a process killed anywhere
leaves at worst vectors that no row names; `sweep` removes those.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from index.errors import LibraryBusy, StorageError
from index.store import rows
from index.store.database import open_database, translated
from index.store.library import DATABASE, UNRELATED, Library, signature_of
from index.store.relations import note_mentions, origin_of, sign_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.articles import Passage
    from index.exchange import Exported
    from index.settings import Settings
    from index.store.rows import Entry, FileRead

_UNSETTLE = "INSERT OR REPLACE INTO fact VALUES ('unsettled', 'yes')"


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
        with translated(self._path), self._database as database:
            for entry in entries:
                replaced += rows.insert(database, entry)
            for file in files:
                rows.record(database, file)
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
        sql = "SELECT id FROM article WHERE ? IN (source, url, id) ORDER BY key"
        return [row["id"] for row in self._reader.rows(sql, source)]

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
                    deleted = rows.delete(database, article_id)
                    if deleted is not None:
                        count += 1
                        ids += deleted
            if ids:
                self.vectors.remove(ids)
        return count

    def restore(self, lines: Iterable[Exported]) -> None:
        """Give articles the times and origins of an export, and put its older versions aside again."""
        with translated(self._path), self._database as database:
            for line in lines:
                rows.restore(database, line)

    def relate(self) -> int:
        """Compare the articles that never were with the others; return how many there were.

        Origins and mentions are made anew for them; no article is put aside.
        """
        sql = f"SELECT key, id FROM article WHERE {UNRELATED} ORDER BY key"  # noqa: S608 - no input
        found = self._reader.rows(sql)
        for row in found:
            article = self.article(row["id"])
            if article is not None:
                with translated(self._path), self._database as database:
                    note_mentions(database, row["key"], article)
                    signed = sign_article(database, row["key"], article)
                    origin = origin_of(database, row["key"], article, signed)
                    database.execute("UPDATE article SET origin = ? WHERE key = ?", (origin, row["key"]))
        return len(found)

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
        gone = [str(file) for file in missing if file.parent not in absent]
        before = self._reader.size("article")
        with self.settled():
            with translated(self._path), self._database as database:
                rows.forget_files(database, gone)
            self.remove_unheld()
        return Pruned(len(gone), before - self._reader.size("article"), tuple(sorted(absent)))

    def remove_unheld(self) -> None:
        """Remove the articles that no file holds any more; their rows first, then their vectors."""
        with translated(self._path), self._database as database:
            removed = rows.delete_unheld(database)
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
        with translated(self._path), self._database as database:
            rows.replace_passages(database, passages)
            signature = signature_of(settings)
            database.execute("INSERT OR REPLACE INTO fact VALUES ('signature', ?)", (signature,))
            database.execute(_UNSETTLE)
        self.__dict__.pop("vectors", None)
        self.sweep()
        self._settle()

    def _settle(self) -> None:
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM fact WHERE name = 'unsettled'")


def _holds_anything(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False
