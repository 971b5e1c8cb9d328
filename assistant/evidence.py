"""What a writer works with: the evidence of a question, and the sentences made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answers import SUPPORTED
from assistant.asked import Asked, stems
from assistant.grounding.speech import names_party, party_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.answers import Question, Reading, Repair, SaidBy, Verdict
    from index.articles import Article, Hit
    from index.search.query import Query


@dataclass(frozen=True, slots=True)
class Side:
    """A party whose account is asked for, with the ids of the articles that speak for it.

    Of a person, `signed` are those of which he is the speaker, and `country` is the one he speaks for.
    """

    party: str
    articles: frozenset[str]
    signed: frozenset[str] = frozenset()
    country: str | None = None

    def is_named(self, text: str) -> bool:
        """Tell whether a text names the party, or the country of a person."""
        return any(names_party(text, name) for name in (self.party, self.country) if name)

    def others(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return, of a question's names by their stems, those that are not the party's own."""
        own, land = stems(self.party), self.country or party_of(self.party)
        return {
            s: word for s, word in names.items() if s not in own and (not land or party_of(word) != land)
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: the standalone query as understood and its hits, best first.

    `rarity` gives the inverse document frequency of the query's content words in the library; `sides`
    are those of a question that asks for two parties' accounts; `reading` is how it was understood.
    """

    question: Question
    query: Query
    hits: Sequence[Hit]
    rarity: Mapping[str, float]
    sides: Sequence[Side] = ()
    reading: Reading | None = None

    @property
    def searched_for(self) -> str:
        """The standalone query in words."""
        return self.query.text

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
