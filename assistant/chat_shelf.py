"""The conversations that are kept: one SQLite file beside the articles, every turn as it ended."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.answers import Answer, Question
from index.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILE = "conversations.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, changed TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS turn (
    conversation TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE,
    place INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, stopped INTEGER NOT NULL,
    PRIMARY KEY (conversation, place)
);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as the list shows it. `changed` is when its last turn ended, in UTC."""

    id: str
    title: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it ended: an answer, or as much of one as there was when it was stopped."""

    question: Question
    answer: Answer
    stopped: bool


class Shelf:
    """The kept conversations of one library. Every method raises StorageError if its file fails."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def keep(self, conversation: str, place: int, turn: KeptTurn) -> None:
        """Keep a turn at its place; what stood there and after it gives way."""
        with self._open() as database:
            database.execute(
                "INSERT INTO conversation VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET changed = excluded.changed",
                (conversation, turn.question.text, datetime.now(UTC).isoformat()),
            )
            database.execute(
                "DELETE FROM turn WHERE conversation = ? AND place >= ?", (conversation, place)
            )
            database.execute(
                "INSERT INTO turn VALUES (?, ?, ?, ?, ?)",
                (
                    conversation,
                    place,
                    turn.question.model_dump_json(),
                    turn.answer.model_dump_json(),
                    turn.stopped,
                ),
            )

    def turns(self, conversation: str) -> list[KeptTurn]:
        """Return a conversation's turns in order; none where it is not kept."""
        with self._open() as database:
            rows = database.execute(
                "SELECT question, answer, stopped FROM turn WHERE conversation = ? ORDER BY place",
                (conversation,),
            ).fetchall()
        return [
            KeptTurn(Question.model_validate_json(q), Answer.model_validate_json(a), bool(stopped))
            for q, a, stopped in rows
        ]

    def listed(self, text: str = "", most: int = 100) -> list[Kept]:
        """Return the conversations whose title, questions or answers hold the text, the newest first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT id, title, changed FROM conversation WHERE instr(lower(title), lower(?))"
                " OR EXISTS (SELECT 1 FROM turn WHERE conversation = id"
                " AND instr(lower(json_extract(question, '$.text') || answer), lower(?)))"
                " ORDER BY changed DESC LIMIT ?",
                (text, text, most),
            ).fetchall()
        return [Kept(key, title, datetime.fromisoformat(changed)) for key, title, changed in rows]

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation another title."""
        with self._open() as database:
            database.execute("UPDATE conversation SET title = ? WHERE id = ?", (title, conversation))

    def delete(self, conversation: str) -> None:
        """Delete a conversation with its turns."""
        with self._open() as database:
            database.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as database, database:
                database.execute("PRAGMA foreign_keys = ON")
                database.executescript(_SCHEMA)
                yield database
        except sqlite3.Error as exc:
            raise StorageError(
                f"Conversations cannot be kept in {self._path}: {exc}.",
                "Allow writing there; the chat itself goes on.",
            ) from exc
