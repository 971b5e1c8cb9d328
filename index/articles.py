"""The types of the index: what is stored, and what a search gives back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property

from index.dates import PartialDate


@dataclass(frozen=True)
class Article:
    """One article as it was given.

    `text` is stored once and never rewritten: every offset anywhere is a code-point index into it.
    `source` is the file name or url it came by; `published` is None when unknown, never guessed;
    `countries` are those its metadata names, as it names them.
    """

    source: str
    title: str
    text: str
    outlet: str | None = None
    author: str | None = None
    speaker: str | None = None
    countries: tuple[str, ...] = ()
    url: str | None = None
    published: PartialDate | None = None
    language: str | None = None

    @cached_property
    def id(self) -> str:
        """Stable over machines and runs: a hash of the source, the metadata and the text."""
        values = (getattr(self, field.name) for field in fields(self))
        plain = [value.iso if isinstance(value, PartialDate) else value for value in values]
        content = json.dumps(plain, ensure_ascii=True)
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    @cached_property
    def heading(self) -> str:
        """Title, speaker and date in one line: the context a passage is embedded with."""
        date = self.published.text if self.published else None
        return " — ".join(part for part in (self.title, self.speaker, date) if part)


@dataclass(frozen=True, slots=True)
class Passage:
    """The span `[start, end)` of an article, on sentence boundaries."""

    article_id: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Stable: the article's id and the span."""
        return f"{self.article_id}.{self.start}.{self.end}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a search, best first.

    `score` is the reranker's logit for (query, passage); higher is better, around 0 is even odds.
    """

    rank: int
    score: float
    passage: Passage
    article: Article

    @property
    def text(self) -> str:
        """The passage's text, sliced from the article."""
        return self.article.text[self.passage.start : self.passage.end]
