"""The types of the assistant: a question, its evidence, and the answer with its citations.

An `Answer` is complete: it can be stored, shown, exported and scored without asking anyone again.
The pages, the command line's JSON and the evaluation all read this one object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.articles import Article, Hit

MAX_QUESTION_CHARS = 4_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(_Frozen):
    """One earlier turn of the conversation, as it was typed or answered (no rendered citations)."""

    role: Literal["user", "assistant"]
    content: str


class Question(_Frozen):
    """What is asked, after which turns. `id` is the asker's own name for it."""

    text: str
    history: tuple[Message, ...] = ()
    id: str | None = None

    def checked(self) -> Question:
        """Return it with folded white space.

        Raises:
            InputError: it holds no word, or is longer than 4,000 characters.
        """
        text = " ".join(self.text.split())
        if len(text) > MAX_QUESTION_CHARS:
            raise InputError(
                f"The question has {len(text):,} characters; {MAX_QUESTION_CHARS:,} is the most.",
                "Ask in fewer words.",
            )
        if not any(char.isalnum() for char in text):
            raise InputError("The question holds no words.", 'Ask something like: "Who met whom?"')
        return self.model_copy(update={"text": text})


class Reference(_Frozen):
    """An article by what identifies it to a reader. `published` is ISO 8601, maybe reduced."""

    article_id: str
    source: str
    title: str
    outlet: str | None
    published: str | None
    url: str | None


class Citation(Reference):
    """The exact span `[start, end)` of an article that a claim rests on.

    `quote` equals the stored text of the span. `number` counts the answer's articles from 1 in the
    order they are first cited; one article has one number.
    """

    number: int
    start: int
    end: int
    quote: str


class Claim(_Frozen):
    """One sentence of an answer with the spans it rests on.

    `attribution` is the part of `text` before the quotation that says who said it and when; empty
    where the writer wove it into the sentence.
    """

    text: str
    citations: tuple[Citation, ...]
    attribution: str = ""


class Answer(_Frozen):
    """An answer or an abstention, and everything that made it.

    An abstention has a `reason`, no claims, and may offer the `closest` articles as reading.
    `as_of` is the newest publication date among the cited articles; of an abstention, the library's.
    """

    id: str | None
    question: str
    abstained: bool
    reason: str | None
    claims: tuple[Claim, ...]
    closest: tuple[Reference, ...] = ()
    searched_for: str
    as_of: str | None
    writer: str
    prompt: str | None
    index_hash: str
    seconds: float
    notices: tuple[str, ...] = ()
    dropped_markers: int = 0

    @property
    def text(self) -> str:
        """The answer as plain text without markers: what a later turn's history holds."""
        return " ".join(claim.text for claim in self.claims) or (self.reason or "")


@dataclass(frozen=True, slots=True)
class Side:
    """A party whose account is asked for: the question put to it alone, its articles by their ids."""

    party: str
    question: str
    articles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: the standalone query and its hits, best first.

    `rarity` gives the inverse document frequency of the query's content words in the library; `sides`
    are those of a question that asks for two parties' accounts.
    """

    question: Question
    searched_for: str
    hits: Sequence[Hit]
    rarity: Mapping[str, float]
    sides: Sequence[Side] = ()


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


@dataclass(frozen=True, slots=True)
class Byline:
    """The last word of a writer: who wrote, from which prompt, and what it was denied.

    `dropped_markers` counts citation markers that named no passage of this turn.
    """

    writer: str
    prompt: str | None = None
    dropped_markers: int = 0


# What `Assistant.stream` yields, in this order: SearchedFor, then Notice and ClaimWritten, Finished.


@dataclass(frozen=True, slots=True)
class SearchedFor:
    """The standalone query that is being searched."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know about how the answer came to be."""

    text: str


@dataclass(frozen=True, slots=True)
class ClaimWritten:
    """A claim, final: neither its text nor its citations change afterwards."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Finished:
    """The complete answer, holding exactly the claims that were streamed."""

    answer: Answer


Event = SearchedFor | Notice | ClaimWritten | Finished


def reference(article: Article) -> Reference:
    """Return what identifies the article to a reader."""
    return Reference.model_validate(_identity(article))


class Numbering:
    """Gives the answer's articles their numbers, in the order they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def claim(self, sentence: Sentence) -> Claim:
        """Return the sentence as a claim with numbered citations."""
        citations = tuple(self._citation(span) for span in sentence.spans)
        return Claim(text=sentence.text, citations=citations, attribution=sentence.attribution)

    def _citation(self, span: Span) -> Citation:
        article = span.article
        place = {
            "number": self._numbers.setdefault(article.id, len(self._numbers) + 1),
            "start": span.start,
            "end": span.end,
            "quote": article.text[span.start : span.end],
        }
        return Citation.model_validate(_identity(article) | place)


def _identity(article: Article) -> dict[str, object]:
    return {
        "article_id": article.id,
        "source": article.source,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.iso if article.published else None,
        "url": article.url,
    }
