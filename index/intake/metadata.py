"""From a text and what is said about it to an `Article`, or a reason why it is none.

Metadata comes under many names (front matter, JSON records, page headers); nothing is guessed.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from index.articles import Article
from index.dates import PartialDate, parse_published

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class UnreadableError(Exception):
    """A file, or one line of it, that cannot become an article; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something set aside: where it is, and why in words for a person.

    `broken_off`: reading the file did not come to its end, so what else it holds is not known.
    """

    location: str
    reason: str
    broken_off: bool = field(default=False, compare=False)


def article_from(metadata: Mapping[str, Any], text: str, source: str) -> Article:
    """Return the article of a text, which is kept as it is, and its metadata.

    Raises:
        UnreadableError: there is no text, or the metadata or text cannot be stored.
    """
    if not text.strip():
        raise UnreadableError("holds no text")
    url = _line(first_of(metadata, "url"))
    outlet = _line(first_of(metadata, "outlet"))
    article = Article(
        source=source,
        title=_line(first_of(metadata, "title")) or title_from(source),
        text=text,
        outlet=outlet or _outlet_of(url),
        author=_line(first_of(metadata, "author")),
        speaker=_speaker(metadata),
        countries=_lines(first_of(metadata, "countries")),
        url=url,
        published=_published(metadata, source),
        language=_line(first_of(metadata, "language")),
    )
    named = (article.title, article.outlet, article.author, article.speaker, article.language)
    for value in (source, text, url, *named, *article.countries):
        if value and _NOT_TEXT.search(value):
            raise UnreadableError("holds characters that are not text")
    return article


def first_of(metadata: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401 - metadata is anything
    """Return the value of an article's field under the first of its names that has one, or None."""
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
    value = first_of(metadata, "published")
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
    name, post = (_line(first_of(metadata, key)) for key in ("speaker", "speaker_post"))
    country = _line(metadata.get("country"))
    if post and country and country.lower() not in post.lower():
        post = f"{post} of {country}"
    return ", ".join(part for part in (name, post) if part) or None


def title_from(source: str) -> str:
    """Return what an article without a title of its own is called: the words of its file or url."""
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
