"""The conversation of one browser tab: its turns, and which source is open."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

import streamlit as st

from assistant.answers import Answer, Limits, Message, Question
from assistant.chat_shelf import KeptTurn
from assistant.events import ClaimWritten, Finished, Notice, SearchedFor
from index.errors import MemoireError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.answers import Citation, Claim
    from assistant.assistant import Assistant
    from assistant.chat_shelf import Shelf
    from assistant.events import Event

_MOMENT = 0.25


class Turn:
    """A question and what has come of it so far.

    Its answer is written by a thread of its own, because the page may be drawn anew at any moment
    (a citation was chosen) and Streamlit then runs it beside the run it replaces. Any number of
    runs may `follow` the turn. `at_end` is told once, when nothing more will come.
    """

    def __init__(self, question: Question, at_end: Callable[[Turn], None] | None = None) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.failure: MemoireError | None = None
        self.stopped = False
        self.writer: str | None = None
        self._at_end = at_end
        self._events: list[Event] = []
        self._started = False
        self._ended = False
        self._told = False
        self._changed = threading.Condition()

    @classmethod
    def restored(cls, question: Question, answer: Answer, *, stopped: bool) -> Turn:
        """Return a turn as it was when it ended: the same claims in the same order."""
        turn = cls(question)
        turn._events = [SearchedFor(answer.searched_for)]
        turn._events += [Notice(text) for text in answer.notices]
        turn._events += [ClaimWritten(claim) for claim in answer.claims]
        if not stopped:
            turn._events.append(Finished(answer))
            turn.answer = answer
        turn.stopped, turn._ended, turn._told = stopped, True, True
        return turn

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return not (self._ended or self.stopped)

    @property
    def claims(self) -> list[Claim]:
        """All claims so far."""
        return [event.claim for event in self._events if isinstance(event, ClaimWritten)]

    @property
    def citations(self) -> list[Citation]:
        """All citations so far, in reading order."""
        return [citation for claim in self.claims for citation in claim.citations]

    @property
    def so_far(self) -> Answer:
        """The answer; of one that was stopped or failed, what there was of it."""
        if self.answer:
            return self.answer
        searched = [event.text for event in self._events if isinstance(event, SearchedFor)]
        return Answer(
            id=None,
            question=self.question.text,
            abstained=False,
            reason=None,
            claims=tuple(self.claims),
            searched_for=searched[-1] if searched else self.question.text,
            as_of=max((c.published for c in self.citations if c.published), default=None),
            writer=self.writer or "unknown",
            prompt=None,
            index_hash="",
            seconds=0,
            notices=tuple(event.text for event in self._events if isinstance(event, Notice)),
            limits=self.question.limits,
        )

    def start(self, assistant: Assistant) -> None:
        """Begin to write the answer, unless it was begun."""
        with self._changed:
            if self._started or not self.live:
                return
            self._started = True
        threading.Thread(target=self._write, args=(assistant,), name="answer", daemon=True).start()

    def follow(self) -> Iterator[Event | None]:
        """Yield every event from the first to the last, waiting for those to come.

        None says that nothing came for a moment.
        """
        seen = 0
        while True:
            with self._changed:
                if seen == len(self._events) and self.live:
                    self._changed.wait(_MOMENT)
                news, live = self._events[seen:], self.live
            yield from news
            seen += len(news)
            if not news:
                if not live:
                    return
                yield None

    def stop(self) -> None:
        """Keep what there is; nothing more will come."""
        with self._changed:
            self.stopped = self.stopped or self.live
            self._changed.notify_all()
        self._tell()

    def fail(self, error: MemoireError) -> None:
        """End with an error."""
        with self._changed:
            self.failure, self._ended = error, True
            self._changed.notify_all()
        self._tell()

    def _write(self, assistant: Assistant) -> None:
        try:
            for event in assistant.stream(self.question):
                with self._changed:
                    if self.stopped:
                        return
                    self._events.append(event)
                    self.answer = event.answer if isinstance(event, Finished) else None
                    self._changed.notify_all()
        except MemoireError as exc:
            self.fail(exc)
        finally:
            self._tell()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            told, self._told = self._told, True
        if self._at_end and not told:
            self._at_end(self)


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


@dataclass(slots=True)
class Conversation:
    """What one tab holds. `limits` are those of the next question.

    `linked` says that the address was followed: afterwards it follows the conversation.
    """

    turns: list[Turn] = field(default_factory=list)
    opened: Opened | None = None
    limits: Limits = field(default_factory=Limits)
    editing: int | None = None
    drawn_from: int | None = None
    id: str = field(default_factory=lambda: uuid4().hex[:16])
    shelf: Shelf | None = None
    unkept: StorageError | None = None
    linked: bool = False

    def open(self, conversation: str) -> None:
        """Go to a kept conversation; stay where there is none."""
        kept = self.shelf.turns(conversation) if self.shelf else []
        if not kept:
            return
        self.clear()
        self.id = conversation
        self.turns += [Turn.restored(t.question, t.answer, stopped=t.stopped) for t in kept]

    def delete(self) -> None:
        """Delete this conversation for good and start over."""
        if self.shelf:
            self._stop()
            self.shelf.delete(self.id)
        self.clear()

    def ask(self, text: str) -> None:
        """Add a turn; an unfinished one before it is stopped."""
        self._stop()
        self._add(Question(text=text, history=self._history(), limits=self.limits))

    def ask_again(self, turn: int, text: str, *, literal: bool = False) -> None:
        """Put a question anew in the place of a turn; it and what followed from it give way."""
        self._stop()
        del self.turns[turn:]
        self.editing = None
        if self.opened and self.opened.turn >= turn:
            self.opened = None
        self._add(Question(text=text, history=self._history(), limits=self.limits, literal=literal))

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

    def draw_from(self, turn: int) -> None:
        """Have a long conversation drawn from an earlier turn on."""
        self.drawn_from = turn

    def close_source(self) -> None:
        """Close the source panel."""
        self.opened = None

    def clear(self) -> None:
        """Start over."""
        self._stop()
        self.turns.clear()
        self.opened = self.editing = self.drawn_from = None
        self.id = uuid4().hex[:16]

    def _add(self, question: Question) -> None:
        conversation, place = self.id, len(self.turns)
        self.turns.append(Turn(question, lambda turn: self._keep(conversation, place, turn)))

    def _keep(self, conversation: str, place: int, turn: Turn) -> None:
        """Put a turn that has ended on the shelf; one that failed with nothing written is not kept."""
        if not self.shelf or not (turn.answer or turn.claims):
            return
        try:
            kept = KeptTurn(turn.question, turn.so_far, stopped=turn.answer is None)
            self.shelf.keep(conversation, place, kept)
        except StorageError as exc:
            self.unkept = exc

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
