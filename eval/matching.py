"""Text against text: normalised words, required facts, and quotations."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from eval.cases import REGEX

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NOT_WORD = re.compile(r"[^\w\s]")


@cache
def normalised(text: str) -> str:
    """Return the text in lower case without diacritics, punctuation, articles or extra space.

    SQuAD's normalisation (Rajpurkar et al., EMNLP 2016), with diacritics folded as well: Erdoğan is
    Erdogan in this domain.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char)).replace("ı", "i")
    return " ".join(_ARTICLES.sub(" ", _NOT_WORD.sub(" ", bare)).split())


def holds_fact(fact: tuple[str, ...] | str, text: str) -> bool:
    """Tell whether the text holds the fact: any variant as whole words, or a `re:` expression."""
    if isinstance(fact, str):
        if fact.startswith(REGEX):
            return re.search(fact.removeprefix(REGEX), text, re.IGNORECASE) is not None
        fact = (fact,)
    words = f" {normalised(text)} "
    return any(f" {normalised(variant)} " in words for variant in fact)


def token_f1(answer: str, reference: str) -> float:
    """Return the harmonic mean of precision and recall over shared words (SQuAD's F1)."""
    ours, theirs = normalised(answer).split(), normalised(reference).split()
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def same_passage(quote: str, other: str) -> bool:
    """Tell whether two quotations of one article are about the same sentence.

    One holds the other, or they share at least half of the shorter one's words.
    """
    ours, theirs = normalised(quote).split(), normalised(other).split()
    if not ours or not theirs:
        return False
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared >= min(len(ours), len(theirs)) and shared >= min(3, len(ours), len(theirs))


def same_source(source: str, wanted: str) -> bool:
    """Tell whether an article's source is the wanted file, by its name or the end of its path."""
    return source == wanted or source.endswith(f"/{wanted}")
