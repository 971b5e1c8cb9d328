"""The writer without a language model: it selects the sentences that answer and quotes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from assistant.abstention.decision import decide
from assistant.abstention.hearing import owner
from assistant.abstention.wanted import Wanted
from assistant.evidence import Byline
from assistant.evidence import Sentence as Written
from assistant.excerpts import Excerpt, elaborated
from assistant.grounding.quoting import excerpt_of, quotation
from assistant.selection import candidates
from assistant.writers.choosing import chosen
from assistant.writers.weighing import weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.events import Notice
    from assistant.evidence import Evidence
    from assistant.selection import Candidate
    from index.articles import Article
    from index.models import Reranker

NAME = "verbatim"


class VerbatimWriter:
    """Quotes. Deterministic; it cannot invent."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def write(self, evidence: Evidence) -> Iterator[Written | Notice | Byline]:
        """Yield the sentences that answer, the most relevant article first; none if none does."""
        asked = evidence.asked
        found = candidates(evidence, asked, self._reranker)
        decision = decide(evidence, asked, found, self._reranker)
        if decision.answers:
            wanted = Wanted.of(evidence.searched_for, asked, date.today())
            found = weighed(found, evidence, wanted, self._reranker)
            yield from _quoted(chosen(found, evidence, wanted, decision.heard), evidence)
        yield Byline(NAME)


def _quoted(picked: Sequence[Candidate], evidence: Evidence) -> Iterator[Written]:
    """Quote article by article, in the order of each one's best sentence, then of the text.

    What two parties say in one article is quoted apart.
    """
    by_article: dict[tuple[str, int | None], list[Candidate]] = {}
    for c in picked:
        whose = owner(c, evidence) if evidence.sides else None
        by_article.setdefault((c.article.id, whose), []).append(c)
    for group in by_article.values():
        article = group[0].article
        quotes = [elaborated(article, c.sentence, excerpt_of(article, c.sentence)) for c in group]
        for quote in _joined(article, quotes):
            yield quotation(article, quote)


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
