"""Names in a question: every spelling of a person, place, country or organisation, and office-holders.

The curated part is `names.yaml`; names of countries in other languages come from CLDR through Babel.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from anyascii import anyascii

if TYPE_CHECKING:
    from datetime import date

    from index.dates import PartialDate
    from index.filters import Window

_DATA = Path(__file__).with_name("names.yaml")
_LANGUAGES = ("en", "ru", "uk", "az", "hy", "tr", "ka")
_ABBREVIATION = 5  # an all-capital form this short is matched by case: WHO is not who
# Unless the whole text is in small letters; what is a word, too, never is.
_NO_ABBREVIATIONS = frozenset(("who", "un", "au", "us", "sco", "ots"))
_FOREIGN_MINISTER = re.compile(r"minister (?:of|for) foreign affairs|foreign secretary|top diplomat|fm")
_SITTING = re.compile(r"\b(?:current|present|incumbent|sitting) $")
_OFFICES = (
    r"foreign minister|minister (?:of|for) foreign affairs|foreign secretary|top diplomat|fm|president"
    r"|prime minister|secretary of state|crown prince|emir"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who held an office, and when; `until` None means still."""

    name: str
    surname: str
    since: date
    until: date | None = None

    def within(self, window: Window | None) -> bool:
        """Tell whether any of the term lies in the window."""
        return window is None or (
            (window.end is None or self.since <= window.end)
            and (window.start is None or self.until is None or self.until >= window.start)
        )


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written at `[start, end)` of a question, with its other forms, the usual one first.

    For an office ("the Azerbaijani foreign minister") `holders` are those known, newest first; of a
    `sitting` one ("the current president") it is the one today.
    """

    start: int
    end: int
    forms: tuple[str, ...]
    holders: tuple[Holder, ...] = ()
    sitting: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The known names: folded form → forms; (office, country) → holders; event → its days."""

    forms: dict[str, tuple[str, ...]]
    adjectives: dict[str, str]
    holders: dict[tuple[str, str], tuple[Holder, ...]]
    events: dict[str, tuple[date, date]]
    pattern: re.Pattern[str]
    offices: re.Pattern[str]

    def find(
        self, text: str, window: Window | None = None, today: date | None = None
    ) -> tuple[Name, ...]:
        """Return the names in a text, in order; of overlapping ones the longest.

        An office stands for its holders in the window; "the current president", for today's.
        """
        folded, at = _folded(text)
        found = []
        for match in self.pattern.finditer(folded):
            start, end = at[match.start()], at[match.end() - 1] + 1
            if text[:start].endswith("-"):
                continue  # "non-NATO", "al-Sudani": a part of another word
            forms = self._forms(match[0], text[start:end], small=text.islower())
            if forms:
                found.append(Name(start, end, forms))
        return tuple(sorted([*found, *self._offices(folded, at, window, today)], key=lambda n: n.start))

    def _forms(self, key: str, written: str, *, small: bool) -> tuple[str, ...]:
        forms = self.forms[key]
        usual = [form for form in forms if fold(form) == key]
        if usual and all(_by_case(form) for form in usual):
            return forms if written in usual or (small and key not in _NO_ABBREVIATIONS) else ()
        return forms if usual else (*forms, written)

    def _offices(
        self, folded: str, at: list[int], window: Window | None, today: date | None
    ) -> list[Name]:
        found = []
        for match in self.offices.finditer(folded):
            country = self.adjectives[match["before"] or match["after"]]
            office = match["office"] or match["office_of"]
            if _FOREIGN_MINISTER.fullmatch(office):
                office = "foreign minister"
            held = [h for h in self.holders.get((office, country), ()) if h.within(window)]
            sitting = bool(today and _SITTING.search(folded[: match.start()]))
            if today and sitting:
                held = [h for h in held if h.since <= today and (h.until is None or h.until >= today)]
            if held:
                end = at[match.end() - 1] + 1
                found.append(Name(at[match.start()], end, (), tuple(held), sitting))
        return found


def fold(text: str) -> str:
    """Return the text in small ASCII letters, as names are compared: Əliyev → eliyev, Կիև → kiev."""
    return anyascii(text).lower().replace("'", "").replace("-", " ")


def holder_at(holders: tuple[Holder, ...], day: PartialDate | None) -> Holder | None:
    """Return who held the office when an article appeared; the newest when it has no date."""
    if day is None:
        return holders[0] if holders else None
    return next(
        (h for h in holders if h.since <= day.last and (h.until is None or h.until >= day.first)), None
    )


@cache
def land_of(person: str) -> str | None:
    """Return the code of the country whose office a person is known to hold or have held; else None.

    A surname that holders of two countries share stands for neither.
    """
    for name in (person, person.split()[-1]):
        forms = {fold(form) for one in gazetteer().find(name) for form in one.forms} | {fold(name)}
        if code := next((code for form in forms if (code := _offices().get(form))), None):
            return code
    return None


@cache
def _offices() -> dict[str, str]:
    """Folded full names and surnames of the known office-holders → their country's code."""
    codes: dict[str, set[str]] = {}
    for (_, code), holders in gazetteer().holders.items():
        for holder in holders:
            for name in (holder.name, holder.surname):
                codes.setdefault(fold(name), set()).add(code)
    return {name: min(found) for name, found in codes.items() if len(found) == 1}


@cache
def gazetteer() -> Gazetteer:
    """The known names, read once."""
    data = yaml.safe_load(_DATA.read_text("utf-8"))
    groups: list[tuple[str, ...]] = [tuple(e["names"]) for e in data["places"] + data["organisations"]]
    holders: dict[tuple[str, str], list[Holder]] = {}
    for person in data["people"]:
        groups += _spellings(person)
        name, surname = f"{person['given'][0]} {person['surname'][0]}", person["surname"][0]
        for held in person.get("offices", ()):
            term = Holder(name, surname, held["since"], held.get("until"))
            holders.setdefault((held["office"], held["of"]), []).append(term)
    forms: dict[str, tuple[str, ...]] = {}
    for group in reversed(groups):  # a surname is found as a surname, though full names hold it too
        forms = {fold(form): group for form in group if fold(form) not in forms} | forms
    countries = _countries(data["countries"])
    forms |= countries
    adjectives = {fold(word): code for code, word in data["adjectives"].items()}
    adjectives |= {fold(form): code for code in data["adjectives"] for form in _english(code, data)}
    of = _any(adjectives)
    return Gazetteer(
        forms,
        adjectives,
        {key: _newest_first(terms) for key, terms in holders.items()},
        {name: (event["start"], event["end"]) for event in data["events"] for name in event["names"]},
        re.compile(rf"\b(?:{_any(forms)})\b(?!\.\w)"),
        re.compile(
            rf"\b(?P<before>{of})(?:s| s)? (?P<office>{_OFFICES})\b"
            rf"|\b(?P<office_of>{_OFFICES}) of (?:the )?(?P<after>{of})\b"
        ),
    )


def _newest_first(terms: list[Holder]) -> tuple[Holder, ...]:
    return tuple(sorted(terms, key=lambda holder: holder.since, reverse=True))


def _spellings(person: dict[str, Any]) -> list[tuple[str, ...]]:
    """A person's full names as one group, which the surname alone may stand for, and the surnames."""
    pairs = itertools.product(person["given"], person["surname"])
    full = tuple(f"{given} {surname}" for given, surname in pairs) + tuple(person.get("also", ()))
    surnames = tuple(person["surname"])
    if len(surnames) > 1:
        full += surnames
    return [group for group in (full, surnames) if len(group) > 1]


def _english(code: str, data: dict[str, Any]) -> tuple[str, ...]:
    from babel import Locale

    return tuple(data["countries"].get(code, ())) or (Locale("en").territories[code],)


def _countries(curated: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    from babel import Locale

    forms: dict[str, tuple[str, ...]] = {}
    english = Locale("en").territories
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            plain = name.partition(" (")[0]
            if code.isalpha() and len(plain) > 3:  # numbers are continents
                usual = tuple(curated.get(code, ())) or (english[code].partition(" (")[0],)
                forms.setdefault(fold(plain), usual)
    for group in curated.values():
        forms |= {fold(form): tuple(group) for form in group}
    return forms


def _any(words: dict[str, Any]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: -len(word)))


def _by_case(form: str) -> bool:
    letters = form.replace(".", "")
    return len(letters) <= _ABBREVIATION and letters.isupper()


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold letter by letter; the list gives each folded letter's place in the text."""
    folded = [(letter, at) for at, char in enumerate(text) for letter in fold(char)]
    return "".join(letter for letter, _ in folded), [at for _, at in folded]
