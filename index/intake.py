"""From paths to articles: Markdown with front matter, plain text and JSON Lines.

A file gives articles or a reason why it cannot be read; it never ends a run, and nothing is guessed
to make it pass.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import yaml

from index.articles import Article
from index.dates import PartialDate, parse_published
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text"})
LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = TEXT_SUFFIXES | LINES_SUFFIXES

_OPENING = re.compile(r"---[ \t]*\r?\n")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(|.*?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NOT_TEXT = re.compile(r"[\0\ud800-\udfff]")
_LEADING_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=\D|$)")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "publisher", "site_name", "publication"),
    "url": ("url", "source_url", "link"),
    "published": ("published", "date", "published_time", "date_published"),
    "author": ("author", "authors", "byline"),
    "speaker": ("speaker",),
    "speaker_post": ("speaker_post",),
    "countries": ("countries", "country", "places"),
    "language": ("language", "lang"),
    "text": ("text", "body", "content"),
}
_OUTLETS: Mapping[str, str] = {
    "www.whitehouse.gov": "The White House",
    "bidenwhitehouse.archives.gov": "The White House",
    "trumpwhitehouse.archives.gov": "The White House",
}


# PyYAML lets an explicit tag such as "!!timestamp x" fail with whatever its constructor meets.
_TAG_ERRORS = (TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


class UnreadableError(Exception):
    """A file, or one line of it, that cannot become an article; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something set aside: where it is, and why in words for a person."""

    location: str
    reason: str


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to read, in order: each path itself, or what its folder holds.

    Folders are walked in sorted order; hidden entries and other file types are passed over.

    Raises:
        InputError: a path does not exist, is no article format, or a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"There is no file or folder {path}.", "Check the path.")
        if path.is_dir():
            inside = list(_walk(path))
            if not inside:
                kinds = ", ".join(sorted(SUFFIXES))
                raise InputError(f"The folder {path} holds no articles.", f"Formats read: {kinds}.")
            found.update(dict.fromkeys(inside))
        elif path.suffix.lower() not in SUFFIXES:
            kinds = ", ".join(sorted(SUFFIXES))
            raise InputError(f"{path} is not in a format that can be read.", f"Read are: {kinds}.")
        else:
            found[path] = None
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(where, name)


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
            if path.suffix.lower() in LINES_SUFFIXES:
                yield from _read_lines(file, path, max_bytes)
            else:
                yield _read_text(file, path, max_bytes)
    except UnreadableError as exc:
        yield Rejection(name_of(path), str(exc))
    except OSError as exc:
        yield Rejection(name_of(path), _os_reason(exc))


def name_of(path: Path) -> str:
    r"""Return the path as text that can be stored; a byte of it that is not UTF-8 as `\\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _read_text(file: IO[bytes], path: Path, max_bytes: int) -> Article:
    text = _decode(file.read(max_bytes + 1), max_bytes)
    metadata: Mapping[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        metadata, text = _front_matter(match[1]), text[match.end() :]
    elif _OPENING.match(text):
        raise UnreadableError("the front matter opened on line 1 is never closed with '---'")
    return _article(metadata, text, name_of(Path(path.name)))


def _read_lines(file: IO[bytes], path: Path, max_bytes: int) -> Iterator[Article | Rejection]:
    number = 0
    while line := file.readline(max_bytes + 1):
        number += 1
        try:
            if len(line) > max_bytes:
                while line and not line.endswith(b"\n"):
                    line = file.readline(max_bytes)
                raise UnreadableError(_too_large(max_bytes))
            if line.strip():
                yield _from_json(_decode(line, max_bytes), f"{name_of(Path(path.name))}#{number}")
        except UnreadableError as exc:
            yield Rejection(f"{name_of(path)} line {number}", str(exc))


def _from_json(line: str, name: str) -> Article:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise UnreadableError(f"not valid JSON: {exc}") from exc
    if not isinstance(record, dict):
        raise UnreadableError("not a JSON object")
    text = _first(record, "text")
    if not isinstance(text, str):
        raise UnreadableError('has no "text" with the article\'s text')
    url = _first(record, "url")
    return _article(record, text, str(record.get("source") or url or name))


def _decode(data: bytes, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise UnreadableError(_too_large(max_bytes))
    if b"\0" in data:
        raise UnreadableError("holds binary data, not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UnreadableError(
            f"is not UTF-8 text (byte {exc.start}); convert it, for example with iconv"
        ) from exc


def _front_matter(block: str) -> Mapping[str, Any]:
    try:
        metadata = yaml.safe_load(block)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 2 if exc.problem_mark else 1
        raise UnreadableError(f"broken front matter at line {line}: {exc.problem}") from exc
    except (yaml.YAMLError, ValueError) as exc:
        raise UnreadableError(f"broken front matter: {str(exc).partition(chr(10))[0]}") from exc
    except _TAG_ERRORS as exc:
        raise UnreadableError("broken front matter: a value does not fit its tag") from exc
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise UnreadableError("broken front matter: it is not a list of 'name: value'")
    return metadata


def _article(metadata: Mapping[str, Any], text: str, source: str) -> Article:
    if not text.strip():
        raise UnreadableError("holds no text")
    url = _line(_first(metadata, "url"))
    outlet = _line(_first(metadata, "outlet"))
    article = Article(
        source=source,
        title=_line(_first(metadata, "title")) or _title_from(source),
        text=text,
        outlet=outlet or _outlet_of(url),
        author=_line(_first(metadata, "author")),
        speaker=_speaker(metadata),
        countries=_lines(_first(metadata, "countries")),
        url=url,
        published=_published(metadata, source),
        language=_line(_first(metadata, "language")),
    )
    named = (article.title, article.outlet, article.author, article.speaker, article.language)
    for value in (source, text, url, *named, *article.countries):
        if value and _NOT_TEXT.search(value):
            raise UnreadableError("holds characters that are not text")
    return article


def _first(metadata: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401 - metadata is anything
    return next((metadata[key] for key in _KEYS[field] if metadata.get(key)), None)


def _line(value: object) -> str | None:
    """Metadata as one clean line: markup entities resolved, white space folded."""
    if value is None:
        return None
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(filter(None, map(_line, value))) or None
    if isinstance(value, list | dict):
        raise UnreadableError("a title, outlet or name in its metadata is not a line of text")
    return " ".join(html.unescape(str(value)).split()) or None


def _lines(value: object) -> tuple[str, ...]:
    """Metadata that may be one name or a list of names."""
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(filter(None, map(_line, items))))


def _published(metadata: Mapping[str, Any], source: str) -> PartialDate | None:
    value = _first(metadata, "published")
    if value is None:
        dated = _LEADING_DATE.match(PurePosixPath(source).name)
        value = dated[0] if dated else None
        try:
            return parse_published(value)
        except ValueError:
            return None
    if isinstance(value, list | dict):
        raise UnreadableError("publication date: it is not a date like 2023-04-19 or 2023-04")
    try:
        return parse_published(value)
    except ValueError as exc:
        raise UnreadableError(f"publication date: {exc}") from exc


def _speaker(metadata: Mapping[str, Any]) -> str | None:
    name, post = (_line(_first(metadata, key)) for key in ("speaker", "speaker_post"))
    country = _line(metadata.get("country"))
    if post and country and country.lower() not in post.lower():
        post = f"{post} of {country}"
    return ", ".join(part for part in (name, post) if part) or None


def _title_from(source: str) -> str:
    stem = PurePosixPath(_url(source).path).stem or source
    words = re.sub(r"[-_\s]+", " ", _LEADING_DATE.sub("", stem)).strip()
    return words[:1].upper() + words[1:] or source


def _outlet_of(url: str | None) -> str | None:
    host = _url(url or "").netloc
    return _OUTLETS.get(host) or host.removeprefix("www.") or None


def _url(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # such as "http://[x": not a url, so without its parts
        return SplitResult("", "", text, "", "")


def _too_large(max_bytes: int) -> str:
    return (
        f"is larger than {max_bytes / 1e6:g} MB, the most one article may have; "
        "split it or raise MEMOIRE_MAX_ARTICLE_MB"
    )


def _os_reason(exc: OSError) -> str:
    return f"cannot be read: {exc.strerror or exc}"
