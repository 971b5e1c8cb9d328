"""The SQLite side of a library: its schema, and opening it safely."""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryTooNew, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_VERSION = 4

ARTICLE_COLUMNS = {
    "id": "TEXT NOT NULL UNIQUE",
    "source": "TEXT NOT NULL",
    "title": "TEXT NOT NULL",
    "outlet": "TEXT",
    "author": "TEXT",
    "speaker": "TEXT",
    "countries": "TEXT NOT NULL",
    "url": "TEXT",
    "published": "TEXT",
    "language": "TEXT",
    "ingested": "TEXT NOT NULL",
}
"""What is stored of an article and of an older version of one, beside the text."""

_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in ARTICLE_COLUMNS.items())

_SINCE_2 = """
CREATE TABLE awaited (
    feed TEXT NOT NULL REFERENCES feed (url) ON DELETE CASCADE,
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (feed, url)
) WITHOUT ROWID;
"""

# A text comes last in its row: what follows a long value is slow to reach.
_SCHEMA = f"""
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    key INTEGER PRIMARY KEY,
    {_COLUMNS},
    origin TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX article_published ON article (published);
CREATE INDEX article_origin ON article (origin);
CREATE TABLE passage (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    article_key INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX passage_article ON passage (article_key);
CREATE VIEW passage_text AS
    SELECT passage.key, heading, substr(text, start + 1, "end" - start) AS body
    FROM passage JOIN article ON article.key = article_key;
CREATE VIRTUAL TABLE passage_words USING fts5 (
    heading, body, content = 'passage_text', content_rowid = 'key',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TABLE file (location TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE holding (
    location TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    PRIMARY KEY (location, article_id)
) WITHOUT ROWID;
CREATE INDEX holding_article ON holding (article_id);
CREATE TABLE past_article (
    key INTEGER PRIMARY KEY,
    {_COLUMNS},
    replaced_by TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX past_article_url ON past_article (url);
CREATE INDEX article_url ON article (url);
CREATE TABLE signature (
    article_key INTEGER PRIMARY KEY REFERENCES article (key) ON DELETE CASCADE,
    hashes BLOB
);
CREATE TABLE band (
    hash INTEGER NOT NULL,
    article_key INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    PRIMARY KEY (hash, article_key)
) WITHOUT ROWID;
CREATE INDEX band_article ON band (article_key);
CREATE TABLE mention (
    article_key INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (article_key, start)
) WITHOUT ROWID;
CREATE INDEX mention_first ON mention (first);
CREATE TABLE feed (
    url TEXT PRIMARY KEY,
    title TEXT,
    etag TEXT,
    modified TEXT,
    checked TEXT,
    problem TEXT,
    every REAL,
    rests_until TEXT
) WITHOUT ROWID;
CREATE TABLE rejected (
    file TEXT NOT NULL,
    location TEXT PRIMARY KEY,
    reason TEXT NOT NULL
) WITHOUT ROWID;
{_SINCE_2}
"""  # noqa: S608 - fixed names

_UPGRADES = {
    1: f"ALTER TABLE feed ADD COLUMN every REAL; {_SINCE_2}",
    2: "DELETE FROM band; DELETE FROM signature;",  # made otherwise now; the next run makes them anew
    3: "ALTER TABLE feed ADD COLUMN rests_until TEXT;",
}
"""What brings a library from a version to the next; readers make do with any version."""


def open_database(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the database of a library; foreign keys on, write-ahead log, rows by name.

    With `create` it is made where there is none, and brought to the newest schema where it is older.

    Raises:
        LibraryTooNew: a newer version of this program made it.
        LibraryDamaged: the file is no such database.
        StorageError: it cannot be created or written.
    """
    with translated(path):
        mode = "rwc" if create else "rw"
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=10.0, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            found = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if found > SCHEMA_VERSION:
                raise LibraryTooNew(
                    f"The library {path.parent} was made by a newer version of this program.",
                    "Update the program, or choose another folder with --library.",
                )
            if found == 0:
                _create(connection, path)
            while create and found in _UPGRADES:
                upgrade = f"BEGIN; {_UPGRADES[found]} PRAGMA user_version = {found + 1}; COMMIT;"
                connection.executescript(upgrade)
                found += 1
        except BaseException:
            connection.close()
            raise
        return connection


def _create(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise LibraryDamaged(f"{path} is not a library's database.", "Choose another --library.")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors within the block into ones that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        raise _explained(str(exc), path) from exc


def _explained(message: str, path: Path) -> LibraryError:
    if re.search(r"locked|busy", message):
        return LibraryBusy(
            f"The library {path.parent} is locked by another process.",
            "Wait until it has finished, then try again.",
        )
    if re.search(r"full|readonly|disk I/O|unable to open", message):
        return StorageError(
            f"The library {path.parent} cannot be written: {message}.",
            "Free space or allow writing there; what was indexed before is unharmed.",
        )
    return LibraryDamaged(
        f"The library's database {path} cannot be read: {message}.",
        "Delete articles.sqlite3 and vectors-* in its folder and index the articles again.",
    )
