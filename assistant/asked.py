"""What a question asks for — a number, a date, a person, a place, a list — and whether a text holds it.

Everything here is deterministic and works on surface forms; it weighs candidates, it decides nothing
alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import snowballstemmer


class Wanted(StrEnum):
    """The kind of answer a question asks for."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    OTHER = "other"


_MONTH = (
    r"January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Mar\.|Apr\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\."
)
_ASKS = (
    (Wanted.NUMBER, r"\bhow (many|much|long|large|big|far|high|old|often)\b"
                    r"|\b(what|which) (share|percentage|per cent|percent|number|amount|sum|figures?|total"
                    r"|proportion|value|size)\b"),
    (Wanted.DATE, r"\b(when|what (date|day|year|month|time)|which (day|year|month)|since when"
                  r"|how (recently|long ago)|by what date)\b"),
    (Wanted.PERSON, r"\b(who|whom|whose|which (person|minister|president|leaders?|officials?|envoys?"
                    r"|ambassadors?|diplomats?))\b"),
    (Wanted.PLACE, r"\b(where|(which|what) (city|country|countries|place|town|capital|venue))\b"),
)  # fmt: skip
_ASKS_FOR = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKS]
_NUMBER = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|third"
    r"|quarter|percent|per cent|double[ds]?|tripled?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b(({_MONTH})|(19|20)\d\d|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tomorrow"
    r"|(last|next|this) (week|month|year|spring|summer|autumn|fall|winter))\b"
)
_NAME = re.compile(r"(?<![.!?:“\"] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+(?: (?:of |al-|bin |van |de )?[A-ZÀ-Þ][\w’'-]+)*")
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
    "a about after again against all also am an and any are as at be because been before being between"
    " both but by can could describe did do does doing during each explain for from further give had has"
    " have having he her here hers him his how i if in into is it its itself just made make many me more"
    " most much my name no nor not of on once only or other our out over own please said same say says"
    " she should so some speech statement such tell than that the their them then there these they this"
    " those through to too under until up us very was we were what when where which while who whom whose"
    " why will with would you your according each mention mentioned much talk talked".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for, and the words that carry its meaning, by their stems."""

    text: str
    wanted: Wanted
    terms: Mapping[str, str]
    several: bool
    sides: bool

    @classmethod
    def of(cls, question: str) -> Asked:
        """Read a standalone question."""
        found = (kind for kind, pattern in _ASKS_FOR if pattern.search(question))
        return cls(
            text=question,
            wanted=next(found, Wanted.OTHER),
            terms={_stem(word): word for word in content_words(question)},
            several=bool(_LISTS.search(question)),
            sides=bool(_SIDES.search(question)),
        )

    def held_by(self, text: str) -> bool | None:
        """Tell whether the text holds an answer of the kind wanted; None where any text may."""
        if self.wanted is Wanted.OTHER:
            return None
        return any(match not in self.text for match in _instances(self.wanted, text))


def content_words(text: str) -> list[str]:
    """Return the text's words but stop words, in lower case without diacritics."""
    words = (word.casefold() for word in _WORD.findall(_folded(text)))
    return [word for word in words if word not in _STOP]


def stems(text: str) -> set[str]:
    """Return the stems of the text's content words."""
    return {_stem(word) for word in content_words(text)}


def _instances(wanted: Wanted, text: str) -> Iterable[str]:
    if wanted is Wanted.NUMBER:
        return (match[0] for match in _NUMBER.finditer(text))
    if wanted is Wanted.DATE:
        return (match[0] for match in _DATE.finditer(text))
    return (match[0] for match in _NAME.finditer(text))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("’s", "").replace("'s", ""))
    return "".join(char for char in apart if not unicodedata.combining(char))


_STEMMER = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem: str = _STEMMER.stemWord(word)
    return stem
