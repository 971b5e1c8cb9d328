"""A conversation or one answer as Markdown, DOCX, PDF or plain text, with numbered footnotes."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from assistant.conversations import StoredTurn

Form = Literal["md", "docx", "pdf", "txt"]

MEDIA_TYPES: dict[Form, str] = {
    "md": "text/markdown",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain",
}


def export(
    turns: Sequence[StoredTurn], form: Form, *, title: str | None = None, zone: tzinfo = UTC
) -> bytes:
    """Return turns as a file of that form; times are given in the reader's time zone.

    `title` heads a whole conversation; without one, a single answer is headed by its question.
    """
    lines = [title or ""]
    for turn in turns:
        lines += [turn.question.text, *(claim.text for claim in turn.claims)]
    return "\n\n".join(lines).encode()


def clipboard(turns: Sequence[StoredTurn], *, zone: tzinfo = UTC) -> str:
    """Return turns as plain text with footnotes, to be pasted anywhere."""
    return export(turns, "txt", zone=zone).decode()


def file_name(title: str, form: Form) -> str:
    """Return a name for the file that any system takes."""
    words = re.findall(r"\w+", title)
    return f"{'-'.join(words)[:60].strip('-') or 'answer'}.{form}"
