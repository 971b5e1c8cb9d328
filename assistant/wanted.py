"""What an answer would have to hold: the kind asked for, who acted, the names in any form, the time."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.asked import content_words, stems
from index.countries import country_meant, stands_for
from index.names import fold, gazetteer
from index.times import Window, read_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
_BETWEEN = r",?(?:\s+[\w’'-]+){0,3}?,?\s+"
_FIRST_NAMED = re.compile(r"(?:(?:[A-ZÀ-ÞА-Я]\S*|of|and|the|al|bin|van|de)\s?)+")
# Words by which a question says what sort of report it wants, which no report need hold.
_OF_ASKING = frozenset(
    stems(
        "latest newest recent currently current now position stance line tone view views change changed"
        " differ difference compare account statement message speech response reaction answer reply"
        " round came stand stands come run according words past previous next year years month day date"
        " happen happened discuss discussed mention mentioned talk matter reason reasons cause caused"
    )
)
CLAUSE = re.compile(
    r"\b(?:(?:when|after|once|in which|that) (?=(?:(?:al|el)-)?(?-i:[A-ZÀ-Þ])|(?:he|she|they|it) )"
    r"|(?:when|that) (?=(?:the|its|his|her) )"
    r"|(?:after|for|before|since|of) (?=[a-z]{3,}ing\b))(?P<clause>.+)"
    r"|^(?:why|when|where|(?:on|in) (?:what|which) (?:date|day|month|year))"
    r" (?:did|does|do|was|were|has|have|had|will|would|is|are) (?P<asked>.+)",
    re.IGNORECASE,
)
# What turns what a sentence tells into its opposite, or into what somebody wants or fears.
_DENIED = re.compile(
    r"\b(?:not|no|nor|never|neither|without|cannot|reject|refus|deni|deny|unaccept|oppos|prevent"
    r"|rul\w* out|if|would|until|unless|should)\w*|n['’]t\b",
    re.IGNORECASE,
)
# Words for one deed or thing, as questions, releases and speeches have them; one line, one meaning.
_ALIKE = """
    call ring rang phone telephone speak spoke spoken talk conversation converse meet met meeting see saw
        visit visited receive received host hosted sit sat welcome
    sign signed conclude concluded ink initial
    recognise recognize recognition acknowledge
    withdraw withdrew withdrawal pull quit leave left exit
    join joined accession accede entry enter entered membership member
    cancel scrap drop dropped abandon abandoned forgo unable
    stop stopped end ended cease ceased halt halted
    begin began begun start started launch launched open opened
    invade invasion attack attacked aggression strike struck shell bomb offensive incursion raid
    border frontier boundary
    war conflict fighting fight
    die died dead death kill killed victim casualty fatality
    vote voted election elect elected ballot poll
    row quarrel dispute clash argument disagreement
    settle settled resolve resolved finalise finalize complete completed
    agreement accord deal treaty pact memorandum agree agreed
    money fund funding sum finance pay paid
    soldier troop force army military
    lift lifted remove removed waive ease eased
    lose lost defeat defeated
    condemn denounce deplore
    promise pledge vow commit commitment
    aid help assistance assist support
    praise commend applaud hail
    tell told say said state stated
    choose chose pick picked select selected appoint appointed name named
    give gave grant granted provide provided supply supplied deliver delivered send sent
    buy bought purchase acquire
    accept accepted approve approved consent
    reject rejected refuse refused decline
    return returned hand handed cede restore
    leader chief head president
    ship vessel
    prisoner hostage captive detainee
    free freed release released liberate
    build built construct construction
    cut reduce reduced lower
    rise rose increase increased grow grew
    plan planned intend proposal propose proposed suggest suggested
"""
# Verbs that say little without what follows them.
_LIGHT = frozenset(stems("hold give make take get have go come put set keep let want decide try"))
_ACRONYM = re.compile(r"\b[A-Z]{3,6}\b")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_BEGINS = re.compile(r"[.:?!] +([\w’'-]+)")
_NEVER = re.compile(r"(?!)")
_FUZZY = 0.8  # likeness of two spellings of one name, by difflib; Izium and Izyum have it
_FUZZY_LENGTH = 5
_LONGEST = 4  # words of a country's name
_AMBIGUOUS = frozenset({"us"})  # a pronoun once folded
# Parts of names and forms of address that texts leave out.
_NO_NAMES = frozenset(
    stems("al el bin ibn de van von der la le mr mrs ms miss dr sir madam his her excellency highness")
)
# The same sound in the Latin spellings of other scripts and of Somali, Azerbaijani or French.
_SOUNDS = (("x", "h"), ("kh", "h"), ("gh", "g"), ("q", "k"), ("ck", "k"), ("ph", "f"), ("w", "v"),
           ("ee", "i"), ("oo", "u"), ("ou", "u"), ("y", "i"), ("z", "s"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer to a question would hold.

    `names` and `words` are the question's, by stem; `forms` are the other ways in which a name may be
    written; `actor` is who is said to have acted; `premise` are the words of what the question takes
    for granted ("when Serbia recognised Kosovo"), names left out; `event` those of what it asks the
    time or the reason of; `deed` is the first of either that tells something; `thing` is
    what a question counts.
    """

    names: Mapping[str, str]
    words: Mapping[str, str]
    forms: Mapping[str, frozenset[str]]
    kind: re.Pattern[str] | None
    actor: frozenset[str]
    premise: Mapping[str, str]
    event: Mapping[str, str]
    deed: Mapping[str, str]
    thing: frozenset[str]
    reply: bool
    window: Window | None
    years: frozenset[int]
    acronyms: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, question: str, asked: Asked, today: date) -> Wanted:
        """Read a standalone question; relative dates count from `today`."""
        forms = _forms(question)
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
            forms=forms,
            kind=next((held for _, held in kinds_of(question)), None),
            actor=frozenset(stems(actor[1])) if actor else frozenset(),
            premise={stem: word for stem, word in words.items() if stem in granted},
            event={stem: word for stem, word in words.items() if stem in event},
            deed=deed,
            thing=frozenset(stems(thing["thing"])) if thing else frozenset(),
            reply=bool(actor and _REPLY.search(question)),
            window=read_times(question, today, gazetteer().events).window,
            years=asked.years,
            acronyms={
                stem: _spelt_out(word) for word in _ACRONYM.findall(question) for stem in stems(word)
            },
        )

    def lacking(self, words: Mapping[str, str], text: str) -> list[str]:
        """Return the words that a text holds in no form."""
        there, folded = _stems(text), _folded(text)
        return [
            word
            for stem, word in words.items()
            if stem not in there
            and not (self.names.get(stem) is None and _alike().get(stem, frozenset()) & there)
            and not any(f" {form} " in folded for form in self.forms.get(stem, ()))
            and not self._misspelt(stem, word, text)
        ]

    def _misspelt(self, stem: str, word: str, text: str) -> bool:
        """Tell whether a text spells a name that no list knows otherwise, or an acronym in full."""
        if stem not in self.names or stem in self.forms:
            return False
        if self.acronyms.get(stem, _NEVER).search(text):
            return True
        return len(word) >= _FUZZY_LENGTH and bool(
            get_close_matches(_sounded(word), _capitalised(text), 1, _FUZZY)
        )

    def denied(self, text: str) -> bool:
        """Tell whether a sentence speaks of what is taken for granted, but as what is not so."""
        return not self.lacking(self.deed, text) and bool(self.deed and _DENIED.search(text))

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
        if any(len(self.lacking(names, place)) < len(names) for place in places):
            return True
        forms = {*self.actor, *(form for stem in self.actor for form in self.forms.get(stem, ()))}
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


@lru_cache(maxsize=1)
def _alike() -> Mapping[str, frozenset[str]]:
    """A stem → the stems of other words for the same."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in re.split(r"\n(?!        )", _ALIKE.strip()):
        meaning = stems(line)
        for stem in meaning:
            found[stem] |= meaning
    return {stem: frozenset(some) for stem, some in found.items()}


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


def _forms(question: str) -> dict[str, frozenset[str]]:
    """Stem of a word in a name → the folded forms in which texts may have that name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in gazetteer().find(question):
        forms = {fold(form) for form in name.forms} | {fold(h.surname) for h in name.holders}
        for stem in stems(question[name.start : name.end]):
            found[stem] |= forms
    for word in re.findall(r"\b[^\W\d_]+\d[\w-]*", question):  # M23 is M-23
        for stem in stems(word):
            found[stem].add(_DIGITS.sub(" ", fold(word)))
    for written, code in _countries_in(question):
        for stem in stems(written):
            found[stem] |= stands_for(code) - _AMBIGUOUS
    return {stem: frozenset(forms) for stem, forms in found.items()}


def _countries_in(question: str) -> Iterator[tuple[str, str]]:
    """The names that stand for a country, of overlapping ones the longest, with the country's code."""
    words = re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", question))
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if name[0].isupper() and (code := country_meant(name)):
                yield name, code
                break
        else:
            length = 1
        at += length


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=256)
def _capitalised(text: str) -> frozenset[str]:
    return frozenset(
        _sounded(fold(part)) for word in _NAME.findall(text) for part in re.split(r"[-'’]", word)
    )


@lru_cache(maxsize=10_000)
def _sounded(word: str) -> str:
    """A folded name in one spelling of its sounds: Maxamuud and Mohamud differ by a vowel then."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", word)


@lru_cache(maxsize=100)
def _spelt_out(acronym: str) -> re.Pattern[str]:
    """What matches a name whose words, small ones left out or not, begin with an acronym's letters."""
    small = r"(?:(?:of|for|the|and|on|in|to)\s+)*"
    words = rf"\s+{small}".join(rf"{letter}[\w-]+" for letter in acronym)
    return re.compile(rf"\b{words}", re.IGNORECASE)


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    words = re.findall(r"[^\W_]+", fold(text))
    return f" {' '.join(words)} "
