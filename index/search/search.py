"""Query → hits: dense and BM25 candidates, fused by reciprocal rank, then reranked."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

from index.articles import Hit
from index.filters import Filters, Window
from index.indexing import passage_input
from index.models import Embedder, Reranker
from index.search.parties import ENCODER, NONE, parties
from index.search.query import Query, understand, with_governments
from index.search.spelling import named_otherwise
from index.search.voices import Voices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from index.articles import Article, Passage
    from index.search.parties import Encode
    from index.settings import Settings
    from index.store.library import Library

Ranked = TypeVar("Ranked")
_RRF_K = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009
_RERANKED_CHARS = 1200
_IN_WINDOW = 1.0  # logits that lying in the time asked about is worth
_LATELY = 365  # days before the newest article that "latest" also searches by themselves
_COUNTRIES = 2  # of a question that wants the newest, whose own articles are searched as well
MATCHES = 3.0  # logits below the best within which "latest" counts a passage as matching


class SearchEngine:
    """Searches one library. Models are loaded at the first search and kept."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raise LibraryMismatch where another model or chunking made the library."""
        library.require(settings)
        self.library = library
        self.settings = settings
        self.today: Callable[[], date] = date.today

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model."""
        return Embedder(self.settings)

    @cached_property
    def _vector(self) -> Callable[[str], NDArray[np.float32]]:
        """Encodes a question; one that is searched again within other limits is not encoded again."""
        return lru_cache(maxsize=16)(self.embedder.encode_query)

    @cached_property
    def _meaning(self) -> Encode:
        """Encodes a question for `parties`, whose weights are of one model."""
        if self.settings.embedding_model == ENCODER:
            return self.embedder.encode_passages
        return Embedder(self.settings.model_copy(update={"embedding_model": ENCODER})).encode_passages

    @cached_property
    def voices(self) -> Voices:
        """Who speaks in the library as it was when first asked."""
        return Voices(self.library.bylines())

    @cached_property
    def reranker(self) -> Reranker:
        """The reranking model."""
        return Reranker(self.settings)

    def search(
        self,
        query: str | Query,
        count: int = 10,
        within: Collection[str] | None = None,
        budget: int | None = None,
    ) -> list[Hit]:
        """Return the `count` best passages for the query, best first.

        A text is understood as of today. Passages of copies are left out. Where the query names a time,
        passages of that time are preferred; where it wants the newest, matching ones come by date; where
        it asks of two sides, each has its best passages among the first. `within` restricts the search
        to articles with those ids. `budget` is how many passages the reranker reads at most, at least
        `count`; the settings' if not given.
        """
        if isinstance(query, str):
            query = self.understand(query)
        if within is not None:
            query = replace(query, filters=replace(query.filters, articles=frozenset(within)))
        budget = max(budget or self.settings.reranked, count)
        if query.sides.parties:
            return self._each_side(query, count, budget)
        return _ranked(self._scored(query, budget), count)

    def understand(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        literal: bool = False,
        apart: bool = True,
    ) -> Query:
        """Return what a standalone question asks for, relative dates counted from `today`.

        A name that is spelt as it is nowhere in the library is searched as what it sounds like there.
        Whether two accounts are asked for is not looked for unless `apart`; a capital whose account is
        asked for stands for its government.
        """
        query = understand(text, self.today(), filters, literal=literal)
        if literal:
            return query
        sides = parties(text, self._meaning, self.voices.country_of) if apart else NONE
        names = [*query.names, *named_otherwise(text, query.names, self.library)]
        asked = [re.finditer(rf"\b{re.escape(party)}\b", text) for party in sides.parties]
        spans = [match.span() for match in chain.from_iterable(asked)]
        return replace(query, names=with_governments(text, names, spans), sides=sides)

    def candidates(self, query: str | Query) -> list[str]:
        """Return passage ids, dense and BM25 rankings fused, best first.

        What is best of the time asked about takes turns with what is best of any time: an article of
        another time may tell of it.
        """
        if isinstance(query, str):
            query = self.understand(query, apart=False)
        asked = [query.filters]
        if query.window and not query.filters.window:
            asked.append(replace(query.filters, window=query.window))
        if query.newest:
            asked += filter(None, map(self._lately, [query.filters, *self._by_countries(query)]))
        vector = self._vector(query.usual)
        fused = (fuse(self._rankings(query, vector, filters)) for filters in asked)
        return list(dict.fromkeys(in_turn(fused)))

    def _by_countries(self, query: Query) -> list[Filters]:
        """Limits to what each country that the question names has published itself."""
        if query.filters.countries:
            return []
        return [replace(query.filters, countries=(country,)) for country in query.countries[:_COUNTRIES]]

    def _lately(self, filters: Filters) -> Filters | None:
        """Limits to the last year of what passes the filters; None where nothing does."""
        newest = self.library.newest(filters)
        if newest is None:
            return None
        return replace(filters, window=Window(newest - timedelta(_LATELY), newest), undated=False)

    def _rankings(self, query: Query, vector: NDArray[np.float32], filters: Filters) -> list[list[str]]:
        count = self.settings.candidates
        return [
            self.library.dense(vector, count, filters),
            self.library.words.lexical(query.rest, count, query.phrases, filters),
        ]

    def _each_side(self, query: Query, count: int, budget: int) -> list[Hit]:
        """The best for each side in turn, each side searched with its part of the budget."""
        share = max(budget // len(query.sides.parties), count)
        asked = [self._of_side(query, side) for side in query.sides.parties]
        found = [_ranked(self._scored(side, share), count) for side in asked]
        turns = in_turn(found)
        best = {hit.passage.id: hit for hit in reversed(turns)}
        ordered = [best[key] for key in dict.fromkeys(hit.passage.id for hit in turns)][:count]
        return [replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1)]

    def _of_side(self, query: Query, side: str) -> Query:
        """The question asked of one side alone, within the same time and filters."""
        alone = self.understand(f"{side}: {query.text}", query.filters, apart=False)
        return replace(alone, window=query.window, newest=query.newest)

    def _scored(self, query: Query, budget: int) -> list[Hit]:
        """Candidates without copies, reranked within the budget, best first."""
        found = self._without_copies(self.library.resolve(self.candidates(query)))[:budget]
        texts = [passage_input(article, passage)[:_RERANKED_CHARS] for passage, article in found]
        asked = [query.as_spelled_in(a, text) for (_, a), text in zip(found, texts, strict=True)]
        scores = [
            float(score) for score in self.reranker.score_pairs(list(zip(asked, texts, strict=True)))
        ]
        hits = [Hit(0, score, *one) for score, one in zip(scores, found, strict=True)]
        return sorted(hits, key=lambda hit: _order(hit, query, max(scores)))

    def _without_copies(self, found: list[tuple[Passage, Article]]) -> list[tuple[Passage, Article]]:
        """Of the articles with one origin, keep the first found."""
        origins = self.library.origins({article.id for _, article in found})
        kept: dict[str, str] = {}
        for _, article in found:
            kept.setdefault(origins.get(article.id, article.id), article.id)
        keep = set(kept.values())
        return [one for one in found if one[1].id in keep]


def _order(hit: Hit, query: Query, best: float) -> tuple[float, float, int]:
    """Sort key: relevance, nudged by the time asked about; recency only breaks ties."""
    day = hit.article.published.first.toordinal() if hit.article.published else 0
    score = hit.score + _IN_WINDOW * bool(query.window and query.window.holds(hit.article.published))
    if query.newest and hit.score >= best - MATCHES:
        return (-float("inf"), -day, 0)
    return (-score, -day, hit.passage.start)


def _ranked(hits: Sequence[Hit], count: int) -> list[Hit]:
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits[:count], start=1)]


def in_turn(rankings: Iterable[Sequence[Ranked]]) -> list[Ranked]:
    """Return the first of each ranking, then the second of each, and so on."""
    return [one for turn in zip_longest(*rankings) for one in turn if one is not None]


def fuse(rankings: Iterable[Sequence[str]]) -> list[str]:
    """Fuse rankings by reciprocal rank: the sum of 1 / (60 + rank) over the rankings."""
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] += 1 / (_RRF_K + rank)
    return sorted(scores, key=lambda key: -scores[key])
