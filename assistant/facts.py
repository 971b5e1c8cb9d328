"""A sentence's numbers, dates, quotations and negations, and whether a source bears them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.asked import stems

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_WORDS = {word: str(value) for value, word in enumerate(_SMALL)}
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_SMALL)})\b", re.IGNORECASE)
_MONTH = "|".join(month.capitalize() for month in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{_MONTH})"
    rf"(?: (?P<late>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?\b"
)
_QUOTATION = re.compile(r"[“\"]([^”\"“]{8,})[”\"]")
_NEGATOR = re.compile(
    r"\b(?:not|never|no|without|cannot|den(?:y|ied|ies)|refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?)\b|n[’']t\b",
    re.IGNORECASE,
)
# A link, a tag, or a character that hides or reorders what is read.
_ACTIVE = re.compile(
    r"\b[a-z][a-z0-9+.-]*:(?=[\w/])[^\s“”\"]+|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\b(?:/[^\s“”\"]*)?"
    r"|</?[a-z!|][^<>]*>?|!?\[[^\]]*\]\([^)]*\)"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
_REACH = 40  # characters after a negator in which the word it turns stands


def unborne(claim: str, source: str) -> str | None:
    """Return what of the claim's hard facts the source does not bear, in words; None if it bears all.

    A link or a tag must stand there as it is. A date may be less precise than the source's but not
    different; numbers match as digits or words; a quotation must stand word for word; a word negated on
    one side must not be affirmed on the other.
    """
    for active in _ACTIVE.findall(claim):
        if active not in source:
            return f"the link or mark-up {active!r} does not stand there"
    for quotation in _QUOTATION.findall(claim):
        if _plain(quotation) not in _plain(source):
            return f"the words “{quotation}” do not stand there"
    there = list(_dates(source))
    for date in _dates(claim):
        if not any(_fits(date, other) for other in there):
            return f"the date {' '.join(part for part in date if part)} does not stand there"
    numbers = _numbers(source)
    for number in _numbers(claim):
        if number not in numbers:
            return f"the number {number} does not stand there"
    if turned := _turned(claim, source):
        return f"“{turned}” is denied on one side and not on the other"
    return None


def _dates(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _DATE.finditer(text):
        yield match["day"] or match["late"] or "", match["month"], match["year"] or ""


def _fits(date: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """The claim's parts agree with the source's; a day must be given, a year may be understood."""
    day, month, year = date
    return month == other[1] and day in ("", other[0]) and (not year or other[2] in ("", year))


def _numbers(text: str) -> set[str]:
    found = (match[0].casefold().replace(",", "") for match in _NUMBER.finditer(text))
    return {_WORDS.get(number, number) for number in found} - {"one", "1"}


def _turned(claim: str, source: str) -> str | None:
    """The first content word that one side negates and the other affirms."""
    denied, also = _negated(claim), _negated(source)
    shared = stems(claim) & stems(source)
    return next(iter(sorted((denied ^ also) & shared)), None)


def _negated(text: str) -> set[str]:
    """Stems of the first content word after each negator in its clause."""
    words: set[str] = set()
    for match in _NEGATOR.finditer(text):
        clause = re.split(r"[.,;:]", text[match.end() : match.end() + _REACH])[0]
        for word in clause.split():
            if stem := stems(word):
                words |= stem
                break
    return words


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
