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

import hashlib
import json
import random
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from assistant.abstention import decision as abstention
from assistant.abstention.decision import Signals
from assistant.answers import Question
from assistant.asked import Asked, stems
from eval import charts
from eval.cases import find_set, load_cases
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.evidence import Evidence
    from assistant.selection import Candidate
    from eval.cases import Gold

    Asking = tuple[Question, bool, str, str, Sequence[Gold]]

_ROWS = Path(__file__).with_suffix(".jsonl")
_MODEL = Path(abstention.__file__).with_suffix(".json")
_NEVER_FITTED = ("corpora-heldout", "fresh-test")
_DEVELOPMENT = ("sample", "corpora-dev", "fresh-dev")
_OF_PEOPLE = ("sample", "corpora", "fresh-")
_DRAWS = 1000
_TURNS = 5
_BEFORE = -0.073  # the threshold of the rule before
_NOTHING = -9.0  # below any score it gave
_LOST = 0.025  # the share of people's questions that the evidence answers lost in the fit
_PENALTY = 0.02
_SHARE = {"machine": 0.2, "people": 0.6, "encyclopaedia": 0.2}  # how much each weighs in the fit
_SPEAK_FOR = frozenset("best passage alone falls falls_next agree words_there".split())
_COLOURS = (
    "<style>text{font:13px sans-serif;fill:#555}line{stroke:#999}"
    "polyline{fill:none;stroke-width:2}.before{stroke:#b65}.after{stroke:#257}</style>"
)
_UNSEEN = "fresh "  # made by machine
_MADE = 200
_SEED_HELP = (
    "Make questions from the library's articles: with 0 of parties that are fitted, with another seed"
    " fresh ones of the others."
)
app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Row:
    """The signals of one question; None where nothing was found.

    `group` is a hash of what it is about; `held` tells whether a gold sentence was among the evidence,
    where it is known; `before` is what the rule before this one made of it.
    """

    kind: str
    group: str
    answerable: bool
    held: bool | None
    before: float
    signals: Signals | None

    @property
    def held_out(self) -> bool:
        """Whether the question is never fitted: half of all, by group; of development sets, none."""
        if self.kind.startswith(_DEVELOPMENT):
            return False
        return self.kind.startswith(_NEVER_FITTED) or int(self.group[:8], 16) % 2 == 1

    @property
    def part(self) -> str:
        """Who asks: people or a machine about the news, or people of an encyclopaedia."""
        if self.kind.startswith(_OF_PEOPLE):
            return "people"
        return "encyclopaedia" if self.kind == "clapnq" else "machine"


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and how far its score lies above the threshold; below, it is abstained on."""

    row: Row
    margin: float


@app.callback(invoke_without_command=True)
def main(context: typer.Context, rows: Path = _ROWS, chart: Path | None = None) -> None:
    """Show the figures on questions never fitted, and on development questions by cross-validation."""
    if context.invoked_subcommand:
        return
    every = _read(rows)
    unseen = [row for row in every if row.held_out]
    parts = {
        "unseen, news, made by machine": [row for row in unseen if row.kind.startswith(_UNSEEN)],
        "unseen, news, of people and derived from theirs": [r for r in unseen if r.part == "people"],
        "unseen, encyclopaedia (CLAPNQ)": [row for row in unseen if row.part == "encyclopaedia"],
    }
    for name, some in ((name, some) for name, some in parts.items() if some):
        _show(f"{name}, rule before", _judged(some, [row.before for row in some], _BEFORE))
        _show(name, _now(some))
    crossed = _crossed([row for row in every if not row.held_out])
    for kind in (f"{name}{grown} " for name in _DEVELOPMENT for grown in ("", "-grown")):
        some = [row for row in every if row.kind.startswith(kind)]
        _show(
            f"development, {kind.strip()}, rule before", _judged(some, [r.before for r in some], _BEFORE)
        )
        _show(
            f"development, {kind.strip()}, cross-validated",
            [j for j in crossed if j.row.kind.startswith(kind)],
        )
    _by_kind("development, cross-validated", crossed)
    _by_kind("unseen", _now(unseen))
    news = parts["unseen, news, made by machine"]
    if not news:
        return
    curves = [_curve(_judged(news, [row.before for row in news], _BEFORE)), _curve(_now(news))]
    for coverage in (0.25, 0.5, 0.75, 1.0):
        before, now = (_risk_at(curve, coverage) for curve in curves)
        typer.echo(f"unseen news, {coverage:.0%} answered: risk before {before:.3f}, now {now:.3f}")
    if chart:
        svg = charts.curves(curves).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
        chart.write_text(svg.replace("<title>", f"{_COLOURS}<title>"), "utf-8")


def _judged(rows: Sequence[Row], scores: Sequence[float], threshold: float) -> list[Judged]:
    return [Judged(row, score - threshold) for row, score in zip(rows, scores, strict=True)]


def _now(rows: Sequence[Row]) -> list[Judged]:
    return _judged(rows, [abstention.chance_of(row.signals) for row in rows], abstention.threshold())


def _crossed(rows: Sequence[Row]) -> list[Judged]:
    """The questions of people judged by weights fitted without them and their like, in five turns."""
    judged = []
    for turn in range(_TURNS):
        left = [r for r in rows if r.part == "people" and int(r.group[-6:], 16) % _TURNS == turn]
        others = [row for row in rows if row not in left and row.signals]
        model = _fitted(others)
        threshold = _threshold(others, *model)
        judged += [Judged(row, _chance(row, *model) - threshold) for row in left]
    return judged


def _chance(row: Row, intercept: float, weights: dict[str, float]) -> float:
    if row.signals is None:
        return 0.0
    total = intercept + sum(weights[name] * value for name, value in asdict(row.signals).items())
    return float(1 / (1 + np.exp(-total)))


def _show(name: str, judged: Sequence[Judged]) -> None:
    values = np.array([(one.row.answerable, one.margin, bool(one.row.held)) for one in judged])
    groups = [one.row.group for one in judged]
    n = int(values[:, 0].sum())
    typer.echo(f"\n{name}: {n} answerable, {len(judged) - n} unanswerable")
    for title, measure in _MEASURES.items():
        found = measure(values)
        if not np.isnan(found):
            low, high = _interval(values, groups, measure)
            typer.echo(f"  {title:24} {found:.3f} [{low:.3f}, {high:.3f}]")


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


def _by_kind(name: str, judged: Sequence[Judged]) -> None:
    typer.echo(f"\n{name}, by kind: share abstained on")
    total = Counter((one.row.kind, one.row.answerable) for one in judged)
    held = Counter((one.row.kind, one.row.answerable) for one in judged if one.margin < 0)
    for kind, answerable in sorted(total):
        n = total[kind, answerable]
        label = "answerable" if answerable else "unanswerable"
        typer.echo(f"  {kind:28} {label:13} {held[kind, answerable] / n:.2f} of {n}")


def _curve(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """Coverage and risk (the share of answers given that should not be), as more are answered."""
    ordered = sorted(judged, key=lambda one: -one.margin)
    wrong = np.cumsum([not one.row.answerable for one in ordered])
    answered = np.arange(1, len(ordered) + 1)
    return list(zip(answered / len(ordered), wrong / answered, strict=True))


def _risk_at(curve: Sequence[tuple[float, float]], coverage: float) -> float:
    """The risk where that share of all questions is answered."""
    return next(risk for covered, risk in curve if covered >= coverage - 1e-9)


@app.command()
def fit(rows: Path = _ROWS) -> None:
    """Fit the weights on the questions that are not held out; write them with what they rest on.

    A logistic regression with a squared penalty, in which no signal may speak against what it means: a
    better score never lowers the chance. Unbounded, signals of machine-made questions took weights that
    people's questions contradicted.
    """
    seen = [row for row in _read(rows) if not row.held_out and row.signals]
    intercept, weights = _fitted(seen)
    stored = {
        "fitted_on": {"questions": len(seen), "answerable": sum(row.answerable for row in seen)},
        "intercept": round(intercept, 4),
        "threshold": round(_threshold(seen, intercept, weights), 4),
        "weights": {name: round(weight, 4) for name, weight in weights.items()},
    }
    _MODEL.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    typer.echo(_MODEL.read_text("utf-8"))


def _fitted(rows: Sequence[Row]) -> tuple[float, dict[str, float]]:
    """The intercept and the weights of the signals as they are."""
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
    return float(found[0] - weights @ middle), dict(zip(names, map(float, weights), strict=True))


def _threshold(rows: Sequence[Row], intercept: float, weights: dict[str, float]) -> float:
    """The chance under which the share that may be lost of people's questions lies.

    Only of those whose gold sentence search found: to abstain on the others is right.
    """
    asked = [row for row in rows if row.answerable and row.held and row.part == "people"]
    totals = intercept + _values(asked) @ np.array(list(weights.values()))
    return float(1 / (1 + np.exp(-np.quantile(totals, _LOST))))


def _values(rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([list(asdict(row.signals).values()) for row in rows if row.signals])


def _importance(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each source's share, with and without an answer alike."""
    keys = [(row.part, row.answerable) for row in rows]
    counts = Counter(keys)
    return np.array([_SHARE[key[0]] / 2 / counts[key] for key in keys])


@app.command()
def collect(
    library: Path,
    sets: Annotated[list[str] | None, typer.Argument(help="Question sets, or CLAPNQ's files.")] = None,
    made: Annotated[int | None, typer.Option(help=_SEED_HELP)] = None,
    most: Annotated[int, typer.Option(help="How many of these, drawn by chance.")] = _MADE,
    rows: Path = _ROWS,
) -> None:
    """Add the signals of the questions, asked of a library."""
    from assistant.retrieval import Retrieval
    from assistant.selection import candidates

    with Library.open(library) as opened, rows.open("a", encoding="utf-8") as out:
        retrieval = Retrieval(opened, load_settings(library=library))
        reranker = retrieval.engine.reranker
        for question, answerable, kind, group, gold in _questions(opened, sets or (), made, most):
            evidence = retrieval.gather(question.checked())
            asked = evidence.asked
            found = candidates(evidence, asked, reranker)
            signals = abstention.signals_of(evidence, asked, found, reranker) if found else None
            held = held_in(found, gold) if gold else None
            before = rule_before(evidence, asked, found)
            out.write(_line(Row(kind, _hash(group), answerable, held, before, signals)))


def held_in(found: Sequence[Candidate], gold: Sequence[Gold]) -> bool:
    """Tell whether a candidate is a gold sentence, or part of one, or has one in it."""
    quotes = {one.source: one.quote for one in gold}
    texts = ((c.article, c.sentence) for c in found if c.article.source in quotes)
    pairs = ((article.text[s.start : s.end], quotes[article.source]) for article, s in texts)
    return any(text in quote or quote in text for text, quote in pairs)


def rule_before(evidence: Evidence, asked: Asked, found: Sequence[Candidate]) -> float:
    """Three signals: the best sentence, its passage, and the names that its article lacks, by rarity."""
    if not found:
        return _NOTHING
    best = max(found, key=lambda c: c.score)
    there = stems(f"{best.article.heading} {best.article.text}")
    parties = stems(" ".join(side.party for side in evidence.sides if side.articles))
    names = {stem: word for stem, word in asked.terms.items() if stem in asked.names - parties}
    lacking = sum(evidence.rarity.get(word, 0.0) for stem, word in names.items() if stem not in there)
    return 0.10 * best.score + 0.26 * best.hit.score - 0.092 * lacking


def _questions(library: Library, sets: Sequence[str], made: int | None, most: int) -> Iterator[Asking]:
    from eval.checking import texts_by_source
    from eval.growing import grow

    for name in sets:
        if "clapnq" in name:
            for line in Path(name).read_text("utf-8").splitlines():
                case = json.loads(line)
                yield Question(text=case["input"]), "_answerable" in name, "clapnq", case["id"], ()
            continue
        path = find_set(name)
        cases = load_cases(path)
        for case in [*cases, *grow(cases, texts_by_source(library.articles()))]:
            kind = f"{path.stem}{'-grown' if case.derived_from else ''} {case.slice}"
            yield case.asked, case.answerable, kind, case.derived_from or case.id, case.gold
    if made is not None:
        yield from list(_made(library, made))[:most]


def _made(library: Library, seed: int) -> Iterator[Asking]:
    from eval.bench.abstention_questions import make

    questions = make(library.articles(), seed)
    random.Random(0).shuffle(questions)  # noqa: S311 - an order, no secret
    for one in questions:
        unfitted = int(_hash(one.group)[:8], 16) % 2 == 1
        if unfitted == bool(seed):
            kind = f"{_UNSEEN}{one.kind}" if seed else one.kind
            yield Question(text=one.question), one.answerable, kind, one.group, ()


def _hash(group: str) -> str:
    return hashlib.sha256(group.encode()).hexdigest()[:12]


def _line(row: Row) -> str:
    values = None
    if row.signals:
        values = {name: round(value, 4) for name, value in asdict(row.signals).items() if value}
    content = {
        "kind": row.kind,
        "group": row.group,
        "answerable": row.answerable,
        "held": row.held,
        "before": round(row.before, 4),
    }
    content["signals"] = values
    return json.dumps(content) + "\n"


def _read(path: Path) -> list[Row]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Row(**{**row, "signals": _signals(row["signals"])}) for row in rows]


def _signals(values: dict[str, float] | None) -> Signals | None:
    """Signals from those that are not zero."""
    if values is None:
        return None
    return Signals(**{name: values.get(name, 0.0) for name in Signals.__dataclass_fields__})


if __name__ == "__main__":
    app()
