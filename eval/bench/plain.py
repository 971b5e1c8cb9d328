"""What most would build: LangChain's splitter and Chroma as its tutorials put them together.

Texts are split by `RecursiveCharacterTextSplitter` (1,000 characters, 200 shared), embedded with the
library's own model and searched by Chroma's nearest: no words, no names, no dates, no reranking.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from index.articles import Passage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from index.articles import Article
    from index.models import Embedder
    from index.store.library import Library

_CHARS, _SHARED = 1_000, 200
_ARTICLES = 16  # added at a time; a run cut short loses at most these


class PlainSearch:
    """The articles of a library in an index that LangChain made of them."""

    def __init__(self, library: Library, embedder: Embedder, folder: Path) -> None:
        """Open the index in the folder, or make it; one cut short is completed."""
        self._library = library
        self._store = Chroma("plain", _Model(embedder), str(folder))
        self._splitter = RecursiveCharacterTextSplitter(
            chunk_size=_CHARS, chunk_overlap=_SHARED, add_start_index=True
        )
        every = library.articles()
        while articles := list(islice(every, _ARTICLES)):
            self._add(articles)

    def search(self, text: str, count: int) -> list[tuple[Passage, Article]]:
        """Return the `count` nearest chunks, as the passages they are, with their articles."""
        found = []
        for chunk in self._store.similarity_search(text, count):
            article = self._library.article(chunk.metadata["article"])
            if article:
                start = chunk.metadata["start_index"]
                found.append((Passage(article.id, start, start + len(chunk.page_content)), article))
        return found

    def _add(self, articles: Sequence[Article]) -> None:
        there = set(self._store.get([f"{article.id}/0" for article in articles], include=[])["ids"])
        wanted = [
            Document(article.text, metadata={"article": article.id})
            for article in articles
            if f"{article.id}/0" not in there
        ]
        chunks = self._splitter.split_documents(wanted)
        seen: dict[str, int] = {}
        for chunk in chunks:
            number = seen[chunk.metadata["article"]] = seen.get(chunk.metadata["article"], -1) + 1
            chunk.id = f"{chunk.metadata['article']}/{number}"
        if chunks:
            self._store.add_documents(chunks)


class _Model(Embeddings):
    """The library's embedding model as LangChain takes one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in vector] for vector in self._embedder.encode_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._embedder.encode_query(text)]
