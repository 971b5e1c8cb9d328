"""How an article stands to those stored before it: a version of one, a copy of one; when it speaks of.

These run inside the writer's transaction, on its connection.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from index.dates import PartialDate, parse_published
from index.intake.mentions import find_mentions
from index.intake.metadata import title_from
from index.store import copies

if TYPE_CHECKING:
    import sqlite3

    from numpy.typing import NDArray

    from index.articles import Article

    Signature = NDArray[np.uint32]


def note_mentions(database: sqlite3.Connection, key: int, article: Article) -> None:
    """Store the days that an article's text speaks of, each with its offsets."""
    database.executemany(
        "INSERT OR IGNORE INTO mention VALUES (?, ?, ?, ?, ?)",
        [
            (key, m.start, m.end, m.first.isoformat(), m.last.isoformat())
            for m in find_mentions(article.text, article.published)
        ],
    )


def sign_article(database: sqlite3.Connection, key: int, article: Article) -> Signature | None:
    """Store what an article's text is compared by and return it; None where it is too short."""
    signed = copies.signature(article.text)
    stored = None if signed is None else signed.tobytes()
    database.execute("INSERT OR REPLACE INTO signature VALUES (?, ?)", (key, stored))
    rows = [(band, key) for band in _bands(article, signed)]
    database.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", rows)
    return signed


def _bands(article: Article, signed: Signature | None) -> list[int]:
    """The keys that an article shares with its copies; a short one only with those of the same words."""
    if signed is not None:
        return copies.bands(signed)
    exact = copies.exact_key(article.text)
    return [] if exact is None else [exact]


def versions(
    database: sqlite3.Connection, key: int, article: Article, signed: Signature | None
) -> list[tuple[int, bool]]:
    """Return the stored articles that are this one at another time, and whether this one is newer.

    That is: the same url, and the same title (one of its own) or a text that shares much with this
    one's; a site may put different articles under one address.
    """
    if not article.url:
        return []
    rows = database.execute(
        "SELECT article.key, title, published, hashes FROM article"
        " LEFT JOIN signature ON article_key = article.key WHERE url = ? AND article.key != ?",
        (article.url, key),
    ).fetchall()
    titled = article.title != title_from(article.url)  # else the url says no more than itself
    found = []
    for row in rows:
        alike = _likeness(signed, row["hashes"]) >= copies.RELATED
        if alike or (row["title"] == article.title and titled):
            other = parse_published(row["published"])
            older = article.published and other and article.published.last < other.first
            found.append((row["key"], not older))
    return found


def origin_of(database: sqlite3.Connection, key: int, article: Article, signed: Signature | None) -> str:
    """Return the origin of the stored article that this one copies most closely, else its own id."""
    rows = database.execute(
        "SELECT DISTINCT article.key, article.origin, article.published, hashes,"
        " first.published AS origin_published FROM band"
        " JOIN article ON article.key = band.article_key"
        " JOIN article AS first ON first.id = article.origin"
        " JOIN signature ON signature.article_key = article.key"
        " WHERE hash IN (SELECT value FROM json_each(?)) AND article.key != ? ORDER BY article.key",
        (json.dumps(_bands(article, signed)), key),
    ).fetchall()
    best, origin = copies.LIKENESS, article.id
    for row in rows:
        likeness = 1.0 if signed is None else _likeness(signed, row["hashes"])
        near = all(
            _within_days(article.published, parse_published(row[name]))
            for name in ("published", "origin_published")
        )
        if near and (likeness > best or (likeness == best and origin == article.id)):
            best, origin = likeness, row["origin"]
    return str(origin)


def _likeness(signed: Signature | None, stored: bytes | None) -> float:
    if signed is None or stored is None:
        return 0.0
    return copies.likeness(signed, np.frombuffer(stored, np.uint32))


def _within_days(one: PartialDate | None, other: PartialDate | None) -> bool:
    if one is None or other is None:
        return True
    margin = timedelta(days=copies.DAYS)
    return one.first - margin <= other.last and other.first - margin <= one.last
