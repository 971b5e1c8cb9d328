"""Query → hits: dense and BM25 candidates, fused by reciprocal rank, then reranked."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from index.articles import Hit
from index.indexing import passage_input
from index.models import Embedder, Reranker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from index.library import Library
    from index.settings import Settings

_RRF_K = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009
_RERANKED_CHARS = 1200


class SearchEngine:
    """Searches one library. Models are loaded at the first search and kept."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raise LibraryMismatch where another model or chunking made the library."""
        library.require(settings)
        self.library = library
        self.settings = settings

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model."""
        return Embedder(self.settings)

    @cached_property
    def reranker(self) -> Reranker:
        """The reranking model."""
        return Reranker(self.settings)

    def search(self, query: str, count: int = 10, within: Collection[str] | None = None) -> list[Hit]:
        """Return the `count` best passages for the query, best first, by the reranker's score.

        `within` restricts it to articles with those ids.
        """
        candidates = self.candidates(query, within)[: max(self.settings.reranked, count)]
        found = self.library.resolve(candidates)
        texts = [passage_input(article, passage)[:_RERANKED_CHARS] for passage, article in found]
        scores = self.reranker.score(query, texts)
        order = sorted(range(len(found)), key=lambda i: (-scores[i], i))[:count]
        return [Hit(rank, float(scores[i]), *found[i]) for rank, i in enumerate(order, start=1)]

    def candidates(self, query: str, within: Collection[str] | None = None) -> list[str]:
        """Return passage ids, dense and BM25 rankings fused, best first."""
        count = self.settings.candidates
        dense = self.library.dense(self.embedder.encode_query(query), count, within)
        return fuse([dense, self.library.lexical(query, count, within)])


def fuse(rankings: Iterable[Sequence[str]]) -> list[str]:
    """Fuse rankings by reciprocal rank: the sum of 1 / (60 + rank) over the rankings."""
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] += 1 / (_RRF_K + rank)
    return sorted(scores, key=lambda key: -scores[key])
