"""The rows of articles and of the files that hold them, as they come, change and go.

These run inside the writer's transaction, on its connection.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.store.database import ARTICLE_COLUMNS
from index.store.relations import note_mentions, origin_of, sign_article, versions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from index.articles import Article, Passage
    from index.exchange import Exported
    from index.intake.metadata import Rejection

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


def insert(database: sqlite3.Connection, entry: Entry) -> list[str]:
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
    cursor = database.execute(_INSERT_ARTICLE, row)
    replaced: list[str] = []
    if cursor.rowcount:
        key = cursor.lastrowid or 0
        rows = [(p.id, key, p.start, p.end) for p in entry.passages]
        database.executemany(_INSERT_PASSAGE, rows)
        # Not from the view: SQLite counts characters from the start of the text for each passage.
        words = [
            (row["key"], article.heading, article.text[row["start"] : row["end"]])
            for row in database.execute(_SPANS, (key,))
        ]
        database.executemany(_INSERT_WORDS, words)
        database.execute("DELETE FROM past_article WHERE id = ?", (article.id,))
        note_mentions(database, key, article)
        replaced = _take_its_place(database, key, article, sign_article(database, key, article))
    _hold(database, entry.location, article.id)
    return replaced


def _take_its_place(
    database: sqlite3.Connection, key: int, article: Article, signed: NDArray[np.uint32] | None
) -> list[str]:
    """Put the older of two versions of a url aside; else find the origin the article copies."""
    ids: list[str] = []
    for other, newer in versions(database, key, article, signed):
        old, kept = (other, key) if newer else (key, other)
        if not database.execute("SELECT 1 FROM article WHERE key = ?", (old,)).fetchone():
            continue
        database.execute(_PUT_ASIDE, (kept, old))
        ids += _delete(database, old)
    database.execute(
        "UPDATE article SET origin = ? WHERE key = ?",
        (origin_of(database, key, article, signed), key),
    )
    return ids


def _hold(database: sqlite3.Connection, location: str, article_id: str) -> None:
    database.execute(
        "INSERT OR IGNORE INTO holding SELECT ?, id FROM article WHERE id = ?", (location, article_id)
    )


def record(database: sqlite3.Connection, file: FileRead) -> None:
    """Record a file as read: what it holds, and what of it was set aside."""
    run = database.execute
    run("DELETE FROM file WHERE location = ?", (file.location,))
    if not file.rejections:
        run("INSERT INTO file VALUES (?, ?)", (file.location, file.fingerprint))
    if file.article_ids or not file.rejections:
        run("DELETE FROM holding WHERE location = ?", (file.location,))
    for article_id in file.article_ids:
        _hold(database, file.location, article_id)
    run("DELETE FROM rejected WHERE file = ?", (file.location,))
    for rejection in file.rejections:
        run(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)",
            (file.location, rejection.location, rejection.reason),
        )


def forget_files(database: sqlite3.Connection, locations: Iterable[str]) -> None:
    """Forget files: that they were read, what they held and what of them was set aside."""
    gone = [(location,) for location in locations]
    database.executemany("DELETE FROM holding WHERE location = ?", gone)
    database.executemany("DELETE FROM file WHERE location = ?", gone)
    database.executemany("DELETE FROM rejected WHERE file = ?", gone)


def restore(database: sqlite3.Connection, line: Exported) -> None:
    """Give an article the time and origin of an export, or put the older version aside again."""
    row = {**line.model_dump(), "countries": json.dumps(line.countries, ensure_ascii=False)}
    database.execute(_RESTORE_PAST if line.replaced_by else _RESTORE, row)


def replace_passages(database: sqlite3.Connection, passages: Iterable[Passage]) -> None:
    """Put these passages and their words in the place of all that there are."""
    keys = {row["id"]: row["key"] for row in database.execute("SELECT id, key FROM article")}
    database.execute("DELETE FROM passage")
    rows = [(p.id, keys[p.article_id], p.start, p.end) for p in passages]
    database.executemany(_INSERT_PASSAGE, rows)
    database.execute("INSERT INTO passage_words (passage_words) VALUES ('rebuild')")


def delete(database: sqlite3.Connection, article_id: str) -> list[str] | None:
    """Delete an article with its older versions; return its passages' ids, None if it is not there."""
    row = database.execute("SELECT key, url FROM article WHERE id = ?", (article_id,)).fetchone()
    if not row:
        return None
    ids = _delete(database, row["key"])
    database.execute(_FORGET_VERSIONS, (row["url"], article_id))
    return ids


def delete_unheld(database: sqlite3.Connection) -> list[str]:
    """Delete the articles that no file holds any more; return their passages' ids."""
    ids: list[str] = []
    for (key,) in database.execute(
        "SELECT key FROM article WHERE id NOT IN (SELECT article_id FROM holding)"
    ).fetchall():
        ids.extend(_delete(database, key))
    return ids


def _delete(database: sqlite3.Connection, key: int) -> list[str]:
    """Delete an article; return its passages' ids. What it was the origin of finds another."""
    run = database.execute
    ids = [row["id"] for row in run("SELECT id FROM passage WHERE article_key = ?", (key,))]
    run(f"INSERT INTO passage_words (rowid, heading, body, passage_words) {_UNWORDS}", (key,))
    (article_id,) = run("SELECT id FROM article WHERE key = ?", (key,)).fetchone()
    run("DELETE FROM article WHERE key = ?", (key,))
    run(_NEW_ORIGIN, {"gone": article_id})
    return ids
