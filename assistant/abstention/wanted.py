"""What an answer would have to hold: the kind asked for, who acted, the names in any form, the time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.abstention.wordforms import Forms, known_forms, share
from assistant.asked import content_words, stems
from index.search.names import fold, gazetteer
from index.search.times import read_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from assistant.asked import Asked
    from index.articles import Article
    from index.filters import Window

_MONTH = r"(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber"
_DATE = rf"\b(?:{_MONTH}|(?:1[5-9]|20)\d\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday)\b"
_NUMBER = (
    r"\b\d[\d.,]*(?:bn|m|k|km|th)?\b"
    r"|\b(?:one(?! of)|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty"
    r"|thirty|forty|fifty|half|quarter|third|hundreds?|thousands?|millions?|billions?|double|twice"
    r"|\w+fold|no)\b"
)
# A day, month or year, which counts nothing.
_OF_A_DATE = re.compile(
    rf"\b(?:\d{{1,2}} (?:{_MONTH})|(?:{_MONTH}) \d{{1,2}}\b(?! \w+s\b))|\b(?:19|20)\d\d\b(?! \w+s\b)"
    r"|\b\d+(?:st|nd|rd|th)\b"
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
         r"\bhow (?:many|much|large|long|far|old|big|often|high|accurate)\b|\b(?:share|percentage)\b"
         r"|^what (?:did|does|do|will|would) [^?,]+ (?:cost|pay)\b",
         _NUMBER),
        ("why", r"\bwhy\b|\breasons?\b|\bwhat (?:caused|led)\b", _REASON),
    )
)  # fmt: skip
ACTOR = re.compile(
    r"\b(?:did|does|do|has|have|had|will|would|can|could|was|were|is|are) (?:the )?"
    r"((?:[A-ZÀ-ÞА-Я][\w’'.-]*(?: (?:al|bin|of|van|de|the))*\s?)+)"
)
_REPLY = re.compile(
    r"\b(?:say|said|tell|told|describe|answer|repl(?:y|ied)|respon[ds]\w*|react\w*|explain|promise)\b",
    re.IGNORECASE,
)
_BY_DEEDS = re.compile(r"How\b[^?]*\b(?:answer|repl(?:y|ied)|respon[ds]|react)")
_THING = re.compile(
    r"\bhow (?:many|much) (?P<thing>(?!did|does|do|was|were|is|are|has|have|had)[\w’'-]+(?: [\w’'-]+)*?)"
    r"(?= (?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|by|in|for|from|with|who"
    r"|when)\b|\?|$)",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?:^|: )(?:and |but |so )?who(?: is|['’]s| was| are| were) (?:the )?(?P<office>[\w’' -]+?)"
    r" (?:of|in|for|at)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^\W*(?:(?:In|On|By|At) [^,]{3,40}, )?(?:he|she|they|we|i|his|her|their|our"
    r"|the (?:minister|president|prime minister|leader)s?)\b",
    re.IGNORECASE,
)
_BY_HIS = re.compile(r"\b(?:by|in) (?:his|her|their|its) (?:account|count|figures|words|telling|view)\b")
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
_SUBJECT = re.compile(r"(?:the |al-|el-)?[A-ZÀ-ÞА-Я][\w’'-]*(?: [A-ZÀ-ÞА-Я][\w’'-]*)*")
_MONTHS = "January February March April May June July August September October November December"
_BETWEEN = r"(?:,?\s+(?!(?:he|she|they|it|we|i|that)\b)[\w’'-]+){0,5}?,?\s+"
_FIRST_NAMED = re.compile(r"(?:(?:[A-ZÀ-ÞА-Я]\S*|of|and|the|al|bin|van|de)\s?)+")
# "Houthi delegation in Riyadh" is about them; "Putin warns" and "Readout of Biden's call with" theirs.
_OF_A_NAME = re.compile(r"(?!with\b|from\b|over\b|after\b|amid\b|against\b)[a-z]{4,}(?<!s)(?<!ed)\b")
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
    r"\b(?:(?:when|after|once|in which|(?<!latest )(?<!newest )that)"
    r" (?=(?:(?:al|el)-)?(?-i:[A-ZÀ-Þ])|(?:he|she|they|it) )"
    r"|(?:when|that) (?=(?:the|its|his|her) )"
    r"|^how (?:many|much) [^?]{2,60}? say (?=(?-i:[A-ZÀ-Þ])|(?:he|she|they|it) |\w{3,}ed )"
    r"|(?:after|for|before|since) (?=[a-z]{3,}ing\b))(?P<clause>[^?]+)"
    r"|^(?:(?:why|when|where(?! do(?:es)?\b)|(?:on|in) (?:what|which) (?:date|day|month|year))"
    r" (?:did|does|do|was|were|has|have|had|will|would|is|are)"
    r"|(?:for )?how (?:many|much)(?: [\w’'-]+){0,4}? (?:did|has|have|had|will)"
    r"|what (?:made|led|caused|prompted|forced|drove|persuaded|pushed)) (?P<asked>[^?]+)",
    re.IGNORECASE,
)
# What turns what a sentence tells into its opposite, or into what somebody fears.
_DENIED = re.compile(
    r"\b(?:not|no|nor|never|neither|without|cannot|reject|refus|deni|deny|oppos|prevent|if|unless)\w*"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_SOMEONE = re.compile(r"\b(?:he|she|they|we|i|it)\b", re.IGNORECASE)
_BEFORE_DEED = 12  # words in which whoever did it is named
_BEFORE_NOT = 4  # words in which a denial reaches it
_AFTER_DEED = 8  # words in which "by" names whoever did it
# Verbs that say little without what follows them.
_LIGHT = frozenset(
    "hold give make made take get have go come put set keep let want decid tri possibl imposs".split()
)
# "that his country has put no bases": what comes before the verb is no deed.
_WHO = re.compile(
    r"\A(?:the|its|his|her) (?:[\w’'-]+ ){1,4}?(?=(?:has|have|had|will|would|is|was|were|did)\b)"
)
_BEGINS = re.compile(r"[.:?!] +([\w’'-]+)")
# Parts of names and forms of address that texts leave out.
_NO_NAMES = frozenset(
    stems(
        "al el bin ibn de van von der la le mr mrs ms miss dr sir madam his her excellency highness"
        " president prime minister premier secretary chancellor king queen prince sheikh emir sultan"
    )
)
# Where something is said, which nobody says.
_VENUE = re.compile(
    r"\b(?:New York|Oval Office|(?:U\.?N\.? |United Nations )?General (?:Assembly|Debate))\b"
    r"|\bat the (?:UN|U\.N\.|United Nations)(?!\w| [A-Z])"
)
_WHAT_BEFELL = re.compile(r"(?<=\w) (?:\w{2,}ed|held|lost|sent|sold|built)$")  # "Americans freed"
_ANYBODY = frozenset(stems("people person persons men women lives"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer to a question would hold.

    `names` and `words` are the question's, by stem; `forms` are the ways in which a text may
    have them; `actor` is who is said to have acted; `premise` are the words of what the question takes
    for granted ("when Serbia recognised Kosovo"), names left out; `event` those of what it asks the
    time or the reason of; `deed` is the first of either that tells something, `subject` who
    is to have done it; `thing` is what a question counts, `office` whose holder it asks for; `by_deeds`
    tells that a reply may be a deed.
    """

    names: Mapping[str, str]
    words: Mapping[str, str]
    forms: Forms
    kind: re.Pattern[str] | None
    actor: frozenset[str]
    premise: Mapping[str, str]
    event: Mapping[str, str]
    deed: Mapping[str, str]
    thing: Mapping[str, str]
    office: Mapping[str, str]
    reply: bool
    by_deeds: bool
    subject: frozenset[str]
    window: Window | None
    years: frozenset[int]

    @classmethod
    def of(cls, question: str, asked: Asked, today: date) -> Wanted:
        """Read a standalone question; relative dates count from `today`."""
        forms = known_forms(question)
        begins = stems(" ".join(_BEGINS.findall(question))) - set(forms)
        venue = stems(" ".join(_VENUE.findall(question)))
        named = asked.names - _OF_ASKING - _NO_NAMES - begins - venue
        names = {stem: word for stem, word in asked.terms.items() if stem in named}
        times = {*(str(year) for year in asked.years), *stems(" ".join(re.findall(_MONTH, question)))}
        actor, clause = ACTOR.search(question), CLAUSE.search(question)
        thing, office = _THING.search(question), _OFFICE.search(question)
        words = {s: w for s, w in asked.terms.items() if s not in names and s not in times | _OF_ASKING}
        granted = stems(clause["clause"] or "") if clause else set()
        event = stems(clause["asked"] or "") if clause else set()
        deed = _first(clause["clause"] or clause["asked"], words) if clause and not thing else {}
        return cls(
            names={stem: word for stem, word in names.items() if stem not in times},
            words=words,
            forms=Forms.of(question, frozenset(names), forms),
            kind=next((held for _, held in kinds_of(question)), None),
            actor=frozenset(stems(actor[1])) if actor else frozenset(),
            premise={stem: word for stem, word in words.items() if stem in granted},
            event={stem: word for stem, word in words.items() if stem in event},
            deed=deed,
            thing=_counted(thing["thing"]) if thing else {},
            office=_last(office["office"]) if office else {},
            reply=bool(actor and _REPLY.search(question)),
            by_deeds=bool(_BY_DEEDS.match(question)),
            subject=_subject(clause, actor),
            window=read_times(question, today, gazetteer().events).window,
            years=asked.years,
        )

    @property
    def counting(self) -> bool:
        """Whether a number is asked for."""
        return self.kind is _COUNTED

    def done(self, text: str) -> bool:
        """Tell whether a sentence tells the deed taken for granted of the one who is to have done it.

        One who is named, or a pronoun, stands before the deed or after "by"; nothing denies it.
        """
        words = re.findall(r"[\w’'-]+", text)
        deeds = [at for at, word in enumerate(words) if not self.forms.lacking(self.deed, word)]
        return any(self._does(words, at) for at in deeds)

    def _does(self, words: Sequence[str], at: int) -> bool:
        before = words[max(0, at - _BEFORE_DEED) : at]
        if _DENIED.search(" ".join(before[-_BEFORE_NOT:])):
            return False
        after = " ".join(words[at + 1 : at + _AFTER_DEED])
        by = after.partition("by ")[2]
        who = {stem: stem for stem in self.subject}
        told = " ".join(before)
        return (
            not who
            or any(len(self.forms.lacking(who, part)) < len(who) for part in (told, by) if part)
            or bool(_SOMEONE.search(told))
        )

    def kind_in(self, text: str) -> bool | None:
        """Tell whether a sentence has the kind of answer asked for; None where none is read."""
        if self.office:
            return not self.forms.lacking(self.office, text)
        if self.kind is None:
            return None
        return bool(self.kind.search(_undated(text) if self.kind is _COUNTED else text))

    def words_held(self, text: str, rarity: Mapping[str, float]) -> float:
        """Return the share, by rarity, of the question's words but names that a text has in any form."""
        return 1.0 - share(self.forms.lacking(self.words, text), self.words.values(), rarity)

    def counts(self, text: str) -> bool:
        """Tell whether a number in a text stands before what the question counts."""
        counted = _undated(text)
        near = (counted[n.start() : n.start() + _REACH] for n in _A_NUMBER.finditer(counted))
        return any(not self.forms.lacking(self.thing, after) for after in near)

    def actor_acts(self, article: Article, text: str, before: str) -> bool | None:
        """Tell whether the one who is to have acted speaks, or does something in the sentence.

        `before` is what precedes a sentence that says "he". None where the question names nobody.
        """
        if not self.actor:
            return None
        names = {stem: stem for stem in self.actor}
        title = " ".join(article.title.split())
        first = _FIRST_NAMED.match(title)
        of_title = first[0] if first and not _OF_A_NAME.match(title, first.end()) else ""
        places = [article.speaker or "", of_title, article.outlet or ""]
        places += article.countries[:1] if article.speaker else ()
        if any(len(self.forms.lacking(names, place)) < len(names) for place in places):
            return True
        forms = {
            *self.actor,
            *(form for stem in self.actor for form in self.forms.of_name.get(stem, ())),
        }
        written = "|".join(re.escape(form) for form in forms)
        does = rf"{_WORDS_OF}|{_BETWEEN}(?:{_DID if self.by_deeds or not self.reply else _SAID})\b"
        acts = rf"\b(?:{written})\w{{0,3}}(?:{does})|\baccording to (?:\w+ ){{0,3}}(?:{written})"
        told = f"{before} {text}" if _PRONOUN.match(text) or _BY_HIS.search(text) else text
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


_COUNTED = next(held for words, _, held in _KINDS if words.startswith("how many"))


def _undated(text: str) -> str:
    return _OF_A_DATE.sub(" ", text)


def headed(article: Article, text: str) -> str:
    """Return a text of an article with what heads it: title, speaker, date, outlet, countries."""
    return " ".join((article.heading, article.outlet or "", *article.countries, text))


def kinds_of(question: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return the kinds of answer that a question asks for: in words, and what a text must hold."""
    return [(words, held) for words, asked, held in _KINDS if asked.search(question)]


def _subject(clause: re.Match[str] | None, actor: re.Match[str] | None) -> frozenset[str]:
    """Who is to have done the deed: named where the clause begins, or whoever acts in the question."""
    if clause is None:
        return frozenset()
    named = _SUBJECT.match(clause["clause"] or clause["asked"])
    told = named[0] if named else actor[1] if actor else ""
    return frozenset(stems(told)) - stems(_MONTHS)


def _counted(thing: str) -> dict[str, str]:
    """What is counted, unless any word for somebody would do: of "people", the dead."""
    return {} if stems(thing) & _ANYBODY else _last(_WHAT_BEFELL.sub("", thing))


def _last(thing: str) -> dict[str, str]:
    """The last word of what is counted or held: of "French soldiers", the soldiers."""
    words = content_words(thing)[-1:]
    return {stem: word for word in words for stem in stems(word)}


def _first(told: str, words: Mapping[str, str]) -> dict[str, str]:
    """The first of the words that tells something: a verb, as a rule, or what a light one is said of."""
    every = (stem for word in content_words(_WHO.sub("", told)) for stem in stems(word))
    return next(({stem: words[stem]} for stem in every if stem in words.keys() - _LIGHT), {})
