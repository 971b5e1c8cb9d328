"""Conversations as rows: the statements that walk their trees, and what becomes of what they find."""

from __future__ import annotations

import re
import secrets
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant.answers import Question
from assistant.records import turns
from assistant.records.turns import Ending, Match, Problem, StoredTurn, Summary

if TYPE_CHECKING:
    import sqlite3

TITLE_CHARS = 80
OPEN, CLOSE = "\ue000", "\ue001"  # private use: around what a search matched

TURNS = """
    SELECT turn.*, conversation.id AS conversation_id, conversation.tip AS tip,
        (SELECT count(*) FROM turn AS other WHERE other.conversation = turn.conversation
            AND other.before IS turn.before) AS versions,
        (SELECT count(*) FROM turn AS other WHERE other.conversation = turn.conversation
            AND other.before IS turn.before AND other.key <= turn.key) AS version
    FROM turn JOIN conversation ON conversation.key = turn.conversation
"""
_UPWARDS = """
    WITH RECURSIVE path (key, before, height) AS (
        SELECT key, before, 0 FROM turn WHERE key = {tip}
        UNION ALL
        SELECT turn.key, turn.before, height + 1 FROM turn JOIN path ON turn.key = path.before
    )
"""
PATH = f"{_UPWARDS.format(tip='?')} {TURNS} JOIN path ON path.key = turn.key ORDER BY height DESC"
SUMMARIES = (
    f"SELECT *, ({_UPWARDS.format(tip='conversation.tip')} SELECT count(*) FROM path) AS turns"  # noqa: S608 - fixed texts
    " FROM conversation"
)
_DOWNWARDS = """
    WITH RECURSIVE path (key) AS (
        VALUES (?)
        UNION ALL
        SELECT (SELECT max(turn.key) FROM turn WHERE turn.before = path.key) AS key
        FROM path WHERE key IS NOT NULL
    )
    SELECT max(key) FROM path
"""
SEARCH = """
    SELECT snippet(words, -1, ?, ?, '…', 16) AS excerpt,
        coalesce(turn.id, tip.id) AS turn_id, conversation.key AS conversation
    FROM words
    LEFT JOIN turn ON turn.key = words.rowid
    JOIN conversation ON conversation.key = coalesce(turn.conversation, -words.rowid)
    JOIN turn AS tip ON tip.key = conversation.tip
    WHERE words MATCH ? AND conversation.owner = ?
    ORDER BY bm25(words, 4.0, 2.0, 1.0), words.rowid DESC
"""


def insert(
    database: sqlite3.Connection, conversation: int, before: int | None, question: Question, now: str
) -> StoredTurn:
    """Add a turn behind another, show it, and return it."""
    turn_id = new_id()
    question = question.model_copy(update={"id": turn_id})
    cursor = database.execute(
        "INSERT INTO turn (id, conversation, before, asked, touched, state, question, ending)"
        " VALUES (?, ?, ?, ?, ?, 'asking', ?, '{}')",
        (turn_id, conversation, before, now, now, question.model_dump_json()),
    )
    key = cursor.lastrowid
    database.execute("INSERT INTO words (rowid, question) VALUES (?, ?)", (key, question.text))
    database.execute(
        "UPDATE conversation SET tip = ?, touched = ? WHERE key = ?", (key, now, conversation)
    )
    return turn(database.execute(f"{TURNS} WHERE turn.key = ?", (key,)).fetchone())


def newest_below(database: sqlite3.Connection, key: int) -> int:
    """Return the key of the newest turn that follows a turn, by the newest versions; else its own."""
    return int(database.execute(_DOWNWARDS, (key,)).fetchone()[0])


def entitle(database: sqlite3.Connection, conversation: int, title: str, *, named: bool) -> None:
    """Set a title; one that was made of a question gives way to one that a person chose."""
    changed = database.execute(
        "UPDATE conversation SET title = ?1, named = ?2 WHERE key = ?3 AND named <= ?2",
        (title, named, conversation),
    ).rowcount
    if changed:
        database.execute("UPDATE words SET title = ? WHERE rowid = ?", (title, -conversation))


def turn(row: sqlite3.Row) -> StoredTurn:
    """Return the turn of a row of `TURNS`."""
    touched = datetime.fromisoformat(row["touched"])
    state, ending = row["state"], _ending(row["ending"])
    if ending.problem and state == "answered":
        state = "failed"
    return StoredTurn(
        id=row["id"],
        conversation_id=row["conversation_id"],
        question=Question.model_validate_json(row["question"]),
        asked=datetime.fromisoformat(row["asked"]),
        state=state,
        answer=ending.answer,
        draft=ending.draft,
        problem=ending.problem,
        version=row["version"],
        versions=row["versions"],
        abandoned=state == "asking" and datetime.now(UTC) - touched > turns.SILENT,
    )


def _ending(text: str) -> Ending:
    """Read what was stored; one turn that cannot be read must not hide the others."""
    try:
        return Ending.model_validate_json(text)
    except ValidationError:
        return Ending(
            problem=Problem(
                problem="This answer was kept by another version of the program and cannot be shown.",
                remedy="Update the program, or ask again.",
            )
        )


def summary(row: sqlite3.Row) -> Summary:
    """Return the conversation of a row of `SUMMARIES`."""
    return Summary(
        id=row["id"],
        title=row["title"],
        started=datetime.fromisoformat(row["started"]),
        touched=datetime.fromisoformat(row["touched"]),
        turns=row["turns"],
    )


def match(summary: Summary, row: sqlite3.Row) -> Match:
    """Return what a row of `SEARCH` found in a conversation."""
    text, marks = "", []
    for part in re.split(f"(?={OPEN})|(?<={CLOSE})", row["excerpt"]):
        plain = part.strip(OPEN + CLOSE)
        if part.startswith(OPEN):
            marks.append((len(text), len(text) + len(plain)))
        text += plain
    return Match(summary=summary, turn_id=row["turn_id"], excerpt=text, marks=tuple(marks))


def title_of(question: Question) -> str:
    """Return a title made of a question."""
    return shortened(question.text) or "…"


def shortened(text: str) -> str:
    """Return a text on one line of at most 80 characters, cut between words where it can be."""
    return textwrap.shorten(text, TITLE_CHARS, placeholder=" …") or text[:TITLE_CHARS].strip()


def new_id() -> str:
    """Return a name that nobody guesses: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def now() -> str:
    """Return the present moment in UTC, as it is stored and sorted."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
