"""A place of an article, and what of a sentence it does not bear: a fact, a name, or who speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from assistant.asked import content_words, stems
from assistant.excerpts import readable, sentences_of
from assistant.grounding.attribution import same_speaker, speakers, speakers_in
from assistant.grounding.facts import unborne
from index.search.names import fold, gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.answers import SaidBy
    from index.articles import Article

_CAPITAL = r"[A-ZÀ-Þ][\w’-]{2,}"
_INSIDE = r"(?<!\A)(?<![.!?:“] )\b"
_RUN = re.compile(rf"(?:{_INSIDE}|\A){_CAPITAL}(?: [A-ZÀ-Þ][\w’-]*)*")
_NAME = re.compile(rf"{_INSIDE}{_CAPITAL}")
_PAST = "(?:said|told|spoke|met|made|won|led|gave|took|sent|became|held|began|put|left|lost|wrote|saw)"
# A sentence's first word is a name where a name or a verb of the third person follows it.
_FIRST = re.compile(
    rf"\A[\W_]*({_CAPITAL})(?=(?:['’]s)? (?:(?:[A-ZÀ-Þ]|[a-z]+(?:ed|s)\b|{_PAST}\b)|and [A-ZÀ-Þ]))"
)
_TOKEN = re.compile(r"[^\W_][\w’-]*")
_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|it|his|her|their|its|this|these|that|those)\b", re.IGNORECASE
)
_AROUND = 6  # content words on either side that say what is said of a name
_FRIENDLY = frozenset({"agreed", "thanked", "promised", "reaffirmed"})
_HOSTILE = frozenset({"accused", "condemned", "denied", "warned"})


@dataclass(frozen=True)
class Place:
    """Sentences of one article that are held against a claim together."""

    article: Article
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def text(self) -> str:
        """Its words, as a reader sees them."""
        return " ".join(readable(self.article.text[start:end]) for start, end in self.spans)

    @cached_property
    def said_by(self) -> list[SaidBy]:
        """Whose words it reports."""
        return [said for start, end in self.spans for said in speakers(self.article, start, end)]

    @cached_property
    def context(self) -> str:
        """Its text with what its article's metadata and the sentences before it say of it."""
        named = {part for s in self.said_by for part in (s.person, s.office, s.party) if part}
        known = f"{self.article.heading} {self.article.outlet or ''} {' '.join(sorted(named))}"
        return f"{known} {self.text}"

    @cached_property
    def stems(self) -> set[str]:
        """The stems of its context."""
        return stems(self.context)

    @cached_property
    def single(self) -> list[Place]:
        """Each of its sentences as a place."""
        found = [
            Place(self.article, ((s.start, s.end),))
            for start, end in self.spans
            for s in sentences_of(self.article)
            if start <= s.start and s.end <= end
        ]
        return found or [self]

    @cached_property
    def lead(self) -> str:
        """The sentence before it, which its pronouns point to; empty where it holds none."""
        before = [s for s in sentences_of(self.article) if s.end <= self.spans[0][0]]
        if not before or not _POINTS_BACK.search(self.text):
            return ""
        return readable(self.article.text[before[-1].start : before[-1].end])

    def nearest(self, words: set[str]) -> Place:
        """Return the sentence of it that shares most of the words."""
        return max(self.single, key=lambda place: len(words & stems(place.text)))

    def share(self, text: str) -> float:
        """Return the share of a sentence's content words that it holds, from 0 to 1."""
        words = stems(text)
        return len(words & self.stems) / len(words) if words else 0.0

    def longest_own(self, text: str) -> int:
        """Return the most content words in a row that it lacks: what was spliced in."""
        own = "".join("-" if stems(word) <= self.stems else "x" for word in content_words(text))
        return max(map(len, own.split("-")))

    def beside(self, words: set[str], where: Literal["before", "after"]) -> list[str]:
        """Return the names directly before or after a word, stop words between them passed over."""
        tokens = [token for token in _TOKEN.findall(self.text) if stems(token)]
        step = -1 if where == "before" else 1
        found = [
            tokens[at + step]
            for at, token in enumerate(tokens)
            if stems(token) & words and 0 <= at + step < len(tokens)
        ]
        return [token for token in found if token[0].isupper()]


def fault(text: str, place: Place) -> str | None:
    """Return the first hard fact, name or speaker of a sentence that a place does not bear, in words."""
    if found := unborne(text, place.context):
        return found
    if strange := next((name for name in _names(text) if not _named(name, place)), None):
        return f"the name {strange} stands in no cited passage"
    return _misattributed(text, place) or next(_misnamed(text, place), None)


def _names(text: str) -> list[str]:
    """Words that begin with a capital letter, a sentence's first only where it reads like a name."""
    return _FIRST.findall(text) + _NAME.findall(text)


def _named(name: str, place: Place) -> bool:
    """Tell whether a name stands in the place's context, in any spelling known."""
    if stems(name) <= place.stems:
        return True
    forms = [form for found in gazetteer().find(name) for form in found.forms]
    return any(f" {fold(form)}" in f" {fold(place.context)} " for form in forms)


def _misattributed(text: str, place: Place) -> str | None:
    """Who the place has say it, where the sentence has somebody else say it."""
    own = stems(place.article.outlet or "")
    claimed = speakers_in(text)
    for at, said in enumerate(claimed):
        end = claimed[at + 1].start if at + 1 < len(claimed) else len(text)
        if said.person and not _named(said.person.split()[-1], place):
            return f"the name {said.person} stands in no cited passage"
        there = place.nearest(stems(text[said.end : end]) or stems(text)).said_by
        alike = [other for other in there if same_speaker(said, other)]
        others = [other for other in there if same_speaker(said, other) is False]
        reported = said.person is not None and stems(said.person) <= own
        if others and not alike and not reported:
            return f"the passage has {_who(others[0])} say this, not {_who(said)}"
        if alike and all(_opposed(said.verb, other.verb) for other in alike):
            return f"by the passage {_who(said)} {alike[0].verb}, not {said.verb}"
    return None


def _misnamed(text: str, place: Place) -> Iterator[str]:
    """Names of the sentence that the place does not connect with what is said of them there."""
    for match in _RUN.finditer(text):
        name = stems(match[0])
        if not name or not name <= place.stems:
            continue
        before, after = content_words(text[: match.start()]), content_words(text[match.end() :])
        nearest = place.nearest(stems(" ".join(before[-_AROUND:] + after[:_AROUND])))
        if not (name & nearest.stems or name & stems(nearest.lead)):
            yield f"the passage does not say this of {match[0]}"
        beside = nearest.beside(stems(" ".join(after[:1])), "before")
        beside = beside or nearest.beside(stems(" ".join(before[-1:])), "after")
        strange = [other for other in beside if not stems(other) & stems(text)]
        if strange and not any(stems(other) & name for other in beside):
            yield f"the passage says this of {strange[0]}, not of {match[0]}"


def _who(said: SaidBy) -> str:
    return said.person or said.party or said.office or "somebody"


def _opposed(one: str, other: str) -> bool:
    return (one in _FRIENDLY and other in _HOSTILE) or (one in _HOSTILE and other in _FRIENDLY)
