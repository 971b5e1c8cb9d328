"""A question understood for searching: its names, its time, its sides. Deterministic and visible."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.names import Name, fold, gazetteer, holder_at
from index.times import Window, read_times

if TYPE_CHECKING:
    from datetime import date

    from index.articles import Article

_SIDES = re.compile(
    r"\b(?P<a>(?:the )?[A-ZÀ-ÞА-Я][\w’'.-]*(?: [A-ZÀ-ÞА-Я][\w’'.-]*){0,3})(?:,)? and"
    r" (?P<b>(?:the )?[A-ZÀ-ÞА-Я][\w’'.-]*(?: [A-ZÀ-ÞА-Я][\w’'.-]*){0,3})\b"
)
_EACH = re.compile(
    r"\b(each|both|respectively|differ\w*|disagree\w*|compare\w*|accounts?|positions?|views?"
    r"|sides?|versions?|contrast\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be to be found; None asks nothing. Texts compare without case.

    `source` is the beginning of a file name or address; `articles` are ids: an empty set
    matches nothing.
    """

    window: Window | None = None
    outlet: str | None = None
    country: str | None = None
    language: str | None = None
    source: str | None = None
    articles: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    `window` is the time the question names: articles of it are preferred, whereas `filters` leave out
    what does not match. `notes` tell what was not understood.
    """

    text: str
    names: tuple[Name, ...] = ()
    window: Window | None = None
    newest: bool = False
    sides: tuple[str, ...] = ()
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

    def as_spelled_in(self, article: Article, passage: str) -> str:
        """Return the text with each name as the passage spells it, an office with who held it then.

        A reranker that never met a spelling would otherwise score the same passage differently.
        """
        folded = f" {fold(passage)} "
        return self._spelled([_form_in(name, folded, article) for name in self.names])

    def _spelled(self, forms: list[str | None]) -> str:
        text = self.text
        for name, form in reversed(list(zip(self.names, forms, strict=True))):
            if form is not None:
                text = text[: name.start] + form + text[name.end :]
            elif name.holders and (holder := name.holders[0]):
                text = f"{text[: name.end]} {holder.name}{text[name.end :]}"
        return text


def understand(text: str, today: date, filters: Filters | None = None) -> Query:
    """Return the query that a standalone question makes; relative dates count from `today`."""
    known = gazetteer()
    times = read_times(text, today, known.events)
    notes = tuple(f"{written} is no date and was ignored" for written in times.ignored)
    return Query(
        text=text,
        names=known.find(text, times.window),
        window=times.window,
        newest=times.newest,
        sides=_sides(text),
        filters=filters or Filters(),
        notes=notes,
    )


def _sides(text: str) -> tuple[str, ...]:
    """The question asked of each side alone, where it asks what two said."""
    match = _SIDES.search(text)
    if match is None or not _EACH.search(text):
        return ()
    return tuple(
        _EACH.sub("", text[: match.start()] + match[side] + text[match.end() :]) for side in ("a", "b")
    )


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
