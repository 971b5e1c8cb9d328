"""The two parties whose accounts a question asks for, and the question put to each alone.

Read from the question's grammar: two names joined before a verb of saying ("What do Baku and Yerevan
each say"), each with something of its own ("Erdogan's plan and Damascus's objection"), set against each
other ("Caracas against Georgetown over …"), named as tellers ("as told by X and by Y"), or each in a
clause of its own ("what did X charge, and how did Y answer?"). What two did together is no two accounts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.countries import country_code, governed_from
from index.search.names import fold, gazetteer

_ASKS = (
    r"Compare|Contrast|Did|Do|Does|Have|Has|Had|Are|Were|Is|Was|How|What|Why|Where|When|Who|Which|Give"
    r"|Whom|Whose|And|But|On|In|At|By|After|Before|According"
)
_WORD = r"(?:[Aa]l-|[Ee]l-)?[A-ZÀ-ÞА-Я][\w’'-]*"
_NAME = rf"(?!(?:{_ASKS})\b){_WORD}(?: (?:(?:bin|ibn|al|de|van|von) )?{_WORD})*"
_OFFICE = (
    r"(?:(?:prime|foreign|deputy|vice|defen[cs]e|crown|external affairs|then) )*(?:president|premier"
    r"|minister|king|emir|amir|sultan|chancellor|prince|leader|ruler|government|ambassador|envoy"
    r"|delegation|side|camp)"
)
_GROUP = (
    r"the (?:[\w-]+ ){1,3}(?:states|countries|leaders|powers|governments|neighbou?rs|allies|critics"
    r"|opponents|mediators|partners)"
)
_PARTY = (
    rf"(?:(?:the )?{_OFFICE} of (?:the )?{_NAME}|(?:the )?{_NAME} {_OFFICE}\b(?: {_NAME})?"
    rf"|(?:the )?{_NAME}|{_GROUP})"
)
_LAND = re.compile(
    rf"(?:the )?(?:(?P<land>{_NAME}) {_OFFICE}\b(?: (?P<person>{_NAME}))?"
    rf"|{_OFFICE} of (?:the )?(?P<of>{_NAME}))"
)
_PREPOSITION = r"(?:in|of|for|by|to|from) "
_PAIR = re.compile(
    rf"(?<!\w)(?P<a>{_PARTY})(?: (?:and|versus|vs\.?)|,? but| (?P<with>(?:compared )?with)"
    rf"| (?P<against>against)) (?:{_PREPOSITION})?"
    rf"(?P<b>{_PARTY})(?: (?:each|both))?(?!\w)"
)
_LINKS = r"(?:over|about|on|in|for|of|to|at|with|from|by)\b"
_THING = rf"(?!{_LINKS})[a-z-]+(?: (?!{_LINKS})[a-z-]+){{0,2}}"
_HAVE = re.compile(
    r"\b(?:plan|objection|fear|promise|view|position|claim|demand|reply|replies|answer|response|account"
    r"|version|charge|accusation|denial|concern|argument|case|stance|line|offer|proposal|complaint"
    r"|condition|criticism|defen[cs]e|explanation|justification|reading|story|stories|reaction|grievance"
    r"|attitude|warning)s?\b"
)
_OWNED = re.compile(
    rf"(?<!\w)(?P<a>{_NAME})['’]s? (?P<first>{_THING}) and (?P<b>{_NAME})['’]s? (?P<second>{_THING})"
)
_HALVES = re.compile(r"\b(?P<a>North|South|East|West) and (?P<b>North|South|East|West) (?P<of>[A-Z]\w+)")
_HYPHEN = re.compile(r"\b(?P<a>[A-Z][a-z]+)[-–](?P<b>[A-Z][a-z]+)\b")
_EACH_SIDE = re.compile(
    r"\b(?:according to )?(?:each|both|either|the two|by each) (?:side|party|parties|countr|capital"
    r"|government|state|account|version)\w*|\beach (?:country|side|party)['’]s (?:account|view|version)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:at|in|near|over|about|on|into|around|through|between|both) (?:the )?$", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"['’]s?$")
_TWO_SIDES = re.compile(
    r"\b(each|both|respective(ly)?|versus|vs\.?|against|two sides|sides?|differ(s|ed|ently|ences?)?"
    r"|compar\w+|contrast\w*|either side|on the one hand|in turn|disagree\w*|accounts|positions|views?"
    r"|versions)\b",
    re.IGNORECASE,
)
_JUDGES = (
    r"(?:tell|told)(?= (?:about|of)\b)|describe|see|view|explain|present|respond|react|reply|answer"
    r"|claim|accuse|blame|differ"
    r"|disagree|judge|justify|assess|regard|portray|condemn|defend|recall|interpret|characteri[sz]e"
    r"|account for"
)
_SPEAKING = rf"{_JUDGES}|(?:say|said)(?= (?:about|on|over|to)\b)"
_SPEAK = re.compile(rf"^ (?:{_SPEAKING})(?: (?:about|on|over|to))?(?= (?!or\b|and\b))", re.IGNORECASE)
_SAY = re.compile(r"^ (?:say|said)\b", re.IGNORECASE)
_TELLER = (
    r"according to|as (?:told|seen|put|described|presented) by"
    r"|in the (?:words|telling|view|account|eyes) of"
)
_ACCORDING = re.compile(rf"\b(?:{_TELLER}) (?:the )?$", re.IGNORECASE)
_OTHER_SPEAKER = re.compile(r"\b(?:say|said|says|tell|told|call|claim|think)\b", re.IGNORECASE)
_SETTING_APART = re.compile(
    r"\b(each|both|respectively|compare|contrast|differ|disagree)\b ?", re.IGNORECASE
)
_EACH_DOES = re.compile(r"\b(did|does|do|has|have|is|was) each\b", re.IGNORECASE)
_CLAUSES = re.compile(
    r"^(?P<lead>[^:?]{2,80}: )?(?P<one>.+?),? (?:and|while|but|whereas) "
    r"(?P<other>(?i:how|what|whom|who|why|where|which)\b.+)$"
)
_ACCOUNT_VERB = (
    rf"{_JUDGES}|say|charge|want|demand|ask|propose|object|reject|argue|call|think|report|put|hold|promise|warn"
    r"|offer|complain|deny|insist|criticis|criticiz|tell|told"
)
_DOES = re.compile(
    rf"\b(?i:did|does|do|has|have|had) (?P<who>{_PARTY}) (?:[a-z]+ )??(?i:{_ACCOUNT_VERB})"
)
_TELLS = re.compile(
    rf"(?:\b(?i:{_TELLER})|(?:(?<=wrong)|(?<=acceptable)|(?<=at stake))[^,?]*? (?P<for>for))"
    rf" (?P<who>{_PARTY})"
)
_VERB = re.compile(r"^ (?:[a-z]+ly )?[a-z]+")
_POINTS_BACK = re.compile(
    r"\b(?:it|them|that|this|these|those|there|instead|same|answer|reply|respond|react|him|her)\b",
    re.IGNORECASE,
)


def parties(question: str) -> dict[str, str]:
    """Return the two whose accounts are asked for, with the question put to each alone; else none.

    One who holds an office is there by the country named with it, a capital by its own name; in the
    question put to it a capital stands for its government: what Baku says is what Azerbaijan says.
    """
    question = _HALVES.sub(r"\g<a> \g<of> and \g<b> \g<of>", question)
    return _by_clauses(question) or _by_belongings(question) or _joined(question) or _hyphened(question)


def is_group(party: str) -> bool:
    """Tell whether a party is a group that the question describes and names nobody of."""
    return re.fullmatch(_GROUP, party) is not None


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a question with whose account it asks for, and what about."""

    text: str
    who: str
    topic: str


def _by_clauses(question: str) -> dict[str, str]:
    found = _CLAUSES.search(question)
    if found is None:
        return {}
    lead = found["lead"] or ""
    clauses = [_clause(found["one"]), _clause(found["other"].rstrip("?"))]
    if not all(clauses):
        return {}
    one, other = (clause for clause in clauses if clause)
    about = f"{one.who}, {one.topic}: " if _POINTS_BACK.search(other.text) else ""
    asked = {_key(one.who): f"{lead}{one.text}?", _key(other.who): f"{lead}{about}{other.text}?"}
    return asked if len(asked) > 1 else {}


def _clause(text: str) -> _Clause | None:
    if found := _DOES.search(text):
        return _Clause(text, found["who"], _VERB.sub("", text[found.end("who") :]).strip())
    if found := _TELLS.search(text):
        begin = found.start("for") if found["for"] else found.start()
        return _Clause(text, found["who"], f"{text[:begin].rstrip(' ,')}{text[found.end() :]}")
    return None


def _by_belongings(question: str) -> dict[str, str]:
    """Each with a view, a plan or a complaint of its own."""
    found = _OWNED.search(question)
    if found is None or not _HAVE.search(f"{found['first']} {found['second']}"):
        return {}
    before, after = question[: found.start()], question[found.end() :]
    return {
        _key(found[name]): f"{before}{_speaker(found[name])}’s {found[thing]}{after}"
        for name, thing in (("a", "first"), ("b", "second"))
    }


def _joined(question: str) -> dict[str, str]:
    pair = _PAIR.search(question)
    if pair is None or _key(pair["a"]) == _key(pair["b"]):
        return {}
    before, after = question[: pair.start()], question[pair.end() :]
    if _OTHER_SPEAKER.search(before) and not _ACCORDING.search(before):
        return {}
    if pair["against"]:
        return _against(pair["a"], pair["b"], after) if re.search(r"^$|[:.?] $", before) else {}
    if pair["with"] and not _SETTING_APART.search(before):
        return {}
    speaks, told = _SPEAK.search(after), _ACCORDING.search(before) or _POSSESSIVE.search(pair["a"])
    placed = _PLACED.search(before) and not told
    if not (speaks or _SAY.search(after)) and (placed or not (told or _TWO_SIDES.search(question))):
        return {}
    lead = f"{topic}: " if (topic := before.rpartition(": ")[0]) else ""
    return {
        _key(written): f"{lead}What did {_speaker(written)} say about{after[speaks.end() :]}"
        if speaks
        else _alone(before, written, after)
        for written in (pair["a"], pair["b"])
    }


def _hyphened(question: str) -> dict[str, str]:
    """Each side of what two countries share: "the Kyrgyz-Tajik border, according to each side"."""
    shared, each = _HYPHEN.search(question), _EACH_SIDE.search(question)
    if not (shared and each):
        return {}
    names = [_land(shared["a"]), _land(shared["b"])]
    if not all(names):
        return {}
    before, after = question[: each.start()], question[each.end() :]
    return {name: f"{before}according to {name}{after}" for name in names if name}


def _against(one: str, other: str, after: str) -> dict[str, str]:
    topic = after.partition(":")[0].rstrip("?")
    a, b = _speaker(one), _speaker(other)
    return {
        _key(one): f"What did {a} say against {b}{topic}?",
        _key(other): f"What did {b} say against {a}{topic}?",
    }


def _alone(before: str, written: str, after: str) -> str:
    speaker = _speaker(written)
    owner = "’s" if _POSSESSIVE.search(written) else ""
    after = _EACH_DOES.sub(lambda does: f"{does[1]} {speaker}", after)
    asked = _SETTING_APART.sub("", f"{before}\0{after}")
    asked = re.sub(r"\b(d)o (?=\0)", r"\1oes ", asked, flags=re.IGNORECASE)
    return asked.replace("\0", f"{speaker}{owner}")


def _speaker(written: str) -> str:
    """As it stands in the question put to it alone."""
    name = _POSSESSIVE.sub("", written)
    return governed_from(name) or name


def _key(written: str) -> str:
    """Who that is: the holder of an office if named with it, else the country of it; else as written."""
    name = _POSSESSIVE.sub("", written)
    held = _LAND.fullmatch(name)
    if held is None:
        return name if is_group(name) else name.removeprefix("the ")
    if held["person"]:
        return str(held["person"])
    named = _POSSESSIVE.sub("", held["land"] or held["of"])
    return _land(named) or named


def _land(name: str) -> str | None:
    """The country of a name or adjective, by its name as written or, of an adjective, its usual name."""
    code = gazetteer().adjectives.get(fold(name))
    if code is None:
        return name if country_code(name) else None
    from babel import Locale

    return str(Locale("en").territories[code]).partition(" (")[0]
