"""Reads every vector of a library and compares them with its passages, in a process of its own.

A damaged file can make Chroma crash the process that reads it, not only raise.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import LibraryDamaged
from index.store.library import Library

_PAGE = 2_000
_PROBES = 20


@dataclass(frozen=True, slots=True)
class VectorCheck:
    """What is wrong with the vectors: `broken` says why they cannot be read at all."""

    missing: int = 0
    orphans: int = 0
    broken: str | None = None


def check_vectors(folder: Path) -> VectorCheck:
    """Check the vectors of the library in `folder`; a crash while reading them is a finding."""
    command = [sys.executable, "-m", "index.store.vector_check", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not done.stdout:
        return VectorCheck(broken=f"reading it crashed (exit status {done.returncode})")
    return VectorCheck(**json.loads(done.stdout))


def _check(library: Library) -> VectorCheck:
    import numpy as np

    vectors, wanted = library.vectors, library.passage_ids()
    stored = vectors.ids()
    ids = sorted(wanted & stored)
    for at in range(0, len(ids), _PAGE):
        page = vectors.read(ids[at : at + _PAGE])
        lengths = np.linalg.norm(np.stack(list(page.values())), axis=1)
        if len(page) < len(ids[at : at + _PAGE]) or not np.allclose(lengths, 1, atol=1e-3):
            return VectorCheck(broken="some vectors are lost or are not unit vectors")
    probes = vectors.read(ids[:: max(1, len(ids) // _PROBES)])
    for vector in probes.values():
        found = vectors.read(vectors.nearest(vector, 1))
        if not any(np.allclose(vector, other, atol=1e-3) for other in found.values()):
            return VectorCheck(broken="its search does not find what is stored")
    return VectorCheck(missing=len(wanted - stored), orphans=len(stored - wanted))


def main() -> None:
    """Print the check of the library named on the command line as JSON."""
    with Library.open(Path(sys.argv[1])) as library:
        try:
            result = _check(library)
        except LibraryDamaged as exc:
            result = VectorCheck(broken=exc.problem)
    sys.stdout.write(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
