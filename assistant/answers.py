"""The types of the assistant: a question, its evidence, and the answer with its citations.

An `Answer` is complete: it can be stored, shown, exported and scored without asking anyone again.
The pages, the command line's JSON and the evaluation all read this one object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from index.errors import InputError

if TYPE_CHECKING:
    from assistant.evidence import Sentence, Span
    from index.articles import Article, Hit

MAX_QUESTION_CHARS = 4_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(_Frozen):
    """One earlier turn of the conversation, as it was typed or answered (no rendered citations)."""

    role: Literal["user", "assistant"]
    content: str


class Limits(_Frozen):
    """What the articles searched are limited to; nothing set means all. Dates are ISO 8601."""

    since: str | None = None
    until: str | None = None
    outlets: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    undated: bool = False


class Question(_Frozen):
    """What is asked, after which turns, of which articles. `id` is the asker's own name for it.

    `literal` searches the words as they stand: no other spellings, no time read from them.
    """

    text: str
    history: tuple[Message, ...] = ()
    id: str | None = None
    limits: Limits = Limits()
    literal: bool = False

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


class Verdict(_Frozen):
    """What the grounding check found of a claim, with the reason in words a reader understands."""

    state: Literal["supported", "partly", "unsupported"]
    reason: str = ""


class Repair(_Frozen):
    """What was changed before the reader saw the claim. `draft` is the sentence as it was written."""

    kind: Literal["re-cited", "quoted", "attributed"]
    draft: str
    reason: str


class SaidBy(_Frozen):
    """Who says so, as the article has it: `text[start:end]` of the article attributes the claim.

    `party` is the side spoken for (a country's usual name), `verb` how it was said (said, denied, …).
    """

    person: str | None
    office: str | None
    party: str | None
    verb: str
    start: int
    end: int


SUPPORTED = Verdict(state="supported")


class Claim(_Frozen):
    """One sentence of an answer with the spans it rests on.

    `attribution` is the part of `text` before the quotation that says who said it and when; empty
    where the writer wove it into the sentence.
    """

    text: str
    citations: tuple[Citation, ...]
    attribution: str = ""
    verdict: Verdict = SUPPORTED
    repair: Repair | None = None
    said_by: SaidBy | None = None


class Account(_Frozen):
    """What one party says: `claims` are places among the answer's claims, none where it is not heard."""

    party: str
    claims: tuple[int, ...]


class Accounts(_Frozen):
    """Accounts set side by side. `relation` is None where the articles do not settle it."""

    sides: tuple[Account, ...]
    relation: Literal["disputed", "changed over time", "agreed"] | None = None


class Abstention(_Frozen):
    """Why there is no answer, and what the reader can do next."""

    kind: Literal["nothing on topic", "no answer", "outside the dates", "false premise"]
    next_step: str


class Reading(_Frozen):
    """How the question was read for searching, each part in words for "searched for …"."""

    query: str
    spellings: tuple[str, ...] = ()
    time: str | None = None
    newest: bool = False
    parties: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Source(Reference):
    """A passage that was retrieved for the question: the span `[start, end)` and its rank from 1."""

    start: int
    end: int
    rank: int


class Origin(_Frozen):
    """One story: which of the answer's articles tell it, and all in the library that carry it.

    `articles` counts those; `outlets` are theirs, the first to carry it first.
    """

    article_ids: tuple[str, ...]
    articles: int
    outlets: tuple[str, ...] = ()


class Answer(_Frozen):
    """An answer or an abstention, and everything that made it.

    An abstention has a `reason`, no claims, and may offer the `closest` articles as reading.
    `as_of` is the newest publication date among the cited articles; of an abstention, the library's.
    `missing` says what of the question the answer leaves open; `passages` were all retrieved for it.
    `origins` are those of the articles cited and retrieved: copies of one story share one.
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
    abstention: Abstention | None = None
    accounts: Accounts | None = None
    missing: tuple[str, ...] = ()
    reading: Reading | None = None
    limits: Limits = Limits()
    passages: tuple[Source, ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def text(self) -> str:
        """The answer as plain text without markers: what a later turn's history holds."""
        return " ".join(claim.text for claim in self.claims) or (self.reason or "")


def reference(article: Article) -> Reference:
    """Return what identifies the article to a reader."""
    return Reference.model_validate(_identity(article))


def source(hit: Hit) -> Source:
    """Return what identifies a retrieved passage to a reader."""
    place = {"start": hit.passage.start, "end": hit.passage.end, "rank": hit.rank}
    return Source.model_validate(_identity(hit.article) | place)


class Numbering:
    """Gives the answer's articles their numbers, in the order they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def claim(self, sentence: Sentence) -> Claim:
        """Return the sentence as a claim with numbered citations."""
        citations = tuple(self._citation(span) for span in sentence.spans)
        return Claim(
            text=sentence.text,
            citations=citations,
            attribution=sentence.attribution,
            verdict=sentence.verdict,
            repair=sentence.repair,
            said_by=sentence.said_by,
        )

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
