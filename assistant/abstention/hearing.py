"""Whether a party says something on the matter, or is silent; of one that is silent nothing is quoted.

A speech of half an hour has a sentence near any question. The decision weighs how well a party's best
sentence does, how far it lies below the best of all, whether the question's other names stand near it,
and whether the party speaks of the other one there at all. The weights are those of a logistic
regression, fitted by `python -m eval.bench.hearing`; figures are in `docs/answering.md`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.excerpts import around

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.abstention.wanted import Wanted
    from assistant.evidence import Evidence, Side
    from assistant.selection import Candidate

MODEL = Path(__file__).with_suffix(".json")
_NEAR = 2  # a party's best sentences beside which names are looked for
_SPEAKS = 4  # its best sentences in whose passages the other party is looked for


@dataclass(frozen=True, slots=True)
class Heard:
    """What a party's weighed sentences show of its having spoken on the matter.

    `score` is the best one's, in logits, and `below` how far it lies below the best of any party.
    `names` is the share, by rarity, of the question's names, its own left out, near one of its two best
    sentences; `other` tells whether the passage of one of its four best names the other party.
    """

    score: float
    below: float
    names: float
    other: float

    @classmethod
    def of(
        cls, own: Sequence[Candidate], best: float, evidence: Evidence, wanted: Wanted, side: Side
    ) -> Heard:
        """Read a party's sentences, at least one and the best first; `best` is the best score of all."""
        names = side.others(wanted.names)
        near = [around(c.article, c.sentence) for c in own[:_NEAR]]
        lacking = [wanted.forms.names_off(names, n, evidence.rarity) for n in near]
        others = [one for one in evidence.sides if one is not side]
        passages = [candidate.hit.text for candidate in own[:_SPEAKS]]
        return cls(
            score=own[0].score,
            below=best - own[0].score,
            names=1.0 - min(lacking) if names else 0.0,
            other=float(any(one.is_named(text) for text in passages for one in others)),
        )


def hears(own: Sequence[Candidate], best: float, evidence: Evidence, wanted: Wanted, side: Side) -> bool:
    """Tell whether a party's sentences, one at least and the best first, are on the matter."""
    return chance_of(Heard.of(own, best, evidence, wanted, side)) >= _model().threshold


def chance_of(heard: Heard) -> float:
    """Return the estimated chance that a party with these signals speaks on the matter."""
    values = asdict(heard)
    total = _model().intercept + sum(w * values[name] for name, w in _model().weights.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


@dataclass(frozen=True, slots=True)
class _Model:
    """Weights of the logistic regression, and the chance from which a party is heard."""

    intercept: float
    threshold: float
    weights: Mapping[str, float]


@cache
def _model() -> _Model:
    stored = json.loads(MODEL.read_text("utf-8"))
    return _Model(stored["intercept"], stored["threshold"], stored["weights"])
