"""Whether the evidence holds a sentence, and where exactly.

A sentence is held by a sentence of the evidence when its numbers, dates and quotations stand there
(or in the article's date and title), neither denies what the other affirms, most of its words stand
there with no stretch of its own among them, and the cross-encoder finds the one relevant to the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.asked import content_words, stems
from assistant.evidence import Span
from assistant.excerpts import readable, sentences_of
from assistant.facts import unborne

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.articles import Hit
    from index.models import Reranker

_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÀ-Þ][\w’-]{2,}")
_SPEAKER = re.compile(
    r"\A[A-ZÀ-Þ][\w’-]{2,}(?= (?:said|says|told|added|denied|announced|warned|agreed|accused|claimed)\b)"
)
_SCORE = 0.0  # the logit of even odds that one sentence is relevant to the other
_SHARE = 0.5  # of the sentence's content words
_STRETCH = (
    3  # content words in a row that the source may lack; 1 of 647 sentences of CLAPNQ's people has more
)
_NEIGHBOURS = 1


@dataclass(frozen=True, slots=True)
class _Place:
    hit: Hit
    start: int
    end: int
    text: str


def supporting_span(text: str, hits: Sequence[Hit], reranker: Reranker) -> Span | None:
    """Return the sentence (with a neighbour where it takes two) that holds `text`, or None."""
    fitting = [place for place in _places(hits) if _bears(text, place)]
    scores = reranker.score(text, [place.text for place in fitting])
    ranked = sorted(zip(scores, fitting, strict=True), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < _SCORE:
        return None
    best = ranked[0][1]
    return Span(best.hit.article, best.start, best.end)


def _places(hits: Sequence[Hit]) -> list[_Place]:
    """Single sentences of the passages, and pairs of neighbours."""
    places: list[_Place] = []
    for hit in hits:
        inside = [
            s
            for s in sentences_of(hit.article)
            if hit.passage.start <= s.start and s.end <= hit.passage.end
        ]
        for at, first in enumerate(inside):
            for last in inside[at : at + 1 + _NEIGHBOURS]:
                text = readable(hit.article.text[first.start : last.end])
                places.append(_Place(hit, first.start, last.end, text))
    return places


def _bears(text: str, place: _Place) -> bool:
    """Hard facts and names all there, and most of the words."""
    context = f"{place.hit.article.heading} {place.hit.article.outlet or ''} {place.text}"
    if unborne(text, context):
        return False
    there = stems(context)
    if any(not stems(name) <= there for name in _SPEAKER.findall(text) + _NAME.findall(text)):
        return False
    words = stems(text)
    return len(words & there) >= _SHARE * len(words) and _longest_own(text, there) <= _STRETCH


def _longest_own(text: str, there: set[str]) -> int:
    """The longest run of content words that are not there: what was spliced into a true sentence."""
    own = "".join("-" if stems(word) <= there else "x" for word in content_words(text))
    return max(map(len, own.split("-")))
