"""What an answer leaves open, and how fresh it is: said beside the answer, never left to the reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.abstention.wanted import kinds_of
from assistant.grounding.accounts import accounts, silences
from index.dates import parse_published

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assistant.answers import Claim
    from assistant.evidence import Evidence
    from index.store.library import Overview

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_COUNTS = re.compile(r"\bhow (?:many times|often)\b|\bhow many (?:meetings|calls|visits|statements|talks"
                     r"|rounds|speeches|summits)\b", re.IGNORECASE)  # fmt: skip
_PRESENT = re.compile(
    r"\b(?:now|current(?:ly)?|today|at present|presently|latest|newest|most recent(?:ly)?|so far|still"
    r"|these days|up to date|at the moment)\b",
    re.IGNORECASE,
)


def missing(evidence: Evidence, claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return, a sentence each, what of the question the claims leave open."""
    unheard = silences(accounts(claims, evidence.sides))
    return (*unheard, *_years(evidence, claims), *_parts(evidence, claims))


def _years(evidence: Evidence, claims: Sequence[Claim]) -> Iterator[str]:
    """The years that the question names and no citation is from or speaks of."""
    there = " ".join(
        f"{citation.published or ''} {citation.title} {citation.quote}"
        for claim in claims
        for citation in claim.citations
    )
    for year in dict.fromkeys(_YEAR.findall(evidence.searched_for)):
        if year not in there:
            yield f"Nothing cited is from {year}, or speaks of it."


def _parts(evidence: Evidence, claims: Sequence[Claim]) -> Iterator[str]:
    """Of a question in several parts, those whose kind of answer no quotation has."""
    quotes = " ".join(citation.quote for claim in claims for citation in claim.citations)
    asked = kinds_of(evidence.searched_for)
    for words, held in asked:
        if not held.search(quotes):
            yield f"The articles quoted do not say {words}."


def counted(question: str, overview: Overview) -> str | None:
    """Return what a count rests on, for a question that counts meetings or statements; else None."""
    if not _COUNTS.search(question) or overview.first is None or overview.last is None:
        return None
    return (
        f"A count covers only the {overview.articles:,} articles here, "
        f"from {overview.first.text} to {overview.last.text}: what they do not report is not counted."
    )


def freshness(
    question: str, claims: Sequence[Claim], overview: Overview, stale_days: int, today: date
) -> list[str]:
    """Return what to say of an answer about the present: as of when, and that it may be out of date.

    `stale_days` is how old the library's last article may be before the reader is warned.
    """
    if not _PRESENT.search(question) or overview.last is None:
        return []
    dates = [parse_published(c.published) for claim in claims for c in claim.citations if c.published]
    newest = max((day for day in dates if day), default=None)
    relevant = f"As of {newest.text}, the newest article cited. " if newest else ""
    said = [f"{relevant}The library's last article is of {overview.last.text}."]
    age = (today - overview.last.last).days
    if age > stale_days:
        said.append(
            f"This may be out of date: nothing newer than {age:,} days has been added. "
            "Add newer articles, or look at the outlets themselves."
        )
    return said
