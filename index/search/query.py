"""A question understood for searching: its names, its time, its sides. Deterministic and visible."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.countries import country_code, governed_from
from index.filters import Filters, Window
from index.search.names import Name, fold, gazetteer, holder_at
from index.search.parties import NONE, Apart
from index.search.times import read_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from index.articles import Article

# A capital speaks, or has relations: the government is meant, not the place.
_CAPITAL = r"(?!Brussels)[A-ZÀ-Þ][\w-]+(?: [A-ZÀ-Þ][\w-]+)?"
_UTTERANCE = (
    r"\w*(?:position|view|account|response|policy|demand|pledge|plan|word|promise|offer|claim|stance)s?"
)
_GOVERNMENT = re.compile(
    rf"\b(?:did|does|do|has|have|had|will|is|was|would|can) (?P<speaks>{_CAPITAL}) (?=[a-z])"
    rf"|\b(?P<owns>{_CAPITAL})(?=['’]s? [a-z])"
    rf"|\b(?:by|with|for|against|say to|said to|(?:{_UTTERANCE}) of) (?P<whom>{_CAPITAL})(?=[?.,;:]|$)"
    rf"|\b(?:between|by|with|from) (?P<one>{_CAPITAL}) and (?P<other>{_CAPITAL})\b"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    `window` is the time the question names: articles of it are preferred, whereas `filters` leave out
    what does not match. `sides` are whose accounts it asks for. `notes` tell what was not understood.
    """

    text: str
    names: tuple[Name, ...] = ()
    window: Window | None = None
    newest: bool = False
    sides: Apart = NONE
    filters: Filters = field(default_factory=Filters)
    notes: tuple[str, ...] = ()

    @property
    def usual(self) -> str:
        """The text with every name in its usual spelling: what is embedded, whichever was asked."""
        return self._spelled([name.forms[0] if name.forms else None for name in self.names])

    @property
    def rest(self) -> str:
        """The text without the names that `phrases` stand for."""
        return self._spelled(["" if name.forms else None for name in self.names])

    @property
    def phrases(self) -> tuple[str, ...]:
        """The forms of the names, and the office-holders' surnames: what BM25 looks for beside `rest`.

        Of a form within a longer one the shorter does for both; counting each would let a name with
        many forms outweigh the rest of the question.
        """
        forms = [form for name in self.names for form in _shortest(name.forms)]
        held = [holder.surname for name in self.names for holder in name.holders]
        return tuple(dict.fromkeys(forms + held))

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that the names stand for, those that a capital speaks for among them."""
        usual = (name.forms[0] for name in self.names if name.forms)
        return tuple(dict.fromkeys(form for form in usual if country_code(form)))

    @property
    def spellings(self) -> tuple[str, ...]:
        """Up to eight names that are searched for beside those the text holds."""
        known = fold(self.text)
        return tuple(phrase for phrase in self.phrases if fold(phrase) not in known)[:8]

    @property
    def explained(self) -> str:
        """The text with what it was understood to mean, for "searched for …"."""
        found = [self.text]
        if self.spellings:
            found.append("also " + ", ".join(self.spellings))
        if self.window:
            found.append(self.window.text)
        if self.newest:
            found.append("newest first")
        return " · ".join([*found, *self.notes])

    def as_spelled_in(self, article: Article, passage: str, without: str = "") -> str:
        """Return the text with each name as the passage spells it, an office with who held it then.

        A reranker that never met a spelling would otherwise score the same passage differently. The word
        `without` is left out in any ending, with the name that it is part of.
        """
        folded = f" {fold(passage)} "
        lost = [name for name in self.names if without and without in self._written(name)]
        text = self._spelled(
            ["" if name in lost else _form_in(name, folded, article) for name in self.names]
        )
        if without:
            text = re.sub(rf"\b{re.escape(without)}\w*(?:['’]s)?", " ", text, flags=re.IGNORECASE)
        return " ".join(text.split())

    def _written(self, name: Name) -> list[str]:
        return fold(self.text[name.start : name.end]).split()

    def _spelled(self, forms: list[str | None]) -> str:
        text = self.text
        for name, form in reversed(list(zip(self.names, forms, strict=True))):
            if form is not None:
                text = text[: name.start] + form + text[name.end :]
            elif name.holders and (holder := name.holders[0]):
                text = f"{text[: name.end]} {holder.name}{text[name.end :]}"
        return text


def understand(
    text: str, today: date, filters: Filters | None = None, *, literal: bool = False
) -> Query:
    """Return the query that a standalone question makes; relative dates count from `today`.

    A `literal` one is its words and nothing else: no other spellings, no time, no sides.
    """
    filters = filters or Filters()
    if literal:
        return Query(text, filters=filters)
    known = gazetteer()
    times = read_times(text, today, known.events)
    notes = tuple(f"{written} is no date and was ignored" for written in times.ignored)
    names = known.find(text, times.window, today)
    return Query(
        text=text,
        names=with_governments(text, names, _governing(text)),
        window=times.window or _in_office(names),
        newest=times.newest,
        filters=filters,
        notes=notes,
    )


def _in_office(names: tuple[Name, ...]) -> Window | None:
    """Since when "the current president" can have spoken as such."""
    terms = [name.holders[0].since for name in names if name.sitting]
    return Window(max(terms)) if terms else None


def with_governments(
    text: str, names: Sequence[Name], capitals: Iterable[tuple[int, int]]
) -> tuple[Name, ...]:
    """Add the country to each capital, at `[start, end)` of the text, that stands for its government."""
    found = {(name.start, name.end): name for name in names}
    for start, end in capitals:
        written = text[start:end]
        if country := governed_from(written):
            forms = gazetteer().forms.get(fold(country), (country,))
            capital = found[start, end].forms if (start, end) in found else (written,)
            found[start, end] = Name(start, end, tuple(dict.fromkeys([*forms, *capital])))
    return tuple(sorted(found.values(), key=lambda name: name.start))


def _governing(text: str) -> Iterator[tuple[int, int]]:
    """Where a capital stands that may be meant for a government."""
    for match in _GOVERNMENT.finditer(text):
        yield from (match.span(group) for group, written in match.groupdict().items() if written)


def _shortest(forms: tuple[str, ...]) -> list[str]:
    folded = [f" {fold(form)} " for form in forms]
    return [
        form
        for form, key in zip(forms, folded, strict=True)
        if not any(other in key and other != key for other in folded)
    ]


def _form_in(name: Name, folded: str, article: Article) -> str | None:
    if name.holders:
        holder = holder_at(name.holders, article.published)
        return holder.name if holder else None
    return next((form for form in name.forms if f" {fold(form)} " in folded), name.forms[0])
