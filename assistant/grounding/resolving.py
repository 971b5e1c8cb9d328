"""Whom an article's attributions mean: pronouns and offices resolved by the sentences before them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.excerpts import sentences_of
from assistant.grounding.reporting import attributed, introduced, leading, names_several
from assistant.grounding.speech import Attributed, party_of_person
from index.search.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.articles import Article
    from index.intake.sentences import Sentence

CARRIED = 3  # sentences back from which a speaker still holds for "he" and "the minister"
_PRONOUN = re.compile(r"(?i:\b(?:(?P<he>he|his|him)|she|her)\b)")
_MEN = re.compile(r"\b(?:king|prince|emir|amir|sultan|spokesman|chairman)\b")
_WOMEN = re.compile(r"\b(?:queen|princess|spokeswoman|chairwoman)\b")
_RULERS = re.compile(
    r"(?:prime minister|president|premier|chancellor|king|emir|amir|sultan|crown prince)"
)
_OF_NOBODY = re.compile(r"(?:ministry|government|delegation|side)\b")
# What begins a clause of its own, after which the words are no longer what the first speaker says.
_APART = re.compile(r";|,\s+(?:and|but|while|whereas|though|although)\b")
_RELATIVE = re.compile(r"\b(?:whom?|which|that|what|whose|as|where|when|because|than)\s+(?:the\s+)?\Z")
# After "he said" his words: "Norway would answer", "Norway had offered ships"; not "which should", nor
# "had left in 2019", "had left a day earlier", by which an article tells what came before.
_SHIFTED = re.compile(
    r"(?:(?!\b(?:which|that|who|whom|whose|when|where|because|what|as|he|she|they|it)\b)[^;:“”\"])*?"
    r"\b(?:would|should|must|ought|had\s+(?:(?:not|never|also|\w+ly)\s+)*(?:\w+ed|been|had|made|taken|given|gone"
    r"|come|become|begun|lost|left|met|kept|sent|built|held|led|put|set|cut|shown|grown|seen|said|brought|fought"
    r"|broken|chosen|risen|fallen|won|paid|done)\b(?!.*\b(?:(?:19|20)\d\d|earlier|before|ago)\b))\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Topic:
    """Whom "he" means, and how many sentences since did not speak of him."""

    who: Attributed
    silent: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence of the article's text, whom those before are about, and whom it begins by naming."""

    article: str
    sentence: Sentence
    known: Mapping[str, Attributed]
    before: Attributed | None
    lead: Attributed | None

    @property
    def text(self) -> str:
        return self.article[self.sentence.start : self.sentence.end]


@lru_cache(maxsize=256)
def resolved(article: Article) -> dict[int, list[Attributed]]:
    """Return the attributions of each sentence by its start, pronouns and bare offices resolved."""
    known = introduced(article.text)
    found: dict[int, list[Attributed]] = {}
    topic: _Topic | None = None
    for sentence in sentences_of(article):
        before = topic.who if topic else None
        lead = _leading(article.text, sentence, before, known)
        read = _Read(article.text, sentence, known, before, lead)
        found[sentence.start] = [] if sentence.heading else _heard(read)
        topic = None if sentence.heading else _topic(read, found[sentence.start], topic)
    _carry(article, found, known)
    _continue(article, found, known)
    return found


def voice_of(article: Article, sentence: Sentence) -> Attributed | None:
    """Return who speaks in a sentence; of others whom he reports to speak there, nobody."""
    return _voice(article.text, resolved(article)[sentence.start])


def _voice(text: str, found: Sequence[Attributed]) -> Attributed | None:
    own = _own(text, found)
    if person := next((one for one in own if one.person), None):
        return person
    return next(iter(own), None) if all(one.party for one in own) else None


def _own(text: str, found: Sequence[Attributed]) -> list[Attributed]:
    """The attributions that do not stand within what another of the sentence is reported to say."""
    pairs = zip((None, *found), found, strict=False)
    return [
        one
        for last, one in pairs
        if last is None or _aside(text, one) or _APART.search(text, last.end, max(one.start, last.end))
    ]


def _aside(text: str, one: Attributed) -> bool:
    """Tell whether "he said" stands between commas: whoever the sentence is about is another."""
    return text[one.start - 2 : one.start] == ", " and text[one.end : one.end + 1] in (",", ".", ";")


def _heard(read: _Read) -> list[Attributed]:
    """The sentence's attributions, resolved."""
    here: list[Attributed] = []
    near = read.lead or (None if names_several(read.text) else read.before)
    for one in attributed(read.text, read.sentence.start):
        if not _is_name(read, one):
            continue
        early = read.lead is not None and one.start < read.sentence.start + read.lead.start
        outside = one.points_back and (early or _aside(read.article, one))
        first = not any(other.person for other in here)
        who = _whom(read, one, read.before if outside and first else near)
        here.append(who)
        near = who if who.person else near
    return here


def _is_name(read: _Read, one: Attributed) -> bool:
    """Tell whether the plural that begins a sentence is a name after all, as "Critics" is not."""
    word = one.person
    if not word or " " in word or one.office or one.party or one.start > read.sentence.start:
        return True
    if not word.endswith("s") or fold(word) in read.known:
        return True
    return bool(re.search(rf"[\w,;:]\s+{re.escape(word)}\b", read.article))


def _topic(read: _Read, here: Sequence[Attributed], last: _Topic | None) -> _Topic | None:
    """Whom "he" in the next sentence means; None where that is not clear."""
    own = [one for one in _own(read.article, here) if not (read.lead and _relative(read, one))]
    if people := {one.person: one for one in own if one.person}:
        return _Topic(next(iter(people.values()))) if len(people) == 1 else None
    if any(map(_of_somebody, own)) or names_several(read.text):
        return None
    if read.lead:
        return _Topic(read.lead) if read.lead.person else None
    if last is None:
        return None
    if (subject := leading(read.text)) and subject.points_back:
        return _Topic(last.who)
    silent = last.silent + 1
    return _Topic(last.who, silent) if silent < CARRIED and not _names_another(read) else None


def _of_somebody(one: Attributed) -> bool:
    """Tell whether what is named is one person's office, not a ministry or a side."""
    return bool(one.office) and not _OF_NOBODY.search(one.office or "")


def _relative(read: _Read, one: Attributed) -> bool:
    """Tell whether an attribution only adds to what is named ("whom Minsk calls")."""
    return bool(_RELATIVE.search(read.article[read.sentence.start : one.start]))


def _names_another(read: _Read) -> bool:
    """Tell whether the sentence names a person of office other than the one before."""
    words = fold(read.text)
    person = read.before.person if read.before else None
    return any(
        one.person != person and re.search(rf"\b{re.escape(name)}\b", words)
        for name, one in read.known.items()
        if one.office or (one.person and party_of_person(one.person))
    )


def _leading(
    article: str, sentence: Sentence, before: Attributed | None, known: Mapping[str, Attributed]
) -> Attributed | None:
    """The person a sentence begins with, whom "he" in the next means; nameless where nobody fits."""
    found = leading(article[sentence.start : sentence.end])
    if found is None or not (found.person or _of_somebody(found)):
        return None
    known_of = not found.person or fold(found.person.split()[-1]) in known
    read = _Read(article, sentence, known, before, None)
    return _whom(read, found, before) if known_of or found.office else None


def _whom(read: _Read, one: Attributed, near: Attributed | None) -> Attributed:
    """A bare surname by its full name; a pronoun or an office by whom it points to, if anyone fits."""
    if one.person:
        return _as_introduced(one, read.known)
    if not one.points_back:
        return one
    to = near if near and near.person else None
    if one.office:
        holders = {k.person: k for k in read.known.values() if holds(one, k)}
        to = next(iter(holders.values())) if len(holders) == 1 else None
        to = near if near and holds(one, near) else to
    elif to and not _agrees(read.article[one.start : one.end], to):
        to = None
    return replace(to, verb=one.verb, start=one.start, end=one.end) if to else one


def _agrees(words: str, to: Attributed) -> bool:
    """Tell whether "he" or "she" can be said of one whose office tells which of them it is."""
    office, pronoun = to.office or "", _PRONOUN.search(words)
    if pronoun is None:
        return True
    return not (_WOMEN if pronoun["he"] else _MEN).search(office)


def holds(pointing: Attributed, to: Attributed) -> bool:
    """Tell whether somebody is known to hold the office that is named, of the country that is named.

    The head of a state or a government is its "leader".
    """
    if not (to.person and to.office and pointing.office):
        return False
    if pointing.party and to.party and pointing.party != to.party:
        return False
    if pointing.office == "leader" and pointing.party == to.party and _RULERS.fullmatch(to.office):
        return pointing.party is not None
    if to.office.startswith(("vice", "deputy", "former")):
        return to.office == pointing.office
    return to.office == pointing.office or to.office.endswith(f" {pointing.office}")


def _as_introduced(one: Attributed, known: Mapping[str, Attributed]) -> Attributed:
    """Give a bare surname the full name, office and party it was introduced with."""
    own = known.get(fold(one.person.split()[-1])) if one.person else None
    if own is None or own.person is None or one.person is None or _namesakes(own.person, one.person):
        return one
    person = max(own.person, one.person, key=lambda name: len(name.split()))
    return replace(one, person=person, office=own.office or one.office, party=one.party or own.party)


def _namesakes(one: str, other: str) -> bool:
    """Tell whether two names with one surname have first names that are not each other's spelling."""
    first, second = (fold(name).split()[:-1] for name in (one, other))
    return bool(first and second) and not {word[0] for word in first} & {word[0] for word in second}


def _carry(
    article: Article, found: dict[int, list[Attributed]], known: Mapping[str, Attributed]
) -> None:
    """Give a speaker's reported words between two attributed sentences of a paragraph to him as well."""
    every = sentences_of(article)
    for before, here, after in zip(every, every[1:], every[2:], strict=False):
        same_block = before.block == here.block == after.block
        if not same_block or found[here.start] or not found[before.start] or not found[after.start]:
            continue
        one, other = (_voice(article.text, found[at.start]) for at in (before, after))
        lead = _leading(article.text, here, one, known)
        same = one and other and one.person and one.person == other.person
        if one and same and (lead is None or lead.person == one.person):
            found[here.start] = [one]


def _continue(
    article: Article, found: dict[int, list[Attributed]], known: Mapping[str, Attributed]
) -> None:
    """Give a person's words that go on in the same paragraph with a shifted tense to him as well."""
    every = sentences_of(article)
    for before, here in pairwise(every):
        if before.block != here.block or found[here.start]:
            continue
        one = _voice(article.text, found[before.start])
        if not (one and one.person) or not _SHIFTED.match(article.text, here.start, here.end):
            continue
        read = _Read(article.text, here, known, one, leading(article.text[here.start : here.end]))
        lead = read.lead
        somebody = lead and (lead.person or lead.points_back or _of_somebody(lead))
        if not (somebody or names_several(read.text) or _names_another(read)):
            found[here.start] = [one]
