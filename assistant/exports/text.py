"""A paper as Markdown with footnotes, and as plain text for the clipboard."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.exports.paper import Note, Paper, Part, Side, Statement

# What CommonMark, GitHub's tables, strike-through, autolinks, emoji codes and formulas would take as
# markup, wherever it stands (a heading's end is cut off at #); and what begins a block.
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~$^@]|#(?=#*$)|:(?=//|\w+:)|(?<=www)\.", re.IGNORECASE)
_BLOCK = re.compile(r"^(?:[#+=-]|\d{1,9}(?=[.)]))")


def as_markdown(paper: Paper) -> str:
    """Return the paper as Markdown; the text of others is text in it, never markup or HTML."""
    blocks = [f"# {_text(paper.title)}"] if paper.title else []
    for part in paper.parts:
        blocks += _part(part, "##" if paper.title else "#")
    blocks += [f"[^{note.number}]: {_note(note)}" for note in paper.notes]
    return "\n\n".join(blocks) + "\n"


def _part(part: Part, heading: str) -> Iterator[str]:
    yield f"{heading} {_text(part.question)}"
    yield f"*{_text(part.asked)}*"
    for statement in part.statements:
        yield _statement(statement)
    if part.sides:
        yield _table(part.sides)
    if part.relation:
        yield f"*{_text(part.relation)}*"
    if part.remark:
        yield f"**{_text(part.remark)}**"
    if part.missing:
        yield "Left open:"
        yield "\n".join(f"- {_text(text)}" for text in part.missing)
    if part.closest:
        yield "The closest articles:"
        yield "\n".join(f"- {_text(text)}" for text in part.closest)
    if part.foot:
        yield "\\\n".join(f"*{_text(line)}*" for line in part.foot)


def _statement(statement: Statement) -> str:
    lead = f"**{_text(statement.lead)}** " if statement.lead else ""
    notes = "".join(f"[^{note.number}]" for note in statement.notes)
    mark = f" *({_text(statement.mark)})*" if statement.mark else ""
    return f"{lead}{_text(statement.text)}{notes}{mark}"


def _table(sides: Iterable[Side]) -> str:
    columns = [[_statement(one) for one in side.statements] or [_text(side.told)] for side in sides]
    head = [_text(side.party) for side in sides]
    rows = [head, ["---"] * len(head), *zip_longest(*columns, fillvalue="")]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _note(note: Note) -> str:
    link = f" <{note.url}>" if note.url else ""
    return f"{_text(''.join(note.described))}{link}"


def _text(text: str) -> str:
    escaped = _MARKUP.sub(lambda match: "\\" + match[0], text)
    return _BLOCK.sub(_escaped_start, escaped)


def _escaped_start(match: re.Match[str]) -> str:
    start = match[0]
    return f"{start}\\" if start.isdigit() else f"\\{start}"


# -- plain text ------------------------------------------------------------------------------------


def as_text(paper: Paper) -> str:
    """Return the paper as plain text: notes in [brackets], listed at the end."""
    blocks = [_underlined(paper.title, "=")] if paper.title else []
    for part in paper.parts:
        blocks += _plain_part(part)
    if paper.notes:
        blocks.append("\n".join(_plain_note(note) for note in paper.notes))
    return "\n\n".join(blocks) + "\n"


def _plain_part(part: Part) -> Iterator[str]:
    yield _underlined(part.question, "-")
    yield part.asked
    for statement in part.statements:
        yield _plain_statement(statement)
    for side in part.sides:
        told = [_plain_statement(one) for one in side.statements] or [side.told]
        yield f"{side.party}:\n" + "\n".join(f"  {one}" for one in told)
    for line in (part.relation, part.remark):
        if line:
            yield line
    for heading, texts in (("Left open:", part.missing), ("The closest articles:", part.closest)):
        if texts:
            yield "\n".join([heading, *(f"- {text}" for text in texts)])
    if part.foot:
        yield "\n".join(part.foot)


def _plain_statement(statement: Statement) -> str:
    notes = "".join(f"[{note.number}]" for note in statement.notes)
    mark = f"({statement.mark})" if statement.mark else ""
    said = " ".join(part for part in (statement.lead, statement.text) if part)
    return " ".join(part for part in (f"{said} {notes}".strip(), mark) if part)


def _plain_note(note: Note) -> str:
    return f"[{note.number}] {''.join(note.described)}" + (f" {note.url}" if note.url else "")


def _underlined(text: str, with_: str) -> str:
    return f"{text}\n{with_ * min(len(text), 80)}"
