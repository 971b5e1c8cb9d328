"""Whether citations hold a sentence: by numbers, names and words, without the assistant's own check.

An evaluation that asked the code under test would always agree with it, so this is a second, simpler
judgement: what no quotation holds by its words is not held.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from assistant.grounding.quoting import REPORTING
from eval.matching import normalised
from index.countries import country_meant, stands_for
from index.search.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Citation, Claim

_SHARE = 0.5
_STEM = 5  # letters by which words are compared: accused, accuses and accusing are one
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]{2,}")
_SPEECH = re.compile(
    r"\b(said|says|told|accus\w+|claim\w+|called|calls|warned|argued|according to|insisted|denied"
    r"|described|complained|announced|stated|charged|alleged|reported|maintain\w+|added|replied)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"['’]s\b|\bus\b")  # "us" would be a country's name once folded
_COMMON = frozenset(
    "the and that this with from for was were has have had his her its their they which who whom not "
    "but into than then there been will would could should also after before about over under "
    "said".split()
)


def holds(claim: Claim) -> bool:
    """Tell whether the sentence's citations together hold it."""
    return _held(_own_words(claim), claim.citations)


def needed(claim: Claim, at: int) -> bool:
    """Tell whether a citation does work: the sentence is held, and this one alone or none without it."""
    if not holds(claim):
        return False
    others = claim.citations[:at] + claim.citations[at + 1 :]
    text = _own_words(claim)
    return _held(text, claim.citations[at : at + 1]) or not _held(text, others)


def reports_speech(claim: Claim) -> bool:
    """Tell whether a citation reports what somebody said."""
    return any(_SPEECH.search(citation.quote) for citation in claim.citations)


def attributed(claim: Claim) -> bool:
    """Tell whether the sentence says who said it.

    Where the speaker is known: it names the person, the office or the party, a country also by what
    stands for it ("Washington", "the White House"). Else: it names someone that its citations' titles,
    outlets or words name.
    """
    if said := claim.said_by:
        speakers = [_stems(name) for name in (said.person, said.office, said.party) if name]
        shown = _stems(claim.text)
        if speakers:
            return any(speaker & shown for speaker in speakers) or _stands(said.party, claim)
    named = set().union(*(_names(_context(c)) for c in claim.citations)) if claim.citations else set()
    return bool(_names(claim.text) & named)


def _stands(party: str | None, claim: Claim) -> bool:
    """Tell whether a sentence, its outlet's name left out, has a country in a form that stands for it.

    Or the outlet is that country's own: "The White House".
    """
    code = country_meant(party) if party else None
    if code is None:
        return False
    words = re.findall(r"[^\W_]+", fold(_NO_NAME.sub("", _own_words(claim))))
    outlets = {fold(citation.outlet or "").removeprefix("the ") for citation in claim.citations}
    forms = stands_for(code)
    return bool(outlets & forms) or any(f" {form} " in f" {' '.join(words)} " for form in forms)


def _own_words(claim: Claim) -> str:
    """The sentence without the outlet and the date in front, which no quotation repeats."""
    whose = claim.attribution.partition(REPORTING)[2]
    return f"{whose} {claim.text.removeprefix(claim.attribution)}"


def _held(text: str, citations: Sequence[Citation]) -> bool:
    if not citations:
        return False
    context = " ".join(_context(citation) for citation in citations)
    there = _stems(context)
    if any(number not in _NUMBER.findall(context) for number in _NUMBER.findall(text)):
        return False
    if any(not _stems(name) <= there for name in _names(text)):
        return False
    words = _stems(text)
    return not words or len(words & there) >= _SHARE * len(words)


def _context(citation: Citation) -> str:
    parts = (citation.title, citation.outlet or "", citation.published or "", citation.quote)
    return " ".join(parts)


@cache
def _names(text: str) -> frozenset[str]:
    found = (normalised(name) for name in _NAME.findall(text))
    return frozenset(name for name in found if name and name not in _COMMON and len(name) > 3)


@cache
def _stems(text: str) -> frozenset[str]:
    words = (word for word in normalised(text).split() if len(word) > 2 and word not in _COMMON)
    return frozenset(word[:_STEM] for word in words)
