"""Whether the evidence holds a sentence, where exactly, and if not, why not in a reader's words.

A place (one or two sentences of an article) bears a sentence when its numbers, dates, quotations and
names stand there (or in the article's title and date), neither denies what the other affirms, the same
speaker says it, and no stretch of its words is without a counterpart. A borne sentence is supported
when most of its words stand there and the cross-encoder finds the one relevant to the other, and partly
supported a little below that. The thresholds come from `eval.bench.grounding`; see `docs/answering.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Protocol

from assistant.answers import SUPPORTED, Verdict
from assistant.asked import content_words, stems
from assistant.evidence import Span
from assistant.excerpts import REPORTER, sentences_of, speaking
from assistant.grounding.bearing import Place, fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.articles import Hit
    from index.intake.sentences import Sentence

_NEAREST = 4  # places of an article of which any two may hold a sentence together
_NEARER = 0.1  # share by which a place that contradicts a sentence outweighs one that does not
_FEWEST = 2  # content words with which something is stated of something
_TAG = re.compile(r"</?[a-z!|][^<>]*>", re.IGNORECASE)
_UNSAID = "no cited passage says this"
# "The passage is about …", "The answer is: …", "As the text above shows": of the task, not of the world.
_OF_THE_TASK = re.compile(
    r"\b(?:the|this|these|those|each|both)\s+(?:passage|excerpt|snippet|context|answer|question)s?\b"
    r"|\b(?:above|provided|given|following|these|according to the)"
    r"\s+(?:text|document|article|source)s?\b"
    r"|\bthe (?:text|article|source) (?:is about|mentions|discusses|describes)\b",
    re.IGNORECASE,
)


class Scorer(Protocol):
    """Relevance of texts to a query: a `Reranker`, or one that keeps what it was asked."""

    def score(self, query: str, texts: Sequence[str]) -> Iterable[float]:
        """Return one logit a text."""
        ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What makes a borne sentence supported, and partly: share of its words, cross-encoder's logit.

    `stretch` is how many content words in a row the source may lack; one of 647 sentences of CLAPNQ's
    people has more than three.
    """

    share: float = 0.65
    score: float = 0.0
    partly_share: float = 0.5
    partly_score: float = 0.0
    stretch: int = 3


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a sentence and the spans that hold it; none where it is unsupported."""

    verdict: Verdict
    spans: tuple[Span, ...] = ()


def judge(text: str, hits: Sequence[Hit], scorer: Scorer, at: Thresholds = THRESHOLDS) -> Judgement:
    """Return whether the hits' passages hold a sentence, and where, or why they do not."""
    if len(content_words(text)) < _FEWEST:
        return _unsupported("it states nothing")
    if (own := _OF_THE_TASK.search(text)) and not _written(own[0], hits):
        return _unsupported("it speaks of the passages, not of what they say")
    places = _places(hits)
    faults = {place: _lacking(text, place, at) for place in places}
    fitting = [place for place, lack in faults.items() if lack is None]
    fitting = fitting or [p for p in _pairs(text, places) if _lacking(text, p, at) is None]
    if not fitting:
        return _unsupported(_nearest_reason(text, faults))
    scores = (float(score) for score in scorer.score(text, [place.text for place in fitting]))
    score, best = max(zip(scores, fitting, strict=True), key=lambda pair: pair[0])
    if score < at.partly_score:
        return _unsupported(_UNSAID)
    nearer = [p for p, lack in faults.items() if p.share(text) > best.share(text) + _NEARER]
    if nearer:
        return _unsupported(_nearest_reason(text, {place: faults[place] for place in nearer}))
    full = best.share(text) >= at.share and score >= at.score
    spans = tuple(Span(best.article, start, end) for start, end in best.spans)
    return Judgement(SUPPORTED if full else _partly(text, best), spans)


def nearest_quote(text: str, hits: Sequence[Hit], scorer: Scorer, least: float = 0.0) -> Span | None:
    """Return the sentence of the passages that comes nearest to a text; None where none is near.

    Headings, reporters' questions and mark-up are left out. `least` is the cross-encoder's logit it must
    reach: 0 is even odds that it is relevant.
    """
    every = [Span(hit.article, s.start, s.end) for hit in hits for s in _inside(hit) if not s.heading]
    spans = [span for span in every if _states(span)]
    if not spans:
        return None
    scores = (float(score) for score in scorer.score(text, [_words(span) for span in spans]))
    score, best = max(zip(scores, spans, strict=True), key=lambda pair: pair[0])
    return best if score >= least else None


def _states(span: Span) -> bool:
    words = content_words(_TAG.sub("", _words(span)))
    return len(words) >= _FEWEST and speaking(span.article, span.start) != REPORTER


def _words(span: Span) -> str:
    return span.article.text[span.start : span.end]


def _written(words: str, hits: Sequence[Hit]) -> bool:
    return any(words.lower() in hit.text.lower() for hit in hits)


def _unsupported(reason: str) -> Judgement:
    return Judgement(Verdict(state="unsupported", reason=reason))


def _inside(hit: Hit) -> list[Sentence]:
    passage = hit.passage
    return [s for s in sentences_of(hit.article) if passage.start <= s.start and s.end <= passage.end]


def _places(hits: Sequence[Hit]) -> list[Place]:
    """Single sentences of the passages, and neighbours as one span."""
    places: list[Place] = []
    for hit in hits:
        inside = _inside(hit)
        places += [Place(hit.article, ((s.start, s.end),)) for s in inside]
        places += [Place(hit.article, ((s.start, t.end),)) for s, t in pairwise(inside)]
    return list(dict.fromkeys(places))


def _pairs(text: str, places: Sequence[Place]) -> list[Place]:
    """Any two of an article's nearest places, for a sentence that no one of them holds alone."""
    by_article: dict[str, list[Place]] = {}
    for place in places:
        by_article.setdefault(place.article.id, []).append(place)
    pairs = []
    for group in by_article.values():
        near = sorted(group, key=lambda place: -place.share(text))[:_NEAREST]
        for one, other in combinations(near, 2):
            first, second = sorted((one.spans[0], other.spans[0]))
            if first[1] <= second[0]:
                pairs.append(Place(one.article, (first, second)))
    return pairs


def _lacking(text: str, place: Place, at: Thresholds) -> str | None:
    """What of the sentence the place does not hold, in words."""
    if found := fault(text, place):
        return found
    far = place.share(text) < at.partly_share or place.longest_own(text) > at.stretch
    return _UNSAID if far else None


def _nearest_reason(text: str, faults: dict[Place, str | None]) -> str:
    """What the place that shares most with the sentence lacks."""
    nearest = max(faults, key=lambda place: place.share(text), default=None)
    return (faults[nearest] if nearest else None) or _UNSAID


def _partly(text: str, place: Place) -> Verdict:
    own = [word for word in content_words(text) if not stems(word) <= place.stems]
    words = ", ".join(f"“{word}”" for word in dict.fromkeys(own))
    reason = f"the passage does not say {words}" if words else "the passage says this in other words"
    return Verdict(state="partly", reason=reason)
