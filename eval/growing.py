"""More questions from those there are, mechanically: each marked with the case it was made from.

false-premise   a name of the question is swapped for one that none of its articles holds
unanswerable    a year of the question is swapped for one that none of its articles holds
names           a name is written another way that readers use
follow-up       the question is asked again about what the one before it named, by a pronoun
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from assistant.answers import Message
from eval.matching import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.cases import Case

# Spellings that the sources themselves use side by side.
_VARIANTS = (
    ("Zelenskyy", "Zelensky"),
    ("Erdogan", "Erdoğan"),
    ("Pashinyan", "Pashinian"),
    ("Mirzoyan", "Mirzoian"),
    ("Lavrov", "Lavrow"),
    ("Vucic", "Vučić"),
    ("Tokaev", "Tokayev"),
    ("Bayramov", "Bairamov"),
    ("Mirziyoyev", "Mirziyoev"),
    ("Turkey", "Türkiye"),
    ("Kyiv", "Kiev"),
    ("Kosovo", "Kosova"),
)
_PEOPLE = tuple(
    "Aliyev Pashinyan Erdogan Raisi Zelenskyy Lavrov Biden Trump Vucic Rama Mirziyoyev Rahmon".split()
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def grow(cases: Sequence[Case], texts: Mapping[str, Sequence[str]], seed: int = 0) -> list[Case]:
    """Return the derived cases; they are the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    plain = [case for case in cases if case.answerable and not case.history and not case.derived_from]
    grown = [made for case in plain for made in _derived(case, texts, chance)]
    taken = {normalised(case.question) for case in cases if not case.history}
    return [case for case in grown if case.history or normalised(case.question) not in taken]


def _derived(case: Case, texts: Mapping[str, Sequence[str]], chance: random.Random) -> Iterator[Case]:
    whole = " ".join(text for gold in case.gold for text in texts.get(gold.source, ()))
    if made := _swapped_name(case, whole, chance):
        yield made
    if made := _swapped_year(case, whole, chance):
        yield made
    if made := _respelled(case):
        yield made
    if made := _followed_up(case):
        yield made


def _swapped_name(case: Case, whole: str, chance: random.Random) -> Case | None:
    named = [name for name in _PEOPLE if name in case.question]
    absent = [name for name in _PEOPLE if normalised(name) not in normalised(whole)]
    if len(named) != 1 or not absent:
        return None
    question = case.question.replace(named[0], chance.choice(absent))
    return _without_answer(case, question, "false-premise")


def _swapped_year(case: Case, whole: str, chance: random.Random) -> Case | None:
    years = _YEAR.findall(case.question)
    absent = [str(year) for year in range(2010, 2020) if str(year) not in whole]
    if len(years) != 1 or not absent:
        return None
    question = case.question.replace(years[0], chance.choice(absent))
    return _without_answer(case, question, "unanswerable")


def _without_answer(case: Case, question: str, kind: str) -> Case:
    update = {
        "id": f"{case.id}+{kind}",
        "question": question,
        "slice": kind,
        "answerable": False,
        "gold": (),
        "facts": (),
        "sides": (),
        "derived_from": case.id,
        "notes": "",
    }
    return case.model_copy(update=update)


def _respelled(case: Case) -> Case | None:
    for pair in _VARIANTS:
        for name, other in (pair, pair[::-1]):
            if re.search(rf"\b{name}\b", case.question) and case.slice != "names":
                question = re.sub(rf"\b{name}\b", other, case.question)
                slice_ = case.slice if case.sides else "names"
                update = {"question": question, "slice": slice_, "derived_from": case.id}
                return case.model_copy(update={"id": f"{case.id}+names", **update})
    return None


def _followed_up(case: Case) -> Case | None:
    named = [name for name in _PEOPLE if name in case.question]
    if len(named) != 1 or case.sides or f"{named[0]}'s" in case.question:
        return None
    subject = re.search(rf"\b(?:did|does|do) (?:[A-Z]\w+ )*{named[0]}\b", case.question)
    if subject is None:
        return None
    earlier = f"Where did {named[0]} speak?"
    question = case.question.replace(subject[0], f"{subject[0].split()[0]} he")
    update = {
        "id": f"{case.id}+follow-up",
        "question": question,
        "slice": "follow-up",
        "history": (Message(role="user", content=earlier),),
        "derived_from": case.id,
    }
    return case.model_copy(update=update)
