"""A library as JSON Lines and back: every article as it is stored, so that nothing is read anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from index.articles import Article
from index.dates import parse_published
from index.errors import InputError
from index.indexing import Progress, Report, index_sources
from index.intake.files import fingerprint
from index.intake.metadata import Rejection, UnreadableError
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.settings import Settings
    from index.store.library import Library


class Exported(BaseModel):
    """One line of an export. `replaced_by` is the newer version's id where there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str
    source: str
    title: str
    text: str
    outlet: str | None = None
    author: str | None = None
    speaker: str | None = None
    countries: list[str] = []
    url: str | None = None
    published: str | None = None
    language: str | None = None
    ingested: str
    origin: str | None = None
    replaced_by: str | None = None

    def article(self) -> Article:
        """Return the article.

        Raises:
            ValueError: its id is not that of its content, or its date is none.
        """
        kept = {"id", "ingested", "origin", "replaced_by", "countries", "published"}
        article = Article(
            **self.model_dump(exclude=kept),
            countries=tuple(self.countries),
            published=parse_published(self.published),
        )
        if article.id != self.id:
            raise ValueError("the article is not as it was exported")
        return article


def export_library(library: Library, path: Path) -> int:
    """Write every article and older version to `path`, whole or not at all; return how many.

    Raises:
        OSError: the file cannot be written.
    """
    unfinished = path.with_name(path.name + ".part")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            for row in library.stored_rows():
                file.write(Exported(**row).model_dump_json(exclude_defaults=True) + "\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def import_library(
    path: Path, settings: Settings, on_progress: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Add the articles of an export, with the times they were ingested and their origins.

    Raises:
        InputError: the file cannot be read.
        LibraryError: the library cannot be used.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Give what memoire index export wrote.")
    report = index_sources([_ExportSource(path)], settings, on_progress)
    with LibraryWriter.exclusive(settings.library) as library:
        library.restore(line for line in _lines(path) if isinstance(line, Exported))
    return report


@dataclass(frozen=True)
class _ExportSource:
    """An export. Its location is no path: what it brought stays when the file is gone."""

    path: Path

    @property
    def location(self) -> str:
        return f"import:{fingerprint(self.path)}"

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def mark(self) -> str:
        return fingerprint(self.path)

    def read(self, max_bytes: int) -> Iterator[Article | Rejection]:
        del max_bytes  # what a library holds was let in before
        for line in _lines(self.path):
            if isinstance(line, Rejection):
                yield line
            elif line.replaced_by is None:
                yield line.article()


def _lines(path: Path) -> Iterator[Exported | Rejection]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    exported = Exported.model_validate_json(line)
                    exported.article()
                except (ValidationError, ValueError) as exc:
                    reason = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
                    yield Rejection(f"{path.name} line {number}", f"is no line of an export: {reason}")
                else:
                    yield exported
    except OSError as exc:
        raise UnreadableError(f"cannot be read: {exc.strerror or exc}") from exc
