"""What an answer would have to hold: the kind asked for, who acted, the names in any form, the time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.asked import content_words, stems
from assistant.wordforms import Forms, known_forms
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
_REACH = 60  # characters from a number in which what it counts stands
_REASON = (
    r"\b(?:because|since|due to|owing|in order|so that|as a result|reasons?|caused?|for (?:his|her|its"
    r"|their|the)|as (?:he|she|it|they|the)|after|over|to \w+|by \w+ing|thanks? to|since)\b"
)
_A_NUMBER = re.compile(_NUMBER, re.IGNORECASE)
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
_ACTOR = re.compile(
    r"\b(?:did|does|do|has|have|had|will|would|can|could|was|were|is|are) (?:the )?"
    r"((?:[A-ZÀ-ÞА-Я][\w’'.-]*(?: (?:al|bin|of|van|de|the))*\s?)+)"
)
_REPLY = re.compile(
    r"\b(?:say|said|tell|told|describe|answer|repl(?:y|ied)|respon[ds]\w*|react\w*|explain|promise)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\bhow (?:many|much) (?P<thing>(?!did|does|do|was|were|is|are|has|have|had)[\w’'-]+(?: [\w’'-]+)*?)"
    r"(?= (?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|by|in|for)\b|\?|$)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^\W*(?:(?:In|On|By|At) [^,]{3,40}, )?(?:he|she|they|we|i|his|her|their|our"
    r"|the (?:minister|president|prime minister|leader)s?)\b",
    re.IGNORECASE,
)
_WORDS_OF = r"[’']s? (?:account|view|words|reply|answer|statement|message|speech|proposal|offer|count)\b"
_SAID = (
    r"said|says|told|tells|spoke|spoken|wrote|wanted|wants|asked|call(?:s|ed)|put|saw|sees"
    r"|(?:accus|argu|warn|insist|deni|repli|answer|respond|promis|vow|pledg|urg|demand|reject|condemn"
    r"|welcom|complain|announc|add|blam|stat|maintain|recall|prais|thank|criticis|claim|declar|offer"
    r"|propos|not|stress|describ|explain|agre|assur|inform|reaffirm|emphasiz|underscor|express)ed"
)
_DID = (
    r"\w{2,}ed|took|gave|made|held|met|set|went|left|has|have|had|is|was|were|are|will|would"
    rf"|{_SAID}"
)
_BETWEEN = r",?(?:\s+(?!(?:he|she|they|it|we|i|that)\b)[\w’'-]+){0,3}?,?\s+"
_FIRST_NAMED = re.compile(r"(?:(?:[A-ZÀ-ÞА-Я]\S*|of|and|the|al|bin|van|de)\s?)+")
# Words by which a question says what sort of report it wants, which no report need hold.
_OF_ASKING = frozenset(
    stems(
        "latest newest recent currently current now position stance line tone view views change changed"
        " differ difference compare account statement message speech response reaction answer reply"
        " round came stand stands come run according words past previous next year years month day date"
        " happen happened thing things discuss discussed mention mentioned talk matter reason reasons"
        " cause caused"
    )
)
CLAUSE = re.compile(
    r"\b(?:(?:when|after|once|in which|that) (?=(?:(?:al|el)-)?(?-i:[A-ZÀ-Þ])|(?:he|she|they|it) )"
    r"|(?:when|that) (?=(?:the|its|his|her) )"
    r"|(?:after|for|before|since) (?=[a-z]{3,}ing\b))(?P<clause>[^?]+)"
    r"|^(?:why|when|where|(?:on|in) (?:what|which) (?:date|day|month|year))"
    r" (?:did|does|do|was|were|has|have|had|will|would|is|are) (?P<asked>[^?]+)",
    re.IGNORECASE,
)
# What turns what a sentence tells into its opposite, or into what somebody wants or fears.
_DENIED = re.compile(
    r"\b(?:not|no|nor|never|neither|without|cannot|reject|refus|deni|deny|unaccept|oppos|prevent"
    r"|rul\w* out|if|would|until|unless|should)\w*|n['’]t\b",
    re.IGNORECASE,
)
# Verbs that say little without what follows them.
_LIGHT = frozenset("hold give make made take get have go come put set keep let want decid tri".split())
_BEGINS = re.compile(r"[.:?!] +([\w’'-]+)")
# Parts of names and forms of address that texts leave out.
_NO_NAMES = frozenset(
    stems("al el bin ibn de van von der la le mr mrs ms miss dr sir madam his her excellency highness")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer to a question would hold.

    `names` and `words` are the question's, by stem; `forms` are the ways in which a text may
    have them; `actor` is who is said to have acted; `premise` are the words of what the question takes
    for granted ("when Serbia recognised Kosovo"), names left out; `event` those of what it asks the
    time or the reason of; `deed` is the first of either that tells something; `thing` is
    what a question counts.
    """

    names: Mapping[str, str]
    words: Mapping[str, str]
    forms: Forms
    kind: re.Pattern[str] | None
    actor: frozenset[str]
    premise: Mapping[str, str]
    event: Mapping[str, str]
    deed: Mapping[str, str]
    thing: frozenset[str]
    reply: bool
    window: Window | None
    years: frozenset[int]

    @classmethod
    def of(cls, question: str, asked: Asked, today: date) -> Wanted:
        """Read a standalone question; relative dates count from `today`."""
        forms = known_forms(question)
        begins = stems(" ".join(_BEGINS.findall(question))) - set(forms)
        named = asked.names - _OF_ASKING - _NO_NAMES - begins
        names = {stem: word for stem, word in asked.terms.items() if stem in named}
        times = {*(str(year) for year in asked.years), *stems(" ".join(re.findall(_MONTH, question)))}
        actor, clause = _ACTOR.search(question), CLAUSE.search(question)
        thing = _THING.search(question)
        words = {s: w for s, w in asked.terms.items() if s not in names and s not in times | _OF_ASKING}
        granted = stems(clause["clause"] or "") if clause else set()
        event = stems(clause["asked"] or "") if clause else set()
        deed = _first(clause["clause"] or clause["asked"], words) if clause else {}
        return cls(
            names={stem: word for stem, word in names.items() if stem not in times},
            words=words,
            forms=Forms.of(question, frozenset(names), forms),
            kind=next((held for _, held in kinds_of(question)), None),
            actor=frozenset(stems(actor[1])) if actor else frozenset(),
            premise={stem: word for stem, word in words.items() if stem in granted},
            event={stem: word for stem, word in words.items() if stem in event},
            deed=deed,
            thing=frozenset(stems(thing["thing"])) if thing else frozenset(),
            reply=bool(actor and _REPLY.search(question)),
            window=read_times(question, today, gazetteer().events).window,
            years=asked.years,
        )

    def denied(self, text: str) -> bool:
        """Tell whether a sentence speaks of what is taken for granted, but as what is not so."""
        return not self.forms.lacking(self.deed, text) and bool(self.deed and _DENIED.search(text))

    def kind_in(self, text: str) -> bool | None:
        """Tell whether a sentence has the kind of answer asked for; None where none is read."""
        return bool(self.kind.search(text)) if self.kind else None

    def counts(self, text: str) -> bool:
        """Tell whether a number in a text stands before what the question counts."""
        return any(
            self.thing & stems(text[n.start() : n.start() + _REACH]) for n in _A_NUMBER.finditer(text)
        )

    def actor_acts(self, article: Article, text: str, before: str) -> bool | None:
        """Tell whether the one who is to have acted speaks, or does something in the sentence.

        `before` is what precedes a sentence that says "he". None where the question names nobody.
        """
        if not self.actor:
            return None
        names = {stem: stem for stem in self.actor}
        first = _FIRST_NAMED.match(" ".join(article.title.split()))
        places = [article.speaker or "", first[0] if first else "", article.outlet or ""]
        places += article.countries[:1] if article.speaker else ()
        if any(len(self.forms.lacking(names, place)) < len(names) for place in places):
            return True
        forms = {
            *self.actor,
            *(form for stem in self.actor for form in self.forms.of_name.get(stem, ())),
        }
        written = "|".join(re.escape(form) for form in forms)
        does = rf"{_WORDS_OF}|{_BETWEEN}(?:{_SAID if self.reply else _DID})\b"
        acts = rf"\b(?:{written})\w{{0,3}}(?:{does})|\baccording to (?:\w+ ){{0,3}}(?:{written})"
        told = f"{before} {text}" if _PRONOUN.match(text) else text
        return bool(re.search(acts, fold(told).replace(" s ", "'s ")))

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


def headed(article: Article, text: str) -> str:
    """Return a text of an article with what heads it: title, speaker, date, outlet, countries."""
    return " ".join((article.heading, article.outlet or "", *article.countries, text))


def kinds_of(question: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return the kinds of answer that a question asks for: in words, and what a text must hold."""
    return [(words, held) for words, asked, held in _KINDS if asked.search(question)]


def _first(told: str, words: Mapping[str, str]) -> dict[str, str]:
    """The first of the words that tells something: a verb, as a rule, or what a light one is said of."""
    every = (stem for word in content_words(told) for stem in stems(word))
    return next(({stem: words[stem]} for stem in every if stem in words.keys() - _LIGHT), {})
