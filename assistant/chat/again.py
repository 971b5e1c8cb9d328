"""Ways to have a question answered once more: asked again, or by quoting the articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from assistant.chat.tab import Conversation


def offer_again(held: Conversation, number: int, label: str = "Ask again") -> None:
    """Draw a button that asks a turn's question again as it was asked."""
    st.button(
        label,
        key=f"again-{number}",
        type="tertiary",
        icon=":material/refresh:",
        on_click=held.ask_again,
        args=(number, held.turns[number].question.text),
    )


def offer_quoting(held: Conversation, number: int) -> None:
    """Draw a button that has the articles quoted, whoever else would write."""
    st.button(
        "Quote the articles instead",
        key=f"quote-{number}",
        type="tertiary",
        icon=":material/format_quote:",
        on_click=held.ask_again,
        args=(number, held.turns[number].question.text),
        kwargs={"quoting": True},
    )
