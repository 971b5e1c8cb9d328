"""What one browser tab holds: the conversation that is shown, and which source is open."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import streamlit as st

from assistant.answers import Limits, Message, Question
from assistant.chat.access import TooManyQuestions
from assistant.chat.turns import Turn
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from assistant.chat.keeping import Keeping

_AROUND_LINK = 10  # turns drawn of a long conversation when a link names one of them


@dataclass(frozen=True, slots=True)
class Opened:
    """The source being read: a citation of a turn by its place among them, or an article as such.

    `token` is new with every choice, so choosing the same citation again scrolls to it again.
    `span` is a passage of the article that is looked at without being cited.
    """

    turn: int
    article_id: str
    citation: int | None = None
    span: tuple[int, int] | None = None
    token: int = field(default_factory=time.monotonic_ns)


@dataclass(frozen=True, slots=True)
class Place:
    """The turn that the page is to be scrolled to; `linked` where a link named it."""

    turn: int
    linked: bool = False
    token: int = field(default_factory=time.monotonic_ns)


@dataclass(slots=True)
class Conversation:
    """The conversation shown. `limits` are those of the next question.

    `id` is empty until its first question is kept. `linked` says that the address was followed:
    afterwards it follows the conversation. `window` names the turns drawn; None: the last ones.
    `number` counts the conversations that this tab has shown.
    """

    turns: list[Turn] = field(default_factory=list)
    opened: Opened | None = None
    limits: Limits = field(default_factory=Limits)
    editing: int | None = None
    window: tuple[int, int] | None = None
    place: Place | None = None
    id: str = ""
    keeping: Keeping | None = None
    linked: bool = False
    number: int = 0

    def open(self, conversation_id: str) -> None:
        """Go to a kept conversation; stay where there is none."""
        if not self.keeping:
            return
        try:
            kept = self.keeping.store.turns(conversation_id)
        except InputError:
            return
        self.clear()
        self.id = conversation_id
        self.turns += [Turn.restored(stored, self.keeping) for stored in kept]

    @property
    def elsewhere(self) -> Literal["changed", "deleted"] | None:
        """What another tab has made of this conversation; None while it is as it is shown here."""
        if not (self.keeping and self.id):
            return None
        try:
            kept = self.keeping.store.path(self.id)
        except InputError:
            return "deleted"
        except MemoireError:
            return None  # that it cannot be read is told where it cannot be kept
        return None if kept == [turn.id for turn in self.turns if turn.kept] else "changed"

    def catch_up(self) -> None:
        """Show this conversation as it is kept."""
        self.open(self.id)

    def open_turn(self, turn_id: str) -> None:
        """Go to a kept turn within its conversation; stay where there is none."""
        if not self.keeping:
            return
        try:
            self.keeping.store.show(turn_id)
            self.open(self.keeping.store.turn(turn_id).conversation_id)
        except InputError:
            return
        places = [at for at, turn in enumerate(self.turns) if turn.id == turn_id]
        if places:
            first = max(0, places[0] - 1)
            self.window = (first, min(len(self.turns), first + _AROUND_LINK))
            self.place = Place(places[0], linked=True)

    def show_version(self, turn: int, version: int) -> None:
        """Show another way the question of a turn was put, with what followed it."""
        if self.keeping and self.id:
            self._stop()
            self.keeping.store.show_version(self.turns[turn].id, version)
            self.open(self.id)

    def delete(self) -> None:
        """Delete this conversation for good and start over."""
        if self.keeping and self.id:
            self._stop()
            self.keeping.store.delete(self.id)
        self.clear()

    def ask(self, text: str) -> None:
        """Add a turn; an unfinished one before it is stopped."""
        self._stop()
        self._add(Question(text=text, history=self._history(), limits=self.limits))

    def ask_again(self, turn: int, text: str, *, literal: bool = False, quoting: bool = False) -> None:
        """Put a question anew in the place of a turn; `quoting` has the articles quoted this time.

        What stood there and followed from it is no longer shown; it stays among the earlier versions.
        """
        self._stop()
        replaced = self.turns[turn]
        del self.turns[turn:]
        self.editing = None
        if self.opened and self.opened.turn >= turn:
            self.opened = None
        question = Question(text=text, history=self._history(), limits=self.limits, literal=literal)
        self._add(question, replaced)
        self.turns[-1].quoting = quoting

    def edit(self, turn: int | None) -> None:
        """Begin to edit a question, or (None) leave it as it is."""
        self.editing = turn

    def open_citation(self, turn: int, citation: int) -> None:
        """Open the source of a citation, by its place among the turn's citations."""
        article_id = self.turns[turn].citations[citation].article_id
        self.opened = Opened(turn, article_id, citation)

    def open_article(self, turn: int, article_id: str, span: tuple[int, int] | None = None) -> None:
        """Open an article at its top, or at a passage of it."""
        self.opened = Opened(turn, article_id, span=span)

    def draw(self, first: int, end: int) -> None:
        """Have the turns `[first, end)` of a long conversation drawn."""
        self.window = (first, end)

    def close_source(self) -> None:
        """Close the source panel."""
        self.opened = None

    def clear(self) -> None:
        """Start over."""
        self._stop()
        self.turns.clear()
        self.number += 1
        self.opened = self.editing = self.window = self.place = None
        self.id = ""

    def _add(self, question: Question, replaced: Turn | None = None) -> None:
        turn = Turn(question)
        try:
            if self.keeping:
                turn = self.keeping.begin(question, self._last_kept(), replaced)
                self.id = turn.conversation_id or self.id
        except TooManyQuestions as exc:
            turn.fail(exc)
        self.turns.append(turn)
        self.window = None
        self.place = Place(len(self.turns) - 1)

    def _last_kept(self) -> str | None:
        return next((turn.id for turn in reversed(self.turns) if turn.kept), None)

    def _stop(self) -> None:
        if self.turns:
            self.turns[-1].stop()

    def _history(self) -> tuple[Message, ...]:
        messages: list[Message] = []
        for turn in self.turns:
            if turn.answer:
                messages.append(Message(role="user", content=turn.question.text))
                messages.append(Message(role="assistant", content=turn.answer.text))
        return tuple(messages)


def conversation() -> Conversation:
    """Return this tab's conversation."""
    held: Conversation = st.session_state.setdefault("conversation", Conversation())
    return held
