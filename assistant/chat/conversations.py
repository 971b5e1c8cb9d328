"""The sidebar's list of kept conversations: opened, searched, renamed, taken along, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.copying import show_downloads
from assistant.records.conversations import by_day
from assistant.text import as_label, date_text, readers_zone
from index.errors import MemoireError

if TYPE_CHECKING:
    from assistant.chat.keeping import Keeping
    from assistant.chat.tab import Conversation
    from assistant.records.turns import Match, Summary

_SHORT = 60
_NAMED = {0: "Today", 1: "Yesterday"}


def show_conversations(held: Conversation) -> None:
    """Draw the kept conversations by the reader's days, the newest first."""
    if held.keeping is None:
        return
    try:
        text = st.text_input(
            "Search conversations",
            key="search_conversations",
            placeholder="Search conversations",
            label_visibility="collapsed",
        )
        with st.container(key="conversations", gap="xxsmall"):
            if text.strip():
                _show_found(held, held.keeping.store.search(text))
            else:
                _show_days(held, held.keeping)
    except MemoireError as exc:
        st.caption(as_label(f"{exc.problem} {exc.remedy}"))


def _show_days(held: Conversation, keeping: Keeping) -> None:
    zone = readers_zone()
    today = datetime.now(zone).date()
    for day, kept in by_day(keeping.store.conversations(), zone, today):
        st.caption(_NAMED.get((today - day).days) or date_text(day.isoformat()))
        for one in kept:
            _show_one(held, keeping, one)


def _show_found(held: Conversation, found: list[Match]) -> None:
    if not found:
        st.caption("No conversation holds these words.")
    for match in found:
        st.button(
            as_label(_short(match.summary.title)),
            key=f"conversation-{match.summary.id}",
            type="tertiary",
            width="stretch",
            help=as_label(match.excerpt),
            on_click=held.open_turn,
            args=(match.turn_id,),
        )


def _show_one(held: Conversation, keeping: Keeping, kept: Summary) -> None:
    current = kept.id == held.id
    st.button(
        as_label(_short(kept.title)),
        key=f"conversation-{kept.id}",
        type="secondary" if current else "tertiary",
        width="stretch",
        on_click=held.open,
        args=(kept.id,),
    )
    if current:
        _show_changes(held, keeping, kept)


def _show_changes(held: Conversation, keeping: Keeping, kept: Summary) -> None:
    key = f"title-{kept.id}"

    def rename() -> None:
        if title := st.session_state[key].strip():
            keeping.store.rename(kept.id, title)

    with st.popover("Rename, save or delete", type="tertiary", key="change_conversation"):
        st.text_input("Title", kept.title, key=key, max_chars=80, on_change=rename)
        turns = [turn.stored for turn in held.turns if not turn.live]
        show_downloads(turns, kept.title, readers_zone(), "conversation")
        st.button("Delete for good", key="delete_conversation", on_click=held.delete)


def _short(title: str) -> str:
    return title if len(title) <= _SHORT else title[:_SHORT] + "…"
