"""How well a sentence would do in an answer: the cross-encoder's logit, and what else speaks for it.

What is added and taken off, and what was tried and left, is in `docs/answering.md`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.abstention.hearing import owner
from assistant.announcing import announces
from assistant.excerpts import around, sentences_of
from assistant.grounding.attribution import said_by, same_speaker
from assistant.grounding.quoting import named_text
from assistant.grounding.speech import asked_of, names_speaker
from assistant.selection import scored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.abstention.wanted import Wanted
    from assistant.answers import SaidBy
    from assistant.evidence import Evidence
    from assistant.selection import Candidate
    from index.models import Reranker

_WORTH_NAMING = 7.0  # logits below the best at which a name could still bring a sentence to the front
_ON_THE_MATTER = 0.5  # logits for a sentence that has, with those beside it, the question's words
_ANNOUNCED = 4.0  # logits off a sentence that says nothing itself
_BROKEN = 2.0  # logits off what begins in the middle of a sentence
_ANOTHERS = 2.0  # logits off what another says without naming the one whose words are asked for
_TOLD = 2.0  # logits off what an article tells of itself, where somebody's words are asked for
_TOLD_BESIDE = 1.0  # more off it where two parties' words are
_OF_THE_OTHER = 1.0  # logits that naming the other party is worth in an account
_FEWEST_SMALL = 3  # words in small letters of a sentence; "THE WHITE HOUSE, April 15, 2021." has none
_QUOTES = re.compile(r"[“\"][^“”\"]{8,}[”\"]")
_ASKS_WHO = re.compile(
    r"(?:by )?(?:who|whom|whose|which (?:\w+ ){0,2}"
    r"(?:minister|president|leader|official|country|state))\b",
    re.IGNORECASE,
)


def weighed(
    found: Sequence[Candidate], evidence: Evidence, wanted: Wanted, reranker: Reranker
) -> list[Candidate]:
    """Return the candidates that are sentences, scored by what they are worth in an answer."""
    whole = [c for c in found if len(re.findall(r"\b[^\W\d_A-Z]{2,}", c.text)) >= _FEWEST_SMALL]
    named = _with_names(whole or found, evidence, reranker)
    return [
        replace(
            c,
            score=c.score
            + _ON_THE_MATTER * wanted.words_held(around(c.article, c.sentence), evidence.rarity)
            - _announcing(c, evidence.searched_for)
            + _whose(c, evidence),
        )
        for c in named
    ]


def said(candidate: Candidate) -> SaidBy | None:
    """Return who says the sentence; None where the article tells it."""
    return said_by(candidate.article, candidate.sentence.start, candidate.sentence.end)


def _with_names(
    found: Sequence[Candidate], evidence: Evidence, reranker: Reranker
) -> Sequence[Candidate]:
    """Score a sentence that says "he" or "the minister" as it is quoted, with the name."""
    best = max(candidate.score for candidate in found)
    named = {
        at: (c.article, text)
        for at, c in enumerate(found)
        if c.score >= best - _WORTH_NAMING and (text := named_text(c.article, c.sentence))
    }
    better = dict(zip(named, scored(evidence, list(named.values()), reranker), strict=True))
    return [replace(c, score=max(c.score, better.get(at, c.score))) for at, c in enumerate(found)]


def _whose(candidate: Candidate, evidence: Evidence) -> float:
    """Where somebody's words are asked for, what it counts who speaks and, of two parties, of whom."""
    whose, sides = asked_of(evidence.searched_for), evidence.sides
    if whose is None and not sides:
        return 0.0
    beside = _TOLD_BESIDE if sides and said(candidate) is None else 0.0
    other = _OF_THE_OTHER if _names_the_other(candidate, evidence) else 0.0
    return other - beside - _not_theirs(candidate, whose)


def _names_the_other(candidate: Candidate, evidence: Evidence) -> bool:
    """Tell whether a party's account speaks of the other party."""
    whose = owner(candidate, evidence)
    others = [side for at, side in enumerate(evidence.sides) if at != whose]
    return whose is not None and any(side.is_named(candidate.text) for side in others)


def _not_theirs(candidate: Candidate, whose: SaidBy | None) -> float:
    speaker = said(candidate)
    if speaker is None:
        return 0.0 if _QUOTES.search(candidate.text) else _TOLD
    another = whose is not None and same_speaker(speaker, whose) is False
    return _ANOTHERS if another and whose and not names_speaker(candidate.text, whose) else 0.0


def _announcing(candidate: Candidate, question: str) -> float:
    if _ASKS_WHO.match(question):
        return 0.0  # it names who
    every = sentences_of(candidate.article)
    first = next((s for s in every if not s.heading), None) == candidate.sentence
    if announces(candidate.text, first=first):
        return _ANNOUNCED
    return _BROKEN if candidate.text[:1].islower() and not candidate.sentence.item else 0.0
