"""Whether a question asks for two parties' accounts, and whose: `python -m eval.bench.wordings`.

`eval/sets/wordings.jsonl` has questions by several authors who knew nothing of the program: half of them
want two accounts, the others name two parties all the same (a joint act, one on the other, a third's
words, a place). With the development sets' questions they are what the weights of `index.search.parties`
are fitted on.

fit        fit the weights and write `index/search/parties.json`
measure    each author's questions judged by weights fitted on all the others', and the held-out authors'
           by the shipped weights

Right is: of a question that wants two accounts, both parties told (or, where it names no two, that two
are wanted); of another, none. Of the held-out authors only totals are printed. Intervals are Wilson's,
95%.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer

from eval.cases import Case, find_set, load_cases
from eval.statistics import share_text
from index.models import Embedder
from index.search import parties
from index.search.named import named, spelt_out
from index.search.parties import ENCODER, MEANING, Reading, Weights, readings
from index.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

app = typer.Typer(add_completion=False, help=__doc__)

SET = Path(__file__).parents[1] / "sets" / "wordings.jsonl"
_DEVELOPMENT = ("sample", "corpora-dev", "fresh-dev")
_ACCOUNTS = "accounts-dev"  # its unanswerable questions want two accounts, too
_FEWEST = 8  # readings that a run of words must stand in to be weighed
_PENALTY = 1.0
_LOST = 0.12  # of the questions that want no two accounts, the share that may be read as wanting them


class Wording(BaseModel):
    """A question and whose accounts it wants; `parties` are as it writes them, none if not `wants`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    author: str
    held_out: bool
    question: str
    wants: bool
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A wording with the ways to read it, and which of them are right."""

    wording: Wording
    found: Sequence[Reading]
    meanings: NDArray[np.float32]
    right: Sequence[bool]


def load(path: Path = SET) -> list[Wording]:
    """Return the labelled questions."""
    return [Wording.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def right(read: Read, weights: Weights) -> bool:
    """Tell whether weights read a question rightly."""
    logits = weights.logits(read.found, read.meanings)
    best = int(np.argmax(logits))
    said = logits[best] >= weights.threshold
    return said and read.right[best] if read.wording.wants else not said


def fitted(reads: Sequence[Read]) -> Weights:
    """Return the weights of a conditional logit (McFadden 1974): readings compete, and none.

    Questions that want two accounts weigh as much in all as the others. The threshold is left at zero.
    """
    counts = Counter(run for read in reads for one in read.found for run in one.runs)
    runs = [
        {run: count for run, count in one.runs.items() if counts[run] >= _FEWEST}
        for read in reads
        for one in read.found
    ]
    names = DictVectorizer()
    meanings = MEANING * np.concatenate([read.meanings for read in reads])
    inputs = hstack([names.fit_transform(runs), csr_matrix(meanings)]).tocsr()
    loss = _loss(reads, inputs)
    found = minimize(loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B").x
    known = len(names.feature_names_) + 1
    return Weights(
        float(found[0]),
        0.0,
        dict(zip(names.feature_names_, map(float, found[1:known]), strict=True)),
        found[known:].astype(np.float32),
    )


def _loss(reads: Sequence[Read], inputs: csr_matrix) -> Callable[[Vector], tuple[float, Vector]]:
    """The penalised negative log-likelihood with its gradient; without a right reading none counts."""
    sizes = [len(read.found) for read in reads]
    starts, owner = np.r_[0, np.cumsum(sizes)[:-1]], np.repeat(np.arange(len(reads)), sizes)
    label = np.array([right for read in reads for right in read.right], np.float64)
    wants = np.array([any(read.right) for read in reads])
    lost = np.array([read.wording.wants for read in reads]) & ~wants
    share = np.where(wants, 0.5 / wants.sum(), 0.5 / (~wants & ~lost).sum()) * len(reads)
    share[lost] = 0.0

    def loss(at: Vector) -> tuple[float, Vector]:
        logits = at[0] + inputs @ at[1:]
        top = np.maximum(np.maximum.reduceat(logits, starts), 0.0)
        grown, none = np.exp(logits - top[owner]), np.exp(-top)
        total = np.add.reduceat(grown, starts) + none
        told = np.add.reduceat(grown * label, starts)
        chance = np.where(wants, told, none) / total
        answered = np.where(wants[owner], grown * label / np.where(wants, told, 1.0)[owner], 0.0)
        slope = (grown / total[owner] - answered) * share[owner]
        cost = -float(share @ np.log(chance)) + _PENALTY / 2 * float(at[1:] @ at[1:])
        return cost, np.r_[slope.sum(), inputs.T @ slope + _PENALTY * at[1:]]

    return loss


def _apart(reads: Sequence[Read]) -> dict[str, tuple[Weights, list[Read]]]:
    """For each author, the weights of all the others' questions, and their own."""
    by_author = {
        author: list(own) for author, own in groupby(reads, key=lambda read: read.wording.author)
    }
    return {
        author: (fitted([read for read in reads if read.wording.author != author]), own)
        for author, own in by_author.items()
    }


def _threshold(apart: dict[str, tuple[Weights, list[Read]]]) -> float:
    """The logit that a share of the questions that want no two accounts reaches, by others' weights."""
    unwanted = [
        max(weights.logits(read.found, read.meanings))
        for weights, own in apart.values()
        for read in own
        if not read.wording.wants
    ]
    return float(np.quantile(unwanted, 1 - _LOST))


def _read(wordings: Iterable[Wording]) -> list[Read]:
    """Find the readings of questions; their meanings as the packaged model has them."""
    encoder = Embedder(load_settings(embedding_model=ENCODER))
    found = [(wording, readings(wording.question)) for wording in wordings]
    every = encoder.encode_passages([one.nameless for _, ways in found for one in ways])
    ends = np.cumsum([len(ways) for _, ways in found])
    return [
        Read(wording, ways, every[end - len(ways) : end], [_is_right(wording, one) for one in ways])
        for (wording, ways), end in zip(found, ends, strict=True)
    ]


def _is_right(wording: Wording, reading: Reading) -> bool:
    if not wording.wants or len(wording.parties) < 2:
        return wording.wants
    question = spelt_out(wording.question)
    keys = {one.key for one in reading.pair}
    meant = []
    for party in wording.parties:
        start = question.find(party)
        meant.append({n.key for n in named(question) if n.start < start + len(party) and start < n.end})
    return len(reading.pair) == 2 and all(own & keys for own in meant) and meant[0] != meant[1]


def _development() -> list[Wording]:
    """The development sets' questions; the sides' names tell whose accounts are wanted."""
    return [
        Wording(
            author=name,
            held_out=False,
            question=case.question,
            wants=bool(case.sides),
            parties=_named_sides(case),
        )
        for name in (*_DEVELOPMENT, _ACCOUNTS)
        for case in load_cases(find_set(name))
        if case.sides or name != _ACCOUNTS
    ]


def _named_sides(case: Case) -> tuple[str, ...]:
    """The sides' names as the question writes them; none where it does not name two."""
    question = spelt_out(case.question)
    keys = [{one.key for one in named(side.name)} for side in case.sides]
    found = [
        next((question[n.start : n.end] for n in named(question) if n.key in own), "") for own in keys
    ]
    return tuple(found) if len(found) == 2 and all(found) else ()


def _print(title: str, reads: Sequence[tuple[Read, Weights]]) -> None:
    for wanted, name in ((True, "two wanted, both told"), (False, "none wanted, none told")):
        own = [right(read, weights) for read, weights in reads if read.wording.wants is wanted]
        print(f"  {title:12} {name:24} {share_text(own)}")


@app.command()
def measure() -> None:
    """Print how many questions are read rightly."""
    wordings = load()
    reads = _read([w for w in wordings if not w.held_out] + _development())
    apart = _apart(reads)
    threshold = _threshold(apart)
    print("judged by weights fitted on the other authors' questions")
    every = []
    for author, (weights, own) in apart.items():
        at = replace(weights, threshold=threshold)
        _print(author, [(read, at) for read in own])
        every += [(read, at) for read in own]
    _print("all", every)
    held = _read(w for w in wordings if w.held_out)
    if held:
        print("held-out authors, judged by the shipped weights")
        _print("all", [(read, parties.weights()) for read in held])


@app.command()
def fit() -> None:
    """Fit the weights on all questions but the held-out authors'."""
    reads = _read([w for w in load() if not w.held_out] + _development())
    weights = fitted(reads)
    kept = {run: round(weight, 3) for run, weight in weights.runs.items() if round(weight, 3)}
    content = {
        "questions": len(reads),
        "intercept": round(weights.intercept, 4),
        "threshold": round(_threshold(_apart(reads)), 4),
        "runs": kept,
        "meaning": [round(float(weight), 4) for weight in weights.meaning],
    }
    parties.MODEL.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(kept)} runs of words weighed, from {len(reads)} questions")


if __name__ == "__main__":
    app()
