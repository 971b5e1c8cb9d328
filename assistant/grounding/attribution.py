"""Who says so: the speaker, office, party and verb of a statement, with the words that attribute it.

Read from the article's own words ("Azerbaijan's foreign minister, Jayhun Bayramov, said"), a
transcript's turns, and what its metadata or title say of a speech or statement. A pronoun is resolved
to the person the sentences before it are about; `points_to`, which puts a name into a quotation, only
where they name nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.answers import SaidBy
from assistant.excerpts import REPORTER, sentences_of, turn_at
from assistant.grounding.reporting import attributed, in_title, introduced
from assistant.grounding.resolving import CARRIED, holds, resolved, voice_of
from assistant.grounding.speech import (
    Attributed,
    party_of,
    party_of_person,
    party_stated,
    surnames,
)
from index.search.names import fold

if TYPE_CHECKING:
    from index.articles import Article

_POINTING = re.compile(
    r"(?:He|She|His|Her|The (?P<office>(?i:(?:foreign |prime |defen[cs]e )?"
    r"(?:minister|president|premier|ambassador|chancellor|king|spokes\w+))))(?=\s+(?!of\b|and\b)[a-z])"
)
_REACH = 9  # sentences back in which "he" may be named, nobody else being named since
_POINTED = re.compile(
    r"(?:[Hh]e|[Ss]he|[Tt]he\s+(?:[\w’'-]+\s+){0,3}?(?:minister|president|premier|ambassador|chancellor|king"
    r"|spokes\w+|leader))\b(?:['’]s\b)?"
)


def said_by(article: Article, start: int, end: int) -> SaidBy | None:
    """Return who says what stands at `[start, end)` of the article; None for the article's own report.

    Where metadata alone attributes it (a speech, a signed statement), the attributing span is empty.
    """
    if turn := turn_at(article, start):
        place, name = turn
        if name == REPORTER:
            return None
        person = " ".join(part.capitalize() for part in name.split())
        return SaidBy(
            person=person,
            office=None,
            party=party_of_person(person),
            verb="said",
            start=place,
            end=place + len(name),
        )
    if own := _by_metadata(article, start):
        return own  # what others are reported to say in a speech, its speaker says of them
    inside = [s for s in sentences_of(article) if s.start < end and start < s.end]
    found = [voice for s in reversed(inside) if (voice := voice_of(article, s))]
    best = next((a for a in found if a.person), next((a for a in found if a.party), None))
    return best.said_by() if best else None


def speakers(article: Article, start: int, end: int) -> list[SaidBy]:
    """Return everyone whose words are reported in the sentences of `[start, end)`."""
    inside = [s for s in sentences_of(article) if s.start < end and start < s.end]
    found = [a.said_by() for s in inside for a in resolved(article)[s.start]]
    own = said_by(article, start, end)
    return [*found, own] if own and own not in found else found


@dataclass(frozen=True, slots=True)
class Pointer:
    """The words `[start, end)` that begin a sentence, whom they mean, and where his name stands."""

    person: str
    start: int
    end: int
    named: tuple[int, int]


def points_to(article: Article, start: int) -> Pointer | None:
    """Return whom the sentence at `start` begins by pointing to ("He", "The minister"), if beyond doubt.

    The sentences before it, back to the last that names a person, name nobody else; an office is held by
    one person of the article.
    """
    match = _POINTING.match(article.text, start)
    if match is None or turn_at(article, start):
        return None
    people = _people(article)
    if office := match["office"]:
        meant = Attributed(None, office.casefold(), None, "said", 0, 0, points_back=True)
        found = {one.person for one in people.values() if holds(meant, one)}
    else:
        found = _named_before(article, start, people)
    person = _agreed(article, start, found)
    named = named_at(article.text, person, start) if person else None
    return Pointer(person, start, match.end(), named) if person and named else None


def _agreed(article: Article, start: int, found: set[str | None]) -> str | None:
    """The one person found, unless another is taken to speak in the sentence."""
    person = next(iter(found)) if len(found) == 1 else None
    said = said_by(article, start, start + 1)
    other = said and said.person and person and not surnames(said.person) & surnames(person)
    return None if other else person


def speaker_within(article: Article, start: int, end: int) -> Pointer | None:
    """Return whom "he said" or "the minister warned" within `[start, end)` means, if beyond doubt.

    As in `points_to`; besides, whoever the sentence names before it, and only one who holds an office.
    None where words before it in the span name him already.
    """
    for sentence in sentences_of(article):
        if start <= sentence.start and sentence.end <= end and not sentence.heading:
            for one in attributed(article.text[sentence.start : sentence.end], sentence.start):
                if not one.person and one.points_back and not turn_at(article, one.start):
                    found = _pointer(article, sentence.start, one)
                    return found if found and found.named[0] < start else None
    return None


def named_at(text: str, person: str, before: int) -> tuple[int, int] | None:
    """Return where the text last names a person in full before a place, else by surname."""
    for name in (person, person.split()[-1]):
        if (at := text.rfind(name, 0, before)) >= 0:
            return at, at + len(name)
    return None


def _pointer(article: Article, begun: int, pointing: Attributed) -> Pointer | None:
    """Whom a pronoun or an office within the sentence that begins at `begun` means."""
    known = _people(article).items()
    people = {name: one for name, one in known if one.office and " " in (one.person or "")}
    if pointing.office:
        found = {one.person for one in people.values() if holds(pointing, one)}
    else:
        found = _named_in(article.text[begun : pointing.start], people)
        found = found or _named_before(article, begun, people)
    person = _agreed(article, begun, found)
    match = _POINTED.match(article.text, pointing.start, pointing.end + len("’s"))
    named = named_at(article.text, person, pointing.start) if person else None
    return Pointer(person, pointing.start, match.end(), named) if person and match and named else None


def _named_in(text: str, people: dict[str, Attributed]) -> set[str | None]:
    words = fold(text)
    return {one.person for name, one in people.items() if re.search(rf"\b{re.escape(name)}\b", words)}


def _named_before(article: Article, start: int, people: dict[str, Attributed]) -> set[str | None]:
    """Everyone named in the sentences before, back to the last that names someone.

    From further back than a speaker is carried only whoever is taken to speak at `start`.
    """
    before = [s for s in sentences_of(article) if s.end <= start]
    for back, sentence in enumerate(reversed(before[-_REACH:])):
        if sentence.heading:
            break
        if found := _named_in(article.text[sentence.start : start], people):
            said = said_by(article, start, start + 1) if back >= CARRIED else None
            return found if back < CARRIED or (said and said.person in found) else set()
    return set()


@lru_cache(maxsize=256)
def _people(article: Article) -> dict[str, Attributed]:
    """Those whom the article names with an office or has speak, by folded surname."""
    heard = {a.person for here in resolved(article).values() for a in here if a.person}
    known = introduced(article.text)
    return {name: one for name, one in known.items() if one.office or one.person in heard}


def speakers_in(text: str) -> list[SaidBy]:
    """Return whom a sentence without an article names as speaking, pronouns left out."""
    return [a.said_by() for a in attributed(text, 0) if a.person or (a.party and not a.office)]


def same_speaker(one: SaidBy, other: SaidBy) -> bool | None:
    """Tell whether two speakers are one; None where one has no name or party to compare.

    A person matches by surname in any spelling; a party and one who speaks for it match.
    """
    if one.person and other.person:
        return bool(surnames(one.person) & surnames(other.person))
    if one.party and other.party:
        return one.party == other.party
    return None


def _by_metadata(article: Article, start: int) -> SaidBy | None:
    if article.speaker:
        person, _, office = article.speaker.partition(", ")
        land = office.rpartition(" of ")[2] if office else ""
        party = party_of(land) or (party_stated(article.countries[0]) if article.countries else None)
        return SaidBy(
            person=person, office=office or None, party=party, verb="said", start=start, end=start
        )
    found = in_title(article.title)
    if found is None:
        return None
    return SaidBy(
        person=found.person,
        office=found.office,
        party=found.party,
        verb="said",
        start=start,
        end=start,
    )
