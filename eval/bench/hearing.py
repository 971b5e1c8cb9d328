"""How well it is told whether a party speaks on the matter: `python -m eval.bench.hearing`.

The questions are those of question sets that ask for two accounts, and the same with the first party
changed for a country drawn by chance, and with both for the two of another question, who have much to
say of each other. Such strangers are taken to be silent, so are the parties of an unanswerable
question; a party that the set has an account of is taken to speak, where an article with it was found.
The signals are in `hearing.jsonl` beside this file (numbers, no text), so that showing and fitting need
no library.

(none)   show AUC, parties heard, others taken for silent, and answers given; cross-validated by question
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

from assistant.abstention.hearing import MODEL, Heard, signals
from assistant.abstention.wanted import Wanted
from assistant.answers import Question
from assistant.retrieval import Retrieval
from assistant.selection import candidates
from eval.cases import find_set, load_cases
from eval.statistics import share_text
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

    from assistant.evidence import Evidence
    from eval.cases import Case
    from index.models import Reranker

    Flags = NDArray[np.bool_]

_ROWS = Path(__file__).with_suffix(".jsonl")
_FOLDS = 10
_UNHEARD = 0.025  # the share of parties that speak lost in the fit
_REFUSED = 0.02  # the share of questions with a party that speaks refused in the fit
app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Row:
    """A party of a question, whether it speaks on the matter, and what its sentences show of that.

    `asked` is the question as it was asked, with or without strangers.
    """

    case: str
    asked: int
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
    heard = scores >= _line_under(scores[speaks], _UNHEARD)
    held, best = _by_question(every, scores)
    given = best >= _line_under(best[held], _REFUSED)
    typer.echo(f"AUC {roc_auc_score(speaks, scores):.3f}; of questions {roc_auc_score(held, best):.3f}")
    typer.echo(f"parties that speak, heard             {share_text(list(heard[speaks]))}")
    typer.echo(f"others, taken for silent              {share_text(list(~heard[~speaks]))}")
    typer.echo(f"questions with one that speaks, answered  {share_text(list(given[held]))}")
    typer.echo(f"questions with none, refused          {share_text(list(~given[~held]))}")


@app.command()
def fit(rows: Path = _ROWS) -> None:
    """Fit the weights of a logistic regression, and the chances from which one is heard, and answers."""
    every = _read(rows)
    values, speaks = _values(every), np.array([row.speaks for row in every])
    fitted = _regression().fit(values, speaks)
    scaler, regression = fitted[0], fitted[1]
    weights = regression.coef_[0] / scaler.scale_
    chances = fitted.predict_proba(values)[:, 1]
    held, best = _by_question(every, chances)
    stored = {
        "fitted_on": {"speak": int(speaks.sum()), "silent": int((~speaks).sum())},
        "intercept": round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
        "threshold": round(_line_under(chances[speaks], _UNHEARD), 4),
        "answering": round(_line_under(best[held], _REFUSED), 4),
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
        countries = sorted({a.countries[0] for a in opened.articles() if a.countries})
        cases = [case for name in sets for case in load_cases(find_set(name))]
        asked = [(case, retrieval.gather(case.asked.checked())) for case in cases if _of_two(case)]
        pairs = [[side.party for side in evidence.sides] for _, evidence in asked if evidence.sides]
        for case, evidence in ((case, evidence) for case, evidence in asked if evidence.sides):
            for at, (question, strange) in enumerate(_asked(case, evidence, countries, pairs, chance)):
                found = retrieval.gather(Question(text=question)) if strange else evidence
                for row in _rows(case, at, found, strange, retrieval.engine.reranker):
                    out.write(_line(row))


def _of_two(case: Case) -> bool:
    """Whether a case may ask for two accounts."""
    return bool(case.sides) or not case.answerable


def _asked(
    case: Case,
    evidence: Evidence,
    countries: Sequence[str],
    pairs: Sequence[Sequence[str]],
    chance: random.Random,
) -> Iterator[tuple[str, list[str]]]:
    """The question as it is, then with strangers, who are told with it."""
    yield case.question, []
    parties = [side.party for side in evidence.sides if side.party in case.question]
    if not case.answerable:
        return
    known = [country for country in countries if country not in case.question]
    others = [pair for pair in pairs if not any(party in case.question for party in pair)]
    changed = [(parties[:1], [chance.choice(known)])] if parties else []
    if len(parties) > 1:
        changed.append((parties, list(chance.choice(others))))
    for changing, strange in changed:
        question = case.question
        for party, other in zip(changing, strange, strict=True):
            question = question.replace(party, other)
        yield question, strange


def _rows(
    case: Case, at: int, evidence: Evidence, strange: Sequence[str], reranker: Reranker
) -> Iterator[Row]:
    """A row for each party of which it is known whether it speaks, if there is a sentence of it."""
    found = candidates(evidence, evidence.asked, reranker)
    if not found or not evidence.sides:
        return
    wanted = Wanted.of(evidence.searched_for, evidence.asked, date.today())
    gold = {gold.source for side in case.sides for gold in side.gold}
    for side, heard in zip(evidence.sides, signals(evidence, found, wanted), strict=True):
        theirs = {Path(h.article.source).name for h in evidence.hits if h.article.id in side.articles}
        silent = side.party in strange or not case.answerable
        if heard and (silent or (theirs & gold and not strange)):
            yield Row(case.id, at, not silent, heard)


def _by_question(every: Sequence[Row], scores: NDArray[np.float64]) -> tuple[Flags, NDArray[np.float64]]:
    """Of each question as it was asked, whether any party speaks, and the best score of its parties."""
    asked: dict[tuple[str, int], list[int]] = {}
    for number, row in enumerate(every):
        asked.setdefault((row.case, row.asked), []).append(number)
    held = np.array([any(every[n].speaks for n in numbers) for numbers in asked.values()])
    return held, np.array([max(scores[n] for n in numbers) for numbers in asked.values()])


def _line_under(scores: NDArray[np.float64], lost: float) -> float:
    """The line midway between the last score lost and the first that is not.

    On the score itself, a logit that differs by a little on another processor would decide.
    """
    ordered = np.sort(scores)
    at = max(1, round(lost * len(ordered)))
    return float((ordered[at - 1] + ordered[at]) / 2)


def _regression() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression())


def _values(rows: Sequence[Row]) -> list[list[float]]:
    return [list(asdict(row.heard).values()) for row in rows]


def _line(row: Row) -> str:
    heard = {name: round(value, 4) for name, value in asdict(row.heard).items()}
    stored = {"case": row.case, "asked": row.asked, "speaks": row.speaks, "heard": heard}
    return json.dumps(stored) + "\n"


def _read(path: Path) -> list[Row]:
    def rows() -> Iterator[Row]:
        for line in path.read_text("utf-8").splitlines():
            stored = json.loads(line)
            yield Row(stored["case"], stored["asked"], stored["speaks"], Heard(**stored["heard"]))

    return list(rows())


if __name__ == "__main__":
    app()
