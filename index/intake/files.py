"""From paths to articles: which files are read, and by which reader.

A file gives articles or a reason why it cannot be read; it never ends a run.
"""

from __future__ import annotations

import hashlib
import os
import stat
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, TYPE_CHECKING

from index.errors import InputError
from index.intake import documents, formats
from index.intake.metadata import Rejection, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from index.articles import Article

    Reader = Callable[[IO[bytes], str, int], Iterator[Article | Rejection]]

READERS: Mapping[str, Reader] = {
    ".md": formats.read_text,
    ".markdown": formats.read_text,
    ".txt": formats.read_text,
    ".text": formats.read_text,
    ".jsonl": formats.read_lines,
    ".ndjson": formats.read_lines,
    ".html": documents.read_html,
    ".htm": documents.read_html,
    ".xhtml": documents.read_html,
    ".pdf": documents.read_pdf,
    ".docx": documents.read_docx,
}


def find_files(
    paths: Iterable[Path], include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[Path]:
    """Return the files to read, in order: each path itself, or what its folder holds.

    Folders are walked in sorted order; hidden entries and other file types are passed over. The
    globs hold for what is found in folders, by name or by path within the folder: one of `include`
    must match if there are any, none of `exclude` may.

    Raises:
        InputError: a path does not exist, is no article format, or a folder holds none.
    """
    found: dict[Path, None] = {}
    kinds = ", ".join(sorted(READERS))
    for path in paths:
        if not path.exists():
            raise InputError(f"There is no file or folder {path}.", "Check the path.")
        if path.is_dir():
            inside = [file for file in _walk(path) if _wanted(file, path, include, exclude)]
            if not inside:
                chosen = " that the globs leave in" if include or exclude else ""
                raise InputError(
                    f"The folder {path} holds no articles{chosen}.", f"Formats read: {kinds}."
                )
            found.update(dict.fromkeys(inside))
        elif path.suffix.lower() not in READERS:
            raise InputError(f"{path} is not in a format that can be read.", f"Read are: {kinds}.")
        else:
            found[path] = None
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in READERS:
                yield Path(where, name)


def _wanted(file: Path, folder: Path, include: Sequence[str], exclude: Sequence[str]) -> bool:
    within = file.relative_to(folder).as_posix()

    def matches(globs: Sequence[str]) -> bool:
        return any(fnmatch(within, glob) or fnmatch(file.name, glob) for glob in globs)

    return (not include or matches(include)) and not matches(exclude)


def fingerprint(path: Path) -> str:
    """Return a hash of the file's bytes.

    Raises:
        UnreadableError: the file cannot be opened or read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("is not a regular file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError as exc:
        raise UnreadableError(_os_reason(exc)) from exc


def read_file(path: Path, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the articles of a file, and a `Rejection` for each part that holds none.

    `max_bytes` is the largest article accepted; a JSON Lines file may be larger as a whole.
    """
    try:
        with path.open("rb") as file:
            before = _state(path)
            reader = READERS[path.suffix.lower()]
            for item in reader(file, name_of(Path(path.name)), max_bytes):
                if isinstance(item, Rejection):
                    yield Rejection(f"{name_of(path)} {item.location}", item.reason)
                else:
                    yield item
        if _state(path) != before:
            raise UnreadableError("changed while it was read; the next run reads it again")
    except UnreadableError as exc:
        yield Rejection(name_of(path), str(exc), broken_off=True)
    except OSError as exc:
        yield Rejection(name_of(path), _os_reason(exc), broken_off=True)


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when another program writes a file or puts one in its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def name_of(path: Path) -> str:
    r"""Return the path as text that can be stored; a byte of it that is not UTF-8 as `\\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _os_reason(exc: OSError) -> str:
    return f"cannot be read: {exc.strerror or exc}"
