"""Publication dates at the precision their source gives: a day, a month or a year."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")


@dataclass(frozen=True, order=True, slots=True)
class PartialDate:
    """A calendar date known to the day, the month (day 0) or the year (month 0).

    Ordering is chronological; a month sorts before its days.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError unless the parts name a real date."""
        if self.day and not self.month:
            raise ValueError("a day needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """Return a day known in full."""
        return cls(day.year, day.month, day.day)

    @property
    def iso(self) -> str:
        """ISO 8601, reduced to what is known: 2023-04-19, 2023-04 or 2023."""
        parts = (f"{self.year:04}", f"{self.month:02}", f"{self.day:02}")
        return "-".join(parts[: 1 + bool(self.month) + bool(self.day)])

    @property
    def text(self) -> str:
        """As a reader would write it: 19 April 2023, April 2023 or 2023."""
        day = f"{self.day} " if self.day else ""
        month = f"{calendar.month_name[self.month]} " if self.month else ""
        return f"{day}{month}{self.year}"

    @property
    def first(self) -> date:
        """The earliest day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


def parse_published(value: object) -> PartialDate | None:
    """Read a metadata value as a publication date.

    Takes a date, a datetime, a year, or text that starts with an ISO 8601 date at any precision
    (a time after it is ignored). Returns None where the value is empty.

    Raises:
        ValueError: the value is not such a date. A date is never guessed.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime | date):
        return PartialDate.of(value)
    match = _ISO.match(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is not a date like 2023-04-19 or 2023-04")
    return PartialDate(*(int(part or 0) for part in match.groups()))
