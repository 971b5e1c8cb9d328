"""The SQLite file of what people asked, were answered and thought of it: its schema, its transactions.

Every operation opens a connection of its own, so threads, tabs and processes need no care; the
write-ahead log lets them read while one writes.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryTooNew, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAIT_SECONDS = 15.0
_MIGRATIONS = (
    """
    CREATE TABLE conversation (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        title TEXT NOT NULL,
        named INTEGER NOT NULL DEFAULT 0,
        started TEXT NOT NULL,
        touched TEXT NOT NULL,
        tip INTEGER
    );
    CREATE INDEX conversation_owner ON conversation (owner, touched);
    CREATE TABLE turn (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        conversation INTEGER NOT NULL REFERENCES conversation (key) ON DELETE CASCADE,
        before INTEGER REFERENCES turn (key) ON DELETE CASCADE,
        asked TEXT NOT NULL,
        touched TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('asking', 'answered', 'stopped', 'failed')),
        question TEXT NOT NULL,
        ending TEXT NOT NULL
    );
    CREATE INDEX turn_before ON turn (conversation, before);
    CREATE INDEX turn_child ON turn (before);
    CREATE VIRTUAL TABLE words USING fts5 (
        title, question, answer, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TABLE review (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        turn TEXT NOT NULL,
        target TEXT NOT NULL,
        made TEXT NOT NULL,
        settled TEXT,
        body TEXT NOT NULL,
        UNIQUE (owner, turn, target)
    );
    CREATE TABLE admission (owner TEXT NOT NULL, at REAL NOT NULL);
    CREATE INDEX admission_owner ON admission (owner, at);
    """,
)
VERSION = len(_MIGRATIONS)
_APPLICATION = 0x41694D65  # "AiMe" in the file's header: a file of this program's


class Records:
    """One file of records; it and its folder are made when first needed, for their owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the file; of no file, an empty one.

        Raises:
            LibraryError: the file cannot be used; the message says why.
        """
        with self._connected(create=False) as connection:
            connection.execute("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are all kept at the end, or none of them.

        Raises:
            LibraryError: the file cannot be used; the message says why.
        """
        with self._connected(create=True) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def checkpoint(self) -> None:
        """Bring the file up to date with its log, if nobody is at work: what was deleted is gone."""
        with self._connected(create=False) as connection:
            connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")

    @contextmanager
    def _connected(self, *, create: bool) -> Iterator[sqlite3.Connection]:
        with _translated(self.path):
            if create and not self.path.exists():
                self._create_file()
            with closing(self._open()) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
                yield connection

    def _open(self) -> sqlite3.Connection:
        place = self.path if self.path.exists() else ":memory:"
        connection = sqlite3.connect(place, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            self._check(connection)
            if place == ":memory:":
                _migrate(connection)
            elif _pragma(connection, "user_version") < VERSION:
                # SQLite changes to the write-ahead log only while no other process has the file open.
                with FileLock(f"{self.path}.lock", timeout=_WAIT_SECONDS):
                    _migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        remedy = "set MEMOIRE_CONVERSATIONS to another file."
        made = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if made and _pragma(connection, "application_id") != _APPLICATION:
            raise LibraryDamaged(f"{self.path} is another program's database.", f"To go on, {remedy}")
        if _pragma(connection, "user_version") > VERSION:
            raise LibraryTooNew(
                f"The conversations in {self.path} were kept by a newer version of this program.",
                f"Update the program, or {remedy}",
            )

    def _create_file(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as exc:
            raise _unwritable(self.path, exc.strerror or str(exc)) from exc


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    done = _pragma(connection, "user_version")
    for number, statements in enumerate(_MIGRATIONS[done:], done + 1):
        connection.executescript(
            f"BEGIN; {statements} PRAGMA user_version = {number};"
            f" PRAGMA application_id = {_APPLICATION}; COMMIT;"
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors within the block into ones that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        raise _explained(str(exc), path) from exc
    except Timeout as exc:
        raise _explained("locked", path) from exc


def _explained(message: str, path: Path) -> LibraryError:
    if re.search(r"locked|busy", message):
        return LibraryBusy(
            f"The conversations in {path} are being written by another process.",
            "Try again in a moment.",
        )
    if re.search(r"full|readonly|disk I/O|unable to open", message):
        return _unwritable(path, message)
    return LibraryDamaged(
        f"The conversations in {path} cannot be read: {message}.",
        "Put a backup in its place, or move the file away to begin anew.",
    )


def _unwritable(path: Path, why: str) -> StorageError:
    return StorageError(
        f"The conversations cannot be kept in {path}: {why}.",
        "Free space or allow writing there, or set MEMOIRE_CONVERSATIONS to another file.",
    )
