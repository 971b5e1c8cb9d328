"""What the reader thinks of an answer: thumbs, and citations that do not support their sentence."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import streamlit as st

from assistant.records.reviews import WHOLE, Target

if TYPE_CHECKING:
    from assistant.chat.keeping import Keeping
    from assistant.chat.turns import Turn
    from assistant.records.turns import StoredTurn


def show_thumbs(keeping: Keeping, number: int, turn: StoredTurn) -> None:
    """Draw the thumbs of an answer; choosing the chosen one again takes it back."""
    key = f"thumbs-{number}-{turn.id}"
    given = keeping.reviews.of_turn(turn.id).get(WHOLE)

    def give() -> None:
        chosen = st.session_state[key]
        if chosen is None:
            keeping.reviews.withdraw(turn.id)
        else:
            keeping.reviews.give(turn, "good" if chosen else "bad")

    st.feedback("thumbs", key=key, default=int(given.opinion == "good") if given else None,
                on_change=give)  # fmt: skip


def show_objection(keeping: Keeping, turn: Turn, citation: int) -> None:
    """Draw a switch by which the reader says that the citation, by its place, does not support."""
    target, stored = target_of(turn, citation), turn.stored
    objected = target in keeping.reviews.of_turn(turn.id)

    def change() -> None:
        if objected:
            keeping.reviews.withdraw(turn.id, target)
        else:
            keeping.reviews.give(stored, "unsupported", target)

    st.button(
        "Marked: does not support its sentence"
        if objected
        else "This citation does not support its sentence",
        key=f"objection-{turn.id}-{citation}",
        icon=":material/flag:" if objected else ":material/outlined_flag:",
        type="tertiary",
        help="Take it back" if objected else "Put it on the list of answers to be reviewed",
        on_click=change,
    )


def target_of(turn: Turn, citation: int) -> Target:
    """Return claim and citation for a citation's place among all of the turn's citations."""
    ends = list(accumulate(len(claim.citations) for claim in turn.claims))
    at = next(at for at, end in enumerate(ends) if citation < end)
    return Target(claim=at, citation=citation - (ends[at - 1] if at else 0))
