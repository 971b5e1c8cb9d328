"""A run and a comparison in the terminal, and the words both share with the report."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.comparing import EVERY, abstention, cluster_of, scored, spread
from eval.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.cases import Case
    from eval.comparing import Comparison, Result, Scores, Spread
    from eval.metrics import Metric
    from eval.runs import Run

TITLES = {metric.name: metric.title for metric in METRICS}
KINDS = {metric.name: metric.kind for metric in METRICS}
SEARCHED_APART = (
    "Retrieval is not frozen: the rewritten question differs, and with it the passages found."
)


def figure(metric: str, value: float) -> str:
    """Return a value as it is read: a percentage, seconds or a count."""
    kind = KINDS[metric]
    if kind == "share":
        return f"{100 * value:.1f}%"
    return f"{value:,.2f} s" if kind == "seconds" else f"{value:,.0f}"


def change(result: Result) -> str:
    """Return the difference with its interval."""
    if KINDS[result.metric] == "share":
        points = (100 * v for v in (result.difference, result.low, result.high))
        return "{:+.1f} points ({:+.1f} to {:+.1f})".format(*points)
    return f"{result.difference:+,.2f} ({result.low:+,.2f} to {result.high:+,.2f})"


def verdict(result: Result) -> str:
    """Return the verdict, and how many questions are missing to reach one."""
    if result.needed:
        return f"{result.verdict} (needs about {result.needed:,} more questions)"
    return result.verdict or ""


def label(result: Result) -> str:
    """Return what was measured, and over which slice."""
    title = TITLES[result.metric]
    return title if result.slice == EVERY else f"{title}: {result.slice}"


def notes(comparison: Comparison) -> list[str]:
    """Return what a reader must know besides the figures: about the retrieval and the judge."""
    found = [SEARCHED_APART] if comparison.searched_apart else []
    if judge := comparison.judge:
        standing = judge.agreement or "not calibrated against people's labels"
        trust = "" if judge.trusted else "; too little to lead or to rest a decision on"
        found.append(f"Judge: {judge.name}; {standing}{trust}.")
    varied = zip(("before", "after"), comparison.spreads, strict=True)
    found += [f"{name.capitalize()}: {variation(one)}" for name, one in varied if one]
    return found


def variation(found: Spread) -> str:
    """Return in words how right answers vary over repeats, and whether more of them would help."""
    return (
        f"{found.repeats} answers to each of {found.questions} questions: variance of right answers "
        f"{found.between:.3f} between questions, {found.within:.3f} within one; "
        f"{found.sampled:.0%} of the mean's uncertainty is the model's own dice."
    )


def print_comparison(comparison: Comparison) -> None:
    """Print the verdict that leads, every other one, then what flipped."""
    from assistant.terminal import console

    screen = console()
    screen.print(f"{comparison.before}  →  {comparison.after}")
    if comparison.across:
        screen.print(f"More than the prompt differs: {', '.join(comparison.across)}.")
    for line in notes(comparison):
        screen.print(line)
    lead = comparison.headline
    ends = " → ".join(figure(lead.metric, value) for value in (lead.before, lead.after))
    screen.print(f"\n{label(lead)}: {verdict(lead)}", style="bold")
    screen.print(f"{ends} of {lead.n} questions, {change(lead)}\n")
    screen.print(_table(comparison.results))
    screen.print("=  no difference that matters; ?  not enough evidence, about so many questions more")
    gained = [flip.case for flip in comparison.flips if flip.gained]
    lost = [flip.case for flip in comparison.flips if not flip.gained]
    screen.print(f"Became right: {', '.join(gained) or 'none'}")
    screen.print(f"Became wrong: {', '.join(lost) or 'none'}")
    if comparison.missing or any(comparison.failures):
        failed = " and ".join(str(count) for count in comparison.failures)
        screen.print(f"Incomplete: {comparison.missing} questions missing, {failed} failed.")


def _table(results: Sequence[Result]) -> Table:
    """A row for each result that was tested, then for each that is only described."""
    lead = [result for result in results if result.metric == results[0].metric]
    ordered = lead + [result for result in results if result not in lead]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("")
    for title in ("n", "before", "after", "difference", "verdict"):
        table.add_column(title, justify="right", no_wrap=True)
    for result, following in zip_longest(ordered, ordered[1:]):
        table.add_row(
            TITLES[result.metric] if result.slice == EVERY else f"  {result.slice}",
            str(result.n),
            figure(result.metric, result.before),
            figure(result.metric, result.after),
            change(result).replace(" points", ""),
            _short(result),
            end_section=bool(following) and bool(result.verdict) and not following.verdict,
        )
    return table


def _short(result: Result) -> str:
    if result.needed:
        return f"? {result.needed:,}"
    return {"no difference that matters": "=", "not enough evidence": "?"}.get(
        result.verdict or "", result.verdict or ""
    )


def print_run(cases: Sequence[Case], run: Run) -> None:
    """Print every metric of a run with its interval."""
    from assistant.terminal import console
    from eval.statistics import interval

    rows = run.rows()
    scores = scored(cases, rows)
    by_id = {case.id: case for case in cases}
    table = Table("", "n", "mean", "95% interval")
    for title, metric, values in _measured(cases, scores):
        low, high = interval(list(values.values()), [cluster_of(by_id[case]) for case in values])
        low, high = max(0.0, low), min(1.0, high) if metric.kind == "share" else high
        ends = f"{figure(metric.name, low)} to {figure(metric.name, high)}"
        mean = float(np.mean(list(values.values())))
        table.add_row(title, str(len(values)), figure(metric.name, mean), ends)
    screen = console()
    screen.print(run.id)
    screen.print(table)
    held = abstention(cases, rows)
    parts = (("precision", held.precision), ("recall", held.recall), ("F1", held.f1))
    shown = ", ".join(f"{name} {value:.2f}" for name, value in parts if value is not None)
    screen.print(f"Abstentions: {shown or 'none'}")
    if varied := spread(scores):
        screen.print(variation(varied))
    failed = sum(row.error is not None for row in rows)
    if failed:
        screen.print(f"{failed} of {len(rows)} answers failed and count as not right.")


def _measured(
    cases: Sequence[Case], scores: Scores
) -> Iterator[tuple[str, Metric, Mapping[str, float]]]:
    """Yield each metric's values by case, and below the first one its values in each slice."""
    for metric in METRICS:
        values = {case: float(np.mean(found)) for case, found in scores[metric.name].items()}
        if values:
            yield metric.title, metric, values
        if metric is METRICS[0]:
            for name in dict.fromkeys(case.slice for case in cases):
                within = {c.id: values[c.id] for c in cases if c.slice == name and c.id in values}
                if within:
                    yield f"  {name}", metric, within
