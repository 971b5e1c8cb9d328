"""Formats of plain text: Markdown with front matter, text, and JSON Lines.

Each reader takes an open file and yields its articles, and a `Rejection` for each part that holds none.
"""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

import yaml

from index.intake.metadata import Rejection, UnreadableError, article_from, first_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.articles import Article

_OPENING = re.compile(r"---[ \t]*\r?\n")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(|.*?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)

# libyaml's reader is ten times as fast; PyYAML comes without it on a few systems.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# PyYAML lets an explicit tag such as "!!timestamp x" fail with whatever its constructor meets.
_TAG_ERRORS = (TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


def read_whole(file: IO[bytes], max_bytes: int) -> bytes:
    """Return the file's bytes.

    Raises:
        UnreadableError: there are more than `max_bytes`.
    """
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise UnreadableError(_too_large(max_bytes))
    return data


def read_text(file: IO[bytes], name: str, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the article of a Markdown or text file, its front matter read as metadata."""
    text = _decode(read_whole(file, max_bytes))
    metadata: Mapping[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        metadata, text = _front_matter(match[1]), text[match.end() :]
    elif _OPENING.match(text):
        raise UnreadableError("the front matter opened on line 1 is never closed with '---'")
    yield article_from(metadata, text, name)


def read_lines(file: IO[bytes], name: str, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the article of each line that holds a JSON object with a text."""
    number = 0
    while line := file.readline(max_bytes + 1):
        number += 1
        try:
            if len(line) > max_bytes:
                while line and not line.endswith(b"\n"):
                    line = file.readline(max_bytes)
                raise UnreadableError(_too_large(max_bytes))
            if line.strip():
                yield _from_json(_decode(line), f"{name}#{number}")
        except UnreadableError as exc:
            yield Rejection(f"line {number}", str(exc))


def _from_json(line: str, name: str) -> Article:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise UnreadableError(f"not valid JSON: {exc}") from exc
    if not isinstance(record, dict):
        raise UnreadableError("not a JSON object")
    text = first_of(record, "text")
    if not isinstance(text, str):
        raise UnreadableError('has no "text" with the article\'s text')
    url = first_of(record, "url")
    return article_from(record, text, str(record.get("source") or url or name))


def _decode(data: bytes) -> str:
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
        metadata = yaml.load(block, Loader=_LOADER)  # noqa: S506 - either is a safe loader
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


def _too_large(max_bytes: int) -> str:
    return (
        f"is larger than {max_bytes / 1e6:g} MB, the most one article may have; "
        "split it or raise MEMOIRE_MAX_ARTICLE_MB"
    )
