"""Where each run stands, and the chart of runs over time that the Evaluation page shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.comparing import cluster_of, scored
from eval.statistics import interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from altair import LayerChart

    from eval.runs import Run


@dataclass(frozen=True, slots=True)
class Standing:
    """A run in figures: its share of right answers with the 95% interval. `at` is its place in time."""

    run: str
    set: str
    begun: str
    at: str
    questions: int
    right: float
    low: float
    high: float
    failed: int


def standing(run: Run) -> Standing:
    """Return where a run stands; before its first answer, nowhere between 0 and 1."""
    cases = {case.id: case for case in run.cases()}
    rows = run.rows()
    found = scored(list(cases.values()), rows)["right"]
    right = [float(np.mean(values)) for values in found.values()]
    low, high = interval(right, [cluster_of(cases[case]) for case in found]) if right else (0.0, 1.0)
    name = run.identity.rewrite or run.identity.prompt or run.identity.writer
    return Standing(
        run=run.id,
        set=run.identity.set_name,
        begun=f"{run.begun:%d %b %Y %H:%M}",
        at=f"{name}|{run.begun:%d %b %H:%M}|{run.id}",
        questions=len(right),
        right=float(np.mean(right)) if right else 0.0,
        low=max(0.0, low),
        high=min(1.0, high),
        failed=sum(row.error is not None for row in rows),
    )


def over_time(standings: Sequence[Standing]) -> LayerChart:
    """Return the chart, the first run on the left; it takes the theme's colours."""
    import altair as alt

    names = alt.Axis(
        labelExpr="slice(split(datum.value, '|'), 0, 2)", labelAngle=0, labelOverlap="greedy"
    )
    data = alt.InlineData(values=[asdict(one) for one in standings])
    base = alt.Chart(data).encode(
        x=alt.X("at:O", title=None, sort=None, axis=names), color=alt.Color("set:N", legend=None)
    )
    share = alt.Y(
        "low:Q", title="right answers", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])
    )
    spans = base.mark_rule(strokeWidth=2).encode(y=share, y2="high:Q")
    points = base.mark_circle(size=110, opacity=1).encode(
        y=alt.Y("right:Q"),
        tooltip=["run:N", "begun:N", "questions:Q", alt.Tooltip("right:Q", format=".1%")],
    )
    return alt.LayerChart(layer=[spans, points], height=300)
