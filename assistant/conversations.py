"""Conversations as they are kept: who asked what, what was answered, and every earlier version of it.

A conversation is a tree of turns. Editing a question puts a new version beside the old one, whose
answer and all that followed stay as they were and can be shown again; nothing is overwritten. A
question asked from a tab that has not seen the newest turns goes behind them: nothing is lost.
"""

from __future__ import annotations

import re
import secrets
import textwrap
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from assistant.answers import Answer, Question
from assistant.records import Records
from assistant.turns import Draft, Ending, Match, Problem, State, StoredTurn, Summary
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import tzinfo
    from pathlib import Path

SILENT = timedelta(minutes=5)
"""After this long without a word a turn that is still being answered counts as abandoned."""

_TITLE_CHARS = 80
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: around what a search matched
_WORD = re.compile(r"\w+")


class ConversationStore:
    """The conversations of one owner. Safe to share between threads, tabs and processes."""

    def __init__(self, path: Path, owner: str) -> None:
        self._records = Records(path)
        self.owner = owner

    # -- asking ------------------------------------------------------------------------------------

    def begin(self, question: Question, *, after: str | None = None) -> StoredTurn:
        """Keep a question that is about to be answered, and return its turn.

        It begins a conversation, or goes behind the turn `after`: behind the newest turn that follows
        it, where another tab has asked meanwhile. The question's `id` becomes the turn's.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.writing() as database:
            now = _now()
            if after is None:
                conversation, before = self._new(database, question, now), None
            else:
                previous = self._row(database, after)
                conversation, before = previous["conversation"], _newest_below(database, previous["key"])
            return _insert(database, conversation, before, question, now)

    def edit(self, turn_id: str, question: Question) -> StoredTurn:
        """Keep a new version of a turn's question; the old one stays, with all that followed it.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.writing() as database:
            old = self._row(database, turn_id)
            turn = _insert(database, old["conversation"], old["before"], question, _now())
            if old["before"] is None:
                _entitle(database, old["conversation"], _title_of(question), named=False)
            return turn

    def keep(self, turn_id: str, draft: Draft) -> None:
        """Keep what has been shown so far, so that it outlives this process; tells it is alive."""
        self._end(turn_id, "asking", Ending(draft=draft))

    def finish(self, turn_id: str, answer: Answer) -> None:
        """Keep the complete answer."""
        self._end(turn_id, "answered", Ending(answer=answer))

    def stop(self, turn_id: str, draft: Draft) -> None:
        """Keep what had been shown when the reader stopped the answer."""
        self._end(turn_id, "stopped", Ending(draft=draft))

    def fail(self, turn_id: str, error: MemoireError, draft: Draft | None = None) -> None:
        """Keep why there is no answer, and what had been shown of it."""
        problem = Problem(problem=error.problem, remedy=error.remedy)
        self._end(turn_id, "failed", Ending(draft=draft or Draft(), problem=problem))

    # -- reading -----------------------------------------------------------------------------------

    def conversations(self, most: int = 500) -> list[Summary]:
        """Return the conversations, the one used last first."""
        with self._records.reading() as database:
            rows = database.execute(
                f"{_SUMMARIES} WHERE owner = ? ORDER BY touched DESC, key DESC LIMIT ?",
                (self.owner, most),
            )
            return [_summary(row) for row in rows]

    def search(self, words: str, most: int = 50) -> list[Match]:
        """Return the conversations that hold all the words (the last may be begun), best first."""
        asked = _WORD.findall(words)
        if not asked:
            return []
        query = " ".join(f'"{word}"' for word in asked) + "*"
        with self._records.reading() as database:
            rows = database.execute(_SEARCH, (_OPEN, _CLOSE, query, self.owner)).fetchall()
            found: dict[int, sqlite3.Row] = {}
            for row in rows:
                found.setdefault(row["conversation"], row)
            summaries = {key: self._summary(database, key) for key in list(found)[:most]}
        return [_match(summary, found[key]) for key, summary in summaries.items()]

    def turns(self, conversation_id: str) -> list[StoredTurn]:
        """Return the turns that are shown, in order: of each question the version chosen last.

        Raises:
            InputError: there is no such conversation.
        """
        with self._records.reading() as database:
            row = self._conversation(database, conversation_id)
            return [_turn(found) for found in database.execute(_PATH, (row["tip"],))]

    def turn(self, turn_id: str) -> StoredTurn:
        """Return one turn, shown or an earlier version.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.reading() as database:
            return _turn(self._row(database, turn_id))

    # -- keeping order -----------------------------------------------------------------------------

    def show(self, turn_id: str) -> None:
        """Show the branch that a turn is on, down to its newest turn: what a link does.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.writing() as database:
            row = self._row(database, turn_id)
            path = [found["id"] for found in database.execute(_PATH, (row["tip"],))]
            if turn_id not in path:
                tip = _newest_below(database, row["key"])
                sql = "UPDATE conversation SET tip = ? WHERE key = ?"
                database.execute(sql, (tip, row["conversation"]))

    def show_version(self, turn_id: str, version: int) -> None:
        """Show another version of a turn's question (from 1), with what followed it.

        Raises:
            InputError: there is no such turn or version.
        """
        with self._records.reading() as database:
            row = self._row(database, turn_id)
            sql = "SELECT id FROM turn WHERE conversation = ? AND before IS ? ORDER BY key"
            ids = [r["id"] for r in database.execute(sql, (row["conversation"], row["before"]))]
        if not 1 <= version <= len(ids):
            raise InputError(f"This question has no version {version}.")
        self.show(ids[version - 1])

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation a title of at most 80 characters on one line.

        Raises:
            InputError: there is no such conversation, or the title is empty.
        """
        if not (title := _shortened(title)):
            raise InputError("The title is empty.", "Write a word or two.")
        with self._records.writing() as database:
            row = self._conversation(database, conversation_id)
            _entitle(database, row["key"], title, named=True)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its turns from the file for good; reviews and the audit stay.

        Raises:
            InputError: there is no such conversation.
        """
        with self._records.writing() as database:
            key = self._conversation(database, conversation_id)["key"]
            database.execute(
                "DELETE FROM words WHERE rowid = -?1"
                " OR rowid IN (SELECT key FROM turn WHERE conversation = ?1)",
                (key,),
            )
            database.execute("DELETE FROM conversation WHERE key = ?", (key,))
            # A full-text index keeps deleted words until its parts are merged.
            database.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._records.settle()

    # -- within ------------------------------------------------------------------------------------

    def _new(self, database: sqlite3.Connection, question: Question, now: str) -> int:
        title = _title_of(question)
        cursor = database.execute(
            "INSERT INTO conversation (id, owner, title, started, touched) VALUES (?, ?, ?, ?, ?)",
            (_new_id(), self.owner, title, now, now),
        )
        key = int(cursor.lastrowid or 0)
        database.execute("INSERT INTO words (rowid, title) VALUES (?, ?)", (-key, title))
        return key

    def _conversation(self, database: sqlite3.Connection, conversation_id: str) -> sqlite3.Row:
        sql = "SELECT * FROM conversation WHERE id = ? AND owner = ?"
        row: sqlite3.Row | None = database.execute(sql, (conversation_id, self.owner)).fetchone()
        if row is None:
            raise InputError("There is no such conversation.", "It may have been deleted.")
        return row

    def _summary(self, database: sqlite3.Connection, key: int) -> Summary:
        return _summary(database.execute(f"{_SUMMARIES} WHERE key = ?", (key,)).fetchone())

    def _row(self, database: sqlite3.Connection, turn_id: str) -> sqlite3.Row:
        sql = f"{_TURNS} WHERE turn.id = ? AND conversation.owner = ?"
        row: sqlite3.Row | None = database.execute(sql, (turn_id, self.owner)).fetchone()
        if row is None:
            raise InputError("There is no such turn.", "Its conversation may have been deleted.")
        return row

    def _end(self, turn_id: str, state: State, ending: Ending) -> None:
        """Keep what came of a turn; one that has ended stays as it ended."""
        shown = ending.answer.text if ending.answer else " ".join(c.text for c in ending.draft.claims)
        with self._records.writing() as database:
            row = self._row(database, turn_id)
            if row["state"] != "asking":
                return
            now = _now()
            database.execute(
                "UPDATE turn SET state = ?, ending = ?, touched = ? WHERE key = ?",
                (state, ending.model_dump_json(), now, row["key"]),
            )
            database.execute("UPDATE words SET answer = ? WHERE rowid = ?", (shown, row["key"]))
            database.execute(
                "UPDATE conversation SET touched = ? WHERE key = ?", (now, row["conversation"])
            )


def by_day(summaries: Iterable[Summary], zone: tzinfo, today: date) -> list[tuple[date, list[Summary]]]:
    """Group conversations by the day they were last used in the reader's time zone, newest first.

    A day after `today`, which clocks set wrong can make, counts as today.
    """
    days: dict[date, list[Summary]] = {}
    for summary in sorted(summaries, key=lambda one: one.touched, reverse=True):
        days.setdefault(min(summary.touched.astimezone(zone).date(), today), []).append(summary)
    return sorted(days.items(), reverse=True)


# -- the rows --------------------------------------------------------------------------------------

_TURNS = """
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
_PATH = f"{_UPWARDS.format(tip='?')} {_TURNS} JOIN path ON path.key = turn.key ORDER BY height DESC"
_SUMMARIES = (
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
_SEARCH = """
    SELECT snippet(words, -1, ?, ?, '…', 16) AS excerpt,
        coalesce(turn.id, tip.id) AS turn_id, conversation.key AS conversation
    FROM words
    LEFT JOIN turn ON turn.key = words.rowid
    JOIN conversation ON conversation.key = coalesce(turn.conversation, -words.rowid)
    JOIN turn AS tip ON tip.key = conversation.tip
    WHERE words MATCH ? AND conversation.owner = ?
    ORDER BY bm25(words, 4.0, 2.0, 1.0), words.rowid DESC
"""


def _insert(
    database: sqlite3.Connection, conversation: int, before: int | None, question: Question, now: str
) -> StoredTurn:
    turn_id = _new_id()
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
    return _turn(database.execute(f"{_TURNS} WHERE turn.key = ?", (key,)).fetchone())


def _newest_below(database: sqlite3.Connection, key: int) -> int:
    return int(database.execute(_DOWNWARDS, (key,)).fetchone()[0])


def _entitle(database: sqlite3.Connection, conversation: int, title: str, *, named: bool) -> None:
    """Set a title; one that was made of a question gives way to one that a person chose."""
    changed = database.execute(
        "UPDATE conversation SET title = ?1, named = ?2 WHERE key = ?3 AND named <= ?2",
        (title, named, conversation),
    ).rowcount
    if changed:
        database.execute("UPDATE words SET title = ? WHERE rowid = ?", (title, -conversation))


def _turn(row: sqlite3.Row) -> StoredTurn:
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
        abandoned=state == "asking" and datetime.now(UTC) - touched > SILENT,
    )


def _ending(stored: str) -> Ending:
    """Read what was stored; one turn that cannot be read must not hide the others."""
    try:
        return Ending.model_validate_json(stored)
    except ValidationError:
        return Ending(
            problem=Problem(
                problem="This answer was kept by another version of the program and cannot be shown.",
                remedy="Update the program, or ask again.",
            )
        )


def _summary(row: sqlite3.Row) -> Summary:
    return Summary(
        id=row["id"],
        title=row["title"],
        started=datetime.fromisoformat(row["started"]),
        touched=datetime.fromisoformat(row["touched"]),
        turns=row["turns"],
    )


def _match(summary: Summary, row: sqlite3.Row) -> Match:
    text, marks = "", []
    for part in re.split(f"(?={_OPEN})|(?<={_CLOSE})", row["excerpt"]):
        plain = part.strip(_OPEN + _CLOSE)
        if part.startswith(_OPEN):
            marks.append((len(text), len(text) + len(plain)))
        text += plain
    return Match(summary=summary, turn_id=row["turn_id"], excerpt=text, marks=tuple(marks))


def _title_of(question: Question) -> str:
    return _shortened(question.text) or "…"


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _TITLE_CHARS, placeholder=" …") or text[:_TITLE_CHARS].strip()


def _new_id() -> str:
    return secrets.token_hex(8)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
