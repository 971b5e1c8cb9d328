"""Sentences → passages: spans of up to a set size that begin and end with a sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.articles import Article, Passage
from index.intake.sentences import Sentence, split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "sentences-2"
_WORD_END = re.compile(r"\s+(?=\S)")


def split_passages(article: Article, size: int) -> list[Passage]:
    """Return the article's passages in order.

    A passage fills up to `size` characters with whole sentences, prefers to end with a paragraph once
    it is two thirds full, and never ends with a heading. A sentence longer than twice `size` is cut
    between words; nothing else is.
    """
    article_id = article.id  # a hash over the text: once, not for each passage
    passages: list[Passage] = []
    current: list[Sentence] = []
    for sentence in _bounded(article.text, size):
        if current and _closes(current, sentence, size):
            carried = _trailing_headings(current)
            passages.append(_passage(article_id, current[: len(current) - len(carried)]))
            current = carried
        current.append(sentence)
    if current:
        passages.append(_passage(article_id, current))
    return passages


def _closes(current: list[Sentence], following: Sentence, size: int) -> bool:
    overfull = following.end - current[0].start > size
    if all(sentence.heading for sentence in current):
        return overfull and following.heading
    if overfull:
        return True
    filled = current[-1].end - current[0].start
    return (following.heading and filled >= size // 3) or (
        following.block != current[-1].block and filled >= size * 2 // 3
    )


def _trailing_headings(current: list[Sentence]) -> list[Sentence]:
    """The headings at the end, for the next passage; none where there is nothing but headings."""
    keep = len(current)
    while keep and current[keep - 1].heading:
        keep -= 1
    return current[keep:] if keep else []


def _passage(article_id: str, sentences: list[Sentence]) -> Passage:
    return Passage(article_id, sentences[0].start, sentences[-1].end)


def _bounded(text: str, size: int) -> Iterator[Sentence]:
    for sentence in split_sentences(text):
        start = sentence.start
        while sentence.end - start > 2 * size:
            cuts = list(_WORD_END.finditer(text, start, start + size))
            cut = cuts[-1] if cuts else None
            end, following = (cut.start(), cut.end()) if cut else (start + size, start + size)
            yield from _piece(text, sentence, start, end)
            start = following
        yield from _piece(text, sentence, start, sentence.end)


def _piece(text: str, sentence: Sentence, start: int, end: int) -> Iterator[Sentence]:
    """Yield that stretch of the sentence, unless no word stands there."""
    if text[start].isalnum() or any(char.isalnum() for char in text[start:end]):
        whole = (start, end) == (sentence.start, sentence.end)
        yield sentence if whole else replace(sentence, start=start, end=end)
