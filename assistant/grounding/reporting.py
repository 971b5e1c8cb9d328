"""What a sentence reports of somebody's words, and what it is about, read from the sentence alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.grounding.saying import ALSO_NOUNS, SAYING, VERB, kind_of
from assistant.grounding.speech import (
    NAME,
    OFFICE,
    PART,
    RANK,
    WHO,
    Attributed,
    bare,
    named,
    party_of,
    party_of_person,
    person_in,
)
from index.countries import country_code
from index.search.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_BETWEEN = (
    r"(?:\s*\([^()]{2,60}\))?(?:,(?:\s+who\b[^,.;:]{2,90}|[^,.;:“”\"]{2,90}),|,)?"
    r"(?:\s+(?:also|later|then|now|again|first|once|twice|already|further|therefore|thus|nevertheless|nonetheless"
    r"|even|often|still|always|soon|meanwhile|instead|in\s+turn|has|had|have|\w+ly))*"
)
_BEFORE = re.compile(rf"(?P<who>{WHO.pattern}){_BETWEEN}\s+(?P<verb>{VERB})\b(?!\s+to\s+be\b)")
_AFTER = re.compile(rf"[,”\"’?!]\s*(?P<verb>{VERB})\s+(?P<who>{WHO.pattern})")
_ACCORDING = re.compile(
    rf"\b(?P<verb>[Aa]ccording\s+to|[Ii]n\s+the\s+words\s+of)\s+(?P<who>{WHO.pattern})"
)
_VIEW = (
    r"(?:view|opinion|account|words|telling|version|reading|eyes|reckoning|count|figures|estimates?"
    r"|chronology|judge?ment|phrase|description|assessment|calculation|interpretation|narrative|admission|definition|logic|mind|perspective|point\s+of\s+view)"
)
# "in his view", "by the minister's count", "according to her"
_ACCOUNT = re.compile(
    rf"\b(?:[Ii]n|[Bb]y|[Ff]rom|[Tt]o)\s+(?:(?P<own>his|her)|(?P<who>{WHO.pattern})['’]s?)\s+(?:own\s+)?{_VIEW}\b"
    r"|\b[Aa]ccording\s+to\s+(?P<them>him|her)\b"
)
# "His answer was that", "Lund’s conditions for peace:", but not "His demand was rejected"
_WORDS_OF = re.compile(
    rf"(?:(?:And|But|Yet)\s+)?(?:(?P<own>[Hh]is|[Hh]er)|(?P<who>{WHO.pattern})['’]s?)\s+(?:[\w-]+\s+){{0,2}}?"
    r"(?:answer|reply|message|complaint|demands?|argument|conclusion|warning|appeal|claim|verdict|proposal"
    r"|conditions?|remedy|charge|accusation|criticism|explanation|request|advice|promise|plea|thesis|point"
    r"|reasoning|priority)\b(?:\s+(?:for|to|on|of|in)\s[^,.;:“”\"]{0,40}?)?"
    r"(?::|\s+(?:was|is|were|are)\s+(?:that|to|an?|the|clear|simple|plain|twofold)\b)"
)
_READING = re.compile(rf"\b[Ii]n\s+(?:the\s+)?(?P<land>{PART})(?:['’]s?)?\s+{_VIEW}\b")
_TITLE = re.compile(
    rf"\b(?:Statement|Remarks|Letter|Message|Proclamation|Testimony|Speech|Address|Briefing)\s+"
    rf"(?:by|from|of)\s+(?:the\s+)?(?P<who>{WHO.pattern})"
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
_LEADING = re.compile(
    # "On 20 July 2021", "After talks in Kyiv,", "In the same debate"
    rf"(?:(?:On|In|At|Since|By|From)\s+(?:\d+\s+)?(?:{_MONTH}\s+)?(?:\d+,?\s+)?"
    r"|(?:After|Before|While|When|As|Since|During|Speaking|Turning|Asked|Following)\b[^,;:“”\"]{2,100},\s+"
    rf"|(?:On|In|At|To)\b[^,;:“”\"]{{2,60}}?,?\s+)?(?!{_MONTH})(?P<who>{WHO.pattern})(?!['’])"
)
_ALSO = re.compile(
    rf"\b(?:and|but)\s+(?:also\s+)?(?P<verb>{VERB})\b|,\s+(?:\w+ly\s+)?(?P<saying>{SAYING})\b"
)
_FULL_NAME = re.compile(rf"(?:{PART})(?:(?!\s*\n\s*\n)\s+(?:{PART}))+")
_JOINT = re.compile(
    rf"(?:{NAME}|\b[Hh]e|\b[Ss]he|(?i:{OFFICE}))(?:,[^,]{{2,60}},)?\s+and\s+(?:the\s+)?\Z"
)
_JOINED = re.compile(rf"(?:,[^,.;]{{2,60}},)?\s+and\s+(?:the\s+)?(?:{OFFICE}\s+)?[A-ZÀ-ÞĀ-Ž]")
_SEVERAL = re.compile(
    r"(?:They|Both|All|The\s+(?:two|three|four|five|six|seven|eight|pair|couple))\b"
    r"|(?:(?:The|Two|Three|Several|Some|Other)\s+(?:[A-Z]\w+\s+)?)?(?:[\w-]+\s+)?(?i:leaders|presidents|ministers|premiers"
    r"|officials|diplomats|delegat(?:es|ions)|sides|governments|men|women|envoys|ambassadors|parties"
    r"|partners|allies|participants|signatories)\b(?!['’])"
)
# "the mayor of", "a spokesman for", but not "a statement by": whoever is named next is not who speaks
_OF_OTHERS = re.compile(
    r"(?P<head>[\w’'-]+)\s+(?P<by>of|for|to|with|by|from|against|about|near|in|at)\s+(?:the\s+)?\Z"
)
_TEXTS = frozenset("statement statements report reports readout letter summary account note".split())
_AFTER_NAME = re.compile(
    rf"(?P<name>{NAME}),\s+(?:(?:the|The|a)\s+)?(?:(?P<of>{RANK}(?:{PART}))(?:['’]s?)?\s+)?"
    rf"(?P<office>(?i:{OFFICE}))(?:\s+of\s+(?:the\s+)?(?P<land>{NAME}))?"
)


def attributed(text: str, offset: int) -> Iterator[Attributed]:
    """Yield the attributions in a sentence that begins at `offset`, in order."""
    taken = -1
    patterns = (_BEFORE, _AFTER, _ACCORDING, _ACCOUNT)
    matches = [m for pattern in patterns for m in pattern.finditer(text)]
    matches += [m] if (m := _WORDS_OF.match(text)) else []
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if match.start() >= taken and (found := _attribution(text, match, offset)):
            taken = match.end()
            yield found
    for match in _READING.finditer(text):
        party = party_of(bare(match["land"])) if taken < 0 else None
        if party and not _quoted(text, match.start()):
            start, end = offset + match.start(), offset + match.end()
            yield Attributed(None, None, party, "said", start, end, points_back=False)
    also = _ALSO.search(text) if taken < 0 else None
    lead = _LEADING.match(text) if also else None
    if also and lead and not _quoted(text, also.start()) and (found := named(lead, offset)):
        yield replace(found, verb=kind_of(also["verb"] or also["saying"]), end=offset + also.end())


def _attribution(text: str, match: re.Match[str], offset: int) -> Attributed | None:
    """What a match attributes, unless within a quotation or to one of two who speak together."""
    verb = match.groupdict().get("verb")
    if _quoted(text, match.start("verb") if verb else match.start()):
        return None
    if match.groupdict().get("own") or match.groupdict().get("them"):
        start, end = offset + match.start(), offset + match.end()
        return Attributed(None, None, None, "said", start, end, points_back=True)
    before = text[: match.start("who")]
    if _JOINT.search(before) or (match.re is _BEFORE and _of_others(before)):
        return None
    return None if verb in ALSO_NOUNS and _is_adjective(match["name"]) else named(match, offset)


def _of_others(before: str) -> bool:
    """Tell whether a name after these words only belongs to whoever speaks ("the mayor of")."""
    found = _OF_OTHERS.search(before)
    if found is None:
        return False
    return found["head"] not in _TEXTS or found["by"] not in ("of", "by", "from")


def _is_adjective(name: str | None) -> bool:
    """Tell whether a name is a country's adjective: "Iranian claims" claim nothing."""
    by_people = bool(name) and party_of(str(name)) is not None and country_code(str(name)) is None
    return by_people or bool(name and name.endswith(("ian", "ese", "nch")))


def _quoted(text: str, at: int) -> bool:
    """Tell whether a place of the text lies within a quotation: somebody else's words."""
    before = text[:at]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def introduced(text: str) -> dict[str, Attributed]:
    """Return everyone the text names with an office or in full, by folded surname.

    Of two for one surname the one with an office wins, then the first.
    """
    known: dict[str, Attributed] = {}
    matches = [(m, person_in(m["name"])) for m in _AFTER_NAME.finditer(text)]
    matches += [(m, person_in(m["titled"])) for m in WHO.finditer(text) if m["titled"]]
    for match, person in sorted(matches, key=lambda pair: pair[0].start()):
        if person and not party_of(person):
            land = match["of"] or match["land"] or match.groupdict().get("seat")
            party = (party_of(bare(land)) if land else None) or party_of_person(person)
            office = " ".join(match["office"].split()).casefold()
            known.setdefault(
                fold(person.split()[-1]),
                Attributed(person, office, party, "said", 0, 0, points_back=False),
            )
    for match in _FULL_NAME.finditer(text):
        person = person_in(match[0])
        if person and " " in person and not party_of(person):
            one = Attributed(person, None, party_of_person(person), "said", 0, 0, points_back=False)
            known.setdefault(fold(person.split()[-1]), one)
    return known


def in_title(title: str) -> Attributed | None:
    """Return whose statement or speech a title says it heads."""
    match = _TITLE.search(" ".join(title.split()))
    found = named(match, 0) if match else None
    return found if found and found.person else None


def leading(text: str) -> Attributed | None:
    """Return what a sentence begins by naming; a noun with a capital letter looks like a person."""
    match = None if names_several(text) else _LEADING.match(text)
    return named(match, 0) if match else None


def names_several(text: str) -> bool:
    """Tell whether a sentence is about several people together: "They", "The two leaders", "A and B"."""
    lead = _LEADING.match(text)
    return bool(_SEVERAL.match(text) or (lead and _JOINED.match(text, lead.end())))
