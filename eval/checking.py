"""Whether a set can be trusted: every gold article exists, every gold quote stands in it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from eval.matching import holds_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from eval.cases import Case, Gold
    from index.articles import Article

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a case, in words."""

    case: str
    problem: str


def texts_by_source(articles: Iterable[Article]) -> dict[str, list[str]]:
    """Return the texts of the articles by their file's name (a collection's file holds several)."""
    texts: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        texts[article.source].append(article.text)
        name = PurePath(article.source).name
        if name != article.source:
            texts[name].append(article.text)
    return texts


def check(cases: Sequence[Case], texts: Mapping[str, Sequence[str]]) -> list[Defect]:
    """Return every defect: a missing article or quote, a fact its own gold does not hold, repeats."""
    return [defect for case in cases for defect in _defects(case, texts)] + list(_repeats(cases))


def _defects(case: Case, texts: Mapping[str, Sequence[str]]) -> Iterator[Defect]:
    for gold in _all_gold(case):
        if gold.source not in texts:
            yield Defect(case.id, f"there is no article {gold.source}")
        elif not any(gold.quote in text for text in texts[gold.source]):
            yield Defect(case.id, f"{gold.source} does not hold “{gold.quote}”")
    whole = " ".join(text for source in _sources(case) for text in texts.get(source, ()))
    for fact in case.facts:
        if not holds_fact(fact, whole):
            yield Defect(case.id, f"the fact {fact!r} does not stand in the gold articles")


def _all_gold(case: Case) -> Iterator[Gold]:
    yield from case.gold
    for side in case.sides:
        yield from side.gold


def _sources(case: Case) -> list[str]:
    return list(dict.fromkeys(gold.source for gold in _all_gold(case)))


def _repeats(cases: Sequence[Case]) -> Iterator[Defect]:
    seen: dict[tuple[str, ...], str] = {}
    for case in cases:
        turns = " ".join((*(turn.content for turn in case.history), case.question))
        first = seen.setdefault(tuple(_WORD.findall(turns.casefold())), case.id)
        if first != case.id:
            yield Defect(case.id, f"it asks the same as {first}")
