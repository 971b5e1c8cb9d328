"""Follow-up → standalone question, without a language model."""

from __future__ import annotations

import re

from assistant.answers import Question

_POINTS_BACK = re.compile(
    r"^(and|but|so|what about|how about|why|when|where|who else|what else|which of)\b"
    r"|\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|that|this|those|these|there|then)\b"
    r"|\b(same|other side|the (minister|president|call|meeting|agreement|deal|talks|statement))\b",
    re.IGNORECASE,
)


def standalone(question: Question) -> str:
    """Return the question with what it leaves unsaid taken from the asker's turns before it.

    A question that points back (a pronoun, "what about", "and …") is searched together with the last
    of the asker's questions that stood on its own; any other is searched as it is.
    """
    if not _POINTS_BACK.search(question.text):
        return question.text
    asked = [turn.content for turn in question.history if turn.role == "user"]
    for earlier in reversed(asked):
        if not _POINTS_BACK.search(earlier) or earlier == asked[0]:
            return f"{' '.join(earlier.split())} {question.text}"
    return question.text
