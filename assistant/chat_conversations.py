"""The sidebar's list of kept conversations: opened, searched, renamed, deleted."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from assistant.chat_text import as_label, date_text
from index.errors import StorageError

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.chat_shelf import Kept
    from assistant.chat_turns import Conversation

_SHORT = 60


def show_conversations(held: Conversation) -> None:
    """Draw the kept conversations by the reader's days, the newest first."""
    assert held.shelf  # noqa: S101 - the page gives every conversation its shelf
    try:
        text = st.text_input(
            "Search conversations",
            key="search_conversations",
            placeholder="Search conversations",
            label_visibility="collapsed",
        )
        found = held.shelf.listed(text.strip())
    except StorageError as exc:
        st.caption(as_label(str(exc)))
        return
    if text and not found:
        st.caption("No conversation holds these words.")
    with st.container(key="conversations", gap="xxsmall"):
        for day, kept in groupby(found, key=lambda one: _local(one.changed).date().isoformat()):
            st.caption(date_text(day))
            for one in kept:
                _show_one(held, one)


def _show_one(held: Conversation, kept: Kept) -> None:
    current = kept.id == held.id
    title = kept.title if len(kept.title) <= _SHORT else kept.title[:_SHORT] + "…"
    st.button(
        as_label(title),
        key=f"conversation-{kept.id}",
        type="secondary" if current else "tertiary",
        width="stretch",
        on_click=held.open,
        args=(kept.id,),
    )
    if current:
        _show_changes(held, kept)


def _show_changes(held: Conversation, kept: Kept) -> None:
    shelf, key = held.shelf, f"title-{kept.id}"
    assert shelf  # noqa: S101 - as above
    with st.popover("Rename or delete", type="tertiary", key="change_conversation"):
        st.text_input(
            "Title",
            kept.title,
            key=key,
            max_chars=200,
            on_change=lambda: shelf.rename(kept.id, st.session_state[key].strip() or kept.title),
        )
        st.button("Delete for good", key="delete_conversation", on_click=held.delete)


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
