"""How fast articles are taken in: `python -m eval.bench.intake FOLDER [--archive FILE.tar.xz]`.

Prints, from one run on one machine: a whole run against pure encoding; the plain LangChain loop with the
same model on the same articles; intake without the model against embedding, in parts; a second run over
unchanged articles; and the memory of growing libraries, with and without what Chroma keeps in it. Where
many articles are needed and the model does not matter, a stub makes vectors up, and the line says so.
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
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from index import indexing, models
from index.indexing import index_paths
from index.intake import sources
from index.intake.files import find_files
from index.settings import load_settings
from index.store import writing
from index.store.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    parts: Mapping[str, float]

    @property
    def intake_seconds(self) -> float:
        """All but the embedding model."""
        return self.seconds - self.encode_seconds


class StubEmbedder:
    """Stands where the model stands: a text's vector is the sum of a random one for each of its words.

    Texts that share words are near each other, as a model's are. Chroma's graph of vectors without any
    neighbours takes twice as long as one of a model's.
    """

    def __init__(self, _settings: object) -> None:
        self._words = np.random.default_rng(0).standard_normal((4096, _DIMENSIONS), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors."""
        made = np.stack(
            [self._words[[crc32(w.encode()) % 4096 for w in t.split()]].sum(0) for t in texts]
        )
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def measure(files: Sequence[Path], library: Path, *, stub: bool, vectors: bool = True) -> Measured:
    """Index files in a process of its own and return what it took; without `vectors` none are kept."""
    task = {"files": [str(f) for f in files], "library": str(library), "stub": stub, "vectors": vectors}
    command = [sys.executable, "-m", "eval.bench.intake", "--child"]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, check=True)  # noqa: S603
    return Measured(**json.loads(done.stdout))


def _child() -> None:
    task = json.load(sys.stdin)
    if task["stub"]:
        models.Embedder = StubEmbedder  # type: ignore[misc,assignment]
    if not task["vectors"]:
        Vectors.put = lambda *_: None  # type: ignore[method-assign]
    spent = {part: _timed(*place) for part, place in _PARTS.items()}
    report = index_paths([Path(f) for f in task["files"]], load_settings(library=Path(task["library"])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = {part: sum(times) for part, times in spent.items()}
    parts["rows, full text"] -= sum(parts[part] for part in _WITHIN_ROWS)
    found = Measured(
        report.added,
        report.unchanged,
        report.passages,
        report.seconds,
        report.encode_seconds,
        peak,
        parts,
    )
    sys.stdout.write(json.dumps(asdict(found)))


_PARTS: Mapping[str, tuple[Any, str]] = {
    "hashing the file": (sources, "fingerprint"),
    "reading, metadata": (sources, "read_file"),
    "sentences, passages": (indexing, "split_passages"),
    "dates spoken of": (writing, "note_mentions"),
    "signatures of copies": (writing, "sign_article"),
    "finding copies": (writing, "origin_of"),
    "vectors (Chroma)": (Vectors, "put"),
    "rows, full text": (writing.LibraryWriter, "add"),
}
_WITHIN_ROWS = ("dates spoken of", "signatures of copies", "finding copies", "vectors (Chroma)")


def _timed(owner: Any, name: str) -> list[float]:  # noqa: ANN401 - a module or a class
    """Time every call of a function from here on; what it yields is made at once."""
    inner, times = getattr(owner, name), list[float]()

    def timing(*args: Any) -> Any:  # noqa: ANN401
        started = time.perf_counter()
        result = inner(*args)
        if isinstance(result, Iterator):
            result = iter(list(result))
        times.append(time.perf_counter() - started)
        return result

    setattr(owner, name, timing)
    return times


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
    _intake(files, real.encode_seconds / real.passages, work)


def _intake(files: Sequence[Path], encoding: float, work: Path) -> None:
    """Print what intake takes without the model, in parts, against the seconds of encoding a passage."""
    stub = measure(files, work / "stub", stub=True)
    chroma = stub.parts["vectors (Chroma)"]
    rest = stub.intake_seconds - sum(stub.parts.values())
    for part, seconds in {
        **stub.parts, "starting, the rest": rest, "all": stub.intake_seconds,
        "all but Chroma": stub.intake_seconds - chroma,
    }.items():  # fmt: skip
        each = seconds / stub.passages
        print(
            f"  {part:22}{seconds:6.2f} s {each * 1e3:8.3f} ms a passage,"
            f" encoding / it {encoding / each:6.1f}"
        )
    print("  (asked: encoding / all at least 40)")
    again = measure(files, work / "stub", stub=True)
    print(f"  second run, unchanged   {again.seconds:6.2f} s for {again.unchanged}  (asked: at most 3)")


def _memory(archive: Path, sizes: Sequence[int], work: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(work / "archive", filter="data")
    texts = sorted(p for p in (work / "archive").rglob("*.txt") if not p.name.startswith("."))
    for size in sizes:
        files = texts[:: max(1, len(texts) // size)][:size]
        kept = measure(files, work / f"memory-{size}", stub=True)
        none = measure(files, work / f"memory-{size}-none", stub=True, vectors=False)
        print(
            f"memory, stub for the model: {kept.articles:6} articles {kept.passages:8} passages"
            f" {kept.peak_mb:6.0f} MB at the most, {kept.seconds:.0f} s;"
            f" {none.peak_mb:6.0f} MB where no vectors are kept"
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
