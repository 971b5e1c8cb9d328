"""The Chroma side of a library: one vector a passage, keyed by passage id."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from index.errors import LibraryDamaged, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chromadb.api import ClientAPI
    from numpy.typing import NDArray

_NAME = "passages"
_CANNOT_WRITE = ("readonly", "full", "permission", "no space", "code: 778", "code: 1034", "code: 1546")
"""In what Chroma passes on: the system's words, SQLite's codes of a write, sync or truncation failed."""
_FEW = 1_000  # vectors that are compared one by one: among so few the graph finds its way only slowly
_PAGE = 5_000  # Chroma takes at most 5,461 items a call


def _client(folder: Path) -> ClientAPI:
    try:
        return chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    except ChromaError:
        # Chroma would hand the half-open store to the next caller of this process.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


class Vectors:
    """The vectors of a library's passages, searched by cosine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._translated():
            self._client = _client(folder)
            self._collection = self._client.get_or_create_collection(
                _NAME,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200, "sync_threshold": 4000}},
            )

    def close(self) -> None:
        """Release the store's files."""
        self._client.close()  # type: ignore[attr-defined] # not in its interface

    def put(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Store vectors of shape (len(ids), dimensions), replacing those stored under the ids."""
        with self._translated():
            for at in range(0, len(ids), _PAGE):
                page = slice(at, at + _PAGE)
                self._collection.upsert(list(ids[page]), embeddings=vectors[page])

    def remove(self, ids: Sequence[str]) -> None:
        """Forget the vectors stored under the ids, if any."""
        with self._translated():
            for at in range(0, len(ids), _PAGE):
                self._collection.delete(list(ids[at : at + _PAGE]))

    def nearest(
        self, vector: NDArray[np.float32], count: int, among: Sequence[str] | None = None
    ) -> list[str]:
        """Return the ids of the `count` nearest vectors (of those `among`), nearest first."""
        if among is not None and len(among) <= _FEW:
            known = self.read(among)
            rows = np.stack(list(known.values())) if known else np.zeros((0, len(vector)), np.float32)
            order = np.argsort(-(rows @ vector) / np.linalg.norm(rows, axis=1), kind="stable")
            return [list(known)[at] for at in order[:count]]
        ids = None if among is None else list(among)
        with self._translated():
            found = self._collection.query(vector[None], ids=ids, n_results=count, include=[])
        return list(found["ids"][0])

    def read(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors stored under the ids, by id; an unknown id is left out."""
        vectors: dict[str, NDArray[np.float32]] = {}
        with self._translated():
            for at in range(0, len(ids), _PAGE):
                page = self._collection.get(list(ids[at : at + _PAGE]), include=["embeddings"])
                rows = np.asarray(page["embeddings"], np.float32)
                vectors.update(zip(page["ids"], rows, strict=True))
        return vectors

    def ids(self) -> set[str]:
        """Return the ids of all vectors."""
        known: set[str] = set()
        with self._translated():
            while page := self._collection.get(limit=_PAGE, offset=len(known), include=[])["ids"]:
                known.update(page)
        return known

    def count(self) -> int:
        """Return how many vectors there are."""
        with self._translated():
            return int(self._collection.count())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ChromaError as exc:
            message = str(exc)
            if any(sign in message.lower() for sign in _CANNOT_WRITE):
                raise StorageError(
                    f"The vector store {self.folder} cannot be written: {message}.",
                    "Free space or allow writing there, then run the command again.",
                ) from exc
            raise LibraryDamaged(
                f"The vector store {self.folder} cannot be read: {message}.",
                "Run: memoire doctor --mend",
            ) from exc
