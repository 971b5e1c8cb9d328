"""A logistic regression as it is kept in JSON: a chance from named signals, and where it decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

_STEEPEST = 50.0  # logits beyond which the chance is as good as certain


class Logistic(BaseModel):
    """Weights by the names of the signals, and the chances that decide.

    `threshold` is the chance from which something is taken to be so; `answering`, where there is one,
    that from which it is enough for an answer (1 without: never).
    """

    model_config = ConfigDict(frozen=True)

    intercept: float
    weights: dict[str, float]
    threshold: float
    answering: float = 1.0

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the regression that a file holds."""
        return cls.model_validate_json(path.read_text("utf-8"))

    def chance(self, signals: Mapping[str, float]) -> float:
        """Return the chance, in [0, 1], by signals of the weights' names."""
        total = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, total))))
