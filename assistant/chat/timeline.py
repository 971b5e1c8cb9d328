"""The timeline of an answer: what it cites, on a dated line, each event opening its passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text import as_label, days_text
from index.intake.mentions import find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assistant.answers import Claim
    from assistant.chat.tab import Conversation
    from index.dates import PartialDate
    from index.store.library import Library

_SHORT = 110


@dataclass(frozen=True, slots=True)
class Dated:
    """A cited sentence on its days: those its passage speaks of, or else its article's publication."""

    first: date
    last: date
    label: str
    published: bool
    text: str
    place: int


def show_timeline(library: Library, held: Conversation, number: int, claims: Sequence[Claim]) -> None:
    """Draw the line where the claims fall on different days; nothing where they do not."""
    events = events_of(library, claims)
    if len({(event.first, event.last) for event in events}) < 2:
        return
    span = f"{events[0].label} to {events[-1].label}"
    with st.expander(f"Timeline: {span}", icon=":material/timeline:", key=f"timeline-{number}"):
        for event in events:
            words = "published" if event.published else ""
            date = f"**{event.label}**" + (f" *({words})*" if words else "")
            st.button(
                f"{date} {as_label(event.text)}",
                key=f"event-{number}-{event.place}",
                type="tertiary",
                on_click=held.open_citation,
                args=(number, event.place),
            )


def events_of(library: Library, claims: Sequence[Claim]) -> list[Dated]:
    """Return the cited sentences by their days, the earliest first; undated ones are left out."""
    return sorted(_events(library, claims), key=lambda event: (event.first, event.last, event.place))


def _events(library: Library, claims: Sequence[Claim]) -> Iterator[Dated]:
    place = 0
    for claim in claims:
        seen: set[tuple[date, date]] = set()
        for citation in claim.citations:
            article = library.article(citation.article_id)
            days = (
                _days(article.text, article.published, citation.start, citation.end) if article else None
            )
            if days and days[:2] not in seen:
                seen.add(days[:2])
                first, last, published = days
                label = days_text(first, last)
                yield Dated(first, last, label, published, _short(_words_of(claim)), place)
            place += 1


def _days(
    text: str, published: PartialDate | None, start: int, end: int
) -> tuple[date, date, bool] | None:
    """The days that the cited words speak of; the publication date where they speak of none."""
    for mention in find_mentions(text[:end], published):
        if mention.start >= start:
            return mention.first, mention.last, False
    return (published.first, published.last, True) if published else None


def _words_of(claim: Claim) -> str:
    """What is said, led by who says it: the day that the attribution ends with stands before it."""
    words = claim.text.removeprefix(claim.attribution or "").lstrip(" :,")
    who = claim.said_by.person if claim.said_by else None
    return f"{who}: {words}" if who and who not in words else words


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0] + " …"
