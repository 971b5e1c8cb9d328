"""What an answer would have to hold: the kind asked for, who acted, the names in any form, the time."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from assistant.asked import stems
from index.countries import country_code
from index.names import fold, gazetteer
from index.times import Window, read_times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from assistant.asked import Asked
    from index.articles import Article

_MONTH = r"(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber"
_DATE = rf"\b(?:{_MONTH}|(?:1[5-9]|20)\d\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday)\b"
_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty|forty"
    r"|fifty|half|quarter|third|hundreds?|thousands?|millions?|billions?|double|twice|\w+fold|no)\b"
)
_REASON = (
    r"\b(?:because|since|due to|owing|in order|so that|as a result|reasons?|caused?|for (?:his|her|its"
    r"|their|the)|as (?:he|she|it|they|the)|after|over|to \w+|by \w+ing|thanks? to|since)\b"
)
_NAME = re.compile(r"[A-ZÀ-ÞА-Я][\w’'-]+")
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (words, re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE))
    for words, asked, held in (
        ("when", r"(?:^|\band |, )(?:until )?when\b|\b(?:what|which) (?:date|day|month|year)\b", _DATE),
        ("how many or how much",
         r"\bhow (?:many|much|large|long|far|old|big|often|high|accurate)\b|\b(?:share|percentage)\b",
         _NUMBER),
        ("why", r"\bwhy\b|\breasons?\b|\bwhat (?:caused|led)\b", _REASON),
    )
)  # fmt: skip
_WHO = re.compile(
    r"\bwho(?:m|se)?\b|\bwhere\b|\bwhich (?:leader|minister|president|country)", re.IGNORECASE
)
_ACTOR = re.compile(
    r"\b(?:did|does|do|has|have|had|will|would|can|could|was|were|is|are) (?:the )?"
    r"((?:[A-ZÀ-ÞА-Я][\w’'.-]*(?: (?:al|bin|of|van|de|the))*\s?)+)"
)
_REPLY = re.compile(
    r"\b(?:answer|repl(?:y|ied)|respon[ds]\w*|react\w*)\b|\bsay (?:to|in)\b|\btell\b", re.I
)
_PRONOUN = re.compile(
    r"^\W*(?:He|She|They|We|I|The (?:minister|president|prime|leader))\b", re.IGNORECASE
)
_BEGINNING = 60  # characters of a sentence in which its subject stands
_OTHER_PARTY = re.compile(r"\b(?:with|to|by|on|from|receives?|calls?|meets?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer to a question would hold.

    `names` and `words` are the question's, by stem; `forms` are the other ways in which a name may be
    written; `actor` is who is said to have acted.
    """

    names: Mapping[str, str]
    words: Mapping[str, str]
    forms: Mapping[str, frozenset[str]]
    kind: re.Pattern[str] | None
    who: bool
    actor: frozenset[str]
    reply: bool
    window: Window | None
    years: frozenset[int]

    @classmethod
    def of(cls, question: str, asked: Asked, today: date) -> Wanted:
        """Read a standalone question; relative dates count from `today`."""
        names = {stem: word for stem, word in asked.terms.items() if stem in asked.names}
        times = {*(str(year) for year in asked.years), *stems(" ".join(re.findall(_MONTH, question)))}
        actor = _ACTOR.search(question)
        return cls(
            names={stem: word for stem, word in names.items() if stem not in times},
            words={s: w for s, w in asked.terms.items() if s not in names and s not in times},
            forms=_forms(question),
            kind=next((held for _, held in kinds_of(question)), None),
            who=bool(_WHO.search(question)),
            actor=frozenset(stems(actor[1])) if actor else frozenset(),
            reply=bool(actor and _REPLY.search(question)),
            window=read_times(question, today, gazetteer().events).window,
            years=asked.years,
        )

    def lacking(self, words: Mapping[str, str], text: str) -> list[str]:
        """Return the words that a text holds in no form."""
        there, folded = _stems(text), _folded(text)
        return [
            word
            for stem, word in words.items()
            if stem not in there and not any(f" {form} " in folded for form in self.forms.get(stem, ()))
        ]

    def kind_in(self, text: str) -> bool | None:
        """Tell whether a sentence has the kind of answer asked for; None where none is read."""
        if self.kind:
            return bool(self.kind.search(text))
        if self.who:
            others = stems(" ".join(_NAME.findall(text))) - set(self.names)
            return bool(others)
        return None

    def actor_acts(self, article: Article, text: str, before: str) -> bool | None:
        """Tell whether the one who is to have acted speaks, or is what a sentence begins with.

        None where the question names nobody.
        """
        if not self.actor:
            return None
        names = {stem: stem for stem in self.actor}
        places = [article.speaker or "", _OTHER_PARTY.split(article.title)[0], text[:_BEGINNING]]
        if _PRONOUN.match(text):
            places.append(before)
        return any(len(self.lacking(names, place)) < len(names) for place in places)

    def off_dates(self, article: Article, near: str) -> bool:
        """Tell whether neither an article nor the words are of the time asked about."""
        years = set(self.years)
        if self.window and self.window.start and self.window.end:
            years |= {self.window.start.year, self.window.end.year}
        if not years and self.window is None:
            return False
        if self.window and self.window.holds(article.published):
            return False
        if article.published and article.published.year in years and not self.window:
            return False
        return not any(str(year) in near for year in years)


def kinds_of(question: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return the kinds of answer that a question asks for: in words, and what a text must hold."""
    return [(words, held) for words, asked, held in _KINDS if asked.search(question)]


def _forms(question: str) -> dict[str, frozenset[str]]:
    """Stem of a word in a name → the folded forms in which texts may have that name."""
    known = gazetteer()
    found: dict[str, set[str]] = {}
    for name in known.find(question):
        forms = {fold(form) for form in name.forms} | {fold(h.surname) for h in name.holders}
        for stem in stems(question[name.start : name.end]):
            found.setdefault(stem, set()).update(forms)
    for word in _NAME.findall(question):
        plain = word.removesuffix("'s").removesuffix("’s")
        if code := known.adjectives.get(fold(plain)) or country_code(plain):
            for stem in stems(plain):
                found.setdefault(stem, set()).update(_of_country()[code])
    return {stem: frozenset(forms) for stem, forms in found.items()}


@cache
def _of_country() -> Mapping[str, frozenset[str]]:
    """A country's code → the adjectives, peoples and names of it, folded."""
    known = gazetteer()
    found: defaultdict[str, set[str]] = defaultdict(set)
    for word, code in known.adjectives.items():
        found[code] |= {word, f"{word}s"}
    for form in known.forms:
        if of := country_code(form):
            found[of].add(form)
    return defaultdict(frozenset, {code: frozenset(forms) for code, forms in found.items()})


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    words = re.findall(r"[^\W_]+", fold(text))
    return f" {' '.join(words)} "
