"""Citation markers in a model's text: a stream of text → sentences with the passages they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sentencex import segment

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED = r"(?:(?:passage|source|document|doc|article|reference|ref|citation)s?[\s_.:#]*)?\d+"
_OTHER = r"[^\w\[\]【】]"
_MARKER = re.compile(
    rf"\s*[\[【]{_OTHER}*({_NAMED}(?:{_OTHER}+{_NAMED})*){_OTHER}*(?:†[^\]】]*)?[\]】]|\[\s*\]|【\s*】",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_LEADING = re.compile(rf"(?:{_MARKER.pattern})+[.!?]?\s*", re.IGNORECASE)
_UNFINISHED = re.compile(r"\s*[\[【][^\]】]*\Z")
_BULLET = re.compile(r"\A\s*(?:[-*•]\s+|\d+[.)]\s+|#+\s+)")
_CUT_OFF = re.compile(r"\s*[\[【][\d\s,;–-]*(?=[.!?]*\s*\Z)")
# What delimits the prompt or a chat template, which a small model repeats.
_MACHINERY = re.compile(
    r"<\s*/?\s*passages?\b|‹\s*(?:[/|!]|passages?\b|script\b|(?:start|end)_of)|<\||\|[>›]"
    r"|</?(?:s|think)>|<(?:start|end)_of_turn>|\[INST\]|[\[(]/INST[\])]|[<‹]{2}/?SYS"
    r"|\A(?:System|User|Human|Question|Passages?)\s*:",
    re.IGNORECASE,
)
_ROLE = re.compile(r"\A\s*(?:Assistant|Answer)\s*:\s*", re.IGNORECASE)
_DELIMITER = re.compile(r"[<‹]\s*/?\s*passages?\s*(\d+)\s*[>›]", re.IGNORECASE)  # taken for a marker
_WIDEST = 20
_DIGITS = 9  # what follows them makes no number that names a passage any more


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence of a model's draft, its markers taken out, and the numbers they named, in order."""

    text: str
    numbers: tuple[int, ...]


class MarkerReader:
    """Reads a model's text as it streams; a sentence comes out once its markers are complete.

    What repeats the prompt's delimiters or a chat template's is no sentence.
    """

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, chunk: str) -> Iterator[Draft]:
        """Take the next piece of text; yield the sentences that are now complete."""
        self._buffer += chunk
        pieces = _pieces(self._buffer)
        while len(pieces) > 1 and not _UNFINISHED.match(pieces[1]):
            piece = pieces.pop(0)
            self._buffer = self._buffer[len(piece) :]
            yield from _draft(piece)

    def finish(self) -> Iterator[Draft]:
        """Yield what is left at the end of the text."""
        for piece in _pieces(self._buffer):
            yield from _draft(piece)
        self._buffer = ""


def _pieces(text: str) -> list[str]:
    """Split into sentences, each with the markers that follow it; they join to the text again."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        for piece in segment("en", line) or [line]:
            markers = _LEADING.match(piece)
            if markers and pieces:
                pieces[-1] += markers[0]
                piece = piece[markers.end() :]
            if piece:
                pieces.append(piece)
    return pieces if "".join(pieces) == text else [text]


def _draft(piece: str) -> Iterator[Draft]:
    piece = _DELIMITER.sub(r"[\1]", piece)
    numbers = tuple(dict.fromkeys(n for m in _MARKER.finditer(piece) for n in _numbers(m[1] or "")))
    text = " ".join(_ROLE.sub("", _BULLET.sub("", unmarked(piece))).split())
    if any(char.isalnum() for char in text) and not _MACHINERY.search(text):
        yield Draft(text, numbers)


def unmarked(text: str) -> str:
    """Return the text without markers; taking one out of another leaves a third: [5 [1]]."""
    while (shorter := _CUT_OFF.sub("", _MARKER.sub("", text))) != text:
        text = shorter
    return text


def _numbers(inside: str) -> list[int]:
    found: list[int] = []
    for start, end in _RANGE.findall(inside):
        first, last = (int(number[:_DIGITS]) for number in (start, end or start))
        found.extend(range(first, last + 1) if 0 <= last - first <= _WIDEST else [first])
    return found
