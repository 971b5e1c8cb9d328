"""What is kept of the chat: conversations, opinions and the audit, for the one who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.chat.access import RateLimit, TooManyQuestions
from assistant.chat.turns import Turn
from assistant.records.audit import AuditLog, audit_line
from assistant.records.conversations import ConversationStore
from assistant.records.reviews import ReviewList
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.answers import Question
    from assistant.chat.access import Asker
    from assistant.records.turns import StoredTurn
    from index.settings import Settings


@dataclass(slots=True)
class Keeping:
    """Keeps one asker's turns. `problem` says why the last of them could not be kept.

    What cannot be kept is answered all the same: a full disk does not end a conversation.
    """

    settings: Settings
    who: Asker
    problem: MemoireError | None = None
    store: ConversationStore = field(init=False)
    reviews: ReviewList = field(init=False)

    def __post_init__(self) -> None:
        self.store = ConversationStore(self.settings.conversations_file, self.who.id)
        self.reviews = ReviewList(self.settings.conversations_file, self.who.id)

    def begin(self, question: Question, after: str | None, replaced: Turn | None = None) -> Turn:
        """Keep a question behind the turn `after`, or as a new version of the turn it replaces.

        Raises:
            TooManyQuestions: the asker has to wait.
        """
        try:
            RateLimit.from_settings(self.settings).admit(self.who.id)
            return Turn.begun(self._begun(question, after, replaced), self)
        except TooManyQuestions:
            raise
        except MemoireError as exc:
            self.problem = exc
            return Turn(question)

    def _begun(self, question: Question, after: str | None, replaced: Turn | None) -> StoredTurn:
        try:
            if replaced and replaced.kept:
                return self.store.edit(replaced.id, question)
            return self.store.begin(question, after=after)
        except InputError:  # deleted from another tab: what is asked now begins a new conversation
            return self.store.begin(question)

    def goes_on(self, turn: Turn) -> None:
        """Keep what has been shown so far."""
        self._try(lambda: self.store.keep(turn.id, turn.draft))

    def ended(self, turn: Turn) -> None:
        """Keep what came of a turn, and for an answer, a line of the audit."""
        self._try(lambda: self._end(turn))

    def _end(self, turn: Turn) -> None:
        if turn.failure:
            self.store.fail(turn.id, turn.failure, turn.draft)
        elif turn.answer is None:
            self.store.stop(turn.id, turn.draft)
        else:
            self.store.finish(turn.id, turn.answer)
            line = audit_line(
                turn.id, self.who.id, self.who.name, turn.question, turn.answer, self.settings
            )
            AuditLog(self.settings.audit_folder).append(line)

    def _try(self, keep: Callable[[], None]) -> None:
        try:
            keep()
            self.problem = None
        except InputError:
            return  # the conversation was deleted while it was answered
        except MemoireError as exc:
            self.problem = exc
