"""The words of a library's passages, in SQLite's full-text index: what holds them, how rare they are."""

from __future__ import annotations

import json
import math
import re
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.filters import Filters
    from index.store.reading import Reader

_EVERYWHERE, _EVERYWHERE_SHARE = 4_000, 0.2  # of passages; beyond both a word is not looked for
_WEIGHED = 8_000  # passages that hold the rarest words asked for, among which the best are looked for
_COUNT_WITH = "SELECT count(*) AS n FROM passage_words WHERE passage_words MATCH ?"
_HOLDING = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?"
_HOLDING_OF_ARTICLES = (
    "SELECT key FROM passage_words JOIN passage ON key = passage_words.rowid"
    " WHERE passage_words MATCH ? AND +article_key IN (SELECT value FROM json_each(?))"
)
_KEYS_OF_ARTICLES = "SELECT key FROM passage WHERE article_key IN (SELECT value FROM json_each(?))"
_BEST = """
SELECT id FROM (
    SELECT rowid AS found, bm25(passage_words, 0.6, 1.0) AS score FROM passage_words
    WHERE passage_words MATCH ? AND +rowid IN ({}) ORDER BY score LIMIT ?
) JOIN passage ON key = found ORDER BY score
"""
_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, passage_words, row)"
)
_WORDS_WITH = "SELECT term FROM temp.vocabulary WHERE term >= ? AND term < ?"
_WORD = re.compile(r"\w+")
_STOP = frozenset(
    """
    a about according after all also an and any are as at be been before between both by can
    could did do does during each for from give had has have he her his how i if in into is
    it its many may me more most much of on or our over please said say says she should so
    some such tell than that the their them then there these they this those to under up us
    was we were what when where which while who whom whose why will with would you your
    """.split()
)


class Words:
    """The words of a library's passages, searched by BM25."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def lexical(
        self, text: str, count: int, phrases: Iterable[str] = (), filters: Filters | None = None
    ) -> list[str]:
        """Return ids of the `count` best passages by BM25 over any word or phrase, best first.

        Weighed is only what holds one of the rarest words, as many of them as some thousands of passages
        hold; of what passes the filters, where that leaves too little, all that holds any.
        """
        words = _words_asked_for(text, phrases)
        words = [word for word in words if not self._is_everywhere(word)] or words
        if not words:
            return []
        every, rare = _any_of(words), _any_of(self._rarest(words))
        if not filters:
            return self._best(every, count, _HOLDING, rare)
        passing = json.dumps(self._reader.passing(filters))
        found = self._best(every, count, _HOLDING_OF_ARTICLES, rare, passing)
        if len(found) < count and rare != every:
            found = self._best(every, count, _KEYS_OF_ARTICLES, passing)
        return found

    def holding(self, word: str) -> int:
        """Return how many passages hold a word."""
        return self._reader.kept("counts", word, partial(self._count, word))

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return each word's inverse document frequency: ln((n + 1) / (passages with it + 1))."""
        total = self._reader.size("passage")
        return {word: math.log((total + 1) / (self.holding(word) + 1)) for word in words}

    def vocabulary(self, initials: str) -> list[str]:
        """Return the stems of the words of the passages that begin with one of the letters, folded."""
        found = (self._reader.kept("words", at, partial(self._beginning, at)) for at in initials)
        return list(chain.from_iterable(found))

    def _best(self, words: str, count: int, among: str, *values: str) -> list[str]:
        return [row["id"] for row in self._reader.rows(_BEST.format(among), words, *values, count)]

    def _is_everywhere(self, word: str) -> bool:
        """Tell whether a word is in so many passages that it tells little and costs most of a search."""
        most = max(_EVERYWHERE, _EVERYWHERE_SHARE * self._reader.size("passage"))
        return self.holding(word) > most

    def _rarest(self, words: Sequence[str]) -> list[str]:
        rarest, held = [], 0
        for word in sorted(words, key=self.holding):
            if held >= _WEIGHED:
                break
            rarest.append(word)
            held += self.holding(word)
        return rarest

    def _count(self, word: str) -> int:
        return int(self._reader.rows(_COUNT_WITH, f'"{word}"')[0]["n"])

    def _beginning(self, letter: str) -> list[str]:
        self._reader.rows(_VOCABULARY)
        rows = self._reader.rows(_WORDS_WITH, letter, chr(ord(letter) + 1))
        return [row["term"] for row in rows]


def _words_asked_for(text: str, phrases: Iterable[str]) -> list[str]:
    """The words of a text that tell something, and the phrases, each once, in small letters."""
    words = [w for w in _WORD.findall(text.lower()) if w not in _STOP]
    words += [" ".join(_WORD.findall(phrase.lower())) for phrase in phrases]
    return [word for word in dict.fromkeys(words) if len(word) > 1]


def _any_of(words: Iterable[str]) -> str:
    """The full-text query for what holds any of the words or phrases."""
    return " OR ".join(f'"{word}"' for word in words)
