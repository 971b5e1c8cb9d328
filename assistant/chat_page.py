"""The chat: questions, answers that stream sentence by sentence, and their citations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.answers import MAX_QUESTION_CHARS
from assistant.chat_answer import show_turn
from assistant.chat_library import open_reading
from assistant.chat_text import as_html, as_label
from assistant.chat_turns import conversation
from assistant.source_panel import show_source
from index.errors import MemoireError, NoLibrary

if TYPE_CHECKING:
    from assistant.chat_library import Contents, Reading
    from assistant.chat_turns import Conversation

_STYLE = Path(__file__).with_name("chat.css")
_PURPOSE = "Ask about the news. Every sentence of an answer cites the passage it rests on."


def show_chat() -> None:
    """Draw the page; go on with the answer being written, if there is one."""
    st.html(_STYLE)
    try:
        reading = open_reading()
        contents = reading.contents
        if contents.overview.articles:
            _show_desk(reading, contents, conversation())
            reading.warm()
        else:
            _show_empty_library(f"The library {reading.library.folder} holds no article yet.")
    except NoLibrary as exc:
        _show_empty_library(exc.problem)
    except MemoireError as exc:
        _show_problem("The library cannot be read", exc.problem, exc.remedy)


def _show_desk(reading: Reading, contents: Contents, held: Conversation) -> None:
    st.chat_input(
        "Ask about the articles",
        key="typed",
        max_chars=MAX_QUESTION_CHARS,
        on_submit=lambda: held.ask(st.session_state["typed"]),
    )
    with st.container(key="desk"):
        chat, source = st.columns([11, 9], gap="large")
    with source:
        show_source(reading.library, held)
    with chat:
        if not held.turns:
            _show_welcome(contents, held)
        for number in range(len(held.turns)):
            show_turn(reading, held, number)
        if held.turns:
            st.button(
                "New conversation",
                key="new_conversation",
                icon=":material/add:",
                type="tertiary",
                on_click=held.clear,
            )


# -- before the first question ---------------------------------------------------------------------


def _show_welcome(contents: Contents, held: Conversation) -> None:
    overview = contents.overview
    held_there = f"{overview.articles:,} article{'s' if overview.articles != 1 else ''}"
    if overview.first and overview.last:
        held_there += f", {overview.first.text} to {overview.last.text}"
    if overview.undated:
        held_there += f" ({overview.undated:,} undated)"
    st.html(
        f'<header class="welcome"><h1>Aide-Mémoire</h1><p class="purpose">{_PURPOSE}</p>'
        f'<p class="holding">In the library: {held_there}.</p></header>'
    )
    with st.container(key="suggestions", gap="small"):
        st.html('<p class="try">Try asking</p>')
        for number, question in enumerate(contents.questions):
            st.button(
                as_label(question),
                key=f"suggestion-{number}",
                width="stretch",
                on_click=held.ask,
                args=(question,),
            )


def _show_empty_library(problem: str) -> None:
    st.html(
        '<section class="screen"><h1>No articles yet</h1>'
        f"<p>{as_html(problem)}</p>"
        "<p>Index a file or a folder of Markdown, text or JSON Lines:</p>"
        "<pre>memoire index PATH</pre>"
        "<p>Then reload this page.</p></section>"
    )


def _show_problem(heading: str, problem: str, remedy: str) -> None:
    st.html(
        f'<section class="screen" role="alert"><h1>{as_html(heading)}</h1>'
        f"<p>{as_html(problem)}</p><p>{as_html(remedy)}</p></section>"
    )
