"""The figures of judged questions on the terminal, and the curve of risk and coverage as a chart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import typer

from eval import charts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from eval.bench.abstention_rows import Judged

    Curve = Sequence[tuple[float, float]]

_DRAWS = 1000
_COLOURS = (
    "<style>text{font:13px sans-serif;fill:#555}line{stroke:#999}"
    "polyline{fill:none;stroke-width:2}.before{stroke:#b65}.after{stroke:#257}</style>"
)


def show(name: str, judged: Sequence[Judged]) -> None:
    """Show every measure of judged questions with its 95% interval."""
    values = np.array([(one.row.answerable, one.margin, bool(one.row.held)) for one in judged])
    groups = [one.row.group for one in judged]
    n = int(values[:, 0].sum())
    typer.echo(f"\n{name}: {n} answerable, {len(judged) - n} unanswerable")
    for title, measure in _MEASURES.items():
        found = measure(values)
        if not np.isnan(found):
            low, high = _interval(values, groups, measure)
            typer.echo(f"  {title:24} {found:.3f} [{low:.3f}, {high:.3f}]")


def show_by_kind(name: str, judged: Sequence[Judged]) -> None:
    """Show what share of each kind of question is abstained on."""
    typer.echo(f"\n{name}, by kind: share abstained on")
    total = Counter((one.row.kind, one.row.answerable) for one in judged)
    held = Counter((one.row.kind, one.row.answerable) for one in judged if one.margin < 0)
    for kind, answerable in sorted(total):
        n = total[kind, answerable]
        label = "answerable" if answerable else "unanswerable"
        typer.echo(f"  {kind:28} {label:13} {held[kind, answerable] / n:.2f} of {n}")


def curve_of(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """Return coverage and risk (the share of answers given that should not be), as more are answered."""
    ordered = sorted(judged, key=lambda one: -one.margin)
    wrong = np.cumsum([not one.row.answerable for one in ordered])
    answered = np.arange(1, len(ordered) + 1)
    return list(zip(answered / len(ordered), wrong / answered, strict=True))


def risk_at(curve: Curve, coverage: float) -> float:
    """Return the risk where that share of all questions is answered."""
    return next(risk for covered, risk in curve if covered >= coverage - 1e-9)


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Write the curves of the rule before and of the one now as an SVG drawing of its own."""
    svg = charts.curves(curves).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    path.write_text(svg.replace("<title>", f"{_COLOURS}<title>"), "utf-8")


def _auc(values: NDArray[np.float64]) -> float:
    """The chance that an answerable question scores above an unanswerable one."""
    from scipy.stats import rankdata

    right = values[:, 0] > 0
    n, m = right.sum(), (~right).sum()
    if not n or not m:
        return float("nan")
    return float((rankdata(values[:, 1])[right].sum() - n * (n + 1) / 2) / (n * m))


def _abstained(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    return values[:, 1] < 0


def _precision(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 0) & _abstained(values)).sum(), _abstained(values).sum())


def _recall(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 0) & _abstained(values)).sum(), (values[:, 0] == 0).sum())


def _f1(values: NDArray[np.float64]) -> float:
    right = ((values[:, 0] == 0) & _abstained(values)).sum()
    return _ratio(2 * right, _abstained(values).sum() + (values[:, 0] == 0).sum())


def _lost(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 1) & _abstained(values)).sum(), (values[:, 0] == 1).sum())


def _lost_though_held(values: NDArray[np.float64]) -> float:
    return _lost(values[values[:, 2] == 1])


def _ratio(some: int, every: int) -> float:
    return float(some / every) if every else float("nan")


_MEASURES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "AUC": _auc,
    "precision of abstaining": _precision,
    "recall of abstaining": _recall,
    "F1 of abstaining": _f1,
    "answerable lost": _lost,
    "lost, though held": _lost_though_held,
}


def _interval(
    values: NDArray[np.float64],
    groups: Sequence[str],
    measure: Callable[[NDArray[np.float64]], float],
) -> tuple[float, float]:
    """The 95% percentile bootstrap interval over groups."""
    of_group = [np.flatnonzero(np.array(groups) == name) for name in dict.fromkeys(groups)]
    chance = np.random.default_rng(0)
    draws = (chance.integers(len(of_group), size=len(of_group)) for _ in range(_DRAWS))
    found = [measure(values[np.concatenate([of_group[at] for at in drawn])]) for drawn in draws]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)
