"""How well it is told whether a party speaks on the matter: `python -m eval.bench.hearing`.

The questions are those of question sets that ask for two accounts, and the same with one party changed
for a stranger: a country that speaks in the library and that the question does not name. A stranger is
taken to be silent, and a party that the set has an account of, to speak. The signals are in
`hearing.jsonl` beside this file (numbers, no text), so that showing and fitting need no library.

(none)   show AUC, parties heard and strangers taken for silent, cross-validated by question
fit      fit the weights and write `assistant/abstention/hearing.json`
collect  add the signals of question sets, asked of a library
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.abstention.hearing import MODEL, Heard
from assistant.abstention.wanted import Wanted
from assistant.answers import Question
from assistant.retrieval import Retrieval
from assistant.selection import candidates
from assistant.writers.choosing import owner
from assistant.writers.weighing import weighed
from eval.cases import find_set, load_cases
from eval.statistics import share_text
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sklearn.pipeline import Pipeline

    from assistant.evidence import Evidence
    from index.models import Reranker

_ROWS = Path(__file__).with_suffix(".jsonl")
_STRANGERS = 2  # a party is changed for
_FOLDS = 10
_UNHEARD = 0.04  # the share of parties that speak lost in the fit
app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Row:
    """A party of a question, whether it speaks on the matter, and what its sentences show of that."""

    case: str
    speaks: bool
    heard: Heard


@app.callback(invoke_without_command=True)
def main(context: typer.Context, rows: Path = _ROWS) -> None:
    """Show the figures; every question is judged by weights fitted without it."""
    if context.invoked_subcommand:
        return
    every = _read(rows)
    values, speaks = _values(every), np.array([row.speaks for row in every])
    scores = cross_val_predict(
        _regression(),
        values,
        speaks,
        groups=[row.case for row in every],
        cv=GroupKFold(_FOLDS),
        method="decision_function",
    )
    heard = scores >= np.quantile(scores[speaks], _UNHEARD)
    typer.echo(f"AUC {roc_auc_score(speaks, scores):.3f}")
    typer.echo(f"parties that speak, heard       {share_text(list(heard[speaks]))}")
    typer.echo(f"strangers, taken for silent     {share_text(list(~heard[~speaks]))}")


@app.command()
def fit(rows: Path = _ROWS) -> None:
    """Fit the weights of a logistic regression, and the chance from which a party is heard."""
    every = _read(rows)
    values, speaks = _values(every), np.array([row.speaks for row in every])
    fitted = _regression().fit(values, speaks)
    scaler, regression = fitted[0], fitted[1]
    weights = regression.coef_[0] / scaler.scale_
    chances = fitted.predict_proba(values)[:, 1]
    stored = {
        "fitted_on": {"parties": int(speaks.sum()), "strangers": int((~speaks).sum())},
        "intercept": round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
        "threshold": round(float(np.quantile(chances[speaks], _UNHEARD)), 4),
        "weights": dict(zip(Heard.__dataclass_fields__, weights.round(4).tolist(), strict=True)),
    }
    MODEL.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    typer.echo(MODEL.read_text("utf-8"))


@app.command()
def collect(
    library: Path,
    sets: Annotated[list[str], typer.Argument(help="Question sets.")],
    rows: Path = _ROWS,
) -> None:
    """Add the signals of the sets' questions that ask for two accounts, and of strangers in them."""
    chance = random.Random(0)  # noqa: S311 - a choice of countries, no secret
    with Library.open(library) as opened, rows.open("a", encoding="utf-8") as out:
        retrieval = Retrieval(opened, load_settings(library=library))
        reranker = retrieval.engine.reranker
        countries = sorted({a.countries[0] for a in opened.articles() if a.countries})
        for case in (case for name in sets for case in load_cases(find_set(name)) if case.sides):
            evidence = retrieval.gather(case.asked.checked())
            for heard in _signals(evidence, reranker).values():
                out.write(_line(Row(case.id, speaks=True, heard=heard)))
            for party in [s.party for s in evidence.sides if s.party in case.question]:
                for other in chance.sample([c for c in countries if c not in case.question], _STRANGERS):
                    asked = Question(text=case.question.replace(party, other))
                    found = _signals(retrieval.gather(asked), reranker)
                    if other in found:
                        out.write(_line(Row(case.id, speaks=False, heard=found[other])))


def _signals(evidence: Evidence, reranker: Reranker) -> dict[str, Heard]:
    """The signals of each party of which there is a sentence at all."""
    asked = evidence.asked
    found = candidates(evidence, asked, reranker)
    if not found:
        return {}
    wanted = Wanted.of(evidence.searched_for, asked, date.today())
    ordered = sorted(weighed(found, evidence, wanted, reranker), key=lambda c: -c.score)
    owners = [owner(candidate, evidence) for candidate in ordered]
    own = [[c for c, whose in zip(ordered, owners, strict=True) if whose == at] for at in (0, 1)]
    return {
        side.party: Heard.of(theirs, ordered[0].score, evidence, wanted, side)
        for side, theirs in zip(evidence.sides, own, strict=False)
        if theirs
    }


def _regression() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression())


def _values(rows: Sequence[Row]) -> list[list[float]]:
    return [list(asdict(row.heard).values()) for row in rows]


def _line(row: Row) -> str:
    heard = {name: round(value, 4) for name, value in asdict(row.heard).items()}
    return json.dumps({"case": row.case, "speaks": row.speaks, "heard": heard}) + "\n"


def _read(path: Path) -> list[Row]:
    def rows() -> Iterator[Row]:
        for line in path.read_text("utf-8").splitlines():
            stored = json.loads(line)
            yield Row(stored["case"], stored["speaks"], Heard(**stored["heard"]))

    return list(rows())


if __name__ == "__main__":
    app()
