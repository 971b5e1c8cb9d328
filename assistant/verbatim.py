"""The writer without a language model: it selects the sentences that answer and quotes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.answers import Byline, Sentence, Span
from index.sentences import split_sentences

if TYPE_CHECKING:
    from assistant.answers import Evidence, Notice
    from index.articles import Article
    from index.models import Reranker


class VerbatimWriter:
    """Quotes. Deterministic; it cannot invent."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def write(self, evidence: Evidence) -> Iterator[Sentence | Notice | Byline]:
        """Yield the sentences that answer, most relevant first."""
        spans = [
            Span(hit.article, s.start, s.end)
            for hit in evidence.hits[:3]
            for s in split_sentences(hit.article.text)
            if hit.passage.start <= s.start and s.end <= hit.passage.end
        ]
        texts = [span.article.text[span.start : span.end] for span in spans]
        scores = self._reranker.score(evidence.searched_for, texts)
        order = sorted(range(len(spans)), key=lambda i: -scores[i])[:3]
        for i in order:
            if scores[i] > 0:
                lead = attribution(spans[i].article)
                yield Sentence(f"{lead}: “{' '.join(texts[i].split())}”", [spans[i]], lead)
        yield Byline("verbatim")


def attribution(article: Article) -> str:
    """Return who said it and when, from the article's own metadata."""
    who = article.speaker or article.outlet or article.title
    when = article.published.text if article.published else "undated"
    return f"{who}, {when}"
