"""Which sentences of the evidence answer the question, and whether they do.

Each sentence of the best passages is scored by the cross-encoder under its article's heading, and that
score is weighed with what the question asks for. The weights are logistic regressions; where they were
fitted and how they did on questions they never saw is in `docs/answering.md`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.asked import Asked, stems
from assistant.excerpts import REPORTER, readable, sentences_of, speaking

if TYPE_CHECKING:
    from assistant.answers import Evidence
    from index.articles import Article, Hit
    from index.models import Reranker
    from index.sentences import Sentence

_PASSAGES = 6
_HEADING_CHARS = 160
_SENTENCE_CHARS = 700


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with what speaks for it.

    `score` is the cross-encoder's logit under the article's heading; `overlap` the share, weighed by
    rarity, of the question's words in the sentence; `holds` whether it holds the kind of answer wanted.
    """

    hit: Hit
    sentence: Sentence
    text: str
    score: float
    overlap: float
    holds: bool | None

    @property
    def article(self) -> Article:
        """The article it stands in."""
        return self.hit.article


def candidates(evidence: Evidence, asked: Asked, reranker: Reranker) -> list[Candidate]:
    """Return the sentences of the best passages, headings and bare labels left out."""
    found: list[tuple[Hit, Sentence, str]] = []
    for hit in evidence.hits[:_PASSAGES]:
        for sentence in sentences_of(hit.article):
            if hit.passage.start <= sentence.start and sentence.end <= hit.passage.end:
                if not sentence.heading and speaking(hit.article, sentence.start) != REPORTER:
                    text = readable(hit.article.text[sentence.start : sentence.end])
                    found.append((hit, sentence, text))
    inputs = [f"{h.article.heading[:_HEADING_CHARS]}\n{t[:_SENTENCE_CHARS]}" for h, _, t in found]
    scores = reranker.score(evidence.searched_for, inputs)
    return [
        Candidate(h, s, t, float(score), overlap(asked, t, evidence.rarity), asked.held_by(t))
        for (h, s, t), score in zip(found, scores, strict=True)
    ]


def overlap(asked: Asked, text: str, rarity: Mapping[str, float]) -> float:
    """Return the share of the question's words found in the text, weighed by rarity; 0 to 1."""
    weights = {stem: rarity.get(word, 0.0) for stem, word in asked.terms.items()}
    total = sum(weights.values())
    there = stems(text)
    return sum(w for stem, w in weights.items() if stem in there) / total if total else 0.0


def answerable(evidence: Evidence, asked: Asked, found: Sequence[Candidate]) -> bool:
    """Tell whether the candidates hold an answer."""
    return bool(found) and max(c.score for c in found) > 0
