"""The chat page: its screens, the sidebar, the turns, and the source beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.answers import MAX_QUESTION_CHARS
from assistant.chat.access import asker
from assistant.chat.answer import show_turn
from assistant.chat.controls import chosen_writer, show_limits, show_writer
from assistant.chat.conversations import show_conversations
from assistant.chat.keeping import Keeping
from assistant.chat.library import open_reading
from assistant.chat.place import show_place
from assistant.chat.screens import (
    show_being_built,
    show_elsewhere,
    show_empty_library,
    show_problem,
    show_welcome,
)
from assistant.chat.source_panel import show_source
from assistant.chat.tab import conversation
from assistant.chat.words import limits_text
from assistant.text import as_label
from index.errors import MemoireError, NoLibrary

if TYPE_CHECKING:
    from assistant.chat.library import Contents, Reading
    from assistant.chat.tab import Conversation

_STYLE = Path(__file__).with_name("chat.css")
_DRAWN = 10  # of a long conversation, the last turns are drawn; the others when they are asked for


def show_chat() -> None:
    """Draw the page; go on with the answer being written, if there is one."""
    st.html(_STYLE)
    try:
        reading = open_reading(**chosen_writer())
        contents = reading.contents
        if contents.overview.articles:
            held = conversation()
            held.keeping = _keeping(reading, held)
            _follow_link(held)
            with st.sidebar:
                _show_sidebar(reading, contents, held)
            _show_desk(reading, held)
            reading.warm()
        elif reading.being_built:
            show_being_built()
        else:
            show_empty_library(f"The library {reading.library.folder} holds no article yet.")
    except NoLibrary as exc:
        show_empty_library(exc.problem)
    except MemoireError as exc:
        show_problem("The library cannot be read", exc.problem, exc.remedy)


def _keeping(reading: Reading, held: Conversation) -> Keeping | None:
    """Keep what is asked here for whoever is asking; another writer or library changes no asker."""
    who = asker(reading.settings)
    if who is None:
        return None
    problem = held.keeping.problem if held.keeping else None
    return Keeping(reading.settings, who, problem)


def _follow_link(held: Conversation) -> None:
    """Open the turn or conversation that the address names; name the one that is shown there."""
    if not held.linked:
        if turn := st.query_params.get("turn"):
            held.open_turn(turn)
        elif named := st.query_params.get("c"):
            held.open(named)
        held.linked = True
    if held.turns and held.id:
        st.query_params["c"] = held.id
    else:
        st.query_params.pop("c", None)
    st.query_params.pop("turn", None)


def _show_sidebar(reading: Reading, contents: Contents, held: Conversation) -> None:
    st.button(
        "New conversation",
        key="new_conversation",
        icon=":material/edit_square:",
        width="stretch",
        disabled=not held.turns,
        on_click=held.clear,
    )
    if held.keeping and held.keeping.problem:
        problem = held.keeping.problem
        st.caption(as_label(f"This conversation cannot be kept: {problem.problem} {problem.remedy}"))
    show_limits(contents, held)
    show_writer(reading.settings)
    show_conversations(held)


def _show_desk(reading: Reading, held: Conversation) -> None:
    limited = limits_text(held.limits)
    st.chat_input(
        f"Ask about the articles — only {limited}" if limited else "Ask about the articles",
        key="typed",
        max_chars=MAX_QUESTION_CHARS,
        on_submit=lambda: held.ask(st.session_state["typed"]),
    )
    with st.container(key="desk"):
        chat, source = st.columns([11, 9], gap="large")
    with source:
        show_source(reading.library, held)
    with chat:
        # Each has a place of its own: a container in another's place takes over what it held.
        welcome, turns = st.container(key="greeting"), st.container(key="turns")
        if held.turns:
            with turns:
                _show_turns(reading, held)
        else:
            with welcome:
                show_welcome(reading, held)


def _show_turns(reading: Reading, held: Conversation) -> None:
    show_elsewhere(held)
    count = len(held.turns)
    first, end = held.window or (max(0, count - _DRAWN), count)
    if first:
        _offer_more(held, f"Show earlier turns ({first})", (max(0, first - _DRAWN), end), "less")
    show_place(held)
    for number in range(first, end):
        show_turn(reading, held, number)
    if end < count:
        _offer_more(held, f"Show later turns ({count - end})", (first, min(count, end + _DRAWN)), "more")


def _offer_more(held: Conversation, label: str, window: tuple[int, int], way: str) -> None:
    st.button(
        label,
        key=f"expand_{way}",
        type="tertiary",
        icon=f":material/expand_{way}:",
        on_click=held.draw,
        args=window,
    )
