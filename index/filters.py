"""What an article must be to be found: dates, outlets, countries, languages, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.dates import PartialDate

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `start` to `end`, both within; None leaves that side open."""

    start: date | None = None
    end: date | None = None

    def holds(self, published: PartialDate | None) -> bool:
        """Tell whether a publication date can lie within; an unknown one cannot."""
        if published is None:
            return False
        return (self.start is None or published.last >= self.start) and (
            self.end is None or published.first <= self.end
        )

    @property
    def text(self) -> str:
        """As a reader would write it."""
        if self.start and self.end:
            return f"{PartialDate.of(self.start).text} to {PartialDate.of(self.end).text}"
        if self.start:
            return f"since {PartialDate.of(self.start).text}"
        return f"until {PartialDate.of(self.end).text}" if self.end else "any time"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be to be found; nothing given asks nothing. Of each list any one will do.

    Texts compare without case, countries by any of their names. An article without a date lies in no
    window unless `undated`. `sources` are beginnings of file names or addresses; `articles` are ids: an
    empty set matches nothing.
    """

    window: Window | None = None
    outlets: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    undated: bool = False
    articles: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return self != Filters()
