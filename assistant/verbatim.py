"""The writer without a language model: it selects the sentences that answer and quotes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answers import Byline, Span
from assistant.answers import Sentence as Written
from assistant.asked import Asked, stems
from assistant.excerpts import Excerpt, attribution, excerpt
from assistant.selection import Candidate, answerable, candidates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.answers import Evidence, Notice
    from index.articles import Article
    from index.models import Reranker

NAME = "verbatim"

_MOST = 3
_MOST_OF_MANY = 5  # of a list, or of opposing accounts
_OF_A_SIDE = 2  # of the side that would otherwise go unheard
_MARGIN = 3.0  # logits below the best sentence; see docs/answering.md
_SAME = 0.6  # Jaccard of stems above which two sentences say the same


class VerbatimWriter:
    """Quotes. Deterministic; it cannot invent."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def write(self, evidence: Evidence) -> Iterator[Written | Notice | Byline]:
        """Yield the sentences that answer, the most relevant article first; none if none does."""
        asked = Asked.of(evidence.searched_for)
        found = candidates(evidence, asked, self._reranker)
        if answerable(evidence, asked, found):
            yield from _quoted(_choose(found, asked, evidence.sides))
        yield Byline(NAME)


def _choose(
    found: Sequence[Candidate], asked: Asked, sides: Mapping[str, frozenset[str]]
) -> list[Candidate]:
    ordered = sorted(found, key=lambda c: -c.score)
    most = _MOST_OF_MANY if asked.several or asked.sides else _MOST
    chosen = _best(ordered, most)
    first = chosen[0].article.id
    groups = list(sides.values()) or [frozenset(c.article.id for c in ordered) - {first}]
    if asked.sides:
        for articles in groups:
            if not any(candidate.article.id in articles for candidate in chosen):
                other = [c for c in ordered if c.article.id in articles and not _same(c, chosen[0])]
                chosen = [*chosen[: most - _OF_A_SIDE], *_best(other, _OF_A_SIDE)]
    return chosen


def _best(ordered: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best candidates within the margin, none saying what another says."""
    chosen: list[Candidate] = []
    for candidate in ordered:
        if len(chosen) == most or candidate.score < ordered[0].score - _MARGIN:
            break
        if not any(_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _same(one: Candidate, other: Candidate) -> bool:
    a, b = stems(one.text), stems(other.text)
    return len(a & b) > _SAME * len(a | b)


def _quoted(chosen: Sequence[Candidate]) -> Iterator[Written]:
    """Quote article by article, in the order of each one's best sentence, then of the text."""
    by_article: dict[str, list[Candidate]] = {}
    for candidate in chosen:
        by_article.setdefault(candidate.article.id, []).append(candidate)
    for group in by_article.values():
        article = group[0].article
        quotes = [excerpt(article, candidate.sentence) for candidate in group]
        for quote in _joined(article, quotes):
            lead = attribution(article, quote.start)
            spans = [Span(article, start, end) for start, end in quote.spans]
            yield Written(f"{lead}: “{quote.text(article)}”", spans, lead)


def _joined(article: Article, quotes: Sequence[Excerpt]) -> list[Excerpt]:
    """Join quotes that overlap or follow each other in the article."""
    joined: list[Excerpt] = []
    for quote in sorted(quotes, key=lambda q: q.start):
        if joined and len(quote.spans) == len(joined[-1].spans) == 1:
            (start, end), (begin, stop) = joined[-1].spans[0], quote.spans[0]
            if not article.text[end:begin].strip():
                joined[-1] = Excerpt(((start, max(end, stop)),))
                continue
        if joined and quote.spans[0] in joined[-1].spans:
            joined[-1] = Excerpt((*joined[-1].spans, quote.spans[-1]))
            continue
        joined.append(quote)
    return joined
