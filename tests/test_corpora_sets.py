"""The questions over the public corpora: sound as sets, and true to the articles where they are near."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.cases import PACKAGED_SETS, Case, load_cases
from eval.checking import check
from index.articles import Article
from index.intake.files import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eval.cases import Gold

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"  # next to the checkout
DEV, HELDOUT = "corpora-dev", "corpora-heldout"
FRESH = ("fresh-dev", "fresh-test")
ACCOUNTS = ("accounts-dev", "accounts-test")
APART = (DEV, HELDOUT, *FRESH)
SETS = (*APART, *ACCOUNTS)
AT_LEAST = {
    "fact": (40, 25),
    "attribution": (20, 10),
    "temporal": (20, 9),
    "latest": (10, 5),
    "names": (15, 12),
    "follow-up": (15, 8),
    "two-sided": (15, 8),
    "unanswerable": (15, 8),
    "false-premise": (10, 6),
}


@cache
def _cases(name: str) -> tuple[Case, ...]:
    return tuple(load_cases(PACKAGED_SETS / f"{name}.jsonl"))


def _gold(case: Case) -> Iterator[Gold]:
    yield from case.gold
    for side in case.sides:
        yield from side.gold


@pytest.mark.parametrize(("at", "name", "least"), [(0, DEV, 150), (1, HELDOUT, 80)])
def test_every_slice_is_large_enough(at: int, name: str, least: int) -> None:
    counts = Counter(case.slice for case in _cases(name))
    assert counts.total() >= least
    assert {part: count for part, count in counts.items() if count < AT_LEAST[part][at]} == {}
    assert counts.keys() == AT_LEAST.keys()


@pytest.mark.parametrize("name", FRESH)
def test_the_fresh_sets_are_balanced(name: str) -> None:
    counts = Counter(case.slice for case in _cases(name))
    assert counts == {
        "two-sided": 24,
        "fact": 9,
        "attribution": 6,
        "temporal": 6,
        "latest": 3,
        "unanswerable": 12,
        "false-premise": 12,
    }


@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_sets_of_two_accounts_ask_for_nothing_else(name: str) -> None:
    assert Counter(case.slice for case in _cases(name)) == {"two-sided": 30, "unanswerable": 10}


@pytest.mark.parametrize("name", SETS)
def test_a_set_agrees_with_itself(name: str) -> None:
    repeats = [d for d in check(_cases(name), {}) if "asks the same" in d.problem]
    assert repeats == []


@pytest.mark.parametrize("name", SETS)
def test_what_is_asked_for_is_stated(name: str) -> None:
    cases = _cases(name)
    ids = {case.id for case in cases}
    assert [case.id for case in cases if case.answerable and not case.facts] == []
    assert [case.id for case in cases if case.slice == "follow-up" and not case.history] == []
    assert [case.id for case in cases if case.history and case.history[-1].role != "assistant"] == []
    assert [case.id for case in cases if case.derived_from and case.derived_from not in ids] == []
    unanswerable = [case for case in cases if not case.answerable]
    kinds = {"unanswerable"} if name in ACCOUNTS else {"unanswerable", "false-premise"}
    assert {case.slice for case in unanswerable} == kinds
    assert [case.id for case in unanswerable if not case.notes] == []


@pytest.mark.parametrize("name", SETS)
def test_each_side_speaks_for_itself(name: str) -> None:
    for case in (case for case in _cases(name) if case.slice == "two-sided"):
        assert {gold for side in case.sides for gold in side.gold} <= set(case.gold), case.id
        first, *others = (set(side.gold) for side in case.sides)
        assert first.isdisjoint(*others), case.id


@pytest.mark.parametrize("name", APART)
def test_sides_have_articles_of_their_own(name: str) -> None:
    for case in (case for case in _cases(name) if case.slice == "two-sided"):
        first, *others = ({gold.source for gold in side.gold} for side in case.sides)
        assert first.isdisjoint(*others), case.id


@pytest.mark.parametrize(("one", "other"), list(combinations(SETS, 2)))
def test_no_question_is_in_two_sets(one: str, other: str) -> None:
    ours, theirs = _cases(one), _cases(other)
    assert _origins(ours).isdisjoint(_origins(theirs))
    assert _questions(ours).isdisjoint(_questions(theirs))


@pytest.mark.parametrize(("one", "other"), list(combinations(APART, 2)))
def test_no_article_is_gold_in_two_sets(one: str, other: str) -> None:
    assert _sources(_cases(one)).isdisjoint(_sources(_cases(other)))


def _origins(cases: tuple[Case, ...]) -> set[str]:
    return {case.id for case in cases} | {case.derived_from for case in cases if case.derived_from}


def _sources(cases: tuple[Case, ...]) -> set[str]:
    return {gold.source for case in cases for gold in _gold(case)}


def _questions(cases: tuple[Case, ...]) -> set[str]:
    return {" ".join(re.findall(r"\w+", case.question.casefold())) for case in cases if not case.history}


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public corpora are not next to the checkout")
@pytest.mark.parametrize("name", SETS)
def test_gold_stands_in_the_articles(name: str) -> None:
    wanted = {gold.source for case in _cases(name) for gold in _gold(case)}
    texts = {
        path.name: [one.text for one in read_file(path, 5_000_000) if isinstance(one, Article)]
        for path in CORPORA.rglob("*.md")
        if path.name in wanted
    }
    assert check(_cases(name), texts) == []
