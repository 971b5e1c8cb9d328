"""The report of a comparison: one HTML file that needs no network, Markdown, JSON or CSV."""

from __future__ import annotations

import csv
import difflib
import html
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.comparing import EVERY, abstention, risk_coverage
from eval.metrics import METRICS
from eval.reading import KINDS, change, figure, label, notes, verdict
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eval.cases import Case
    from eval.comparing import Comparison, Flip
    from eval.runs import Row, Run, Seen

_TEMPLATE = "report.html.j2"


@dataclass(frozen=True, slots=True)
class FlipShown:
    """A flipped question with both answers, their differing words marked, and the passages."""

    flip: Flip
    question: str
    history: Sequence[str]
    before: str
    after: str
    gold: Sequence[str]
    passages: Sequence[Seen]
    searched: Sequence[str]


@dataclass(frozen=True, slots=True)
class Material:
    """A comparison and what it was made from."""

    comparison: Comparison
    cases: Sequence[Case]
    before: Run
    after: Run


def write_report(
    path: Path, comparison: Comparison, cases: Sequence[Case], before: Run, after: Run
) -> None:
    """Write the report in the format that the file's name asks for.

    Raises:
        InputError: the name ends in none of .html, .md, .json, .csv.
    """
    check_format(path)
    render = _formats()[path.suffix.lower()]
    path.write_text(render(Material(comparison, cases, before, after)), "utf-8")


def check_format(path: Path) -> None:
    """Refuse a file that no report could be written to, before anything is asked of a model.

    Raises:
        InputError: the name ends in none of .html, .md, .json, .csv, or its folder does not exist.
    """
    if path.suffix.lower() not in _formats():
        known = ", ".join(_formats())
        raise InputError(f"There is no report format {path.suffix!r}.", f"Choose {known}.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.", "Make it, or name another file.")


def _formats() -> dict[str, Callable[[Material], str]]:
    return {
        ".html": as_html,
        ".md": as_markdown,
        ".json": lambda material: material.comparison.model_dump_json(indent=1) + "\n",
        ".csv": as_csv,
    }


def as_markdown(material: Material) -> str:
    """Return the comparison for a pull request."""
    comparison = material.comparison
    lines = [
        f"### {summary(comparison)}",
        "",
        f"`{comparison.before}` → `{comparison.after}`, {comparison.questions} questions",
        *(f"\n{note}" for note in notes(comparison)),
        "",
        "| | n | before | after | difference (95% interval) | p (Holm) | verdict |",
        "|---|--:|--:|--:|---|--:|---|",
    ]
    for result in comparison.results:
        p = "" if result.p_adjusted is None else f"{result.p_adjusted:.3f}"
        was, now = (figure(result.metric, value) for value in (result.before, result.after))
        lines.append(
            f"| {label(result)} | {result.n} | {was} | {now} | {change(result)} | {p} "
            f"| {verdict(result)} |"
        )
    for title, gained in (("Became right", True), ("Became wrong", False)):
        ids = ", ".join(f"`{flip.case}`" for flip in comparison.flips if flip.gained is gained)
        lines += ["", f"{title}: {ids or 'none'}"]
    return "\n".join(lines) + "\n"


def as_csv(material: Material) -> str:
    """Return the results as a table, one row a metric and slice."""
    out = io.StringIO()
    results = [result.model_dump() for result in material.comparison.results]
    writer = csv.DictWriter(out, list(results[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(results)
    return out.getvalue()


def as_html(material: Material) -> str:
    """Return the comparison as one page: light, dark and on paper."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from eval import charts

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    comparison, cases = material.comparison, material.cases
    runs = (material.before, material.after)
    rows = [run.rows() for run in runs]
    slices = [r for r in comparison.results if r.metric == METRICS[0].name]
    return environment.get_template(_TEMPLATE).render(
        comparison=comparison,
        summary=summary(comparison),
        results=comparison.results,
        label=label,
        figure=figure,
        change=change,
        verdict=verdict,
        slices=charts.intervals([("all" if r.slice == EVERY else r.slice, r) for r in slices]),
        risk=charts.curves([risk_coverage(cases, found) for found in rows]),
        latency=charts.boxes([_seconds(found) for found in rows]),
        abstentions=[abstention(cases, found) for found in rows],
        flips=shown_flips(material, rows[0], rows[1]),
        identities=[run.identity.model_dump() for run in runs],
        metrics=METRICS,
        kinds=KINDS,
        notes=notes(comparison),
        command=reproduce(material),
    )


def summary(comparison: Comparison) -> str:
    """Return the verdict in one sentence."""
    lead = comparison.headline
    text = f"{label(lead)}: {verdict(lead)}, {change(lead)}"
    worse = [label(r) for r in comparison.results if r.verdict == "worse" and r is not lead]
    return f"{text}. Worse: {', '.join(worse)}." if worse else f"{text}."


def reproduce(material: Material) -> str:
    """Return the command that makes the comparison again."""
    both = (material.before.identity, material.after.identity)
    which = [one.rewrite or one.prompt or one.writer for one in both]
    identity = material.after.identity
    return (
        f"memoire eval compare {' '.join(which)} --set {identity.set_name} "
        f"--writer {identity.writer} --repeats {identity.repeats}"
    )


def shown_flips(material: Material, before: Sequence[Row], after: Sequence[Row]) -> list[FlipShown]:
    """Return the flipped questions as they are read side by side, those that became wrong first."""
    cases = {case.id: case for case in material.cases}
    was, now = ({row.case: row for row in rows} for rows in (before, after))
    flips = sorted(material.comparison.flips, key=lambda flip: flip.gained)
    return [_shown(flip, cases[flip.case], was[flip.case], now[flip.case]) for flip in flips]


def _shown(flip: Flip, case: Case, was: Row, now: Row) -> FlipShown:
    old, new = _answer_text(was), _answer_text(now)
    return FlipShown(
        flip=flip,
        question=case.question,
        history=[f"{turn.role}: {turn.content}" for turn in case.history],
        before=_marked(old, new),
        after=_marked(new, old),
        gold=[f"{gold.quote} ({gold.source})" for gold in case.gold],
        passages=now.seen[:6],
        searched=_searched(was, now),
    )


def _searched(was: Row, now: Row) -> list[str]:
    """What each run searched for, where a rewrite made it differ."""
    texts = [row.answer.searched_for for row in (was, now) if row.answer]
    return texts if len(set(texts)) > 1 else []


def _answer_text(row: Row) -> str:
    if row.answer is None:
        return f"Failed: {row.error}"
    claims = (
        f"{claim.text} [{', '.join(dict.fromkeys(c.source for c in claim.citations))}]"
        for claim in row.answer.claims
    )
    return " ".join(claims) or (row.answer.reason or "")


def _marked(text: str, other: str) -> str:
    """Return the text as HTML with the words that the other does not have marked."""
    ours, theirs = text.split(), other.split()
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    parts = []
    for tag, start, end, _, _ in matcher.get_opcodes():
        words = html.escape(" ".join(ours[start:end]))
        if words:
            parts.append(words if tag == "equal" else f"<mark>{words}</mark>")
    return " ".join(parts)


def _seconds(rows: Sequence[Row]) -> list[float]:
    return sorted(row.seconds for row in rows if row.answer)
