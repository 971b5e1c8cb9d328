"""Blocks and sentences of an article, as offsets into its text.

A block is a paragraph, a heading or a list item: no sentence and no passage reads across two blocks
as if they were one. Sentences come from sentencex (Wikimedia's segmenter) and are found inside blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sentencex import get_sentence_boundaries

if TYPE_CHECKING:
    from collections.abc import Iterator

_BREAK = re.compile(
    r"""(?=[ \t\r\n])(?:                 # what any of these begins with: the rest is passed over at once
        \r?\n(?:[ \t\u00a0]*\r?\n)+       # blank lines
      | \r?\n(?=[ \t]*(?:[-*+•·]|\d{1,3}\\?[.)])[ \t\u00a0]+\S)  # a list item
      | \r?\n(?=\#{1,6}[ \t])            # a heading
      | (?<=[.!?:”"…])(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St)\.)(?<!\b(?:Mrs|Gen|Sen|Rep|Gov)\.)
        [ \t]*\r?\n(?=\S)               # a line that ends a sentence, not one that ends in "U.S."
      )
    """,
    re.VERBOSE,
)
_LIST_MARKER = re.compile(r"[ \t]*(?:[-*+•·]|\d{1,3}\\?[.)])[ \t\u00a0]+(?=\S)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+\S|[ \t]*(?:\*\*|__)[^\n]{1,120}(?:\*\*|__):?[ \t]*\Z")
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")  # "**U.S." is no abbreviation to the segmenter
# An abbreviation to the segmenter, which it never is.
_MAY = re.compile(r"\bMay\.[”’\"»)]*(?=\s+[(\[“‘«\"']*[A-ZÀ-ÖØ-ÞĀČĐĒĞĪİĶĻŁŃŅŌŚŞŠŢŪŽ\d])")
_MARKERS_ONLY = re.compile(r"\W*\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The span `[start, end)` of one sentence, without the white space and list marker around it.

    `block` counts the article's blocks; `heading` and `item` say what the block is.
    """

    start: int
    end: int
    block: int
    heading: bool = False
    item: bool = False


def split_sentences(text: str, language: str = "en") -> list[Sentence]:
    """Return the sentences of `text` in order: not overlapping, each with a letter or digit in it."""
    sentences: list[Sentence] = []
    for number, (start, end) in enumerate(_blocks(text)):
        block = text[start:end]
        marker = _LIST_MARKER.match(block)
        heading = bool(_HEADING.match(block)) or _is_label(block)
        offset = start + (marker.end() if marker else 0)
        plain = _EMPHASIS.sub(lambda marks: " " * len(marks[0]), text[offset:end])
        for begin, finish in _boundaries(plain, language):
            span = _trim(text, offset + begin, offset + finish)
            if not _MARKERS_ONLY.match(text[span[0] : span[1]]):
                sentences.append(Sentence(*span, number, heading, marker is not None))
    return sentences


def _boundaries(plain: str, language: str) -> Iterator[tuple[int, int]]:
    for boundary in get_sentence_boundaries(language, plain):
        start, end = boundary["start_index"], boundary["end_index"]
        for month in _MAY.finditer(plain, start, end):
            yield start, month.end()
            start = month.end()
        yield start, end


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _is_label(block: str) -> bool:
    """A short line of its own without a full stop heads what follows it."""
    line = block.strip().strip("*_ ")
    return len(line) <= 80 and "\n" not in line and not line.endswith((".", "!", "?", "”", '"', ";"))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
