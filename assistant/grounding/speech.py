"""Whose words a sentence reports: speaker, office, party and verb, read from the sentence alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from assistant.answers import SaidBy
from index.countries import country_code, country_meant, country_stated, usual_name
from index.search.names import fold, gazetteer, land_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = {
    "accused": "accuses|accused|accusing|blamed|blames|charged that",
    "added": "adds|added",
    "agreed": "agrees|agreed",
    "announced": "announces|announced|declared|declares",
    "argued": "argues|argued|insisted|insists|maintained|maintains|contended",
    "asked": "asked for|asked|asks|called for|calls for|demanded|demands|urged|urges|appealed|wanted",
    "claimed": "claims|claimed|alleged|alleges",
    "condemned": "condemns|condemned|denounced|criticised|criticized",
    "denied": "denies|denied|rejected|rejects|dismissed|refuted",
    "described": "described|describes|called|calls|termed",
    "promised": "promised|promises|pledged|pledges|vowed|committed",
    "reaffirmed": "affirmed|reaffirmed|reiterated|reiterates|underscored|underlined|stressed|emphasized"
    "|emphasised|highlighted|stresses|confirmed|confirms",
    "replied": "replied|replies|responded|answered",
    "said": "said|says|stated|concluded|concludes|explained|explains|compared|likened"
    "|spoke of|spoke|noted|notes|remarked|observed|mentioned|recalled"
    "|cited|pointed out|pointed to|expressed|listed|counted|reported|conveyed|voiced|linked",
    "thanked": "thanked|praised|commended|congratulated|welcomed|welcomes",
    "told": "told|tells|informed|assured",
    "warned": "warned|warns|cautioned|threatened",
}
_CANONICAL = {form: verb for verb, forms in VERBS.items() for form in forms.split("|")}
_VERB = "|".join(sorted(map(re.escape, _CANONICAL), key=lambda form: -len(form)))
_OFFICE = (
    r"(?:(?:deputy|vice|first|acting|former|permanent|senior|national|foreign|external|affairs|prime|defen[cs]e|interior"
    r"|crown|supreme|press|security|army|special)\s+)*"
    r"(?:minister|president|premier|secretary|chancellor|king|prince|emir|spokes(?:man|woman|person)"
    r"|ambassador|advis[eo]r|envoy|chief|chairman|chairwoman|leader|speaker|commander|general"
    r"|representative|delegate|official|ministry|government|delegation|side)"
    r"(?:\s+(?:of\s+state|of\s+foreign\s+affairs|for\s+foreign\s+affairs|general|of\s+defen[cs]e))?"
)
_PART = r"[A-ZÀ-ÞĀ-Ž][\w’'-]*[\w]|[A-Z]\.|J[DR]\b"
_NAME = rf"(?:{_PART})(?:\s+(?:(?:al|bin|ibn|von|van|de|del|da)\s+)?(?:{_PART})){{0,5}}"
_RANK = (
    r"(?!(?i:deputy|vice|first|acting|former|permanent|senior|national|foreign|external|prime|press"
    r"|crown)\b)"
)
_OF = (
    rf"(?:(?:the|The|its|Its)\s+)?"
    rf"(?:(?P<of>{_RANK}(?:{_PART})(?:\s+{_RANK}(?:{_PART}))?)(?:['’]s?)?\s+)?"
)
_WHO = re.compile(
    rf"(?:{_OF}(?P<office>(?i:{_OFFICE}))(?:\s+of\s+(?:the\s+)?(?P<land>{_NAME}))?"
    rf"(?:,?\s+(?P<titled>{_NAME})(?:\s+of\s+(?:the\s+)?(?P<seat>{_NAME}))?)?"
    rf"|(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey)"
    rf"|(?:[Tt]he\s+)?(?P<name>{_NAME})(?:\s+of\s+(?:the\s+)?(?P<home>{_NAME}))?)"
)
_BETWEEN = (
    r"(?:\s*\([^()]{2,60}\))?(?:,(?:\s+who\b[^,.;:]{2,90}|[^,.;:“”\"]{2,90}),|,)?"
    r"(?:\s+(?:also|later|then|now|again|first|once|already|further|in\s+turn|has|had|have|\w+ly))*"
)
_BEFORE = re.compile(rf"(?P<who>{_WHO.pattern}){_BETWEEN}\s+(?P<verb>{_VERB})\b(?!\s+to\s+be\b)")
_AFTER = re.compile(rf"[,”\"’?!]\s*(?P<verb>{_VERB})\s+(?P<who>{_WHO.pattern})")
_ACCORDING = re.compile(
    rf"\b(?P<verb>[Aa]ccording\s+to|[Ii]n\s+the\s+words\s+of)\s+(?P<who>{_WHO.pattern})"
)
_READING = re.compile(
    rf"\b[Ii]n\s+(?:the\s+)?(?P<land>{_PART})(?:['’]s?)?\s+(?:reading|view|telling|version|account|words|eyes)\b"
)
# "Republic of Korea" within "Democratic People's Republic of Korea" is another country.
_LONG_FORM = re.compile(
    r"\b(?:[A-Z][\w’']+ )*(?:Republic|Kingdom|State|Federation) of (?:the )?[A-Z]\w+"
)
_TITLE = re.compile(
    rf"\b(?:Statement|Remarks|Letter|Message|Proclamation|Testimony|Speech|Address|Briefing)\s+"
    rf"(?:by|from|of)\s+(?:the\s+)?(?P<who>{_WHO.pattern})"
)
_ASKED = re.compile(
    rf"\b(?:[Dd]id|[Dd]oes|[Hh]as|[Hh]ave)\s+(?:the\s+)?(?P<who>{_WHO.pattern})\s+(?:say|said|tell|told|claim"
    r"|describe|demand|propose|call|accuse|deny|announce|warn|argue|respond|react|promise|think|criti)"
)
_OWN = re.compile(
    rf"\b(?:the\s+)?(?P<who>{_PART}(?:\s{_PART}){{0,3}})['’]s?\s+(?:view|position|line|stance|tone|account|policy"
    r"|attitude|message|complaint|words|language|assessment|demand)\b"
)
_LEADING = re.compile(rf"(?:(?:On|In|At|To)\b[^,;:“”\"]{{2,60}}?,?\s+)?(?P<who>{_WHO.pattern})")
_ALSO = re.compile(rf"\b(?:and|but)\s+(?:also\s+)?(?P<verb>{_VERB})\b")
_FULL_NAME = re.compile(rf"(?:{_PART})(?:\s+(?:{_PART}))+")
_JOINT = re.compile(rf"(?:{_NAME})(?:,[^,]{{2,60}},)?\s+and\s+(?:the\s+)?\Z")
_AFTER_NAME = re.compile(
    rf"(?P<name>{_NAME}),\s+(?:(?:the|The|a)\s+)?(?:(?P<of>{_RANK}(?:{_PART}))(?:['’]s?)?\s+)?"
    rf"(?P<office>(?i:{_OFFICE}))(?:\s+of\s+(?:the\s+)?(?P<land>{_NAME}))?"
)
_NOT_NAMES = frozenset(
    "The In On At After Before When While But And As If That This These Those It Its His Her Their Both "
    "According Since For From Of With By To He She They What Who There Here Not No Yet Asked However "
    "Assembly Parliament Congress Senate "
    "Europeans Americans January February March April May June July August September October November "
    "December Officials Sides Leaders Mr Mrs Ms Dr President Vice Prime Minister Foreign Secretary "
    "First".split()
)
_WORDS = re.compile(r"[\w’'.-]+")


@dataclass(frozen=True, slots=True)
class Attributed:
    """Attributing words `[start, end)` of a text and what they name; a pronoun names nobody yet."""

    person: str | None
    office: str | None
    party: str | None
    verb: str
    start: int
    end: int
    points_back: bool

    def said_by(self) -> SaidBy:
        """Return it as a reader gets it."""
        return SaidBy(
            person=self.person,
            office=self.office,
            party=self.party,
            verb=self.verb,
            start=self.start,
            end=self.end,
        )


def attributed(text: str, offset: int) -> Iterator[Attributed]:
    """Yield the attributions in a sentence that begins at `offset`, in order."""
    taken = -1
    matches = [m for pattern in (_BEFORE, _AFTER, _ACCORDING) for m in pattern.finditer(text)]
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if match.start() < taken or _quoted(text, match.start("verb")):
            continue
        if _JOINT.search(text[: match.start("who")]):
            continue  # two speak together: neither alone says it
        if found := _named(match, offset):
            taken = match.end()
            yield found
    for match in _READING.finditer(text):
        party = party_of(_plain(match["land"])) if taken < 0 else None
        if party and not _quoted(text, match.start()):
            start, end = offset + match.start(), offset + match.end()
            yield Attributed(None, None, party, "said", start, end, points_back=False)
    also = _ALSO.search(text) if taken < 0 else None
    lead = _LEADING.match(text) if also else None
    if also and lead and not _quoted(text, also.start()) and (found := _named(lead, offset)):
        yield replace(found, verb=_canonical(also["verb"]), end=offset + also.end("verb"))


def _quoted(text: str, at: int) -> bool:
    """Tell whether a place of the text lies within a quotation: somebody else's words."""
    before = text[:at]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _canonical(verb: str) -> str:
    return _CANONICAL.get(" ".join(verb.split()).casefold(), "said")


def _named(match: re.Match[str], offset: int) -> Attributed | None:
    """What a match of `_WHO` names; its verb "said" where it has none of its own."""
    person = _person(match["titled"] or match["name"])
    office = " ".join(match["office"].split()).casefold() if match["office"] else None
    land = match["of"] or match["land"] or match["seat"] or match["home"]
    party = party_of(_plain(land)) if land else None
    if person and not office and (country := party_of(person)):
        person, party = None, country
    if not (person or office or match["pronoun"] or party):
        return None
    if person and party is None:
        party = party_of_person(person)
    own = match.groupdict()
    end = max(match.end("who"), match.end("verb") if own.get("verb") else 0)
    points_back = not person and bool(office or match["pronoun"])
    verb = _canonical(own.get("verb") or "said")
    start = (
        match.start("verb")
        if own.get("verb", "") and verb == "said" and match.start("verb") < match.start("who")
        else match.start("who")
    )
    return Attributed(person, office, party, verb, offset + start, offset + end, points_back)


def _plain(land: str) -> str:
    return re.sub(r"['’]s?\Z", "", land)


def _person(name: str | None) -> str | None:
    words = _WORDS.findall(name or "")
    while words and words[0] in _NOT_NAMES:
        words = words[1:]
    plain = _plain(" ".join(words)).rstrip(".")
    return plain if len(plain) > 2 else None


def introduced(text: str) -> dict[str, Attributed]:
    """Return everyone the text names with an office or in full, by folded surname.

    Of two for one surname the one with an office wins, then the first.
    """
    known: dict[str, Attributed] = {}
    matches = [(m, _person(m["name"])) for m in _AFTER_NAME.finditer(text)]
    matches += [(m, _person(m["titled"])) for m in _WHO.finditer(text) if m["titled"]]
    for match, person in sorted(matches, key=lambda pair: pair[0].start()):
        if person and not party_of(person):
            land = match["of"] or match["land"] or match.groupdict().get("seat")
            party = (party_of(_plain(land)) if land else None) or party_of_person(person)
            office = " ".join(match["office"].split()).casefold()
            known.setdefault(
                fold(person.split()[-1]),
                Attributed(person, office, party, "said", 0, 0, points_back=False),
            )
    for match in _FULL_NAME.finditer(text):
        person = _person(match[0])
        if person and " " in person and not party_of(person):
            one = Attributed(person, None, party_of_person(person), "said", 0, 0, points_back=False)
            known.setdefault(fold(person.split()[-1]), one)
    return known


def in_title(title: str) -> Attributed | None:
    """Return whose statement or speech a title says it heads."""
    match = _TITLE.search(" ".join(title.split()))
    found = _named(match, 0) if match else None
    return found if found and found.person else None


def leading(text: str) -> Attributed | None:
    """Return what a sentence begins by naming; a noun with a capital letter looks like a person."""
    match = _LEADING.match(text)
    return _named(match, 0) if match else None


def names_speaker(text: str, said: SaidBy) -> bool:
    """Tell whether a text names the speaker, by any spelling, or the party spoken for."""
    if said.person and any(surnames(name) & surnames(said.person) for name in re.findall(_NAME, text)):
        return True
    return said.party is not None and names_party(text, said.party)


def names_party(text: str, party: str) -> bool:
    """Tell whether a text names a party, by its country's name, capital or adjective, or as it is."""
    code = party_of(party) or party
    text = _LONG_FORM.sub(lambda found: found[0] if party_of(found[0]) == code else " ", text)
    return party in text or any(party_of(_plain(word)) == code for word in re.findall(_NAME, text))


def reports(text: str) -> bool:
    """Tell whether a sentence presents itself as what somebody says."""
    return bool(
        re.search(rf"\b(?:{_VERB})\b|\b(?i:according to|in the words of|in (?:his|her) view)\b", text)
    )


@cache
def party_of(name: str) -> str | None:
    """Return the usual name of the country that a name, capital or adjective stands for; else None."""
    code = country_meant(name)
    if (
        code is None
        and (found := gazetteer().find(name))
        and len(found) == 1
        and len(found[0].forms) > 1
    ):
        code = next((c for form in found[0].forms if (c := country_code(form))), None)
    return _usual(code) if code else None


@cache
def party_stated(country: str) -> str | None:
    """Return the usual name of the country that a field of an article states; else None."""
    code = country_stated(country)
    return _usual(code) if code else None


@cache
def _usual(code: str) -> str:
    name = usual_name(code)
    found = gazetteer().find(name)
    return found[0].forms[0] if found and found[0].forms else name


@cache
def party_of_person(person: str) -> str | None:
    """Return the country whose office a person is known to hold or have held; else None."""
    code = land_of(person)
    return _usual(code) if code else None


@cache
def surnames(person: str) -> frozenset[str]:
    """The folded forms of a name's last word by every known spelling."""
    last = person.split()[-1]
    found = gazetteer().find(last)
    forms = [form.split()[-1] for one in found for form in one.forms]
    return frozenset(fold(form) for form in (last, *forms))


def asked_of(question: str) -> SaidBy | None:
    """Return whose words a question asks for ("What did Trump say about …"); None where nobody's."""
    match = _ASKED.search(question) or _OWN.search(question)
    who = _WHO.match(match["who"]) if match else None
    if match is None or who is None:
        return None
    person = _person(who["titled"] or who["name"])
    land = who["of"] or who["land"] or (person if person and party_of(person) else None)
    party = party_of(_plain(land)) if land else None
    if person and party_of(person):
        person = None
    if not (person or party):
        return None
    return SaidBy(
        person=person,
        office=None,
        party=party or (party_of_person(person) if person else None),
        verb="said",
        start=match.start("who"),
        end=match.end("who"),
    )
