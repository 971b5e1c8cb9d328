"""Is a name found however it is written: `python -m eval.bench.spellings LIBRARY SET…`.

Each question of the sets that holds a name of `spellings.yaml` is asked with every spelling of it.
Prints, for each name, how the best and the worst spelling fare in hit@5 and MRR@10, and over all names
how far each spelling falls behind the best of its name, with the share within two points.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
import yaml

from eval.bench.retrieval import outcome_of, places
from eval.cases import find_set, load_cases
from index.search.search import SearchEngine
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eval.cases import Case
    from index.articles import Article, Passage

DATA = Path(__file__).with_name("spellings.yaml")
_POINTS = 0.02
_HITS = 10


@dataclass(frozen=True, slots=True)
class Fared:
    """How the questions fared with one spelling of a name."""

    spelling: str
    hit_at_5: float
    mrr: float


def main(
    library: Path,
    sets: Annotated[list[str], typer.Argument(help="Question sets: files, or names of shipped ones.")],
) -> None:
    """Ask the questions of the sets with every spelling of their names."""
    cases = [case for name in sets for case in load_cases(find_set(name)) if case.gold]
    plain = [case for case in cases if not case.history and not case.derived_from]
    with Library.open(library) as opened:
        engine = SearchEngine(opened, load_settings(library=library))
        for kind, groups in yaml.safe_load(DATA.read_text("utf-8")).items():
            typer.echo(f"{kind}: name (questions), then hit@5 and MRR@10 of the best and the worst")
            _print_gaps([gap for group in groups if (gap := _compare(engine, plain, group))])


def respelled(case: Case, group: Sequence[str]) -> Mapping[str, str]:
    """Return the question by the spelling of the name in it; nothing where it has another."""
    longest = sorted(group, key=len, reverse=True)
    found = re.search(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])", case.question)
    if found is None:
        return {}
    before, after = case.question[: found.start()], case.question[found.end() :]
    return {spelling: before + spelling + after for spelling in group}


def _compare(engine: SearchEngine, cases: Sequence[Case], group: Sequence[str]) -> list[Fared]:
    def search(text: str) -> list[tuple[Passage, Article]]:
        return places(engine.search(text, _HITS))

    outcomes = defaultdict(list)
    for case in cases:
        for spelling, text in respelled(case, group).items():
            outcomes[spelling].append(outcome_of(case, text, search).measures)
    means = {spelling: np.mean(some, axis=0) for spelling, some in outcomes.items()}
    fared = [Fared(spelling, float(mean[1]), float(mean[3])) for spelling, mean in means.items()]
    if fared:
        fared.sort(key=lambda one: (one.hit_at_5, one.mrr), reverse=True)
        asked = len(outcomes[fared[0].spelling])
        typer.echo(f"  {group[0]} ({asked}): {_told(fared[0])}; {_told(fared[-1])}")
        for one in fared:
            if one.hit_at_5 < fared[0].hit_at_5 - _POINTS:
                typer.echo(f"    behind: {_told(one)}")
    return fared


def _told(one: Fared) -> str:
    return f"{one.spelling} {one.hit_at_5:.3f} {one.mrr:.3f}"


def _print_gaps(names: Sequence[Sequence[Fared]]) -> None:
    for measure in ("hit_at_5", "mrr"):
        means = [[getattr(one, measure) for one in fared] for fared in names]
        gaps = [max(some) - mean for some in means for mean in some]
        near = np.mean([gap <= _POINTS for gap in gaps])
        typer.echo(
            f"  {measure}: {len(gaps)} spellings of {len(names)} names, {near:.1%} within 2 points of"
            f" the best of their name; mean gap {np.mean(gaps):.3f}, largest {max(gaps):.3f}"
        )


if __name__ == "__main__":
    typer.run(main)
