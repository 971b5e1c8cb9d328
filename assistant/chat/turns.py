"""A turn of the chat: a question, and its answer while it is being written and afterwards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.answers import Answer
from assistant.events import ClaimWritten, Finished, Notice, SearchedFor
from assistant.records.turns import Draft, Problem, State, StoredTurn
from index.errors import MemoireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from assistant.answers import Citation, Claim, Question
    from assistant.assistant import Assistant
    from assistant.events import Event

    class Keeper(Protocol):
        """Keeps a turn: each claim when it is shown, and once how it ended."""

        def goes_on(self, turn: Turn) -> None:
            """Keep what has been shown so far."""

        def ended(self, turn: Turn) -> None:
            """Keep what came of it; nothing more will come."""


_MOMENT = 0.25
_THREAD = "answer"


def answering() -> bool:
    """Tell whether an answer is being written for anyone."""
    return any(thread.name == _THREAD for thread in threading.enumerate())


class Turn:
    """A question and what has come of it so far.

    Its answer is written by a thread of its own, because the page may be drawn anew at any moment
    (a citation was chosen) and Streamlit then runs it beside the run it replaces. Any number of
    runs may `follow` the turn. `id` is its link, where a `keeper` keeps it; `version` of `versions`
    counts from 1 the ways its question was put. `quoting` has the articles quoted, whoever else would
    write.
    """

    def __init__(self, question: Question, keeper: Keeper | None = None) -> None:
        self.question = question
        self.id = question.id or uuid4().hex[:16]
        self.conversation_id = ""
        self.asked = datetime.now(UTC)
        self.version = self.versions = 1
        self.answer: Answer | None = None
        self.failure: MemoireError | None = None
        self.stopped = False
        self.writer: str | None = None
        self.quoting = False
        self.kept = keeper is not None
        self._keeper = keeper
        self._events: list[Event] = []
        self._started = False
        self._ended = False
        self._told = False
        self._changed = threading.Condition()

    @classmethod
    def begun(cls, stored: StoredTurn, keeper: Keeper) -> Turn:
        """Return the turn of a question that is kept and about to be answered."""
        turn = cls(stored.question, keeper)
        turn.conversation_id, turn.asked = stored.conversation_id, stored.asked
        turn.version, turn.versions = stored.version, stored.versions
        return turn

    @classmethod
    def restored(cls, stored: StoredTurn, keeper: Keeper) -> Turn:
        """Return a kept turn as it was when it ended: the same claims in the same order."""
        turn = cls.begun(stored, keeper)
        answer, draft = stored.answer, stored.draft
        searched = answer.searched_for if answer else draft.searched_for
        turn._events = [SearchedFor(searched)] if searched else []
        turn._events += [Notice(text) for text in (answer or draft).notices]
        turn._events += [ClaimWritten(claim) for claim in stored.claims]
        if answer:
            turn._events.append(Finished(answer))
            turn.answer = answer
        elif stored.problem:
            turn.failure = MemoireError(stored.problem.problem, stored.problem.remedy)
        else:
            turn.stopped = True
        turn._ended = turn._told = True
        return turn

    @property
    def stored(self) -> StoredTurn:
        """The turn as it is kept, exported and reviewed."""
        failure = self.failure
        ended: State = "failed" if failure else "stopped" if self.stopped else "asking"
        return StoredTurn(
            id=self.id,
            conversation_id=self.conversation_id,
            question=self.question,
            asked=self.asked,
            state="answered" if self.answer else ended,
            answer=self.answer,
            draft=Draft() if self.answer else self.draft,
            problem=Problem(problem=failure.problem, remedy=failure.remedy) if failure else None,
            version=self.version,
            versions=self.versions,
        )

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
    def draft(self) -> Draft:
        """What has been shown so far."""
        searched = [event.text for event in self._events if isinstance(event, SearchedFor)]
        notices = tuple(event.text for event in self._events if isinstance(event, Notice))
        return Draft(
            searched_for=searched[-1] if searched else None, notices=notices, claims=tuple(self.claims)
        )

    @property
    def so_far(self) -> Answer:
        """The answer; of one that was stopped or failed, what there was of it."""
        if self.answer:
            return self.answer
        draft = self.draft
        return Answer(
            id=None,
            question=self.question.text,
            abstained=False,
            reason=None,
            claims=draft.claims,
            searched_for=draft.searched_for or self.question.text,
            as_of=max((c.published for c in self.citations if c.published), default=None),
            writer=self.writer or "unknown",
            prompt=None,
            index_hash="",
            seconds=0,
            notices=draft.notices,
            limits=self.question.limits,
        )

    def start(self, assistant: Callable[[], Assistant]) -> None:
        """Begin to write the answer, unless it was begun; the assistant is made within its thread."""
        with self._changed:
            if self._started or not self.live:
                return
            self._started = True
        threading.Thread(target=self._write, args=(assistant,), name=_THREAD, daemon=True).start()

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

    def _write(self, assistant: Callable[[], Assistant]) -> None:
        try:
            for event in assistant().stream(self.question):
                with self._changed:
                    if self.stopped:
                        return
                    self._events.append(event)
                    self.answer = event.answer if isinstance(event, Finished) else None
                    self._changed.notify_all()
                if self._keeper and isinstance(event, ClaimWritten):
                    self._keeper.goes_on(self)
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
        if self._keeper and not told:
            self._keeper.ended(self)
