"""Follow-up → standalone question, without a language model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.asked import content_words

if TYPE_CHECKING:
    from assistant.answers import Question

_POINTS_BACK = re.compile(
    r"^(and|but|so|or|what about|how about|why|when|where|who else|what else|which of|anything)\b"
    r"|\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|those|these|there|then)\b"
    r"|\bthat (call|meeting|deal|agreement|speech|statement|visit|year|day|time|summit)\b|\bthat\?"
    r"|\b(same|other side|the (two|latter|former|other|minister|president|leaders?|call|meeting|deal"
    r"|agreement|talks|statement|speech|visit|summit))\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:[A-ZÀ-ÞА-Я][\w’'.-]*|\d{4})(?:(?: (?:of|the|and|al|bin|van|de|for))*"
    r" (?:[A-ZÀ-ÞА-Я][\w’'-]*|\d{4}))*|\b\d{1,2}(?= [A-Z][a-z]+ \d{4})"
)
_SAYS_ENOUGH = 2  # content words of its own, besides names, with which a follow-up has its own topic


def standalone(question: Question) -> str:
    """Return the question with what it leaves unsaid taken from the asker's turns before it.

    A question that points back (a pronoun, "what about", "and …") is searched with the names and dates
    of the asker's earlier questions, back to the last that stood on its own; one that says hardly
    anything of its own, with that whole question. Any other is searched as it is.
    """
    if not _POINTS_BACK.search(question.text):
        return question.text
    earlier = _thread(question)
    if not earlier:
        return question.text
    if len(_own_words(question.text)) < _SAYS_ENOUGH:
        return f"{earlier[0]} {question.text}"
    carried = dict.fromkeys(name for text in earlier for name in _subjects(text))
    missing = [name for name in carried if name.casefold() not in question.text.casefold()]
    return f"{', '.join(missing)}: {question.text}" if missing else question.text


def _thread(question: Question) -> list[str]:
    """The asker's turns from the last one that stood on its own."""
    asked = [" ".join(t.content.split()) for t in question.history if t.role == "user"]
    for at in range(len(asked) - 1, -1, -1):
        if not _POINTS_BACK.search(asked[at]):
            return asked[at:]
    return asked


def _subjects(text: str) -> list[str]:
    """Names and dates: capitalised words and years, but for a sentence's first word like What."""
    found = [match[0] for match in _SUBJECT.finditer(text)]
    return [name for name in found if content_words(name)]


def _own_words(text: str) -> set[str]:
    names = {word for name in _subjects(text) for word in content_words(name)}
    return set(content_words(_POINTS_BACK.sub(" ", text))) - names
