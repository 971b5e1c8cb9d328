"""Which parties say something on the matter; of one that is silent nothing is quoted.

A speech of half an hour has a sentence near any question. The decision weighs how well a party's best
sentence does, how much of what the question is about stands near it and in its article, and whether the
party speaks of the other one there at all. The weights are those of a logistic regression, fitted by
`python -m eval.bench.hearing`; figures are in `docs/answering.md`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.abstention.logistic import Logistic
from assistant.excerpts import around
from assistant.grounding.accounts import side_of
from assistant.grounding.attribution import said_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.abstention.wanted import Wanted
    from assistant.evidence import Evidence, Side
    from assistant.selection import Candidate

MODEL = Path(__file__).with_suffix(".json")
_NEAR = 2  # a party's best sentences beside which names and words are looked for
_SPEAKS = 4  # its best sentences in whose passages the other party is looked for


@dataclass(frozen=True, slots=True)
class Heard:
    """What a party's sentences show of its having spoken on the matter.

    `score` is the best one's, in logits. `matter` is the share, by rarity, of the question's words and
    names, the parties' left out, near one of its two best sentences, `matter_at_all` in the best one's
    article; `other` tells whether the passage of one of its four best names the other party,
    `other_at_all` whether that article does.
    """

    score: float
    matter: float
    matter_at_all: float
    other: float
    other_at_all: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """The estimated chance that each party of a question speaks on the matter, in their order."""

    chances: tuple[float, ...]

    @property
    def heard(self) -> tuple[bool, ...]:
        """Which of them are to be quoted, if there is an answer."""
        return tuple(chance >= _model().threshold for chance in self.chances)

    @property
    def answers(self) -> bool:
        """Whether any of them surely enough speaks for an answer."""
        return max(self.chances) >= _model().answering


def hearing(evidence: Evidence, found: Sequence[Candidate], wanted: Wanted) -> Hearing:
    """Return whom the candidates of a question that asks for parties' accounts let hear."""
    told = signals(evidence, found, wanted)
    return Hearing(tuple(chance_of(one) if one else 0.0 for one in told))


def signals(evidence: Evidence, found: Sequence[Candidate], wanted: Wanted) -> list[Heard | None]:
    """Return what each party's candidates show; None of one that has none."""
    ordered = sorted(found, key=lambda c: -c.score)
    owners = [owner(candidate, evidence) for candidate in ordered]
    own = [
        [c for c, whose in zip(ordered, owners, strict=True) if whose == at]
        for at in range(len(evidence.sides))
    ]
    return [
        _heard(theirs, evidence, wanted, side) if theirs else None
        for side, theirs in zip(evidence.sides, own, strict=True)
    ]


def owner(candidate: Candidate, evidence: Evidence) -> int | None:
    """Return which side's account a sentence is; None where it is nobody's or no sides are asked for."""
    said = said_by(candidate.article, candidate.sentence.start, candidate.sentence.end)
    return side_of(candidate.article.id, said, evidence.sides, candidate.text)


def _heard(own: Sequence[Candidate], evidence: Evidence, wanted: Wanted, side: Side) -> Heard:
    matter = {**wanted.names, **wanted.words}
    for party in evidence.sides:
        matter = party.others(matter)
    others = [one for one in evidence.sides if one is not side]

    def held(texts: Sequence[str]) -> float:
        return 1.0 - min(wanted.forms.names_off(matter, text, evidence.rarity) for text in texts)

    def named(texts: Sequence[str]) -> float:
        return float(any(one.is_named(text) for text in texts for one in others))

    whole = f"{own[0].article.heading} {own[0].article.text}"
    return Heard(
        score=own[0].score,
        matter=held([around(c.article, c.sentence) for c in own[:_NEAR]]),
        matter_at_all=held([whole]),
        other=named([candidate.hit.text for candidate in own[:_SPEAKS]]),
        other_at_all=named([whole]),
    )


def chance_of(heard: Heard) -> float:
    """Return the estimated chance that a party with these signals speaks on the matter."""
    return _model().chance(asdict(heard))


@cache
def _model() -> Logistic:
    return Logistic.load(MODEL)
