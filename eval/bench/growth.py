"""How search slows as a library grows: `python -m eval.bench.growth SET LIBRARY…`, smallest first.

`eval.bench.growth_library` makes such libraries. Asks each the standalone questions of SET and prints
p50 and p95 of what a question costs, with their ratios to the smallest library:

  words       BM25 alone
  vectors     the question embedded and its nearest vectors
  candidates  both, as often as the question's time asks for, and fused
  search      candidates, reranked: `memoire search`
  assistant   all that is found before an answer is written, each side apart

The libraries take turns question by question, so that other work on the machine weighs on all alike; the
processor's time, which other work hardly changes, is told beside the clock's.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from assistant.answers import Question
from assistant.retrieval import Retrieval
from eval.cases import find_set, load_cases
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Spent = dict[str, list[list[tuple[float, float]]]]

_HITS = 10


def main(
    name: str,
    libraries: list[Path],
    rounds: int = 2,
    most: Annotated[int, typer.Option(help="Questions asked at most.")] = 60,
) -> None:
    """Print what the questions of the set NAME cost in LIBRARIES, and how much that grows."""
    texts = [case.question for case in load_cases(find_set(name)) if not case.history][:most]
    spent: Spent = defaultdict(lambda: [[] for _ in libraries])
    with ExitStack() as stack:
        opened = [stack.enter_context(Library.open(folder)) for folder in libraries]
        sizes = [library.overview().passages for library in opened]
        parts = [_parts(Retrieval(library, load_settings(library=library.folder))) for library in opened]
        _ask(parts, texts[:_HITS], defaultdict(lambda: [[] for _ in libraries]))  # caches warm up
        for _ in range(rounds):
            _ask(parts, texts, spent)
    typer.echo(f"{len(texts)} questions, {rounds} times each")
    for part, seconds in spent.items():
        _print(part, sizes, seconds)


def _parts(retrieval: Retrieval) -> dict[str, Callable[[str], object]]:
    engine = retrieval.engine
    library, count = engine.library, engine.settings.candidates

    def afresh(part: Callable[[str], object]) -> Callable[[str], object]:
        def asking(text: str) -> object:
            engine.reranker.forget()
            return part(text)

        return asking

    def words(text: str) -> object:
        query = engine.understand(text, apart=False)
        return library.words.lexical(query.rest, count, query.phrases)

    return {
        "words": words,
        "vectors": lambda text: library.dense(engine.embedder.encode_query(text), count),
        "candidates": engine.candidates,
        "search": afresh(lambda text: engine.search(text, _HITS)),
        "assistant": afresh(lambda text: retrieval.gather(Question(text=text))),
    }


def _ask(
    parts: Sequence[dict[str, Callable[[str], object]]],
    texts: Sequence[str],
    spent: Spent,
) -> None:
    for text in texts:
        for at, library in enumerate(parts):
            for name, part in library.items():
                started, used = time.perf_counter(), time.process_time()
                part(text)
                spent[name][at].append((time.perf_counter() - started, time.process_time() - used))


def _print(part: str, sizes: Sequence[int], spent: Sequence[Sequence[tuple[float, float]]]) -> None:
    typer.echo(
        f"\n{part:12} {'passages':>9} {'p50':>8} {'p95':>8} {'processor':>9}   ratios to the first"
    )
    first = _figures(spent[0])
    for size, some in zip(sizes, spent, strict=True):
        figures = _figures(some)
        told = "  ".join(f"{seconds:6.3f}s" for seconds in figures)
        ratios = " ".join(f"{now / then:.2f}x" for now, then in zip(figures, first, strict=True))
        typer.echo(f"{'':12} {size:9,}  {told}    {ratios}")


def _figures(spent: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """p50 and p95 of the clock's seconds, p50 of the processor's."""
    clock, processor = np.array(spent).T
    return float(np.median(clock)), float(np.percentile(clock, 95)), float(np.median(processor))


if __name__ == "__main__":
    typer.run(main)
