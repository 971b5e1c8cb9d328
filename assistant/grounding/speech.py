"""Who is named as speaking, in an article, a sentence or a question: person, office, party."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.answers import SaidBy
from assistant.grounding.saying import VERB, kind_of
from index.countries import country_code, country_meant, country_stated, usual_name
from index.search.names import fold, gazetteer, land_of

OFFICE = (
    r"(?:(?:deputy|vice|first|acting|former|permanent|senior|national|foreign|external|affairs|prime"
    r"|defen[cs]e|interior|crown|supreme|press|security|army|special|chief|principal|high|assistant|under)\s+)*"
    r"(?:minister|president|premier|secretary|undersecretary|negotiator|mediator|commissioner|coordinator|administrator"
    r"|rapporteur|director|chancellor|king|queen|prince|princess|emir|amir|sultan"
    r"|spokes(?:man|woman|person)|ambassador|advis[eo]r|envoy|chief|chairman|chairwoman|leader|speaker|commander|general"
    r"|representative|delegate|official|ministry|government|delegation|side)"
    r"(?:\s+(?:of\s+state|of\s+foreign\s+affairs|for\s+foreign\s+affairs|general|of\s+defen[cs]e)|-[Gg]eneral)?"
)
PART = r"[A-ZÀ-ÞĀ-Ž][\w’'-]*[\w]|\b[A-Z]\.|J[DR]\b"
NAME = rf"(?:{PART})(?:\s+(?:(?:al|bin|ibn|von|van|de|del|da)\s+)?(?:{PART})){{0,5}}"
RANK = (
    r"(?!(?i:deputy|vice|first|acting|former|permanent|senior|national|foreign|external|prime|press"
    r"|crown)\b)"
)
_OF = (
    rf"(?:(?:the|The|its|Its)\s+)?"
    rf"(?:(?P<of>{RANK}(?:{PART})(?:\s+{RANK}(?:{PART}))?)(?:['’]s?)?\s+)?"
)
WHO = re.compile(
    rf"\b(?:{_OF}(?P<office>(?i:{OFFICE}))(?:\s+of\s+(?:the\s+)?(?P<land>{NAME}))?"
    rf"(?:,?\s+(?P<titled>{NAME})(?:\s+of\s+(?:the\s+)?(?P<seat>{NAME}))?)?"
    rf"|(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey)"
    rf"|(?:[Tt]he\s+)?(?P<name>{NAME})(?:\s+of\s+(?:the\s+)?(?P<home>{NAME}))?)"
)
# "Republic of Korea" within "Democratic People's Republic of Korea" is another country.
_LONG_FORM = re.compile(
    r"\b(?:[A-Z][\w’']+ )*(?:Republic|Kingdom|State|Federation) of (?:the )?[A-Z]\w+"
)
_ASKED = re.compile(
    rf"\b(?:[Dd]id|[Dd]oes|[Hh]as|[Hh]ave)\s+(?:the\s+)?(?P<who>{WHO.pattern})\s+(?:say|said|tell|told|claim"
    r"|describe|demand|propose|call|accuse|deny|announce|warn|argue|respond|react|promise|think|criti)"
)
_OWN = re.compile(
    rf"\b(?:the\s+)?(?P<who>{PART}(?:\s{PART}){{0,3}})['’]s?\s+(?:view|position|line|stance|tone|account|policy"
    r"|attitude|message|complaint|words|language|assessment|demand)\b"
)
_NOT_NAMES = frozenset(
    "The In On At After Before When While But And As If That This These Those It Its His Her Their Both "
    "According Since For From Of With By To He She They What Who There Here Not No Yet Asked However "
    "Each Every Some Many Most Several Few Others Another Neither Either None Nobody Somebody Everybody "
    "Everyone Someone One Two Three Four Five All Any Such We You Now Then Also Later Today Yesterday "
    "Critics Analysts Experts Diplomats Observers Witnesses Residents Journalists Reporters Ministers "
    "Police People Opposition Media "
    "Speaking Turning Asked Because Although Though Despite During Under Where How Why Whether "
    "Assembly Parliament Congress Senate Debate "
    "Europeans Americans January February March April May June July August September October November "
    "December Officials Sides Leaders Mr Mrs Ms Dr President Vice Prime Minister Foreign Secretary "
    "First".split()
)
_WORDS = re.compile(r"[\w’'.-]+")
_OWNER = re.compile(r"(?P<land>\S+)['’]s\s+")  # "Serbia's Vučić"
_POSSESSIVE = re.compile(r"['’]s?\Z")
_THE = re.compile(r"\b[Tt]he\s+\Z")  # before a name without an office: no person's name
_BODY = re.compile(
    r"\A[A-Z]{2,6}\Z"  # "NATO"
    r"|\b(?:Agency|Alliance|Army|Assembly|Association|Authority|Bank|Bloc|Board|Brigades?|Bureau|Cabinet"
    r"|Cent(?:re|er)|Commission|Committee|Community|Conference|Congress|Corps|Council|Court|Department"
    r"|Forces?|Forum|Front|Fund|Group|Guards?|House|Institute|League|Ministry|Mission|Movement|Nations"
    r"|Office|Organi[sz]ation|Parliament|Party|Secretariat|Senate|Service|Society|Summit|Tribunal|Union"
    r"|University|West)\b"
)


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


def named(match: re.Match[str], offset: int) -> Attributed | None:
    """Return what a match of `WHO` names; its verb "said" where it has none of its own."""
    office = " ".join(match["office"].split()).casefold() if match["office"] else None
    person, party = _person_and_party(match, office)
    if not (person or office or match["pronoun"] or party):
        return None
    own = match.groupdict()
    end = max(match.end("who"), match.end("verb") if own.get("verb") else 0)
    alone = (match["pronoun"] or "").casefold() != "they"
    points_back = not person and alone and bool(office or match["pronoun"])
    verb = kind_of(own.get("verb") or "said")
    start = (
        match.start("verb")
        if own.get("verb", "") and verb == "said" and match.start("verb") < match.start("who")
        else match.start("who")
    )
    return Attributed(person, office, party, verb, offset + start, offset + end, points_back)


def _person_and_party(match: re.Match[str], office: str | None) -> tuple[str | None, str | None]:
    """The person a match of `WHO` names, and the country or body that is named or spoken for."""
    written = match["titled"] or match["name"] or ""
    if _POSSESSIVE.search(written):
        return None, None  # "Lund's deputy" is not Lund
    land = match["of"] or match["land"] or match["seat"] or match["home"]
    if owner := _OWNER.match(written):
        land = land or owner["land"]
    person, party = person_in(written), party_of(bare(land)) if land else None
    if person is None or office:
        return person, party or (party_of_person(person) if person else None)
    if country := party_of(person):
        return None, country
    if _is_body(person, match.string[: match.start("name")]):
        return None, " ".join(match.string[match.start("name") : match.end("who")].split())
    return person, party or party_of_person(person)


def _is_body(name: str, before: str) -> bool:
    """Tell whether a name without an office is an organisation's or a people's: "the Houthis"."""
    with_article = _THE.search(before) and (name.endswith("s") or not party_of(name.split()[0]))
    return bool(with_article or _BODY.search(name))


def bare(land: str) -> str:
    """Return a name without the ending of its possessive."""
    return re.sub(r"['’]s?\Z", "", land)


def person_in(name: str | None) -> str | None:
    """Return a person's name without the words before it that only begin a sentence."""
    words = _WORDS.findall(_OWNER.sub("", name or ""))
    while words and words[0] in _NOT_NAMES:
        words = words[1:]
    name = bare(" ".join(words)).rstrip(".")
    return name if len(name) > 2 else None


def names_speaker(text: str, said: SaidBy) -> bool:
    """Tell whether a text names the speaker, by any spelling, or the party spoken for."""
    if said.person and any(surnames(name) & surnames(said.person) for name in re.findall(NAME, text)):
        return True
    return said.party is not None and names_party(text, said.party)


def names_party(text: str, party: str) -> bool:
    """Tell whether a text names a party, by its country's name, capital or adjective, or as it is."""
    code = party_of(party) or party
    text = _LONG_FORM.sub(lambda found: found[0] if party_of(found[0]) == code else " ", text)
    return party in text or any(party_of(bare(word)) == code for word in re.findall(NAME, text))


def reports(text: str) -> bool:
    """Tell whether a sentence presents itself as what somebody says."""
    return bool(
        re.search(rf"\b(?:{VERB})\b|\b(?i:according to|in the words of|in (?:his|her) view)\b", text)
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
    who = WHO.match(match["who"]) if match else None
    if match is None or who is None:
        return None
    person = person_in(who["titled"] or who["name"])
    land = who["of"] or who["land"] or (person if person and party_of(person) else None)
    party = party_of(bare(land)) if land else None
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
