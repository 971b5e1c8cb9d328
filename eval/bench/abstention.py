"""How well abstaining is decided: `python -m eval.bench.abstention`.

The signals of every question are in `abstention.jsonl` beside this file (numbers, no text), so that
showing and fitting need no library and no model:

(none)   show AUC, precision, recall and F1 of abstaining, answerable questions lost, risk and coverage
         on questions that `fit` never sees, beside the rule before
fit      fit the weights on the other questions and write `assistant/abstention/decision.json`
collect  add the signals of question sets, of CLAPNQ, or of questions made from a library by machine

Questions about one party or from one source are kept together, in one half or the other. Intervals are
95%, from a bootstrap over those groups.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.abstention import decision
from eval.bench.abstention_figures import curve_of, draw, risk_at, show, show_by_kind
from eval.bench.abstention_fitting import cross_validated, fitted
from eval.bench.abstention_rows import DEVELOPMENT, ROWS, UNSEEN, Judged, line_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.bench.abstention_rows import Row

_MODEL = Path(decision.__file__).with_suffix(".json")
_BEFORE = -0.073  # the threshold of the rule before
_MADE = 200
_SEED_HELP = (
    "Make questions from the library's articles: with 0 of parties that are fitted, with another seed"
    " fresh ones of the others."
)
app = typer.Typer(add_completion=False, help=__doc__)


@app.callback(invoke_without_command=True)
def main(context: typer.Context, rows: Path = ROWS, chart: Path | None = None) -> None:
    """Show the figures on questions never fitted, and on development questions by cross-validation."""
    if context.invoked_subcommand:
        return
    every = read_rows(rows)
    unseen = [row for row in every if row.held_out]
    parts = {
        "unseen, news, made by machine": [row for row in unseen if row.kind.startswith(UNSEEN)],
        "unseen, news, of people and derived from theirs": [r for r in unseen if r.part == "people"],
        "unseen, encyclopaedia (CLAPNQ)": [row for row in unseen if row.part == "encyclopaedia"],
    }
    for name, some in ((name, some) for name, some in parts.items() if some):
        show(f"{name}, rule before", _before(some))
        show(name, _now(some))
    crossed = cross_validated([row for row in every if not row.held_out])
    for kind in (f"{name}{grown} " for name in DEVELOPMENT for grown in ("", "-grown")):
        name = f"development, {kind.strip()}"
        show(f"{name}, rule before", _before([row for row in every if row.kind.startswith(kind)]))
        show(f"{name}, cross-validated", [j for j in crossed if j.row.kind.startswith(kind)])
    show_by_kind("development, cross-validated", crossed)
    show_by_kind("unseen", _now(unseen))
    news = parts["unseen, news, made by machine"]
    if not news:
        return
    curves = [curve_of(_before(news)), curve_of(_now(news))]
    for coverage in (0.25, 0.5, 0.75, 1.0):
        before, now = (risk_at(curve, coverage) for curve in curves)
        typer.echo(f"unseen news, {coverage:.0%} answered: risk before {before:.3f}, now {now:.3f}")
    if chart:
        draw(curves, chart)


def _before(rows: Sequence[Row]) -> list[Judged]:
    return [Judged(row, row.before - _BEFORE) for row in rows]


def _now(rows: Sequence[Row]) -> list[Judged]:
    return [Judged(row, decision.chance_of(row.signals) - decision.threshold()) for row in rows]


@app.command()
def fit(rows: Path = ROWS) -> None:
    """Fit the weights on the questions that are not held out; write them with what they rest on.

    A logistic regression with a squared penalty, in which no signal may speak against what it means: a
    better score never lowers the chance. Unbounded, signals of machine-made questions took weights that
    people's questions contradicted.
    """
    seen = [row for row in read_rows(rows) if not row.held_out and row.signals]
    found = fitted(seen)
    stored = {
        "fitted_on": {"questions": len(seen), "answerable": sum(row.answerable for row in seen)},
        "intercept": round(found.intercept, 4),
        "threshold": round(found.threshold, 4),
        "weights": {name: round(weight, 4) for name, weight in found.weights.items()},
    }
    _MODEL.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    typer.echo(_MODEL.read_text("utf-8"))


@app.command()
def collect(
    library: Path,
    sets: Annotated[list[str] | None, typer.Argument(help="Question sets, or CLAPNQ's files.")] = None,
    made: Annotated[int | None, typer.Option(help=_SEED_HELP)] = None,
    most: Annotated[int, typer.Option(help="How many of these, drawn by chance.")] = _MADE,
    rows: Path = ROWS,
) -> None:
    """Add the signals of the questions, asked of a library."""
    from eval.bench.abstention_collecting import collected, questions
    from index.settings import load_settings
    from index.store.library import Library

    with Library.open(library) as opened, rows.open("a", encoding="utf-8") as out:
        asked = questions(opened, sets or (), made, most)
        for row in collected(opened, load_settings(library=library), asked):
            out.write(line_of(row))


if __name__ == "__main__":
    app()
