"""What an export says, before it takes a form: questions, sentences with their notes and marks.

All text is plain and on one line, free of characters that XML or a reader's eye could trip over. Each
form escapes it in its own way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from assistant.origins import sources_counted
from assistant.text import date_text, web_link
from assistant.writers.choice import VERBATIM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo

    from assistant.answers import Accounts, Answer, Citation, Claim, Limits, Reading, Reference, SaidBy
    from assistant.records.turns import StoredTurn

# Controls and lone surrogates, which XML cannot hold; marks that reorder what is shown.
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_AFTER_ATTRIBUTION = re.compile(r"[\s,:;–—-]*")
_IN_URL = "!#$%&'()*+,/:;=?@~[]"
_REPAIRS = {
    "re-cited": "Repaired: another passage is cited",
    "quoted": "Repaired: quoted word for word",
    "attributed": "Repaired: who says so was added",
}
_RELATIONS = {
    "disputed": "Disputed: these accounts contradict each other.",
    "changed over time": "Changed over time: the later statement differs from the earlier.",
    "agreed": "Agreed: both sides say so.",
    None: "The articles do not settle how these accounts relate.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered footnote: the article, and the words a sentence rests on. `url` is safe to follow."""

    number: int
    outlet: str | None
    title: str
    date: str
    url: str | None
    source: str
    quote: str

    @property
    def described(self) -> tuple[str, ...]:
        """Outlet, title, date and quote in pieces; the file's name where there is no address."""
        outlet = (self.outlet, ", “") if self.outlet else ("", "“")
        file = () if self.url else (", ", self.source)
        return (*outlet, self.title, "”, ", self.date, *file, ": “", self.quote, "”")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer: who said it where it says so first, the rest, its notes, its mark."""

    lead: str
    text: str
    notes: tuple[Note, ...]
    mark: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the accounts that stand side by side; without statements it is not heard."""

    party: str
    statements: tuple[Statement, ...]

    @property
    def told(self) -> str:
        """What to say in the place of statements where there are none."""
        return "" if self.statements else "No statement of theirs was found."


@dataclass(frozen=True, slots=True)
class Part:
    """A question, when it was asked, and what came of it. `remark` says why there is no answer."""

    question: str
    asked: str
    remark: str | None
    statements: tuple[Statement, ...]
    sides: tuple[Side, ...]
    relation: str | None
    missing: tuple[str, ...]
    closest: tuple[str, ...]
    foot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """An export: its title if it is of a whole conversation, its parts, all notes by number."""

    title: str | None
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]


def compose(turns: Sequence[StoredTurn], title: str | None, zone: tzinfo) -> Paper:
    """Return what an export of these turns says, times in the reader's zone."""
    notes = _Notes()
    parts = tuple(_part(turn, zone, notes) for turn in turns)
    return Paper(plain(title) if title else None, parts, tuple(notes.all.values()))


def plain(text: str) -> str:
    """Return a text on one line without characters that break or reorder what is around it."""
    return " ".join(_REORDERING.sub("", _BROKEN.sub("\N{REPLACEMENT CHARACTER}", text)).split())


class _Notes:
    """Numbers the cited spans from 1 in the order they are first cited; a span has one number."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, int, int], Note] = {}

    def of(self, claim: Claim) -> tuple[Note, ...]:
        return tuple(dict.fromkeys(self._of(citation) for citation in claim.citations))

    def _of(self, citation: Citation) -> Note:
        place = (citation.article_id, citation.start, citation.end)
        if place not in self.all:
            self.all[place] = Note(
                number=len(self.all) + 1,
                outlet=plain(citation.outlet) if citation.outlet else None,
                title=plain(citation.title),
                date=date_text(citation.published),
                url=_address(citation.url),
                source=plain(citation.source),
                quote=plain(citation.quote),
            )
        return self.all[place]


def _part(turn: StoredTurn, zone: tzinfo, notes: _Notes) -> Part:
    statements = tuple(_statement(claim, notes) for claim in turn.claims)
    answer = turn.answer
    accounts = answer.accounts if answer else None
    sided = {place for side in (accounts.sides if accounts else ()) for place in side.claims}
    return Part(
        question=plain(turn.question.text),
        asked=f"Asked {_moment(turn.asked, zone)}",
        remark=_remark(turn),
        statements=tuple(one for place, one in enumerate(statements) if place not in sided),
        sides=_sides(accounts, statements),
        relation=_RELATIONS[accounts.relation] if accounts else None,
        missing=tuple(plain(text) for text in answer.missing) if answer else (),
        closest=tuple(_place(article) for article in answer.closest) if answer else (),
        foot=tuple(plain(line) for line in (_foot(turn.id, answer) if answer else ())),
    )


def _sides(accounts: Accounts | None, statements: Sequence[Statement]) -> tuple[Side, ...]:
    if not accounts:
        return ()
    return tuple(
        Side(plain(side.party), tuple(statements[place] for place in side.claims))
        for side in accounts.sides
    )


def _statement(claim: Claim, notes: _Notes) -> Statement:
    lead, text = "", claim.text
    if claim.attribution and text.startswith(claim.attribution):
        rest = _AFTER_ATTRIBUTION.match(text, len(claim.attribution))
        cut = rest.end() if rest else len(claim.attribution)
        lead, text = text[:cut], text[cut:]
    elif claim.said_by:
        lead = _speaker(claim.said_by)
    return Statement(plain(lead), plain(text), notes.of(claim), _mark(claim))


def _speaker(said_by: SaidBy) -> str:
    parts = (said_by.person, said_by.office, said_by.party and f"for {said_by.party}")
    who = ", ".join(part for part in parts if part)
    return f"{who}:" if who else ""


def _mark(claim: Claim) -> str | None:
    """What the reader must know of how the sentence is grounded; nothing where it is supported."""
    state, repair = claim.verdict.state, claim.repair
    said = {"supported": "", "partly": "Partly supported", "unsupported": "Not supported"}[state]
    parts = [": ".join(part for part in (said, claim.verdict.reason) if part) if said else ""]
    if repair:
        parts.append(_REPAIRS[repair.kind] + (f" ({repair.reason})" if repair.reason else ""))
        if repair.draft != claim.text:
            parts.append(f"As first written: “{repair.draft}”")
    return plain(". ".join(part.rstrip(".") for part in parts if part)) or None


def _remark(turn: StoredTurn) -> str | None:
    if turn.state == "stopped":
        return "Stopped before the end."
    if turn.problem:
        return plain(f"{turn.problem.problem} {turn.problem.remedy}")
    if turn.answer is None:
        return "The answer was not finished."
    if not turn.answer.abstained:
        return None
    step = turn.answer.abstention.next_step if turn.answer.abstention else ""
    return plain(f"{turn.answer.reason or 'No answer.'} {step}")


def _foot(turn_id: str, answer: Answer) -> Iterator[str]:
    if answer.as_of:
        yield f"{'Articles up to' if answer.abstained else 'As of'} {date_text(answer.as_of)}"
    if counted := sources_counted(answer):
        yield f"Rests on {counted}"
    if answer.writer != VERBATIM:
        prompt = f" with the prompt {answer.prompt}" if answer.prompt else ""
        yield f"Written by {answer.writer}{prompt}"
    elif not answer.abstained:
        yield "Quoted word for word"
    if searched := _searched(answer.searched_for, answer.reading):
        yield f"Searched for {searched}"
    if limits := ", ".join(_limits(answer.limits)):
        yield f"Only articles {limits}"
    yield from answer.notices
    yield f"Answer {turn_id} from the library {answer.index_hash}"


def _searched(query: str, reading: Reading | None) -> str:
    parts = [f"“{query}”"]
    if reading:
        if reading.spellings:
            parts.append(f"also spelled {', '.join(reading.spellings)}")
        parts += [reading.time] if reading.time else []
        parts += ["the newest first"] if reading.newest else []
    return "; ".join(parts)


def _limits(limits: Limits) -> Iterator[str]:
    if limits.since:
        yield f"from {date_text(limits.since)}"
    if limits.until:
        yield f"until {date_text(limits.until)}"
    if (limits.since or limits.until) and limits.undated:
        yield "or undated"
    for names, words in (
        (limits.outlets, "of"),
        (limits.countries, "that name"),
        (limits.sources, "in"),
    ):
        if names:
            yield f"{words} {' or '.join(names)}"


def _place(article: Reference) -> str:
    url = _address(article.url)
    parts = (article.outlet, f"“{article.title}”", date_text(article.published), url or article.source)
    return plain(", ".join(part for part in parts if part))


def _address(url: str | None) -> str | None:
    """The url if it may be followed, written so that no form mistakes where it ends."""
    followed = web_link(url)
    return quote(followed, safe=_IN_URL) if followed else None


def _moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    name = local.tzname() or ""
    name = name if name[:1].isalpha() else f"UTC{name}"
    return f"{date_text(local.date().isoformat())}, {local:%H:%M} {name}"
