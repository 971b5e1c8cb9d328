"""Which sentences of the evidence may answer the question.

Each sentence of the best passages is scored by the cross-encoder under its article's heading, and that
score decides the order. Where the weights come from, and what was tried and dropped, is in
`docs/answering.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.excerpts import REPORTER, readable, sentences_of, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.asked import Asked
    from assistant.evidence import Evidence
    from index.articles import Article, Hit
    from index.intake.sentences import Sentence
    from index.models import Reranker

_PASSAGES = 6
_OF_SIDES = 8  # passages of a two-sided question, four a side
_HEADING_CHARS = 160
_SENTENCE_CHARS = 700
_FEWEST_WORDS = 4  # "February 3, 2025." stands alone in many releases and says nothing
_OTHER_YEAR = 1.5  # logits off a sentence from a year the question does not ask about


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    `score` is the cross-encoder's logit under the article's heading, less something for a sentence
    from another year than the question names.
    """

    hit: Hit
    sentence: Sentence
    text: str
    score: float

    @property
    def article(self) -> Article:
        """The article it stands in."""
        return self.hit.article

    @property
    def input(self) -> str:
        """What the cross-encoder reads: the sentence under its article's heading."""
        return heading_with(self.article, self.text)


def heading_with(article: Article, text: str) -> str:
    """Return what the cross-encoder reads: a sentence under its article's heading."""
    return f"{article.heading[:_HEADING_CHARS]}\n{text[:_SENTENCE_CHARS]}"


def scored(evidence: Evidence, texts: Sequence[tuple[Article, str]], reranker: Reranker) -> list[float]:
    """Return the logit of each text under its article's heading, for the question in its spelling."""
    inputs = [(article, heading_with(article, text)) for article, text in texts]
    pairs = [(evidence.query.as_spelled_in(article, text), text) for article, text in inputs]
    return [float(score) for score in reranker.score_pairs(pairs)]


def candidates(evidence: Evidence, asked: Asked, reranker: Reranker) -> list[Candidate]:
    """Return the sentences of the best passages, headings and bare labels left out."""
    found: list[tuple[Hit, Sentence, str]] = []
    for hit in evidence.hits[: _OF_SIDES if evidence.sides else _PASSAGES]:
        for sentence in sentences_of(hit.article):
            inside = hit.passage.start <= sentence.start and sentence.end <= hit.passage.end
            if inside and not sentence.heading and speaking(hit.article, sentence.start) != REPORTER:
                text = readable(hit.article.text[sentence.start : sentence.end])
                if len(text.split()) >= _FEWEST_WORDS:
                    found.append((hit, sentence, text))
    scores = scored(evidence, [(h.article, t) for h, _, t in found], reranker)
    return [
        Candidate(h, s, t, score - _off_year(asked, h.article, t))
        for (h, s, t), score in zip(found, scores, strict=True)
    ]


def _off_year(asked: Asked, article: Article, text: str) -> float:
    if not asked.years or article.published is None or article.published.year in asked.years:
        return 0.0
    return 0.0 if any(str(year) in text for year in asked.years) else _OTHER_YEAR
