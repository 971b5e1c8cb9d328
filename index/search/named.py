"""Whom a question names: countries by whatever stands for them, offices, persons, movements, groups."""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.countries import country_code, country_meant, governed_from, usual_name
from index.search.names import fold, gazetteer, land_of

if TYPE_CHECKING:
    from collections.abc import Callable

    CountryOf = Callable[[str], str | None]

_LONGEST = 5  # words of a country's name: "Democratic Republic of the Congo"
_WORD = re.compile(r"[^\W_]+(?:[.’'-][^\W_]+)*(?<![’'][sS])")
_BREAK = re.compile(r"[,;:?!()“”\"/]|\band\b(?! Herzegovina\b| Barbuda\b| Tobago\b)")
_WORDS = frozenset("us polish pole poles kiwi male nice may May Male Nice".split())  # and no country
_RANK = r"(?:(?:prime|foreign|deputy|vice|defen[cs]e|crown|external affairs|then|former|new) )*"
_OFFICE = (
    rf"{_RANK}(?:president|premier|minister|king|emir|amir|sultan|chancellor|prince|leader(?:ship)?|ruler"
    r"|government|ambassador|envoy|delegation|side|camp|secretary|authorit(?:y|ie)|official|diplomat"
    r"|negotiator|army|military|ministry|representative|party|parliament|junta)s?"
)
_ITS_OFFICE = re.compile(rf"(?:['’]s?)? {_OFFICE}\b", re.IGNORECASE)
_OFFICE_OF = re.compile(rf"\b{_OFFICE} (?:of|in) (?:the )?$", re.IGNORECASE)
_CAPITALISED = r"(?:[Aa]l-|[Ee]l-)?[A-ZÀ-ÞА-Я][\w’'-]*(?<!['’]s)(?<!['’])"
_OPENING = (
    r"Compare|Contrast|Set|Did|Do|Does|Have|Has|Had|Are|Were|Is|Was|How|What|Why|Where|When|Who|Which|Give"
    r"|Whom|Whose|And|But|On|In|At|By|After|Before|During|According|Should|Would|Could|Can|Will|Put|Tell"
    r"|Describe|Explain|Name|The|A|An|As|For|From|Of|To|With|It|Its|That|This|I|If|Both|One|Two|List|Find"
    r"|Summari[sz]e|State|Show|Let|Over|Under|Whether|There|Their|They|Some|Any|Each|Either|Neither"
)
_NAME = rf"(?!(?:{_OPENING})\b){_CAPITALISED}(?: (?:(?:bin|ibn|al|de|van|von) )?{_CAPITALISED})*"
_GROUP = (
    r"the (?:[\w-]+ ){1,3}(?:states|countries|leaders|powers|governments|neighbou?rs|allies|critics"
    r"|opponents|mediators|partners|rebels|opposition|quartet)"
)
_ONE = re.compile(rf"(?<![\w-])(?:(?P<group>{_GROUP})|(?P<name>{_NAME}))(?!\w)")
_TITLE = re.compile(
    r"(?:(?:Prime|Foreign|Deputy|Vice|Defen[cs]e) )?(?:President|Minister|Secretary(?: of State)?"
    r"|Colonel|Captain|Premier|Chancellor|King|Emir|Prince|Ambassador|General|Mr\.?|Ms\.?) (?=[A-Z])"
)
_PERSON = re.compile(rf" (?P<name>{_NAME})")
_NOBODY = re.compile(
    rf"(?:{'|'.join(month_name[1:])}|Aug|Sept?"
    r"|(?:UN |United Nations )?(?:General )?(?:Assembly|Debate)|(?:Security )?Council|UN|United Nations"
    r"|New York|Hague|Covid\S*|Nile|Sea|Gulf|Aegean|Mediterranean)\b.*|President|Minister"
    r"|.*\b(?:Sea|Corridor|Dam|Deal|Agreement|Treaty|War|Ocean|Strait|Declaration|Summit|Protocol"
    r"|Convention|Talks|Process|Palace)",
)
# What follows the first word of a question where that word is a name: "Maduro calls", "Baku, Yerevan".
_AFTER_A_NAME = re.compile(
    r"['’]s\b|,|:|\+| (?:and|or|against|vs?|versus|will|had|would)\b| [a-z]+(?:s|ed|nt)\b|/"
)
_HALVES = re.compile(r"\b(?P<a>North|South|East|West) and (?P<b>North|South|East|West) (?P<of>[A-Z]\w+)")


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named at `[start, end)` of a question.

    `party` is what an account is headed with; `key` tells whether two mentions are of one: a country's
    code, where the name stands for a country or is of a person known to hold an office of it.
    """

    party: str
    key: str
    start: int
    end: int
    land: bool


def spelt_out(question: str) -> str:
    """Return the question with "North and South Korea" made two names."""
    return _HALVES.sub(r"\g<a> \g<of> and \g<b> \g<of>", question)


def is_group(party: str) -> bool:
    """Tell whether a party is a group that the question describes and names nobody of."""
    return re.fullmatch(_GROUP, party) is not None


def named(question: str, country_of: CountryOf = land_of) -> tuple[Named, ...]:
    """Return whom a question names, in order, none within another.

    `country_of` gives the code of the country that a person speaks for, if that is known.
    """
    found = list(_lands(question))
    for one in (*_known(question, country_of), *_capitalised(question, country_of)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.start))


def _lands(question: str) -> list[Named]:
    """Countries by name, capital, people or seat, in letters of any size, with an office of theirs."""
    words = list(_WORD.finditer(question))
    found: list[Named] = []
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            start, end = words[at].start(), words[at + count - 1].end()
            written = question[start:end]
            if code := _land_written(written):
                found.append(_with_office(question, start, end, code))
                at += count
                break
        else:
            found += _hyphened(words[at])
            at += 1
    return found


def _land_written(written: str) -> str | None:
    if written in _WORDS or _BREAK.search(written) or written[:4].lower() == "the ":
        return None
    return country_meant(written)


def _hyphened(word: re.Match[str]) -> list[Named]:
    """Both of "Kyrgyz-Tajik"."""
    halves = list(re.finditer(r"[^\W_-]+", word[0]))
    codes = [_land_written(half[0]) for half in halves]
    if len(halves) != 2 or not all(codes):
        return []
    at = word.start()
    return [
        Named(_land_named(half[0], code), code, at + half.start(), at + half.end(), land=True)
        for half, code in zip(halves, codes, strict=True)
        if code
    ]


def _with_office(question: str, start: int, end: int, code: str) -> Named:
    """A country with what governs it or speaks for it, and the person that holds the office."""
    party = _land_named(question[start:end], code)
    before, after = _OFFICE_OF.search(question[:start]), _ITS_OFFICE.match(question, end)
    if before or after:
        party = usual_name(code)
        start = before.start() if before else start
        end = after.end() if after else end
        person = _PERSON.match(question, end) if after else None
        if person and country_meant(person["name"]) is None:
            return Named(person["name"], code, start, person.end(), land=True)
    return Named(party, code, start, end, land=True)


def _land_named(written: str, code: str) -> str:
    """A country or capital as it is written; of an adjective or a people, the country's usual name."""
    known = gazetteer()
    adjective = known.adjectives.get(fold(written)) == code and fold(written) not in known.forms
    if country_code(written) is None or adjective:
        return usual_name(code)
    if written.islower():
        usual = (name.forms[0] for name in known.find(written) if name.forms)
        return written.title() if governed_from(written) else next(usual, usual_name(code))
    return written


def _known(question: str, country_of: CountryOf) -> list[Named]:
    """Persons and organisations of the gazetteer, in letters of any size."""
    return [
        _someone(question[name.start : name.end], name.start, name.end, country_of)
        for name in gazetteer().find(question)
        if name.forms
    ]


def _capitalised(question: str, country_of: CountryOf) -> list[Named]:
    found = []
    for match in _ONE.finditer(question):
        name, (start, end) = match[0], match.span()
        if match["name"] and _NOBODY.fullmatch(name):
            continue
        opening = re.search(r"(?:^|[.?!] )$", question[:start]) and " " not in name
        if match["name"] and opening and not country_of(name) and not _AFTER_A_NAME.match(question, end):
            continue
        found.append(_someone(name, start, end, country_of))
    return found


def _someone(name: str, start: int, end: int, country_of: CountryOf) -> Named:
    titled = _TITLE.match(name)
    start += titled.end() if titled else 0
    name = name[titled.end() :] if titled else name
    return Named(name, country_of(name) or fold(name), start, end, land=False)
