"""What intake makes of an article stays what it was: libraries made before compare with ones made now.

A digest that changes here means that stored passages, mentions or signatures no longer match what the
program makes. If that is meant, `chunking.VERSION` or the schema must change with it.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.articles import Article
from index.dates import PartialDate
from index.intake.chunking import split_passages
from index.intake.files import find_files, read_file
from index.intake.mentions import _EXPRESSION, _MONTHS, _OPENINGS, _opening, find_mentions
from index.store.copies import signature

if TYPE_CHECKING:
    from pathlib import Path

MIXED = (
    """# Görüşme

Dışişleri Bakanı dün Tahran'da konuştu. Ministr pribudet v Baku 3 мая.

- On Tuesday, 19 April, the envoys met; they will meet next Thursday or by Friday.
- LAST WEEK the talks failed (May 2019). "We wait," he said on Sunday. 2023-04-19 was the day.
1. June 3rd, 2021, and the 1st of July; this year; yesterday and TOMORROW. Mr. X came in Sept. 2020.

**Statement**
"""
    + "The harbour master of Zembla and the U.S. envoy spoke of grain, ferries and the border " * 40
)


@pytest.fixture(scope="module")
def articles(sample_articles: Path) -> list[Article]:
    """Six articles of the sample and one of every kind of oddity."""
    found = [item for file in find_files([sample_articles]) for item in read_file(file, 5_000_000)]
    mixed = Article("mixed", "Mixed", MIXED, published=PartialDate(2024, 5, 2))
    return [*(item for item in found if isinstance(item, Article)), mixed]


@given(st.lists(st.sampled_from([*_OPENINGS, *_MONTHS, "monday", "5", "2024", "2024-05-03", "ſunday",
                                 "ın", "week", "3rd", "of", ",", "on", "by", ".", "\n", "March", "ON"]))
       .map(" ".join) | st.text(alphabet="onby mday1tweksiıİſ2-"))  # fmt: skip
@examples(max_examples=300, deadline=None)
def test_looking_for_openings_first_changes_nothing(text: str) -> None:
    plain = re.compile(_EXPRESSION.pattern.replace(_opening(), r"\b"), _EXPRESSION.flags)
    found = [match.span() for match in _EXPRESSION.finditer(text)]
    assert found == [match.span() for match in plain.finditer(text)]


def _digest(parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def test_ids(articles: list[Article]) -> None:
    assert _digest([article.id for article in articles]) == "b1f8c641221fa9f3"


def test_passages(articles: list[Article]) -> None:
    spans = [(p.start, p.end) for article in articles for p in split_passages(article, 800)]
    assert _digest(spans) == "02ba7ae5864153c8"


def test_mentions(articles: list[Article]) -> None:
    found = [
        (m.start, m.end, m.first.isoformat(), m.last.isoformat())
        for article in articles
        for m in find_mentions(article.text, article.published)
    ]
    assert _digest(found) == "e46da248ecb95f35"


def test_signatures(articles: list[Article]) -> None:
    signed = [signature(article.text) for article in articles]
    assert _digest([None if s is None else s.tobytes() for s in signed]) == "832dc28b6a3e9b1c"
