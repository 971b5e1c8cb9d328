"""What is shown instead of a conversation: a welcome, a sign-in, or what is wrong and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.access import asker, exposure, providers
from assistant.text import as_html, as_label
from index.errors import MemoireError
from index.settings import load_settings

if TYPE_CHECKING:
    from assistant.chat.library import Reading, Suggestions
    from assistant.chat.tab import Conversation

_PURPOSE = "Ask about the news. Every sentence of an answer cites the passage it rests on."
_OFFERED = 3  # questions at a time
_LOOK_AGAIN = 2.0  # seconds between two looks at an index that is being built


def show_welcome(reading: Reading, held: Conversation) -> None:
    """Say what is in the library and what could be asked."""
    overview = reading.contents.overview
    held_there = f"{overview.articles:,} article{'s' if overview.articles != 1 else ''}"
    if overview.first and overview.last:
        held_there += f", {overview.first.text} to {overview.last.text}"
    if overview.undated:
        held_there += f" ({overview.undated:,} undated)"
    st.html(
        f'<header class="welcome"><h1>Aide-Mémoire</h1><p class="purpose">{_PURPOSE}</p>'
        f'<p class="holding">In the library: {held_there}.</p></header>'
    )
    _show_suggestions(reading.suggestions, held)


def _show_suggestions(suggestions: Suggestions, held: Conversation) -> None:
    """Offer questions; while they are looked for, look again."""
    looking = not suggestions.done and len(suggestions.found) < _OFFERED
    st.fragment(_offer, run_every=_LOOK_AGAIN if looking else None)(suggestions, held, watched=looking)


def _offer(suggestions: Suggestions, held: Conversation, *, watched: bool) -> None:
    found = suggestions.found
    looking = not suggestions.done and len(found) < _OFFERED
    if held.turns or (watched and not looking):
        st.rerun()  # one was asked, or the page need look no more
    if suggestions.done and not found:
        return
    first = held.number * _OFFERED % max(1, len(found))
    offered = list(dict.fromkeys((found + found)[first : first + _OFFERED]))
    with st.container(key="suggestions", gap="small"):
        st.html('<p class="try">Try asking</p>')
        for number, question in enumerate(offered):
            st.button(
                as_label(question),
                key=f"suggestion-{number}",
                width="stretch",
                on_click=held.ask,
                args=(question,),
            )
        if looking:
            waiting = "Looking for questions that these articles answer …"
            st.html(f'<p class="status" role="status">{waiting}</p>')


def show_elsewhere(held: Conversation) -> None:
    """Say what another tab has made of the conversation shown here, and offer to follow."""
    if held.elsewhere == "deleted":
        st.html(
            '<p class="notice" role="status">This conversation was deleted in another tab. '
            "What is asked here now begins a new one.</p>"
        )
    elif held.elsewhere == "changed":
        with st.container(key="elsewhere", horizontal=True, vertical_alignment="center"):
            st.html('<p class="notice" role="status">This conversation went on in another tab.</p>')
            st.button("Show it as it is now", key="catch_up", type="tertiary", on_click=held.catch_up)


def show_empty_library(problem: str) -> None:
    """Say that there is nothing to ask yet, and how to add articles."""
    _screen(
        "No articles yet",
        f"<p>{as_html(problem)}</p>"
        '<p><a class="step" href="library" target="_self">Add articles in the Library</a></p>'
        "<p>Or index a file or a folder of Markdown, text, PDF, Word or JSON Lines:</p>"
        "<pre>memoire index PATH</pre><p>Then reload this page.</p>",
    )


@st.fragment(run_every=_LOOK_AGAIN)
def show_being_built() -> None:
    """Say that articles are being added; the page opens by itself with the first of them."""
    from assistant.chat.library import open_reading

    if open_reading().contents.overview.articles:
        st.rerun()
    _screen(
        "The index is being built",
        "<p>Articles are being read. This page opens with the first of them.</p>"
        '<p class="status" role="status">Waiting …</p>',
    )


def show_problem(heading: str, problem: str, remedy: str) -> None:
    """Say what is wrong and what helps."""
    _screen(heading, f"<p>{as_html(problem)}</p><p>{as_html(remedy)}</p>", role="alert")


def _screen(heading: str, body: str, role: str = "region") -> None:
    st.html(
        f'<section class="screen" role="{role}" aria-label="{as_html(heading)}">'
        f"<h1>{as_html(heading)}</h1>{body}</section>"
    )


def admitted() -> bool:
    """Tell whether whoever is here may look; else draw how to sign in, or why nobody can."""
    try:
        if asker(load_settings()) is None:
            _show_sign_in()
            return False
    except MemoireError as exc:
        show_problem("Nobody can be let in", exc.problem, exc.remedy)
        return False
    if warning := exposure():
        st.warning(warning, icon=":material/public:")
    return True


def _show_sign_in() -> None:
    _screen("Sign in", "<p>The articles and the conversations here are open to those who sign in.</p>")
    for name in providers():
        st.button(
            f"Sign in with {as_label(name)}" if name else "Sign in",
            key=f"sign-in-{name}",
            type="primary",
            on_click=st.login,
            args=(name,) if name else (),
        )
