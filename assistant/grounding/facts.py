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
_TENS = "thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = "hundred thousand million billion trillion".split()
_WORDS = {word: str(value) for value, word in enumerate(_SMALL)} | {
    word: str(value) for value, word in zip(range(30, 100, 10), _TENS, strict=True)
}
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_SMALL + _TENS + _SCALES)})\b", re.IGNORECASE)
_MONTH = "|".join(month.capitalize() for month in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{_MONTH})"
    rf"(?: (?P<late>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?\b"
)
_DAYS = re.compile(rf"\b((?:\d{{1,2}}(?:, | and |, and |–|-| to ))+)(?=\d{{1,2}} (?P<month>{_MONTH})\b)")
_QUOTATION = re.compile(r"[“\"]([^”\"“]{8,})[”\"]")
_NEGATOR = re.compile(
    r"\b(?:not(?! (?:just|only|merely|simply)\b)|never|no|without|cannot"
    r"|den(?:y|ied|ies)|refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?)\b|n[’']t\b",
    re.IGNORECASE,
)
# A link, a tag, or a character that hides or reorders what is read.
_ACTIVE = re.compile(
    r"\b[a-z][a-z0-9+.-]*:(?=[\w/])[^\s“”\"]+|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\b(?:/[^\s“”\"]*)?"
    r"|</?[a-z!|][^<>]*>?|!?\[[^\]]*\]\([^)]*\)"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
_OPPOSED = (
    ("accept", "reject|refus"), ("support", "oppos"), ("increas|rose|rais", "decreas|fell|lower"),
    ("agree", "disagree|refus"), ("confirm", "den(?:y|ied)"), ("open", "clos"), ("before", "after"),
    ("won|win", "lost|lose"), ("more than|over", "less than|fewer than|under"), ("first", "last"),
    ("allow|permit", "ban|forb|prohibit"), ("join", "left|leav|withdr"), ("start|began", "end|stop"),
)  # fmt: skip
_OPPOSITES = tuple(
    tuple(re.compile(rf"\b(?:{words})", re.IGNORECASE) for words in pair) for pair in _OPPOSED
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
            return f"the link or mark-up {active!r} stands in no cited passage"
    for quotation in _QUOTATION.findall(claim):
        if _plain(quotation) not in _plain(source):
            return f"the words “{quotation}” stand in no cited passage"
    there = list(_dates(source))
    for date in _dates(claim):
        if not any(_fits(date, other) for other in there):
            return f"the date {' '.join(part for part in date if part)} stands in no cited passage"
    numbers = _numbers(source)
    for number in _numbers(claim):
        if number not in numbers:
            return f"the number {number} stands in no cited passage"
    if word := turned(claim, source):
        return f"“{word}” is denied in the sentence or the passage and not in the other"
    return _reversed(claim, source)


def _reversed(claim: str, source: str) -> str | None:
    """A word whose opposite alone stands in the source."""
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            said = one.search(claim)
            if said and not one.search(source) and other.search(source) and not other.search(claim):
                return f"the passage says the opposite of “{said[0]}”: “{other.findall(source)[0]}”"
    return None


def _dates(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _DATE.finditer(text):
        yield match["day"] or match["late"] or "", match["month"], match["year"] or ""
    for match in _DAYS.finditer(text):
        for day in re.findall(r"\d+", match[1]):
            yield day, match["month"], ""


def _fits(date: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """The claim's parts agree with the source's; a day must be given, a year may be understood."""
    day, month, year = date
    return month == other[1] and day in ("", other[0]) and (not year or other[2] in ("", year))


def _numbers(text: str) -> set[str]:
    found = (match[0].casefold().replace(",", "") for match in _NUMBER.finditer(text))
    return {_WORDS.get(number, number) for number in found} - {"one", "1"}


def turned(claim: str, source: str) -> str | None:
    """Return the first content word that one side negates and the other affirms; else None."""
    shared = stems(claim) & stems(source)
    for text, other, reach in ((claim, source, None), (source, claim, 1)):
        for words in _negated(text):
            word = next((w for w in words[:reach] if w in shared), None)
            if word and not any(word in negated for negated in _negated(other)):
                return word
    return None


def _negated(text: str) -> list[list[str]]:
    """The stems of the content words after each negator in its clause, in order."""
    found = []
    for match in _NEGATOR.finditer(text):
        clause = re.split(r"[.,;:]", text[match.end() : match.end() + _REACH])[0]
        found.append([stem for word in clause.split() for stem in stems(word)])
    return found


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
