"""A conversation or one answer as Markdown, DOCX, PDF or plain text, with numbered footnotes.

Each footnote gives outlet, title, date, address and quote. Text from articles is data in every form.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from assistant.exports.paper import compose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from assistant.records.turns import StoredTurn

Form = Literal["md", "docx", "pdf", "txt"]

MEDIA_TYPES: dict[Form, str] = {
    "md": "text/markdown",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
_NAME_CHARS = 60


def export(
    turns: Sequence[StoredTurn], form: Form, *, title: str | None = None, zone: tzinfo = UTC
) -> bytes:
    """Return turns as a file of that form; times are given in the reader's time zone.

    `title` heads a whole conversation; without one, a single answer is headed by its question.
    """
    paper = compose(turns, title, zone)
    if form == "docx":
        from assistant.exports.docx import as_docx

        return as_docx(paper)
    if form == "pdf":
        from assistant.exports.pdf import as_pdf

        return as_pdf(paper)
    from assistant.exports.text import as_markdown, as_text

    return (as_markdown(paper) if form == "md" else as_text(paper)).encode()


def clipboard(turns: Sequence[StoredTurn], *, zone: tzinfo = UTC) -> str:
    """Return turns as plain text with footnotes, to be pasted anywhere."""
    return export(turns, "txt", zone=zone).decode()


def file_name(title: str, form: Form) -> str:
    """Return a name for the file that any system takes."""
    words = "-".join(re.findall(r"\w+", title))
    return f"{words[:_NAME_CHARS].strip('-') or 'answer'}.{form}"
