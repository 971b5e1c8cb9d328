"""The forms in which a text may have the words of a question: other spellings, names, words alike."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from assistant.asked import stems
from index.countries import country_meant, stands_for
from index.search.names import fold, gazetteer
from index.search.spelling import sounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    accuse accused charge charged blame blamed allege
    row quarrel dispute clash argument disagreement
    settle settled resolve resolved finalise finalize complete completed
    agreement accord deal treaty pact memorandum agree agreed
    money fund funding sum finance pay paid
    soldier troop force army military
    lift lifted remove removed waive ease eased
    lose lost defeat defeated
    lose lost forfeit rescind rescinded revoke revoked strip stripped
    clash battle skirmish hostilities combat fighting fight fought exchange
    destroy destroyed ruin raze demolish damage damaged
    flee fled escape escaped displace displaced displacement uproot uprooted refugee
    arrest arrested detain detained jail jailed imprison imprisoned
    seize seized capture captured occupy occupied occupation
    move moved transfer transferred fly flew flown transport transported
    threaten threatened threat warn warned warning
    worry worried concern concerned fear feared alarm
    condemn denounce deplore
    promise pledge vow commit commitment
    promise pledge announce
    ask request demand urge appeal seek sought
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
    status standing designation rank
    plan planned intend proposal propose proposed suggest suggested
"""
_NAME = re.compile(r"[A-ZÀ-ÞА-Я][\w’'-]+")
_RUN = re.compile(rf"{_NAME.pattern}(?: {_NAME.pattern})+")
_ACRONYM = re.compile(r"\b[A-Z]{3,6}\b")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_NEVER = re.compile(r"(?!)")
_FUZZY = 0.8  # likeness of two spellings of one name, by difflib; Izium and Izyum have it
_FUZZY_LENGTH = 5
_BEGINNING, _ENDING = 5, 2  # letters that two forms of a name share at least, and those that differ
_LONGEST = 4  # words of a country's name
_AMBIGUOUS = frozenset({"us"})  # a pronoun once folded


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a question's words.

    `names` are the stems of its names, `runs` those of each name of several words that no list knows;
    `of_name` gives those that lists know in other forms, folded; `acronyms` what matches an acronym
    written out.
    """

    names: frozenset[str]
    runs: tuple[frozenset[str], ...]
    of_name: Mapping[str, frozenset[str]]
    acronyms: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, question: str, names: frozenset[str], known: Mapping[str, frozenset[str]]) -> Forms:
        """Return those of a question, given its names and what `known_forms` says of it."""
        acronyms = {
            stem: _spelt_out(word) for word in _ACRONYM.findall(question) for stem in stems(word)
        }
        written = (frozenset(stems(run[0])) & names for run in _RUN.finditer(question))
        runs = tuple(run for run in written if len(run) > 1 and not run & set(known))
        return cls(names, runs, known, acronyms)

    def names_off(self, names: Mapping[str, str], text: str, rarity: Mapping[str, float]) -> float:
        """Return the share, by rarity, of names, by their stems, that a text holds in no form.

        A name of several words is held where its rarest is: the Blue Nile is the Nile in Egypt.
        """
        off = {stem for stem, word in names.items() if self.lacking({stem: word}, text)}
        for run in self.runs:
            there = run & set(names)
            if there and max(there, key=lambda stem: rarity.get(names[stem], 0.0)) not in off:
                off -= there
        return share([names[stem] for stem in off], names.values(), rarity)

    def lacking(self, words: Mapping[str, str], text: str) -> list[str]:
        """Return the words, by their stems, that a text holds in no form."""
        there, folded = _stems(text), _folded(text)
        return [
            word
            for stem, word in words.items()
            if stem not in there
            and not (stem not in self.names and _alike().get(stem, frozenset()) & there)
            and not any(f" {form} " in folded for form in self.of_name.get(stem, ()))
            and not self._misspelt(stem, word, text)
        ]

    def _misspelt(self, stem: str, word: str, text: str) -> bool:
        """Tell whether a text spells a name that no list knows otherwise, or an acronym in full."""
        if stem not in self.names or stem in self.of_name:
            return False
        if self.acronyms.get(stem, _NEVER).search(text):
            return True
        if len(word) < _FUZZY_LENGTH:
            return False
        there = _capitalised(text)
        return bool(get_close_matches(sounded(word), there, 1, _FUZZY)) or any(
            _ends_otherwise(sounded(word), name) for name in there
        )


def known_forms(question: str) -> dict[str, frozenset[str]]:
    """Return, by the stem of a word in a name, the folded forms in which texts may have that name."""
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


def _ends_otherwise(one: str, other: str) -> bool:
    """Tell whether two names differ in their last letters alone: Prespa is Prespes in Greek."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    begins = sum(1 for _ in alike)
    return begins >= _BEGINNING and max(len(one), len(other)) - begins <= _ENDING


def share(some: Iterable[str], every: Iterable[str], rarity: Mapping[str, float]) -> float:
    """Return the share, by rarity, of some words among all; 0 where there are none."""
    whole = sum(rarity.get(word, 0.0) for word in every)
    return sum(rarity.get(word, 0.0) for word in some) / whole if whole else 0.0


@lru_cache(maxsize=1)
def _alike() -> Mapping[str, frozenset[str]]:
    """A stem → the stems of other words for the same."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in re.split(r"\n(?!        )", _ALIKE.strip()):
        meaning = stems(line)
        for stem in meaning:
            found[stem] |= meaning
    return {stem: frozenset(some) for stem, some in found.items()}


@lru_cache(maxsize=256)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=256)
def _capitalised(text: str) -> frozenset[str]:
    return frozenset(
        sounded(fold(part)) for word in _NAME.findall(text) for part in re.split(r"[-'’]", word)
    )


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
