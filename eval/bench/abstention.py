"""How well abstaining is decided: `python -m eval.bench.abstention`.

The signals of every question are in `abstention.jsonl` beside this file (numbers, no text), so that
showing and fitting need no library and no model:

(none)   show AUC, precision, recall and F1 of abstaining, answerable questions lost, risk and coverage
         on questions that `fit` never sees, beside the rule before
fit      fit the weights on the other questions and write `assistant/abstention.json`
collect  add the signals of question sets, of CLAPNQ, or of questions made from a library by machine

Questions about one party or from one source are kept together, in one half or the other. Intervals are
95%, from a bootstrap over those groups.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from assistant import abstention
from assistant.abstention import Signals
from assistant.answers import Question
from eval import charts
from eval.cases import find_set, load_cases
from index.library import Library
from index.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

_ROWS = Path(__file__).with_suffix(".jsonl")
_MODEL = Path(abstention.__file__).with_suffix(".json")
_NEVER_FITTED = ("corpora-heldout", "sample")
_NEWS = ("readout", "speech", "corpora")
_DRAWS = 1000
_LOST = 0.05  # the most of the answerable questions that may be lost, on those fitted
_PENALTY = 0.02
_SHARE = {"news": 0.75, "encyclopaedia": 0.25}  # how much each domain weighs in the fit
_COLOURS = (
    "<style>text{font:13px sans-serif;fill:#555}line{stroke:#999}"
    "polyline{fill:none;stroke-width:2}.before{stroke:#b65}.after{stroke:#257}</style>"
)
app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Row:
    """The signals of one question; None where nothing was found. `group` is a hash."""

    kind: str
    group: str
    answerable: bool
    signals: Signals | None

    @property
    def held_out(self) -> bool:
        """Whether the question is never fitted."""
        return self.kind.split()[0] in _NEVER_FITTED or int(self.group[:8], 16) % 2 == 1

    @property
    def domain(self) -> str:
        """The domain it is of."""
        return "news" if self.kind.startswith((*_NEWS, "sample")) else "encyclopaedia"


@app.callback(invoke_without_command=True)
def main(context: typer.Context, rows: Path = _ROWS, chart: Path | None = None) -> None:
    """Show the figures on questions never fitted."""
    if context.invoked_subcommand:
        return
    every = _read(rows)
    unseen = [row for row in every if row.held_out and not row.kind.startswith("sample")]
    parts = {
        "unseen, news": [row for row in unseen if row.domain == "news"],
        "  of them, questions of people": [r for r in unseen if r.kind.startswith("corpora")],
        "unseen, encyclopaedia (CLAPNQ)": [row for row in unseen if row.domain != "news"],
        "development: sample, as written": [r for r in every if r.kind.startswith("sample ")],
        "development: sample, grown": [r for r in every if r.kind.startswith("sample-grown")],
        "fitted": [row for row in every if not row.held_out],
    }
    for name, some in parts.items():
        typer.echo(f"\n{name}")
        for rule, chance, threshold in _RULES:
            _show(rule, some, chance, threshold)
    _by_kind([row for row in unseen if row.signals])
    news = parts["unseen, news"]
    curves = [_curve(news, chance) for _, chance, _ in _RULES]
    for coverage in (0.5, 0.8, 0.95, 1.0):
        risks = " ".join(f"{_risk_at(curve, coverage):.3f}" for curve in curves)
        typer.echo(f"unseen news, risk at coverage {coverage:.0%} (before, now): {risks}")
    if chart:
        svg = charts.curves(curves).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
        chart.write_text(svg.replace("<title>", f"{_COLOURS}<title>"), "utf-8")


def _before(signals: Signals | None) -> float:
    """The rule before: three signals, weights from three sets."""
    if signals is None:
        return -9.0
    return 0.10 * signals.best + 0.26 * signals.passage - 0.092 * signals.names_gone


def _now(signals: Signals | None) -> float:
    return abstention.chance_of(signals)


_RULES: tuple[tuple[str, Callable[[Signals | None], float], float], ...] = (
    ("before", _before, -0.073),
    ("now", _now, abstention.threshold()),
)


def _show(
    rule: str, rows: Sequence[Row], chance: Callable[[Signals | None], float], threshold: float
) -> None:
    if not rows:
        return
    groups = [row.group for row in rows]
    values = np.array([(row.answerable, chance(row.signals), threshold) for row in rows])
    n, refused = int(values[:, 0].sum()), len(rows) - int(values[:, 0].sum())
    typer.echo(f"  {rule:7} answerable {n}, unanswerable {refused}")
    for name, measure in _MEASURES.items():
        low, high = _interval(values, groups, measure)
        typer.echo(f"    {name:24} {measure(values):.3f} [{low:.3f}, {high:.3f}]")


def _auc(values: NDArray[np.float64]) -> float:
    """The chance that an answerable question scores above an unanswerable one."""
    from scipy.stats import rankdata

    right = values[:, 0] > 0
    n, m = right.sum(), (~right).sum()
    if not n or not m:
        return float("nan")
    return float((rankdata(values[:, 1])[right].sum() - n * (n + 1) / 2) / (n * m))


def _abstained(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    return values[:, 1] < values[:, 2]


def _precision(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 0) & _abstained(values)).sum(), _abstained(values).sum())


def _recall(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 0) & _abstained(values)).sum(), (values[:, 0] == 0).sum())


def _f1(values: NDArray[np.float64]) -> float:
    right = ((values[:, 0] == 0) & _abstained(values)).sum()
    return _ratio(2 * right, _abstained(values).sum() + (values[:, 0] == 0).sum())


def _lost(values: NDArray[np.float64]) -> float:
    return _ratio(((values[:, 0] == 1) & _abstained(values)).sum(), (values[:, 0] == 1).sum())


def _ratio(some: int, every: int) -> float:
    return float(some / every) if every else float("nan")


_MEASURES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "AUC": _auc,
    "precision of abstaining": _precision,
    "recall of abstaining": _recall,
    "F1 of abstaining": _f1,
    "answerable lost": _lost,
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


def _by_kind(rows: Sequence[Row]) -> None:
    typer.echo("\nunseen, by kind: share abstained on")
    total = Counter((row.kind, row.answerable) for row in rows)
    held = Counter(
        (row.kind, row.answerable) for row in rows if _now(row.signals) < abstention.threshold()
    )
    for kind, answerable in sorted(total):
        n = total[kind, answerable]
        label = "answerable" if answerable else "unanswerable"
        typer.echo(f"  {kind:28} {label:13} {held[kind, answerable] / n:.2f} of {n}")


def _curve(rows: Sequence[Row], chance: Callable[[Signals | None], float]) -> list[tuple[float, float]]:
    """Coverage and risk (the share of answers given that should not be), as more are answered."""
    ordered = sorted(rows, key=lambda row: -chance(row.signals))
    wrong = np.cumsum([not row.answerable for row in ordered])
    answered = np.arange(1, len(ordered) + 1)
    return list(zip(answered / len(ordered), wrong / answered, strict=True))


def _risk_at(curve: Sequence[tuple[float, float]], coverage: float) -> float:
    """Risk where the given share of the answerable questions' number is answered."""
    return next(risk for covered, risk in curve if covered >= coverage - 1e-9)


@app.command()
def fit(rows: Path = _ROWS) -> None:
    """Fit the weights on the questions that are not held out; write them with what they rest on."""
    import statsmodels.api as sm

    seen = [row for row in _read(rows) if not row.held_out and row.signals]
    values = np.array([list(asdict(row.signals).values()) for row in seen if row.signals])
    labels = np.array([row.answerable for row in seen], float)
    names = list(Signals.__dataclass_fields__)
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    inputs = np.column_stack([np.ones(len(seen)), (values - middle) / spread])
    model = sm.GLM(labels, inputs, family=sm.families.Binomial(), freq_weights=_weights(seen))
    found = model.fit_regularized(alpha=[0.0] + [_PENALTY] * len(names), L1_wt=0.0).params
    weights = found[1:] / spread
    intercept = float(found[0] - weights @ middle)
    chances = 1 / (1 + np.exp(-(intercept + values @ weights)))
    news = np.array([row.domain == "news" for row in seen])
    threshold = float(np.quantile(chances[(labels == 1) & news], _LOST))
    stored = {
        "fitted_on": {"questions": len(seen), "answerable": int(labels.sum())},
        "intercept": round(intercept, 4),
        "threshold": round(threshold, 4),
        "weights": {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
    }
    _MODEL.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    typer.echo(_MODEL.read_text("utf-8"))


def _weights(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each domain's share, with and without an answer alike; questions of people count double."""
    keys = [(row.domain, row.answerable) for row in rows]
    counts = Counter(keys)
    return np.array([_SHARE[key[0]] * len(rows) / 2 / counts[key] for key in keys])


@app.command()
def collect(
    library: Path,
    sets: Annotated[list[str] | None, typer.Argument(help="Question sets, or CLAPNQ's files.")] = None,
    made: Annotated[bool, typer.Option(help="Make questions from the library's articles.")] = False,  # noqa: FBT002
    rows: Path = _ROWS,
) -> None:
    """Add the signals of the questions, asked of a library."""
    from assistant.asked import Asked
    from assistant.retrieval import Retrieval
    from assistant.selection import candidates

    with Library.open(library) as opened, rows.open("a", encoding="utf-8") as out:
        retrieval = Retrieval(opened, load_settings(library=library))
        reranker = retrieval.engine.reranker
        for question, answerable, kind, group in _questions(opened, sets or (), made=made):
            evidence = retrieval.gather(question.checked())
            asked = Asked.of(evidence.searched_for)
            found = candidates(evidence, asked, reranker)
            signals = abstention.signals_of(evidence, asked, found, reranker) if found else None
            out.write(_line(Row(kind, _hash(group), answerable, signals)))


def _questions(
    library: Library, sets: Sequence[str], *, made: bool
) -> Iterator[tuple[Question, bool, str, str]]:
    from eval.bench.abstention_questions import make
    from eval.checking import texts_by_source
    from eval.growing import grow

    for name in sets:
        if "clapnq" in name:
            for line in Path(name).read_text("utf-8").splitlines():
                case = json.loads(line)
                yield Question(text=case["input"]), "_answerable" in name, "clapnq", case["id"]
            continue
        path = find_set(name)
        cases = load_cases(path)
        for case in [*cases, *grow(cases, texts_by_source(library.articles()))]:
            kind = f"{path.stem}{'-grown' if case.derived_from else ''} {case.slice}"
            yield case.asked, case.answerable, kind, case.derived_from or case.id
    questions = make(library.articles()) if made else []
    random.Random(0).shuffle(questions)  # noqa: S311 - an order, no secret
    for one in questions:
        yield Question(text=one.question), one.answerable, one.kind, one.group


def _hash(group: str) -> str:
    return hashlib.sha256(group.encode()).hexdigest()[:12]


def _line(row: Row) -> str:
    values = None
    if row.signals:
        values = {name: round(value, 4) for name, value in asdict(row.signals).items()}
    content = {"kind": row.kind, "group": row.group, "answerable": row.answerable, "signals": values}
    return json.dumps(content) + "\n"


def _read(path: Path) -> list[Row]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Row(**{**row, "signals": row["signals"] and Signals(**row["signals"])}) for row in rows]


if __name__ == "__main__":
    app()
