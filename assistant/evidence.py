"""What a writer works with: the evidence of a question, and the sentences made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answers import SUPPORTED
from assistant.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.answers import Question, Reading, Repair, SaidBy, Verdict
    from index.articles import Article, Hit


@dataclass(frozen=True, slots=True)
class Side:
    """A party whose account is asked for, with the ids of the articles that speak for it."""

    party: str
    articles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: the standalone query and its hits, best first.

    `rarity` gives the inverse document frequency of the query's content words in the library; `sides`
    are those of a question that asks for two parties' accounts; `reading` is how it was understood.
    """

    question: Question
    searched_for: str
    hits: Sequence[Hit]
    rarity: Mapping[str, float]
    sides: Sequence[Side] = ()
    reading: Reading | None = None

    @property
    def asked(self) -> Asked:
        """What the standalone query asks for."""
        return Asked.of(self.searched_for, sides=bool(self.sides))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of an article that supports a sentence."""

    article: Article
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence from a writer, before its citations are numbered."""

    text: str
    spans: Sequence[Span]
    attribution: str = ""
    verdict: Verdict = SUPPORTED
    repair: Repair | None = None
    said_by: SaidBy | None = None


@dataclass(frozen=True, slots=True)
class Byline:
    """The last word of a writer: who wrote, from which prompt, and what it was denied.

    `dropped_markers` counts citation markers that named no passage of this turn.
    """

    writer: str
    prompt: str | None = None
    dropped_markers: int = 0
