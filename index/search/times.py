"""Time in a question: the window it names, or that it wants the newest. Parsed, never guessed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index.dates import PartialDate
from index.filters import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=lambda name: -len(name)))
_DATE = re.compile(
    rf"\b(?:(?P<iso>(?:19|20)\d\d-\d\d(?:-\d\d)?)"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\.?"
    rf"(?:\s+(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)"
    r"|(?P<alone>(?:19|20)\d\d))(?!\d|-\d)",
    re.IGNORECASE,
)
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
_SEASON = re.compile(
    rf"\b(?P<season>{'|'.join(_SEASONS)}),?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BEFORE_DATE = re.compile(
    r"\b(?P<word>since|after|from|before|until|till|by|prior to|between|in|on|during|throughout|of|for"
    r"|and|to)"
    r"\s+(?:the\s+)?(?:(?:beginning|start|end|early|late|mid|winter"
    r"|(?:first|last|final)\s+(?:days|weeks|months))\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
_AGO = re.compile(r"\b(?:last|past|previous)\s+(\d+)\s+(day|week|month|year)s\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(yesterday|today|(?:this|last) (?:week|month|year))\b", re.IGNORECASE)
_NEWEST = re.compile(
    r"\b(latest|newest|most recent(?:ly)?|recently|up to date|so far this year|these days|nowadays|now"
    r"|current(?:ly)?|at present"
    r"|(?:the|their|his|her|its) last (?:time|call|meeting|statement|visit|speech|talks|readout))\b",
    re.IGNORECASE,
)
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_OPENS = frozenset({"since", "after", "from"})
_CLOSES = frozenset({"before", "until", "till", "by", "prior to"})


@dataclass(frozen=True, slots=True)
class Times:
    """What a question says about time; `ignored` are dates that do not exist, as written."""

    window: Window | None = None
    newest: bool = False
    ignored: tuple[str, ...] = ()


def read_times(text: str, today: date, events: Mapping[str, tuple[date, date]] | None = None) -> Times:
    """Return the time that a question names.

    A date counts where a preposition governs it ("in 2021", "since 4 May 2022") or it is written to
    the month; a year before a noun or after "of" ("the 2020 war", "the war of 2020") names an event, not
    when it was reported.
    `events` are days of named events: "since the Washington summit".
    """
    ignored: list[str] = []
    spans = list(_dates(text, ignored))
    window = _window(spans) or _season(text) or _relative(text, today) or _around(text, events or {})
    return Times(window, bool(_NEWEST.search(text)), tuple(ignored))


def _dates(text: str, ignored: list[str]) -> Iterator[tuple[str, PartialDate]]:
    """Yield each date with the preposition before it."""
    for match in _DATE.finditer(text):
        before = _BEFORE_DATE.search(text[: match.start()])
        named = before is None or before[0].lower().endswith("the ") or before["word"].lower() == "of"
        if match["alone"] and named:
            continue
        try:
            found = _partial(match)
        except ValueError:
            ignored.append(match[0])
            continue
        yield (before["word"].lower() if before else "in", found)


def _partial(match: re.Match[str]) -> PartialDate:
    if match["iso"]:
        return PartialDate(*(int(part) for part in match["iso"].split("-")))
    if match["alone"]:
        return PartialDate(int(match["alone"]))
    day = int(match["day"] or match["day_after"] or 0)
    if (match["day"] or match["day_after"]) and not day:
        raise ValueError("there is no day 0")
    return PartialDate(int(match["year"]), _MONTHS[match["month"].lower()], day)


def _window(spans: list[tuple[str, PartialDate]]) -> Window | None:
    if not spans:
        return None
    (word, first), last = spans[0], spans[-1][1]
    if len(spans) > 1 and first.first <= last.last:
        return Window(first.first, last.last)
    if word in _OPENS:
        return Window(start=first.last + timedelta(1) if word == "after" else first.first)
    if word in _CLOSES:
        return Window(end=first.last if word == "by" else first.first - timedelta(1))
    return Window(first.first, first.last)


def _season(text: str) -> Window | None:
    """The months of "autumn 2020", as the northern half of the world counts them."""
    found = _SEASON.search(text)
    if found is None:
        return None
    first, last = _SEASONS[found["season"].lower()]
    year = int(found["year"])
    return Window(date(year, first, 1), PartialDate(year, last).last)


def year_of(text: str) -> Window | None:
    """Return the one year that a text holds, also in what names an event: "the 2020 war"; else None."""
    years = set(_YEAR.findall(text))
    if len(years) != 1:
        return None
    year = PartialDate(int(years.pop()))
    return Window(year.first, year.last)


def _relative(text: str, today: date) -> Window | None:
    if match := _AGO.search(text):
        # A number too large for the calendar names no window.
        days = min(int(match[1]) * _DAYS[match[2].lower()], (today - date.min).days)
        return Window(today - timedelta(days), today)
    match = _RELATIVE.search(text)
    if match is None:
        return None
    word = match[1].lower()
    monday, month = today - timedelta(today.weekday()), today.replace(day=1)
    before = month - timedelta(1)
    return {
        "today": Window(today, today),
        "yesterday": Window(today - timedelta(1), today - timedelta(1)),
        "this week": Window(monday, today),
        "last week": Window(monday - timedelta(7), monday - timedelta(1)),
        "this month": Window(month, today),
        "last month": Window(before.replace(day=1), before),
        "this year": Window(date(today.year, 1, 1), today),
        "last year": Window(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[word]


def _around(text: str, events: Mapping[str, tuple[date, date]]) -> Window | None:
    for name, (start, end) in events.items():
        pattern = rf"\b(since|after|before|during|until)\s+(?:the\s+)?{re.escape(name)}\b"
        if match := re.search(pattern, text, re.IGNORECASE):
            word = match[1].lower()
            if word == "during":
                return Window(start, end)
            return Window(start=start) if word in _OPENS else Window(end=start - timedelta(1))
    return None
