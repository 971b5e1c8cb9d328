"""How well the passages were ranked: hit@k, reciprocal rank, discounted gain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eval.matching import same_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from eval.cases import Case
    from eval.runs import Row, Seen

_DEPTH = 10


def _gains(case: Case, row: Row) -> list[int]:
    """For each passage, best first, how many gold sentences it is the first to hold."""
    left = list(dict.fromkeys((gold.source, gold.quote) for gold in case.gold))
    gains = []
    for seen in row.seen[:_DEPTH]:
        held = [gold for gold in left if _holds(seen, *gold)]
        left = [gold for gold in left if gold not in held]
        gains.append(len(held))
    return gains


def _holds(seen: Seen, source: str, quote: str) -> bool:
    return same_source(seen.source, source) and quote in seen.text


def hit(depth: int) -> Callable[[Case, Row], float | None]:
    """Return the metric: whether one of the first passages holds a gold sentence whole."""

    def found(case: Case, row: Row) -> float | None:
        return float(any(_gains(case, row)[:depth])) if case.answerable else None

    return found


def mrr(case: Case, row: Row) -> float | None:
    """1 / rank of the first passage that holds a gold sentence; 0 where none of ten does."""
    if not case.answerable:
        return None
    return next((1 / rank for rank, gain in enumerate(_gains(case, row), 1) if gain), 0.0)


def ndcg(case: Case, row: Row) -> float | None:
    """Discounted gain of the gold sentences over that of the best order."""
    if not case.answerable:
        return None
    gold = len({(gold.source, gold.quote) for gold in case.gold})
    found = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(_gains(case, row), 1))
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(gold, _DEPTH) + 1))
    return min(1.0, found / best)
