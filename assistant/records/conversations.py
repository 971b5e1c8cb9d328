"""Conversations as they are kept: who asked what, what was answered, and every earlier version of it.

A conversation is a tree of turns. Editing a question puts a new version beside the old one, whose
answer and all that followed stay as they were and can be shown again; nothing is overwritten. A
question asked from a tab that has not seen the newest turns goes behind them: nothing is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.records import rows as rows
from assistant.records.database import Records
from assistant.records.turns import Draft, Ending, Match, Problem, State, StoredTurn, Summary, by_day
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from assistant.answers import Answer, Question

__all__ = ["ConversationStore", "Draft", "Match", "Problem", "StoredTurn", "Summary", "by_day"]

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
            now = rows.now()
            if after is None:
                conversation, before = self._new(database, question, now), None
            else:
                previous = self._row(database, after)
                conversation = previous["conversation"]
                before = rows.newest_below(database, previous["key"])
            return rows.insert(database, conversation, before, question, now)

    def edit(self, turn_id: str, question: Question) -> StoredTurn:
        """Keep a new version of a turn's question; the old one stays, with all that followed it.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.writing() as database:
            old = self._row(database, turn_id)
            turn = rows.insert(database, old["conversation"], old["before"], question, rows.now())
            if old["before"] is None:
                rows.entitle(database, old["conversation"], rows.title_of(question), named=False)
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
            sql = f"{rows.SUMMARIES} WHERE owner = ? ORDER BY touched DESC, key DESC LIMIT ?"
            return [rows.summary(row) for row in database.execute(sql, (self.owner, most))]

    def search(self, words: str, most: int = 50) -> list[Match]:
        """Return the conversations that hold all the words (the last may be begun), best first."""
        asked = _WORD.findall(words)
        if not asked:
            return []
        query = " ".join(f'"{word}"' for word in asked) + "*"
        with self._records.reading() as database:
            sought = (rows.OPEN, rows.CLOSE, query, self.owner)
            found: dict[int, sqlite3.Row] = {}
            for row in database.execute(rows.SEARCH, sought).fetchall():
                found.setdefault(row["conversation"], row)
            summaries = {key: self._summary(database, key) for key in list(found)[:most]}
        return [rows.match(summary, found[key]) for key, summary in summaries.items()]

    def turns(self, conversation_id: str) -> list[StoredTurn]:
        """Return the turns that are shown, in order: of each question the version chosen last.

        Raises:
            InputError: there is no such conversation.
        """
        with self._records.reading() as database:
            row = self._conversation(database, conversation_id)
            return [rows.turn(found) for found in database.execute(rows.PATH, (row["tip"],))]

    def path(self, conversation_id: str) -> list[str]:
        """Return the ids of the turns that are shown, in order; quicker than the turns themselves.

        Raises:
            InputError: there is no such conversation.
        """
        with self._records.reading() as database:
            row = self._conversation(database, conversation_id)
            return [found["id"] for found in database.execute(rows.PATH, (row["tip"],))]

    def turn(self, turn_id: str) -> StoredTurn:
        """Return one turn, shown or an earlier version.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.reading() as database:
            return rows.turn(self._row(database, turn_id))

    # -- keeping order -----------------------------------------------------------------------------

    def show(self, turn_id: str) -> None:
        """Show the branch that a turn is on, down to its newest turn: what a link does.

        Raises:
            InputError: there is no such turn.
        """
        with self._records.writing() as database:
            row = self._row(database, turn_id)
            path = [found["id"] for found in database.execute(rows.PATH, (row["tip"],))]
            if turn_id not in path:
                tip = rows.newest_below(database, row["key"])
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
        if not (title := rows.shortened(title)):
            raise InputError("The title is empty.", "Write a word or two.")
        with self._records.writing() as database:
            row = self._conversation(database, conversation_id)
            rows.entitle(database, row["key"], title, named=True)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its turns from the file for good; reviews and the audit stay.

        Raises:
            InputError: there is no such conversation.
        """
        with self._records.writing() as database:
            key = self._conversation(database, conversation_id)["key"]
            of_turns = "SELECT key FROM turn WHERE conversation = ?"
            database.execute(f"DELETE FROM words WHERE rowid IN ({of_turns})", (key,))  # noqa: S608 - fixed texts
            database.execute("DELETE FROM words WHERE rowid = ?", (-key,))
            database.execute("DELETE FROM conversation WHERE key = ?", (key,))
            # A full-text index keeps deleted words until its parts are merged.
            database.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._records.checkpoint()

    # -- within ------------------------------------------------------------------------------------

    def _new(self, database: sqlite3.Connection, question: Question, now: str) -> int:
        title = rows.title_of(question)
        cursor = database.execute(
            "INSERT INTO conversation (id, owner, title, started, touched) VALUES (?, ?, ?, ?, ?)",
            (rows.new_id(), self.owner, title, now, now),
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
        return rows.summary(database.execute(f"{rows.SUMMARIES} WHERE key = ?", (key,)).fetchone())

    def _row(self, database: sqlite3.Connection, turn_id: str) -> sqlite3.Row:
        sql = f"{rows.TURNS} WHERE turn.id = ? AND conversation.owner = ?"
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
            now = rows.now()
            database.execute(
                "UPDATE turn SET state = ?, ending = ?, touched = ? WHERE key = ?",
                (state, ending.model_dump_json(), now, row["key"]),
            )
            database.execute("UPDATE words SET answer = ? WHERE rowid = ?", (shown, row["key"]))
            database.execute(
                "UPDATE conversation SET touched = ? WHERE key = ?", (now, row["conversation"])
            )
