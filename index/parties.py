"""The two parties whose accounts a question asks for, and the question put to each alone."""

from __future__ import annotations

import re

from index.countries import governed_from
from index.names import fold, gazetteer

_ASKS = (
    r"Compare|Contrast|Did|Do|Does|Have|Has|Had|Are|Were|Is|Was|How|What|Why|Where|When|Who|Which|Give"
)
_NAME = rf"(?!(?:{_ASKS})\b)(?:[ae]l-)?[A-ZÀ-ÞА-Я][\w’'-]*(?: [A-ZÀ-ÞА-Я][\w’'-]*)*"
_PAIR = re.compile(
    rf"(?<!\bat )\b(?P<a>{_NAME}) (?:and|versus|vs\.?) (?:in |of |for )?(?:the )?(?P<b>{_NAME})"
    r"(?: (?:each|both))?(?!\w)"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_TWO_SIDES = re.compile(
    r"\b(each|both|respective(ly)?|versus|vs\.?|two sides|sides?|differ(s|ed|ently|ences?)?|compar\w+"
    r"|contrast\w*|either side|on the one hand|in turn|disagree\w*|accounts|positions|views?"
    r"|versions)\b",
    re.IGNORECASE,
)
_SPEAKING = (
    r"tell|told|describe|see|view|explain|present|respond|react|claim|accuse|differ|disagree"
    r"|(?:say|said)(?= (?:about|on|over|to)\b)"
)
_SPEAK = re.compile(rf"^ (?:{_SPEAKING})(?: (?:about|on|over|to))?(?= )", re.IGNORECASE)
_SAY = re.compile(r"^ (?:say|said)\b", re.IGNORECASE)
_ACCORDING = re.compile(
    r"\b(?:according to|in the (?:words|telling|view|account) of) (?:the )?$", re.IGNORECASE
)
_OTHER_SPEAKER = re.compile(r"\b(?:say|said|says|tell|told|call|claim|think)\b", re.IGNORECASE)
_SETTING_APART = re.compile(
    r"\b(each|both|respectively|compare|contrast|differ|disagree)\b ?", re.IGNORECASE
)


_OFFICE = r"(?:president|premier|prime minister|foreign minister|king|emir|leader|government|delegation)"
_TOLD_APART = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:Compare|Contrast) (?:.*? )?(?P<a>{_NAME}) (?:with|to) (?P<b>{_NAME})",
        rf"\b(?P<a>{_NAME}) (?:against|versus|vs\.?) (?P<b>{_NAME})(?=.*\b(?:whom?|each|both)\b)",
        rf"\b(?P<a>{_NAME}) \w+ and (?P<b>{_NAME}(?<=['’]s)) \w+\?",
        rf"\b(?:as told|as seen|according to|in the \w+ of|by) (?P<a>{_NAME}) and by (?P<b>{_NAME})",
        rf"\b(?:did|does|do|for|according to) (?:the )?(?P<a>{_NAME})\b.*?[,;] and"
        rf" (?:how|what|why|whom?) (?:did|does|do|has|have) (?:the )?(?P<b>{_NAME})",
    )
)
_POINTS = frozenset({"North", "South", "East", "West"})
_OF_COUNTRIES = re.compile(
    rf"\bthe (?P<a>[A-Z]\w+) {_OFFICE} and the (?P<b>[A-Z]\w+) {_OFFICE}\b"
    r"|\b(?P<here>[A-Z]\w+)[-–](?P<there>[A-Z]\w+)\b(?=.*\b(?:each|both|either)\b)"
)


def parties(question: str) -> dict[str, str]:
    """Return the two whose accounts are asked for, with the question put to each alone; else none.

    A capital stands for its government there: what Baku says is asked as what Azerbaijan says. Where
    one is not asked the same as the other, each is asked all of it.
    """
    return _paired(question) or dict.fromkeys(_told_apart(question), question)


def _told_apart(question: str) -> tuple[str, ...]:
    """The two that a question names in places of their own; none where it names one, or more."""
    for pattern in _TOLD_APART:
        if found := pattern.search(question):
            one, other = (_POSSESSIVE.sub("", found[group]) for group in ("a", "b"))
            return (one, other) if one != other else ()
    for found in _OF_COUNTRIES.finditer(question):
        countries = [country for word in found.groups() if word and (country := _country_of(word))]
        if len(countries) > 1:
            return tuple(countries)
    return ()


def _country_of(adjective: str) -> str | None:
    """The usual name of the country that "the Greek premier" speaks for."""
    from babel import Locale

    code = gazetteer().adjectives.get(fold(adjective))
    return str(Locale("en").territories[code]) if code else None


def _paired(question: str) -> dict[str, str]:
    pair = _PAIR.search(question)
    if pair is None:
        return {}
    before, after = question[: pair.start()], question[pair.end() :]
    if _OTHER_SPEAKER.search(before) and not _ACCORDING.search(before):
        return {}
    speaks = _SPEAK.search(after)
    if not (speaks or _SAY.search(after) or _ACCORDING.search(before) or _TWO_SIDES.search(question)):
        return {}
    alone = {}
    for written in (_completed(pair["a"], pair["b"]), pair["b"]):
        name = _POSSESSIVE.sub("", written)
        speaker = governed_from(name) or name
        if speaks:
            alone[name] = f"{_topic(before)}What did {speaker} say about{after[speaks.end() :]}"
        else:
            owner = "’s" if written != name else ""
            asked = _SETTING_APART.sub("", f"{before}\0{after}")
            asked = re.sub(r"\b(d)o (?=\0)", r"\1oes ", asked, flags=re.IGNORECASE)
            alone[name] = asked.replace("\0", f"{speaker}{owner}")
    return alone if len(alone) > 1 else {}


def _completed(one: str, other: str) -> str:
    """North → North Korea, beside South Korea."""
    point, _, land = other.partition(" ")
    return f"{one} {land}" if {one, point} <= _POINTS and land else one


def _topic(before: str) -> str:
    """What a question opens with before it asks: "The dam on the Nile: what did …"."""
    opening, colon, _ = before.rpartition(": ")
    return opening + colon
