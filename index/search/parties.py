"""The two parties whose accounts a question asks for.

A question asks for two accounts when it names two parties and says so in some way: it sets them apart
("each", "compare", "against"), asks something of each in a clause of its own ("what worried Cairo, and
what did Addis Ababa assure?"), gives each something of its own ("Doha's grievance and Manama's answer"),
has both say something ("What did A and B say about …"), or asks who is to blame. Of several that are
named, those two are meant that stand where somebody speaks, not where a place does. What two did
together is no two accounts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from index.countries import country_code, country_meant, governed_from, usual_name
from index.search.names import fold, gazetteer, land_of

_ASKS = (
    r"Compare|Contrast|Set|Did|Do|Does|Have|Has|Had|Are|Were|Is|Was|How|What|Why|Where|When|Who|Which|Give"
    r"|Whom|Whose|And|But|On|In|At|By|After|Before|During|According|Should|Would|Could|Can|Will|Put|Tell"
    r"|Describe|Explain|Name|The|A|An|As|For|From|Of|To|With|It|Its|That|This"
)
_NO_PARTY = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:UN |United Nations )?(?:General )?(?:Assembly|Debate)|(?:Security )?Council|UN|United Nations"
    r"|Covid\S*|President|Minister|Nile|Sea|Gulf|Aegean|Mediterranean)\b.*|.*\b(?:Sea|Corridor|Dam|Deal"
    r"|Agreement|Treaty|War|Ocean|Strait)",
)
_WORD = r"(?:[Aa]l-|[Ee]l-)?[A-ZÀ-ÞА-Я][\w’'-]*(?<!['’]s)(?<!['’])"
_NAME = rf"(?!(?:{_ASKS})\b){_WORD}(?: (?:(?:bin|ibn|al|de|van|von) )?{_WORD})*"
_TWOFOLD = (
    r"(?:Bosnia and Herzegovina|Antigua and Barbuda|Trinidad and Tobago|(?:Saint|St\.?) \w+ and \w+)"
)
_OFFICE = (
    r"(?:(?:prime|foreign|deputy|vice|defen[cs]e|crown|external affairs|then) )*(?:president|premier"
    r"|minister|king|emir|amir|sultan|chancellor|prince|leader|ruler|government|ambassador|envoy"
    r"|delegation|side|camp|secretary)"
)
_GROUP = (
    r"the (?:[\w-]+ ){1,3}(?:states|countries|leaders|powers|governments|neighbou?rs|allies|critics"
    r"|opponents|mediators|partners)"
)
_PARTY = re.compile(
    rf"(?<![\w-])(?:(?P<office>{_OFFICE} of (?:the )?(?P<of>{_NAME})"
    rf"|(?P<land>{_NAME})(?:['’]s?)? {_OFFICE}\b(?: (?P<person>{_NAME}))?)"
    rf"|(?P<group>{_GROUP})|(?P<name>{_TWOFOLD}|{_NAME}))(?![\w])"
)
_HALVES = re.compile(r"\b(?P<a>North|South|East|West) and (?P<b>North|South|East|West) (?P<of>[A-Z]\w+)")
_HYPHEN = re.compile(r"\b(?P<a>[A-Z][a-z]+)[-–](?=[A-Z][a-z]+\b)")
_THEIRS = (
    r"accounts?|versions?|views?|positions?|sides?|parties|party|countr(?:y|ies)|capitals?|governments?"
    r"|leaders?|ministers?|presidents?|neighbou?rs?|camps?|states?|delegations?"
)
_APART = re.compile(
    rf"\beach\b|\brespective(?:ly)?\b|\bversus\b|\bvs\b|\bone another\b"
    rf"|\b(?:both|either|opposing|rival|conflicting|competing) (?:{_THEIRS})\b"
    r"|\beither of (?:them|the)\b"
    rf"|\b(?:the|these|those) two (?:\w+[- ]){{0,3}}?(?:{_THEIRS})\b"
    r"|(?:^|[.?!:;] )(?:compare|contrast)\b|\bwho \w+ whom\b"
    r"|\bdisagree\w*|\bdiffer(?:s|ed|ently)?\b|\bat odds\b|\bset\b.+\bbeside\b|\bagainst that of\b",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    rf"\b(?:each|both|either) (?:of the |of )?(?:two )?(?:[\w-]+ )??(?:{_THEIRS})\b"
    rf"|\b(?:the|of) two (?:\w+[- ]){{0,3}}?(?:{_THEIRS})\b.+\beach other\b"
    rf"|\bits (?:\w+ )?neighbour\b.+\bdifferently\b",
    re.IGNORECASE,
)
_BLAME = re.compile(
    r"\bwho(?:se)? (?:is|was|are|were|bears?|carries|takes|started|began|broke|fired|provoked|caused)\b"
    r"[^?]*\b(?:blame|fault|guilty|responsib\w+|threat|aggressor|right|wrong|started|began|broke|fired"
    r"|provoked|caused)\b",
    re.IGNORECASE,
)
_SPEAK = (
    r"say|said|says|tell|told|describ\w+|see|view\w*|explain\w*|present\w*|respond\w*|react\w*|repl(?:y|ied|ies)"
    r"|answer\w*|claim\w*|accus\w+|blam\w+|judg\w+|justif\w+|assess\w*|regard\w*|portray\w*|condemn\w*|defend\w*"
    r"|recall\w*|interpret\w*|charg\w+|want\w*|demand\w*|ask\w*|propos\w+|object\w*|reject\w*|argu\w+|call\w*"
    r"|think|report\w*|hold|promis\w+|warn\w*|offer\w*|complain\w*|den(?:y|ied|ies)|insist\w*|critici\w+"
    r"|worr\w+|fear\w*|assur\w+|urg\w+|reproach\w*|put|take|took|painted?|made? of|account for"
)
_HAVE = (
    r"plan|objection|fear|promise|view|position|claim|demand|reply|replies|answer|response|account"
    r"|version|charge|accusation|denial|concern|argument|case|stance|line|offer|proposal|complaint"
    r"|condition|criticism|defen[cs]e|explanation|justification|reading|story|stories|reaction|grievance"
    r"|attitude|warning|rejoinder|assurance|worry|worries|words?|term|reproach|threat|retort|rebuttal"
)
_TELLER = (
    r"according to|as (?:told|seen|put|described|presented) by|as|by|and by|beside"
    r"|in the (?:words|telling|view|account|eyes) of|reading of|(?:that|those) of|against"
)
_A_PLACE = -2
_FAR = 8  # words between what one party has and the other
_ASKING = r"(?i:how|what|whom|who|why|on what|on which|with what|of what)"
_CLAUSE = re.compile(
    rf"(?:[,;:?]|\band\b|\bwhile\b|\bbut\b|\bwhereas\b)\s+(?:and |but |while )?(?={_ASKING}\b)"
)
_DOES = re.compile(r"\b(?:did|does|do|has|have|had|would|will) (?:the )?$", re.IGNORECASE)
_TELLS = re.compile(rf"\b(?:{_TELLER}) (?:the )?$", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:at|in|near|over|about|on|into|around|through|inside|outside|across|between|northern|southern"
    r"|eastern|western) (?:the )?$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"^['’]s?(?=\W|$)")
_OWNS = re.compile(rf"^['’]s? (?:[a-z-]+ ){{0,2}}?(?:{_HAVE})s?\b")
_SAYS = re.compile(rf"^(?: [a-z]+ly)?,? (?:each |both )?(?:{_SPEAK})\b")
_JOINED = re.compile(
    r"^(?:['’]s?)?(?:,? (?:and|but|or)| versus| vs\.?) (?:the |as |by |in |for |of |to )?(?:that of )?$"
)
_SAY_OF = re.compile(
    r"(?: each| both)?(?: \w+ly)? (?:(?:say|said|tell|told)(?= (?:about|on|over|of|to)\b)|describe|see"
    r"|view|explain|present|respond|react|reply|answer|claim|accuse|blame|differ|disagree|judge|justify|assess"
    r"|regard|portray|condemn|defend|recall|interpret|characteri[sz]e|account for)\b(?! and\b)"
)
_SAID_BY_ANOTHER = re.compile(r"\b(?:say|said|says|tell|told|call|claim|think)\b", re.IGNORECASE)
_OF_ACCOUNTS = re.compile(rf"\b(?:{_SPEAK}|(?:{_HAVE})s?|according to)\b")
_THING = re.compile(
    r"^ (?!(?:and|or|but|on|over|in|at|with|against|to|about|for|from|each|both|beside|versus|vs|as|had"
    r"|has|said|saw|put|took|made|told|held|gave|laid|spoke|was|were|is|are|will|would|can|could|must"
    r"|should|then|now|[a-z]+ed)\b)[a-z]"
)
_COMPARED = re.compile(
    r"\b(?:compare|contrast|between) $|\b(?:compare|contrast)\b.+\b(?:with|and|to) $", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Named:
    """A party named at `[start, end)`: who, of which country, and how much it stands as a speaker."""

    party: str
    country: str
    start: int
    end: int
    weight: int


def parties(question: str) -> tuple[str, ...]:
    """Return the two whose accounts are asked for, in the question's order; else none.

    One who holds an office is there by the country named with it, a capital by its own name.
    """
    question = _HALVES.sub(r"\g<a> \g<of> and \g<b> \g<of>", question)
    named = _named(question)
    pair = _by_clauses(question, named) or _set_apart(question, named) or _joined(question, named)
    return tuple(one.party for one in pair)


def is_group(party: str) -> bool:
    """Tell whether a party is a group that the question describes and names nobody of."""
    return re.fullmatch(_GROUP, party) is not None


def unnamed(question: str) -> bool:
    """Tell whether a question asks for the account of each of two, whom it need not name."""
    return bool(_UNNAMED.search(question))


def _by_clauses(question: str, named: list[_Named]) -> tuple[_Named, ...]:
    """Each asked of in a clause of its own, where one of the clauses is about words or a stand."""
    starts = [0, *(found.end() for found in _CLAUSE.finditer(question)), len(question)]
    clauses = [
        (question[start:end], [one for one in named if start <= one.start < end and one.weight > 1])
        for start, end in pairwise(starts)
    ]
    if not any(_OF_ACCOUNTS.search(text) for text, found in clauses if found):
        return ()
    return _two([max(found, key=lambda one: one.weight) for _, found in clauses if found])


def _set_apart(question: str, named: list[_Named]) -> tuple[_Named, ...]:
    """Two that the question sets apart in words, or asks the blame of."""
    least = 1 if _APART.search(question) else _A_PLACE
    if least < 0 and not _BLAME.search(question):
        return ()
    return _two(sorted((one for one in named if one.weight >= least), key=lambda one: -one.weight))


def _joined(question: str, named: list[_Named]) -> tuple[_Named, ...]:
    """Two that are named together as speaking, or each with something of its own, or of the other."""
    for one, other in pairwise(named):
        between, after = question[one.end : other.start], question[other.end :]
        beside = re.search(r"\b(?:and|against|beside)\b", between) and len(between.split()) <= _FAR
        owns = beside and other.weight and _OWNS.match(question[one.end :])
        joined = _JOINED.match(between)
        if owns or (joined and (_TELLS.search(question[: one.start]) or _OWNS.match(after))):
            return _two([one, other])
        if joined and _SAY_OF.match(after) and not _SAID_BY_ANOTHER.search(question[: one.start]):
            return _two([one, other])
    lands = [one.country for one in named]
    mutual = any(lands[at : at + 2] == lands[at + 2 : at + 4][::-1] for at in range(len(lands) - 3))
    return _two(named) if mutual else ()


def _two(ordered: list[_Named]) -> tuple[_Named, ...]:
    """The first two of different countries, in the order of the question."""
    countries: dict[str, _Named] = {}
    for one in ordered:
        countries.setdefault(one.country, one)
    pair = sorted(list(countries.values())[:2], key=lambda one: one.start)
    return tuple(pair) if len(pair) > 1 else ()


def _named(question: str) -> list[_Named]:
    """The parties that a question names, in order."""
    apart = _HYPHEN.sub(r"\g<a>,", question)  # of the same length, so that places stand
    found = (_party(match, question) for match in _PARTY.finditer(apart))
    return [one for one in found if one]


def _party(match: re.Match[str], question: str) -> _Named | None:
    before, after = question[: match.start()], question[match.end() :]
    stands = sum(
        2 for sign in (_DOES.search(before), _OWNS.match(after), _COMPARED.search(before)) if sign
    )
    stands += bool(_TELLS.search(before)) + bool(_SAYS.match(after) or _POSSESSIVE.match(after))
    if match["group"]:
        party, country = match[0], fold(match[0])
    elif match["office"]:
        land = match["of"] or match["land"]
        code = country_meant(land)
        of_land = usual_name(code) if code else land
        party, country, stands = match["person"] or of_land, code or fold(land), stands + 3
    elif _NO_PARTY.fullmatch(match[0]):
        return None
    elif code := country_meant(match[0]):
        party, country = _land(match[0], code), code
        stands += _as_government(match[0], before, after)
    else:
        known = land_of(match[0])
        party, country, stands = match[0], known or fold(match[0]), stands + 3 * bool(known)
        if not stands:
            return None
    return _Named(party, country, match.start(), match.end(), stands)


def _as_government(name: str, before: str, after: str) -> int:
    """How much the name of a country stands for its government: a place, or "Turkish army", does not."""
    if before.endswith(("-", "–")) or after.startswith(("-", "–")):
        return 1  # "the Kyrgyz-Tajik border": both
    if _PLACED.search(before):
        return _A_PLACE
    if _THING.match(after) and not _SAYS.match(after) and not _DOES.search(before):
        return 0
    people = country_code(name) is None
    return 1 + bool(governed_from(name) or (people and before.endswith("the ")))


def _land(name: str, code: str) -> str:
    """A country or capital as it is written; of an adjective or a people, the country's usual name."""
    known = gazetteer()
    adjective = known.adjectives.get(fold(name)) == code and fold(name) not in known.forms
    return name if country_code(name) and not adjective else usual_name(code)
