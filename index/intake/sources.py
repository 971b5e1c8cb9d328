"""Where articles come from, behind one interface: a file, a link, an entry of a feed.

A source has a location it is remembered by, a mark that changes when its content does, and gives
articles or reasons why not. An indexing run knows nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from index.intake.documents import read_pdf
from index.intake.fetching import FetchError
from index.intake.files import fingerprint, name_of, read_file
from index.intake.metadata import Rejection, UnreadableError
from index.intake.webpage import article_of_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.articles import Article
    from index.intake.fetching import Fetcher


class Source(Protocol):
    """One thing that holds articles."""

    @property
    def location(self) -> str:
        """What it is remembered by: an absolute path or a url."""

    @property
    def name(self) -> str:
        """What a person knows it by."""

    @property
    def size(self) -> int:
        """Its share of the run's progress: a file's bytes, 1 for a page."""

    def mark(self) -> str:
        """Return what changes when the content does.

        Raises:
            UnreadableError: the content cannot be had.
        """

    def read(self, max_bytes: int) -> Iterator[Article | Rejection]:
        """Yield the articles, and a `Rejection` for each part that holds none."""


@dataclass(frozen=True)
class FileSource:
    """A file on this machine."""

    path: Path

    @property
    def location(self) -> str:
        """Its absolute path."""
        return name_of(self.path.resolve())

    @property
    def name(self) -> str:
        """Its path as it was given."""
        return name_of(self.path)

    @property
    def size(self) -> int:
        """Its bytes; 0 where it is gone."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def mark(self) -> str:
        """Return a hash of its bytes."""
        return fingerprint(self.path)

    def read(self, max_bytes: int) -> Iterator[Article | Rejection]:
        """Yield what its format's reader finds."""
        return read_file(self.path, max_bytes)


@dataclass
class LinkSource:
    """A page on the web: a web page with an article in it, or a PDF."""

    location: str
    fetcher: Fetcher
    size: int = 1
    _found: list[Article | Rejection] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its url."""
        return self.location

    def mark(self) -> str:
        """Fetch the page; return the id of its article, which advertisements around it leave alone."""
        article = fetch_article(self.location, self.fetcher)
        self._found = [article]
        return article.id

    def read(self, max_bytes: int) -> Iterator[Article | Rejection]:
        """Yield the article that was fetched."""
        del max_bytes  # the fetcher has a limit of its own
        yield from self._found


def fetch_article(url: str, fetcher: Fetcher) -> Article:
    """Return the article at a url.

    Raises:
        UnreadableError: it cannot be fetched, or holds no article.
    """
    try:
        page = fetcher.fetch(url)
    except FetchError as exc:
        raise UnreadableError(str(exc)) from exc
    body = page.body or b""
    if body.startswith(b"%PDF-"):
        import io
        from dataclasses import replace

        (found,) = read_pdf(io.BytesIO(body), page.url, len(body))
        if isinstance(found, Rejection):
            raise UnreadableError(found.reason)
        return replace(found, url=url, source=url)
    if not page.kind.lower().startswith(("text/html", "application/xhtml", "text/plain")):
        raise UnreadableError(f"is of the kind {page.kind or 'unknown'}, not a web page or PDF")
    return article_of_page(body, url, url)
