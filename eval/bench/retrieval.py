"""Does search find the passage: `python -m eval.bench.retrieval LIBRARY SET…`.

Prints hit@1, hit@5, hit@10, MRR@10 and nDCG@10 with 95% bootstrap intervals for each stage and slice,
and the stage's latency; how long follow-ups took to be understood is told apart. A hit is right when it
overlaps a gold sentence. Cases without gold are left out.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from assistant.conversation import Conversation
from eval.cases import Case, find_set, load_cases
from index.library import Library
from index.search import SearchEngine, fuse
from index.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.articles import Article, Passage

_DEPTH = 10
_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the gold stood in one ranking: `ranks` of right hits from 1, of at most `gold` possible."""

    part: str
    ranks: tuple[int, ...]
    gold: int
    seconds: float

    @property
    def measures(self) -> tuple[float, ...]:
        """hit@1, hit@5, hit@10, reciprocal rank and nDCG (Järvelin, Kekäläinen 2002), all within ten."""
        first = min(self.ranks, default=math.inf)
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(self.gold, _DEPTH) + 1))
        gain = sum(1 / math.log2(rank + 1) for rank in self.ranks)
        return (
            float(first <= 1),
            float(first <= 5),
            float(first <= _DEPTH),
            1 / first,
            min(1.0, gain / ideal),
        )


def main(
    library: Path,
    sets: Annotated[list[str], typer.Argument(help="Question sets: files, or names of shipped ones.")],
    stages: Annotated[str, typer.Option(help="Stages to run, by comma.")] = "bm25,dense,fused,full",
) -> None:
    """Print how well each stage of search finds the gold passages of the sets."""
    cases = [case for name in sets for case in load_cases(find_set(name)) if case.gold]
    with Library.open(library) as opened:
        engine = SearchEngine(opened, load_settings(library=library))
        asked = _standalone(cases, Conversation(engine))
        known = _stages(engine)
        for stage in stages.split(","):
            known[stage]("warm")
            _print(stage, [_outcome(case, text, known[stage]) for case, text in asked])


def _stages(
    engine: SearchEngine,
) -> dict[str, Callable[[str], Sequence[tuple[Passage, Article]]]]:
    library, count = engine.library, engine.settings.candidates
    return {
        "bm25": lambda text: library.resolve(library.lexical(text, _DEPTH)),
        "dense": lambda text: library.resolve(library.dense(engine.embedder.encode_query(text), _DEPTH)),
        "plain-fused": lambda text: library.resolve(
            fuse(
                [
                    library.dense(engine.embedder.encode_query(text), count),
                    library.lexical(text, count),
                ]
            )[:_DEPTH]
        ),
        "fused": lambda text: library.resolve(engine.candidates(text)[:_DEPTH]),
        "full": lambda text: [(hit.passage, hit.article) for hit in engine.search(text, _DEPTH)],
    }


def _standalone(cases: Sequence[Case], conversation: Conversation) -> list[tuple[Case, str]]:
    """The cases with their questions understood on their own."""
    asked, taken = [], []
    for case in cases:
        started = time.perf_counter()
        asked.append((case, conversation.standalone(case.asked)))
        if case.history:
            taken.append(time.perf_counter() - started)
    if taken:
        p50, p95 = np.percentile(taken, [50, 95])
        typer.echo(f"{len(taken)} follow-ups made to stand alone: p50 {p50:.2f} s, p95 {p95:.2f} s")
    return asked


def _outcome(
    case: Case, text: str, search: Callable[[str], Sequence[tuple[Passage, Article]]]
) -> Outcome:
    started = time.perf_counter()
    found = search(text)
    seconds = time.perf_counter() - started
    ranks = [rank for rank, (passage, article) in enumerate(found, 1) if _right(case, passage, article)]
    return Outcome(case.slice, tuple(ranks), len(case.gold), seconds)


def _right(case: Case, passage: Passage, article: Article) -> bool:
    for gold in case.gold:
        start = article.text.find(gold.quote) if gold.source == article.source else -1
        if start >= 0 and start < passage.end and passage.start < start + len(gold.quote):
            return True
    return False


def _print(stage: str, outcomes: Sequence[Outcome]) -> None:
    slices: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        slices["all"].append(outcome)
        slices[outcome.part].append(outcome)
    p50, p95 = np.percentile([outcome.seconds for outcome in outcomes], [50, 95])
    typer.echo(f"\n{stage}: p50 {p50:.2f} s, p95 {p95:.2f} s")
    typer.echo(f"  {'slice':12} {'n':>4}  {'hit@1':18} {'hit@5':18} {'hit@10':18} {'MRR@10':18} nDCG@10")
    for name, some in slices.items():
        columns = np.array([outcome.measures for outcome in some]).T
        typer.echo(f"  {name:12} {len(some):4}  " + " ".join(_interval(column) for column in columns))


def _interval(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """The mean with its 95% percentile bootstrap interval over cases."""
    draws = np.random.default_rng(0).choice(values, (_DRAWS, len(values))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{values.mean():.3f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    typer.run(main)
