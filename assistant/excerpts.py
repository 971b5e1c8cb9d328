"""What to quote for a chosen sentence, so that it reads whole, and who is speaking there.

A sentence that leans on the one before it ("He added …") is quoted with it; a list item is quoted
with the sentence that introduces the list. Offsets always point into the stored text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.intake.sentences import Sentence, split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.articles import Article

_LEANS = re.compile(
    r"(?:[a-z]"
    r"|(?:He|She|They|It|This|That|These|Those|His|Her|Their|Its|Such|The (?:two|latter|former|same)"
    r"|In (?:addition|turn|response)|Furthermore|Moreover|Similarly|Likewise|Instead|Also|However"
    r"|Therefore|Thus|Both|And|But|Nor|Yet)\b)"
)
_LONGEST = 700
_ELABORATED = 480  # characters of a sentence with the one that elaborates it
_FEW_WORDS = 10
_SMALL_WORD = re.compile(r"\b[a-z]{2,}")
_FEWEST_SMALL = 3
_CATALOGUED = re.compile(r"(?<= of )(?P<name>[A-Z][\w ]+), (?P<rest>(?:the )?[\w’' -]+ of)$")
_HONORIFIC = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr)\.?\s+|(?:His|Her) (?:Excellency|Majesty|(?:Royal |Serene )?Highness)\s+)+"
)
_LIST_REACH = 25
_LARGE = "A-ZÀ-ÖØ-ÞĀ-ŽẠ-Ỹ"  # small letters of the last two stretches too: no label has them
_TURN = re.compile(
    r"(?:^|\n)[ \t]*(?:(Q)(?=[ \t\u00a0]+\S)"
    rf"|((?:[{_LARGE}][{_LARGE}.’'\-]+|[A-Z]\.)(?: [{_LARGE}][{_LARGE}.’'\-]*){{0,5}}):)"
)
_MARKUP = re.compile(r"\*\*|__|\\(?=[^\w\s])|(?<!\w)\*(?=\w)|(?<=[\w.,;!?])\*(?!\w)")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^)\s]*\)")
_BULLET = re.compile(r"^(?:[•*–-]|\(?[a-z\d]{1,2}[.)])\s+")
REPORTER = "Q"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Spans of one article to quote together, in order."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where its last, decisive span begins."""
        return self.spans[-1][0]

    def text(self, article: Article) -> str:
        """Return what a reader sees: lines unwrapped, markup dropped, an ellipsis for what is left out.

        Items after the line that introduces their list have bullets.
        """
        parts = [readable(article.text[start:end]) for start, end in self.spans]
        listed = parts[0].endswith(":")
        text = parts[0]
        for part, (_, end), (begin, _) in zip(parts[1:], self.spans, self.spans[1:], strict=False):
            omitted = any(char.isalnum() for char in article.text[end:begin]) or not listed
            text += (" …" if omitted else "") + (" • " if listed else " ") + _BULLET.sub("", part)
        return text


@lru_cache(maxsize=256)
def sentences_of(article: Article) -> tuple[Sentence, ...]:
    """Return the article's sentences in order."""
    return tuple(split_sentences(article.text))


def around(article: Article, sentence: Sentence) -> str:
    """Return the sentence with the one before it and the one after."""
    every = sentences_of(article)
    at = every.index(sentence)
    return article.text[every[max(0, at - 1)].start : every[min(len(every) - 1, at + 1)].end]


def excerpt(article: Article, sentence: Sentence) -> Excerpt:
    """Return what to quote for a sentence of the article."""
    every = sentences_of(article)
    at = every.index(sentence)
    if sentence.item and (lead := _list_lead(article, every, at)):
        return Excerpt(((lead.start, lead.end), (sentence.start, sentence.end)))
    start = sentence.start
    while at and _LEANS.match(article.text, every[at].start):
        before = every[at - 1]
        if before.heading or before.item != sentence.item or sentence.end - before.start > _LONGEST:
            break
        if before.block != every[at].block and not article.text[every[at].start].isupper():
            break
        start, at = before.start, at - 1
        if start < sentence.start - _LONGEST // 2:
            break
    return Excerpt(((start, sentence.end),))


def elaborated(article: Article, sentence: Sentence, quote: Excerpt) -> Excerpt:
    """Return the quote with the sentence after it, where that says what the quoted one only opens.

    So it is of a report's first sentence and of one of a few words.
    """
    every = sentences_of(article)
    at = every.index(sentence)
    opens = article.speaker is None and all(before.heading for before in every[:at])
    few = len(article.text[sentence.start : sentence.end].split()) <= _FEW_WORDS
    after = every[at + 1] if at + 1 < len(every) else None
    if not (opens or few) or after is None or after.heading:
        return quote
    if after.block != sentence.block and not opens:
        return quote
    start, end = quote.spans[-1]
    if len(_SMALL_WORD.findall(article.text, after.start, after.end)) < _FEWEST_SMALL:
        return quote  # a date, a signature
    apart = after.item or sentence.item or turn_at(article, after.start) != turn_at(article, start)
    if apart or after.end - start > _ELABORATED:
        return quote
    return Excerpt((*quote.spans[:-1], (start, max(end, after.end))))


def _list_lead(article: Article, every: Sequence[Sentence], at: int) -> Sentence | None:
    for before in reversed(every[max(0, at - _LIST_REACH) : at]):
        if article.text[before.end - 1] == ":":
            return before
        if not before.item:
            return None
    return None


@lru_cache(maxsize=256)
def _turns(text: str) -> tuple[tuple[int, str], ...]:
    """Return where each turn of a transcript begins and whose it is; nothing elsewhere."""
    turns = tuple((match.start(), match[1] or match[2]) for match in _TURN.finditer(text))
    names = [name for _, name in turns]
    return turns if len(names) > len(set(names)) else ()


def turn_at(article: Article, offset: int) -> tuple[int, str] | None:
    """Return whose turn it is at an offset of a transcript, and where his label stands; else None.

    The name is as the transcript writes it, or `REPORTER`.
    """
    text = article.text
    labels = [(start, name) for start, name in _turns(text) if start <= offset]
    if not labels:
        return None
    start, name = labels[-1]
    return text.index(name, start), name


def speaking(article: Article, offset: int) -> str | None:
    """Return whose turn it is at an offset of a transcript: a name, `REPORTER`, or None elsewhere."""
    turn = turn_at(article, offset)
    return turn[1] if turn else None


def attribution(article: Article, offset: int) -> str:
    """Return who said it and when, from the article's own metadata and, in a transcript, its turns."""
    turn = speaking(article, offset)
    speaker = _named(turn) if turn else _introduced(article.speaker)
    who = ", ".join(part for part in (speaker, None if article.speaker else article.outlet) if part)
    when = article.published.text if article.published else "undated"
    return f"{who or article.title}, {when}"


def _introduced(speaker: str | None) -> str | None:
    """A speaker with one office and no honorific: "Benjamin Netanyahu, Prime Minister of Israel"."""
    if speaker is None:
        return None
    name, _, offices = _HONORIFIC.sub("", speaker).partition(", ")
    offices = _CATALOGUED.sub(r"\g<rest> \g<name>", offices)
    first, *others = re.split(r", (?:and )?(?=[A-Z])", offices)
    land = offices.rpartition(" of ")[2] if others and " of " in offices else ""
    office = f"{first} of {land}" if land and " of " not in first else first
    return f"{name}, {office}" if office else name


def _named(turn: str) -> str:
    small = {"OF", "THE", "AND", "FOR"}
    words = [w.lower() if w in small and i else w.capitalize() for i, w in enumerate(turn.split())]
    return " ".join(words)


def readable(text: str) -> str:
    """Return text as one line without Markdown's marks; the words are untouched."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())
