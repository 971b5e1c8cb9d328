"""What a question asks for, read from its surface: its terms, names and years, and its shape."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Mapping

_CAPITALISED = re.compile(r"\b[A-ZÀ-ÞА-Я][\w’'-]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WORD = re.compile(r"[^\W_]+")
_LISTS = re.compile(
    r"\b(what (are|were|steps|measures|areas|topics|issues|commitments|principles|priorities|points"
    r"|conditions|demands|countries)|which (countries|areas|topics|issues|states|steps|leaders)"
    r"|list|name the|what else)\b",
    re.IGNORECASE,
)
_SIDES = re.compile(
    r"\b(each|both|respective(ly)?|versus|vs\.?|two sides|differ\w*|compar\w+|contrast\w*|either side"
    r"|on the one hand|in turn|disagree\w*)\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    """
    a about according after again against all also am an and any are as at be because been
    before being between both but by can could describe did do does doing during each
    explain for from further give had has have having he her here hers him his how i if in
    into is it its itself just made make many me mention mentioned more most much my name no
    nor not of on once only or other our out over own please said same say says she should
    so some speech statement such talk talked tell than that the their them then there these
    they this those through to too under until up us very was we were what when where which
    while who whom whose why will with would you your
    """.split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: the words that carry its meaning by their stems, names, years, shape.

    It asks for `several` things, or for the words of two `sides`.
    """

    terms: Mapping[str, str]
    names: frozenset[str]
    years: frozenset[int]
    several: bool
    sides: bool

    @classmethod
    def of(cls, question: str, *, sides: bool = False) -> Asked:
        """Read a standalone question; `sides` says that two are known to be asked for."""
        _, _, after_first = question.partition(" ")
        return cls(
            terms={_stem(word): word for word in content_words(question)},
            names=frozenset(stems(" ".join(_CAPITALISED.findall(after_first)))),
            years=frozenset(int(year) for year in _YEAR.findall(question)),
            several=bool(_LISTS.search(question)),
            sides=sides or bool(_SIDES.search(question)),
        )


def content_words(text: str) -> list[str]:
    """Return the text's words but stop words, in lower case without diacritics."""
    apart = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("’s", "").replace("'s", ""))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    words = (word.casefold() for word in _WORD.findall(bare))
    return [word for word in words if word not in _STOP]


def stems(text: str) -> set[str]:
    """Return the stems of the text's content words."""
    return {_stem(word) for word in content_words(text)}


_STEMMER = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem: str = _STEMMER.stemWord(word)
    return stem
