"""How much an indexing run costs beside the model: `python -m eval.bench.indexing PATH…`.

Indexes into a library of its own, which is deleted after; then does it again, unchanged. Prints the
wall time of the run as a ratio to the time it spent inside the embedding model, and its peak memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from index.indexing import index_paths
from index.settings import load_settings

if TYPE_CHECKING:
    from index.indexing import Report


def main(paths: list[Path]) -> None:
    """Index PATHS twice and print what each run cost."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder))
        first = index_paths(paths, settings)
        again = index_paths(paths, settings)
    _print(first, again)


def _print(first: Report, again: Report) -> None:
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    per_second = first.passages / first.encode_seconds
    typer.echo(f"articles               {first.added:,}")
    typer.echo(f"passages               {first.passages:,}")
    typer.echo(
        f"inside the model       {first.encode_seconds:.1f} s, {per_second:.0f} passages a second"
    )
    typer.echo(f"whole run              {first.seconds:.1f} s")
    typer.echo(f"whole run / model      {first.seconds / first.encode_seconds:.3f}")
    typer.echo(f"again, unchanged       {again.seconds:.2f} s ({again.unchanged:,} files)")
    typer.echo(f"peak memory            {peak / 1e6:,.0f} MB")


if __name__ == "__main__":
    typer.run(main)
