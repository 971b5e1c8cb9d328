"""Does a follow-up find what the full question finds: `python -m eval.bench.followups LIBRARY SET…`.

Asks each follow-up of the sets in its conversation and, by itself, in full: as `in_full.yaml` has it, or
as the case it was derived from. Prints hit@5 and MRR@10 of both, what a follow-up loses with a 95%
interval (bootstrap over pairs), and the pairs where it loses.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
import yaml

from assistant.answers import Question
from assistant.retrieval import Retrieval
from eval.bench.retrieval import interval, outcome_of, places
from eval.cases import find_set, load_cases
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.cases import Case
    from index.articles import Article, Passage

IN_FULL = Path(__file__).with_name("in_full.yaml")
_HIT_AT_5, _MRR = 1, 3


def main(library: Path, sets: list[str]) -> None:
    """Compare the follow-ups of SETS with the same questions asked in full."""
    cases = [case for name in sets for case in load_cases(find_set(name))]
    pairs = in_full(cases)
    with Library.open(library) as opened:
        retrieval = Retrieval(opened, load_settings(library=library))

        measured = [(case, *_both(retrieval, case, full)) for case, full in pairs]
        for case, asked, whole in measured:
            if asked[_MRR] < whole[_MRR]:
                meant = retrieval.conversation.standalone(case.asked)
                typer.echo(f"  {case.id}: {meant} | {asked[_MRR]:.2f}, in full {whole[_MRR]:.2f}")
    for name, column in (("hit@5", _HIT_AT_5), ("MRR@10", _MRR)):
        short = np.array([asked[column] for _, asked, _ in measured])
        long = np.array([whole[column] for _, _, whole in measured])
        typer.echo(
            f"{name:7} n {len(pairs)}  follow-ups {interval(short)}  in full {interval(long)}"
            f"  lost {interval(long - short)}"
        )


def _both(retrieval: Retrieval, case: Case, full: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How the follow-up fared in its conversation, and how the full question did by itself."""

    def found(question: Question) -> list[tuple[Passage, Article]]:
        return places(retrieval.gather(question).hits)

    asked = outcome_of(case, case.question, lambda _: found(case.asked))
    whole = outcome_of(case, full, lambda text: found(Question(text=text)))
    return asked.measures, whole.measures


def in_full(cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """Return each follow-up with gold and the full question that it stands for, where one is known."""
    written: dict[str, str] = yaml.safe_load(IN_FULL.read_text("utf-8"))
    written |= {case.id: case.question for case in cases if not case.history}
    pairs = []
    for case in cases:
        full = written.get(case.id) or written.get(case.derived_from or "")
        if case.history and case.gold and full:
            pairs.append((case, full))
    return pairs


if __name__ == "__main__":
    typer.run(main)
