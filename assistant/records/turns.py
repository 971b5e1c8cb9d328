"""What is kept of a conversation: its turns as they ended, and how lists and searches show it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer, Claim, Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

State = Literal["asking", "answered", "stopped", "failed"]

SILENT = timedelta(minutes=5)
"""After this long without a word a turn that is still being answered counts as abandoned."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Draft(_Frozen):
    """What had been shown of an answer that has not come to its end."""

    searched_for: str | None = None
    notices: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


class Problem(_Frozen):
    """Why a turn failed, as the reader was told."""

    problem: str
    remedy: str = ""


class Ending(_Frozen):
    """What came of a question: its answer, or what had been shown until it was stopped or failed."""

    answer: Answer | None = None
    draft: Draft = Draft()
    problem: Problem | None = None


class StoredTurn(_Frozen):
    """A question and what came of it. `id` never changes and is the turn's link.

    `version` of `versions` counts from 1 the edits of this question. `abandoned`: its writer died.
    """

    id: str
    conversation_id: str
    question: Question
    asked: datetime
    state: State
    answer: Answer | None = None
    draft: Draft = Draft()
    problem: Problem | None = None
    version: int = 1
    versions: int = 1
    abandoned: bool = False

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What was shown: the answer's claims, or those before it was stopped or failed."""
        return self.answer.claims if self.answer else self.draft.claims


class Summary(_Frozen):
    """A conversation in a list. Times are UTC; `turns` counts those shown, not earlier versions."""

    id: str
    title: str
    started: datetime
    touched: datetime
    turns: int


class Match(_Frozen):
    """A conversation that a search found: where, and an excerpt with the spans that matched."""

    summary: Summary
    turn_id: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]


def by_day(summaries: Iterable[Summary], zone: tzinfo, today: date) -> list[tuple[date, list[Summary]]]:
    """Group conversations by the day they were last used in the reader's time zone, newest first.

    A day after `today`, which clocks set wrong can make, counts as today.
    """
    days: dict[date, list[Summary]] = {}
    for summary in sorted(summaries, key=lambda one: one.touched, reverse=True):
        days.setdefault(min(summary.touched.astimezone(zone).date(), today), []).append(summary)
    return sorted(days.items(), reverse=True)
