"""The writer without a language model: it selects the sentences that answer and quotes them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from assistant.abstention import decide
from assistant.asked import Asked, stems
from assistant.evidence import Byline, Span
from assistant.evidence import Sentence as Written
from assistant.excerpts import Excerpt, attribution, excerpt
from assistant.selection import Candidate, candidates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.events import Notice
    from assistant.evidence import Evidence, Side
    from index.articles import Article
    from index.models import Reranker

NAME = "verbatim"

_MOST = 3
_MOST_OF_MANY = 5  # of a list, or of opposing accounts
_OF_A_SIDE = 2  # sentences each side has for sure
_UNHEARD = 6.0  # logits below the best sentence at which a side has said nothing on the matter
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
        if decide(evidence, asked, found, self._reranker).answers:
            yield from _quoted(_choose(found, asked, evidence.sides))
        yield Byline(NAME)


def _choose(found: Sequence[Candidate], asked: Asked, sides: Sequence[Side]) -> list[Candidate]:
    ordered = sorted(found, key=lambda c: -c.score)
    most = _MOST_OF_MANY if asked.several or asked.sides else _MOST
    first = ordered[0]
    groups = [side.articles for side in sides]
    if asked.sides and not groups:
        groups = [frozenset({first.article.id}), frozenset(c.article.id for c in ordered[1:])]
    near = [c for c in ordered if c.score >= first.score - _UNHEARD]
    heard = [_best([c for c in near if c.article.id in group], _OF_A_SIDE) for group in groups]
    if not all(heard):
        return _best(ordered, most)
    chosen = list(dict.fromkeys(chain.from_iterable(heard)))
    return [*chosen, *_best([c for c in ordered if c not in chosen], most, chosen)][:most]


def _best(ordered: Sequence[Candidate], most: int, beside: Sequence[Candidate] = ()) -> list[Candidate]:
    """Return the best candidates within the margin, none saying what another or one `beside` says."""
    chosen: list[Candidate] = []
    for candidate in ordered:
        if len(chosen) == most or candidate.score < ordered[0].score - _MARGIN:
            break
        if not any(_same(candidate, other) for other in (*beside, *chosen)):
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
