"""A question's words as SQLite's full-text index is asked for them, and the SQL that asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNT_WITH = "SELECT count(*) AS n FROM passage_words WHERE passage_words MATCH ?"
OF_ARTICLES = "SELECT id FROM passage WHERE article_key IN (SELECT value FROM json_each(?))"
THESE_OF_ARTICLES = (
    "SELECT id FROM passage WHERE id IN (SELECT value FROM json_each(?))"
    " AND +article_key IN (SELECT value FROM json_each(?))"
)
HOLDING = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?"
HOLDING_OF_ARTICLES = (
    "SELECT key FROM passage_words JOIN passage ON key = passage_words.rowid"
    " WHERE passage_words MATCH ? AND +article_key IN (SELECT value FROM json_each(?))"
)
KEYS_OF_ARTICLES = "SELECT key FROM passage WHERE article_key IN (SELECT value FROM json_each(?))"
BEST = """
SELECT id FROM (
    SELECT rowid AS found, bm25(passage_words, 0.6, 1.0) AS score FROM passage_words
    WHERE passage_words MATCH ? AND +rowid IN ({}) ORDER BY score LIMIT ?
) JOIN passage ON key = found ORDER BY score
"""
VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, passage_words, row)"
)
WORDS_WITH = "SELECT term FROM temp.vocabulary WHERE term >= ? AND term < ?"
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


def words_asked_for(text: str, phrases: Iterable[str]) -> list[str]:
    """Return the words of a text that tell something, and the phrases, each once, in small letters."""
    words = [w for w in _WORD.findall(text.lower()) if w not in _STOP]
    words += [" ".join(_WORD.findall(phrase.lower())) for phrase in phrases]
    return [word for word in dict.fromkeys(words) if len(word) > 1]


def any_of(words: Iterable[str]) -> str:
    """Return the full-text query for what holds any of the words or phrases."""
    return " OR ".join(f'"{word}"' for word in words)
