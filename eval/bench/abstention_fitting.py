"""The weights of abstaining: fitted on the signals of questions, and judged by cross-validation."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.abstention.decision import Signals
from eval.bench.abstention_rows import Judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from eval.bench.abstention_rows import Row

_TURNS = 5
_LOST = 0.025  # the share of people's questions that the evidence answers lost in the fit
_PENALTY = 0.02
_SHARE = {"machine": 0.2, "people": 0.75, "encyclopaedia": 0.05}  # how much each weighs in the fit
_SPEAK_FOR = frozenset("best passage alone falls falls_next agree words_there".split())


@dataclass(frozen=True, slots=True)
class Fit:
    """The weights of the signals as they are, and the chance under which is abstained."""

    intercept: float
    weights: dict[str, float]
    threshold: float

    def chance(self, row: Row) -> float:
        """Return the chance that the evidence answers a question."""
        if row.signals is None:
            return 0.0
        total = self.intercept + sum(
            self.weights[name] * value for name, value in asdict(row.signals).items()
        )
        return float(1 / (1 + np.exp(-total)))


def fitted(rows: Sequence[Row]) -> Fit:
    """Return the fit on questions with signals."""
    from scipy.optimize import minimize

    names = list(Signals.__dataclass_fields__)
    values, labels = _values(rows), np.array([1.0 if row.answerable else -1.0 for row in rows])
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    inputs, importance = (values - middle) / spread, _importance(rows)

    def loss(at: NDArray[np.float64]) -> float:
        margins = labels * (at[0] + inputs @ at[1:])
        return float(importance @ np.logaddexp(0, -margins) + _PENALTY / 2 * (at[1:] @ at[1:]))

    bounds = [(None, None)] + [(0, None) if name in _SPEAK_FOR else (None, 0) for name in names]
    found = minimize(loss, np.zeros(len(bounds)), bounds=bounds).x
    weights = found[1:] / spread
    intercept = float(found[0] - weights @ middle)
    named = dict(zip(names, map(float, weights), strict=True))
    return Fit(intercept, named, _threshold(rows, intercept, weights))


def cross_validated(rows: Sequence[Row]) -> list[Judged]:
    """Return people's questions judged by weights fitted without them and their like, in five turns."""
    judged = []
    for turn in range(_TURNS):
        left = [r for r in rows if r.part == "people" and int(r.group[-6:], 16) % _TURNS == turn]
        fit = fitted([row for row in rows if row not in left and row.signals])
        judged += [Judged(row, fit.chance(row) - fit.threshold) for row in left]
    return judged


def _threshold(rows: Sequence[Row], intercept: float, weights: NDArray[np.float64]) -> float:
    """The chance under which the share that may be lost of people's questions lies.

    Only of those whose gold sentence search found: to abstain on the others is right.
    """
    asked = [row for row in rows if row.answerable and row.held and row.part == "people"]
    totals = intercept + _values(asked) @ weights
    return float(1 / (1 + np.exp(-np.quantile(totals, _LOST))))


def _values(rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([list(asdict(row.signals).values()) for row in rows if row.signals])


def _importance(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each source's share, with and without an answer alike."""
    keys = [(row.part, row.answerable) for row in rows]
    counts = Counter(keys)
    return np.array([_SHARE[key[0]] / 2 / counts[key] for key in keys])
