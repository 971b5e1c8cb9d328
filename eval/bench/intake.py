"""How fast articles are taken in: `python -m eval.bench.intake FOLDER [--archive FILE.tar.xz]`.

Prints, from one run on one machine: intake without the model against embedding; a whole run against
pure encoding; a second run over unchanged articles; the memory of growing libraries; and the plain
LangChain loop with the same model on the same articles. Where many articles are needed and the model
does not matter, vectors are made up by a stub, and the line says so.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import models
from index.indexing import index_paths
from index.intake import find_files
from index.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_DIMENSIONS = 384


@dataclass(frozen=True, slots=True)
class Measured:
    """One indexing run in a process of its own. `peak_mb` is that process's resident set."""

    articles: int
    unchanged: int
    passages: int
    seconds: float
    encode_seconds: float
    peak_mb: float

    @property
    def intake_seconds(self) -> float:
        """All but the embedding model."""
        return self.seconds - self.encode_seconds


class StubEmbedder:
    """Stands where the model stands and makes vectors up: for what does not depend on them."""

    def __init__(self, _settings: object) -> None:
        self._random = np.random.default_rng(0)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors that mean nothing."""
        made = self._random.standard_normal((len(texts), _DIMENSIONS), dtype=np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def measure(files: Sequence[Path], library: Path, *, stub: bool) -> Measured:
    """Index files in a process of its own and return what it took."""
    task = json.dumps({"files": [str(f) for f in files], "library": str(library), "stub": stub})
    command = [sys.executable, "-m", "eval.bench.intake", "--child"]
    done = subprocess.run(command, input=task, capture_output=True, text=True, check=True)  # noqa: S603
    return Measured(**json.loads(done.stdout))


def _child() -> None:
    task = json.load(sys.stdin)
    if task["stub"]:
        models.Embedder = StubEmbedder  # type: ignore[misc,assignment]
    report = index_paths([Path(f) for f in task["files"]], load_settings(library=Path(task["library"])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = Measured(
        report.added, report.unchanged, report.passages, report.seconds, report.encode_seconds, peak
    )
    sys.stdout.write(json.dumps(asdict(found)))


def langchain_seconds(files: Sequence[Path], folder: Path) -> tuple[float, int]:
    """Return the seconds and chunks of load → split → `Chroma.from_documents` with the same model."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    settings = load_settings()
    embedder = models.Embedder(settings)

    class Same(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return embedder.encode_passages(texts).tolist()  # type: ignore[no-any-return]

        def embed_query(self, text: str) -> list[float]:
            return embedder.encode_query(text).tolist()  # type: ignore[no-any-return]

    started = time.perf_counter()
    documents = [Document(path.read_text("utf-8"), metadata={"source": path.name}) for path in files]
    chunks = RecursiveCharacterTextSplitter(chunk_size=settings.passage_chars).split_documents(documents)
    Chroma.from_documents(chunks, Same(), persist_directory=str(folder))
    return time.perf_counter() - started, len(chunks)


def _speed(files: Sequence[Path], sample: int, work: Path) -> None:
    some = list(files[:: max(1, len(files) // sample)][:sample])
    real = measure(some, work / "real", stub=False)
    print(
        f"with the model: {real.articles} articles, {real.passages} passages in {real.seconds:.1f} s,"
        f" {real.encode_seconds:.1f} s of them encoding"
    )
    print(f"  total / encoding        {real.seconds / real.encode_seconds:6.2f}  (asked: at most 1.10)")
    seconds, chunks = langchain_seconds(some, work / "langchain")
    print(f"  plain LangChain loop    {seconds:6.1f} s for {chunks} chunks of the same articles")
    print(
        f"  per chunk, loop / ours  {seconds / chunks / (real.seconds / real.passages):6.2f}"
        "  (the loop keeps no offsets, dates, copies or full text)"
    )
    stub = measure(files, work / "stub", stub=True)
    encoding = real.encode_seconds / real.passages
    print(
        f"with a stub for the model: {stub.articles} articles, {stub.passages} passages,"
        f" {stub.intake_seconds:.1f} s"
    )
    ratio = encoding / (stub.intake_seconds / stub.passages)
    print(f"  encoding / intake       {ratio:6.1f}  per passage (asked: at least 40)")
    again = measure(files, work / "stub", stub=True)
    print(f"  second run, unchanged   {again.seconds:6.2f} s for {again.unchanged}  (asked: at most 3)")


def _memory(archive: Path, sizes: Sequence[int], work: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(work / "archive", filter="data")
    texts = sorted(p for p in (work / "archive").rglob("*.txt") if not p.name.startswith("."))
    for size in sizes:
        files = texts[:: max(1, len(texts) // size)][:size]
        found = measure(files, work / f"memory-{size}", stub=True)
        print(
            f"memory, stub for the model: {found.articles:6} articles {found.passages:8} passages"
            f" {found.peak_mb:6.0f} MB at the most, {found.seconds:.0f} s"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sample", type=int, default=60, help="articles that are really embedded")
    parser.add_argument("--archive", type=Path, help="a tar of many texts, for the memory figures")
    parser.add_argument("--sizes", type=int, nargs="+", default=[3000, 11000])
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        _child()
        return
    if chosen.folder is None:
        parser.error("give a folder of articles")
    with tempfile.TemporaryDirectory() as work:
        _speed(find_files([chosen.folder]), chosen.sample, Path(work))
        if chosen.archive:
            _memory(chosen.archive, chosen.sizes, Path(work))


if __name__ == "__main__":
    main()
