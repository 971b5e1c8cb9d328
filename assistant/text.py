"""Text that others wrote, made safe to show: as HTML it is text, as a label it is not Markdown."""

from __future__ import annotations

import html
import re
import unicodedata
from calendar import monthrange
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from index.dates import PartialDate, parse_published

if TYPE_CHECKING:
    from datetime import date, tzinfo

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_STARTS_REPLACEMENT = ":.@<>-"  # emoji codes, bare links and arrows are found after unescaping
_WORD_JOINER = "\u2060"
_LINE_ENDS = {"\n": "&#10;", "\r": "&#13;"}


def as_html(text: str) -> str:
    """Return HTML that shows exactly this text; its line ends survive Streamlit's clean-up."""
    escaped = html.escape(text)
    for char, reference in _LINE_ENDS.items():
        escaped = escaped.replace(char, reference)
    return escaped


def as_label(text: str) -> str:
    """Return Markdown for a widget's label that reads as this text on one line."""
    return _PUNCTUATION.sub(_literal, " ".join(text.split()))


def web_link(url: str | None) -> str | None:
    """Return the url if a browser may be sent there: http or https, with a host."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def reads_right_to_left(text: str) -> bool:
    """Tell whether the first letter that has a direction is written from right to left."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def date_text(iso: str | None) -> str:
    """Return an ISO date as a reader would write it."""
    date = parse_published(iso)
    return date.text if date else "date unknown"


def days_text(first: date, last: date) -> str:
    """Return the days from first to last in a reader's words: a day, a month, a year or a span."""
    if first == last:
        return PartialDate.of(first).text
    if first.day == 1 and last == first.replace(day=monthrange(first.year, first.month)[1]):
        return PartialDate(first.year, first.month).text
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} – {last.year}"
    return f"{days_text(first, first)} – {days_text(last, last)}"


def readers_zone() -> tzinfo:
    """Return the time zone of the reader's browser; UTC where it names none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _literal(match: re.Match[str]) -> str:
    char = match[0]
    return f"\\{char}" + (_WORD_JOINER if char in _STARTS_REPLACEMENT else "")
