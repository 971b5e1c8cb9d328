"""Does search find the passage: `python -m eval.bench.retrieval LIBRARY SET…`.

Prints hit@1, hit@5, hit@10, MRR@10 and nDCG@10 with 95% bootstrap intervals for each stage and slice,
and the stage's latency; how long follow-ups took to be understood is told apart. A hit is right when it
overlaps a gold sentence; of two-sided questions it is told as well how often both sides' are among the
hits. Cases without gold are left out.

Stages, each with what the one before lacks:
  bm25         words, as the question stands
  dense        vectors of our passages
  langchain    vectors as LangChain's tutorials make them (see `eval.bench.plain`)
  plain-fused  both rankings fused, the question as it stands
  fused        the question understood: names, time
  full         reranked: `memoire search`
  assistant    what an answer is written from: each side apart, "latest" cut to the newest
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

from assistant.answers import Question
from assistant.conversation import Conversation
from assistant.retrieval import Retrieval
from eval.bench.plain import PlainSearch
from eval.cases import Case, Gold, find_set, load_cases
from index.errors import InputError
from index.search.search import SearchEngine, fuse
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.articles import Article, Hit, Passage

    Search = Callable[[str], Sequence[tuple[Passage, Article]]]

_DEPTH = 10
_NEAR = 5  # a side that comes later is told with the misses
_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the gold stood in one ranking: `ranks` of right hits from 1, of at most `gold` possible."""

    part: str
    ranks: tuple[int, ...]
    gold: int
    seconds: float
    sides: tuple[float, ...] = ()
    """Of each side the rank of its first right hit, infinite where there is none."""

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
    stages: Annotated[str, typer.Option(help="Stages to run, by comma.")] = "bm25,dense,full,assistant",
    langchain: Annotated[
        Path | None, typer.Option(help="Where LangChain's index is, or is made.")
    ] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Print what is not found first.")] = False,  # noqa: FBT002
) -> None:
    """Print how well each stage of search finds the gold passages of the sets."""
    cases = [case for name in sets for case in load_cases(find_set(name)) if case.gold]
    with Library.open(library) as opened:
        settings = load_settings(library=library)
        engine = SearchEngine(opened, settings)
        asked = _standalone(cases, Conversation(engine))
        retrieval = Retrieval(opened, settings)
        known = _stages(retrieval, langchain)
        for stage in stages.split(","):
            search = known[stage]()
            search("warm")
            outcomes = []
            for case, text in asked:
                retrieval.engine.reranker.forget()
                outcomes.append(outcome_of(case, text, search))
            _print(stage, outcomes)
            if misses:
                _print_misses(asked, outcomes)


def _stages(retrieval: Retrieval, langchain: Path | None) -> dict[str, Callable[[], Search]]:
    """Each stage by its name, to be made ready when it is its turn."""
    engine = retrieval.engine
    library, count = engine.library, engine.settings.candidates

    def dense(text: str, count: int) -> list[str]:
        return library.dense(engine.embedder.encode_query(text), count)

    def plain() -> Search:
        if langchain is None:
            raise InputError("The stage langchain needs a folder.", "Give --langchain FOLDER.")
        made = PlainSearch(library, engine.embedder, langchain)
        return lambda text: made.search(text, _DEPTH)

    return {
        "bm25": lambda: lambda text: library.resolve(library.words.lexical(text, _DEPTH)),
        "dense": lambda: lambda text: library.resolve(dense(text, _DEPTH)),
        "langchain": plain,
        "plain-fused": lambda: (
            lambda text: library.resolve(
                fuse([dense(text, count), library.words.lexical(text, count)])[:_DEPTH]
            )
        ),
        "fused": lambda: lambda text: library.resolve(engine.candidates(text)[:_DEPTH]),
        "full": lambda: lambda text: places(engine.search(text, _DEPTH)),
        "assistant": lambda: lambda text: places(retrieval.gather(Question(text=text)).hits),
    }


def places(hits: Sequence[Hit]) -> list[tuple[Passage, Article]]:
    """Return the hits as `outcome_of` takes them."""
    return [(hit.passage, hit.article) for hit in hits]


def _standalone(cases: Sequence[Case], conversation: Conversation) -> list[tuple[Case, str]]:
    """The cases with their questions understood on their own."""
    asked, taken = [], []
    for case in cases:
        conversation.engine.reranker.forget()
        started = time.perf_counter()
        asked.append((case, conversation.standalone(case.asked)))
        if case.history:
            taken.append(time.perf_counter() - started)
    if taken:
        p50, p95 = np.percentile(taken, [50, 95])
        typer.echo(f"{len(taken)} follow-ups made to stand alone: p50 {p50:.2f} s, p95 {p95:.2f} s")
    return asked


def outcome_of(case: Case, text: str, search: Search) -> Outcome:
    """Return where the case's gold stands in what `search` finds for the text."""
    started = time.perf_counter()
    found = search(text)
    seconds = time.perf_counter() - started
    sides = tuple(min(_ranks(side.gold, found), default=math.inf) for side in case.sides)
    return Outcome(case.slice, tuple(_ranks(case.gold, found)), len(case.gold), seconds, sides)


def _ranks(gold: Sequence[Gold], found: Sequence[tuple[Passage, Article]]) -> list[int]:
    return [rank for rank, one in enumerate(found, 1) if _right(gold, *one)]


def _right(wanted: Sequence[Gold], passage: Passage, article: Article) -> bool:
    for gold in wanted:
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
        typer.echo(f"  {name:12} {len(some):4}  " + " ".join(interval(column) for column in columns))
    if heard := [max(outcome.sides) for outcome in outcomes if outcome.sides]:
        within = [interval(np.array([float(last <= depth) for last in heard])) for depth in (5, 10)]
        typer.echo(f"  both sides   {len(heard):4}  within 5: {within[0]}, within 10: {within[1]}")


def _print_misses(asked: Sequence[tuple[Case, str]], outcomes: Sequence[Outcome]) -> None:
    for (case, text), outcome in zip(asked, outcomes, strict=True):
        wanting = [str(rank) for rank in outcome.sides if rank > _NEAR] if outcome.sides else []
        if wanting or min(outcome.ranks, default=math.inf) > 1:
            typer.echo(
                f"  {case.slice:12} {case.id}: {text} | right at {outcome.ranks}, {outcome.sides}"
            )


def interval(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """Return the mean with its 95% percentile bootstrap interval over cases."""
    draws = np.random.default_rng(0).choice(values, (_DRAWS, len(values))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{values.mean():.3f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    typer.run(main)
