"""Who speaks in a library, and for which country, by what its articles state of themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.countries import country_stated, governing_site
from index.search import names
from index.search.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.store.library import Byline

_NO_NAMES = frozenset("mr mrs ms miss dr sir dame lord al el bin ibn de van von la le h e u".split())


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose account an article gives: that of its speaker and, by its code, of a country."""

    article_id: str
    title: str
    speaker: str
    country: str | None


class Voices:
    """All that speak in a library."""

    def __init__(self, bylines: Iterable[Byline]) -> None:
        """Read the bylines; one that states no country has that of its speaker's other articles."""
        every = [(line, _stated(line)) for line in bylines]
        stated = {_person(line): code for line, code in every if line.speaker and code}
        self.lines = [
            Voice(line.article_id, line.title, line.speaker or "", code or stated.get(_person(line)))
            for line, code in every
        ]
        self._speakers: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for person, code in stated.items():
            for word in _words(person):
                self._speakers[word].add((person, code))

    def country_of(self, person: str) -> str | None:
        """Return the code of the country that a person holds an office of or speaks for here; else None.

        A part of a name will do unless persons of two countries have it.
        """
        words = _words(person)
        alike = [self._speakers.get(word, set()) for word in words]
        lands = {code for _, code in set.intersection(*alike)} if alike else set()
        if len(lands) == 1:
            return lands.pop()
        return names.land_of(person) if words else None


def _stated(line: Byline) -> str | None:
    """The country that an article states or, unsigned, whose government published it."""
    if line.countries or line.speaker:
        return country_stated(line.countries[0]) if line.countries else None
    return governing_site(line.url or "")


def _person(line: Byline) -> str:
    return fold((line.speaker or "").partition(", ")[0])


@lru_cache(maxsize=10_000)
def _words(person: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", fold(person))) - _NO_NAMES
