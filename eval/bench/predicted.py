"""Vectors predicted from words, where encoding would take hours and only their spread matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.indexing import passage_input
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_WORDS = 2**16
_TOPICS = 256
_LEARNT_FROM = 20_000  # passages; the rest of the library teaches little more


def predicting(folder: Path) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Return what gives texts vectors that spread as those of the library in the folder do.

    A text's vector is its ridge regression on the text's latent semantic index, plus the residual of a
    passage drawn by chance: without it the vectors would lie in fewer dimensions, and be found faster.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    texts, vectors = _passages(folder)
    model = make_pipeline(
        HashingVectorizer(n_features=_WORDS, stop_words="english", alternate_sign=False, norm=None),
        TfidfTransformer(sublinear_tf=True),
        TruncatedSVD(_TOPICS, random_state=0),
        Ridge(),
    ).fit(texts, vectors)
    residuals = vectors - model.predict(texts)
    chance = np.random.default_rng(0)

    def predict(texts: Sequence[str]) -> NDArray[np.float32]:
        drawn = residuals[chance.integers(len(residuals), size=len(texts))]
        found = np.asarray(model.predict(texts) + drawn, np.float32)
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit

    return predict


def _passages(folder: Path) -> tuple[list[str], NDArray[np.float32]]:
    texts: dict[str, str] = {}
    with Library.open(folder) as library:
        for article in library.articles():
            for passage in library.passages(article.id):
                texts[passage.id] = passage_input(article, passage)
        chosen = np.random.default_rng(0).permutation(sorted(texts))[:_LEARNT_FROM]
        vectors = library.vectors.read([str(key) for key in chosen])
    return [texts[key] for key in vectors], np.stack(list(vectors.values()))
