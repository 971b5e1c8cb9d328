"""The days an article's text speaks of: "19 April 2023", "in March", "on Tuesday", "next week".

They are when something happened or is to happen, and never stand in for when the article appeared.
What is relative resolves against the publication date; without one known to the day it is left out.
A weekday means the nearest one in the direction its sentence points: back in news, ahead after
"next", "will" or "to be".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from index.dates import PartialDate

_MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_name) if name}
_DAYS = {name.lower(): at for at, name in enumerate(calendar.day_name)}
_MONTH = "|".join(_MONTHS)
_OPENINGS = (*_MONTHS, *"last next this on since by until yesterday today tomorrow".split())


def _opening() -> str:
    """Look ahead for how an expression begins: a digit or the first three letters of a word.

    Where case is ignored, Python tries each alternative at each letter; this rules most of them out.
    """
    twins = {"i": "iI\u0131\u0130", "s": "sS\u017f"}  # other letters that are these without case

    def letters(few: str) -> str:
        return "".join(f"[{twins.get(char, char + char.upper())}]" for char in few)

    first = letters("".join(sorted({word[0] for word in _OPENINGS}))).replace("][", "")
    starts = "|".join(sorted({letters(word[:3]) for word in _OPENINGS}))
    return rf"(?-i:(?=\d|{first})\b(?=\d|{starts}))"


_EXPRESSION = re.compile(
    rf"""{_opening()}(?:
      (?P<iso>\d{{4}}-\d\d-\d\d)
    | (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<month>{_MONTH})(?:,?\ (?P<year>\d{{4}}))?
    | (?P<month2>{_MONTH})\ (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\ (?P<year2>\d{{4}}))?
    | (?P<month3>{_MONTH})\ (?P<year3>\d{{4}})
    | (?P<which>last|next|this|on|since|by|until)\ (?P<weekday>{"|".join(_DAYS)})
    | (?P<span>(?:last|next|this)\ (?:week|month|year)|yesterday|today|tomorrow)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|to be|is to|are to|due|plans? to|expected|scheduled)\b", re.IGNORECASE
)
_SENTENCE_START = re.compile(r"[.!?]\s|\n")


@dataclass(frozen=True, slots=True)
class Mention:
    """The span `[start, end)` of a text that names the days from `first` to `last`."""

    start: int
    end: int
    first: date
    last: date


def find_mentions(text: str, published: PartialDate | None) -> list[Mention]:
    """Return the days that a text speaks of, in order; what names no real day is left out."""
    today = published.first if published and published.day else None
    found = []
    for match in _EXPRESSION.finditer(text):
        days = next(_resolved(match, text, today, published), None)
        if days:
            found.append(Mention(match.start(), match.end(), *days))
    return found


def _resolved(
    match: re.Match[str], text: str, today: date | None, published: PartialDate | None
) -> Iterator[tuple[date, date]]:
    part = match.groupdict()
    try:
        if part["iso"]:
            yield _one(date.fromisoformat(part["iso"]))
        elif name := part["month"] or part["month2"]:
            day, year = int(part["day"] or part["day2"]), part["year"] or part["year2"]
            if year or published:
                yield _one(_in_year(day, _MONTHS[name.lower()], year, published))
        elif part["month3"]:
            year, month = int(part["year3"]), _MONTHS[part["month3"].lower()]
            yield date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        elif today and part["weekday"]:
            weekday = _DAYS[part["weekday"].lower()]
            before = _SENTENCE_START.split(text[max(0, match.start() - 300) : match.start()])[-1]
            yield _one(_weekday(part["which"].lower(), weekday, today, before))
        elif today and part["span"]:
            yield _SPANS[" ".join(part["span"].lower().split())](today)
    except (ValueError, OverflowError):
        return


def _one(day: date) -> tuple[date, date]:
    return day, day


def _in_year(day: int, month: int, year: str | None, published: PartialDate | None) -> date:
    """A day without its year is the one nearest to the publication date."""
    if year or published is None:
        return date(int(year or 0), month, day)
    near = [date(published.year + step, month, day) for step in (-1, 0, 1)
            if day <= calendar.monthrange(published.year + step, month)[1]]  # fmt: skip
    return min(near, key=lambda there: abs(there - published.first))


def _weekday(which: str, weekday: int, today: date, before: str) -> date:
    back = (today.weekday() - weekday) % 7
    if which in ("next", "by", "until") or (which != "last" and _AHEAD.search(before)):
        return today + timedelta(days=7 - back if back else 7 * (which == "next"))
    return today - timedelta(days=back or 7 * (which == "last"))


def _week(today: date, step: int) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    return monday, monday + timedelta(days=6)


def _month(today: date, step: int) -> tuple[date, date]:
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    return date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _year(today: date, step: int) -> tuple[date, date]:
    return date(today.year + step, 1, 1), date(today.year + step, 12, 31)


_SPANS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "yesterday": lambda today: _one(today - timedelta(days=1)),
    "today": _one,
    "tomorrow": lambda today: _one(today + timedelta(days=1)),
    "last week": lambda today: _week(today, -1),
    "this week": lambda today: _week(today, 0),
    "next week": lambda today: _week(today, 1),
    "last month": lambda today: _month(today, -1),
    "this month": lambda today: _month(today, 0),
    "next month": lambda today: _month(today, 1),
    "last year": lambda today: _year(today, -1),
    "this year": lambda today: _year(today, 0),
    "next year": lambda today: _year(today, 1),
}
