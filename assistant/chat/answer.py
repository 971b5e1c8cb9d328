"""A turn as it is drawn: the question with its versions, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.answers import MAX_QUESTION_CHARS
from assistant.chat.claims import notice_html, show_accounts, show_claims
from assistant.chat.end import show_end
from assistant.chat.live import follow
from assistant.chat.timeline import show_timeline
from assistant.text import as_html

if TYPE_CHECKING:
    from assistant.chat.library import Reading
    from assistant.chat.tab import Conversation
    from assistant.chat.turns import Turn

_CHANGED = (
    '<p class="notice">The library has changed since this was answered. '
    "Ask again to have what is new taken in.</p>"
)


def show_turn(reading: Reading, held: Conversation, number: int) -> None:
    """Draw a turn; follow its answer while it is being written."""
    turn = held.turns[number]
    with st.container(key=f"turn-{number}"):
        with st.chat_message("user"):
            _show_question(held, number, turn)
        with st.chat_message("assistant"):
            if turn.live:
                follow(reading, held, number)
            else:
                _show_ended(reading, held, number, turn)


def _show_question(held: Conversation, number: int, turn: Turn) -> None:
    if held.editing == number:
        _show_editor(held, number, turn)
        return
    with st.container(key=f"question-{number}", horizontal=True, vertical_alignment="top"):
        st.html(f'<h2 class="asked" dir="auto" id="t{number + 1}">{as_html(turn.question.text)}</h2>')
        st.button(
            "Edit",
            key=f"edit-{number}",
            type="tertiary",
            help="Change the question and ask it again",
            on_click=held.edit,
            args=(number,),
        )
    if turn.versions > 1:
        _show_versions(held, number, turn)


def _show_versions(held: Conversation, number: int, turn: Turn) -> None:
    with st.container(key=f"versions-{number}", horizontal=True, vertical_alignment="center"):
        for step, icon, name in ((-1, "chevron_left", "Earlier"), (1, "chevron_right", "Later")):
            st.button(
                f"{name} version",
                key=f"version-{number}{step:+d}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=not 1 <= turn.version + step <= turn.versions,
                on_click=held.show_version,
                args=(number, turn.version + step),
            )
            if step < 0:
                st.caption(f"{turn.version} of {turn.versions}")


def _show_editor(held: Conversation, number: int, turn: Turn) -> None:
    later = len(held.turns) - number - 1
    with st.form(f"editor-{number}", border=False):
        key = f"edited-{number}"
        st.text_area("Question", turn.question.text, key=key, max_chars=MAX_QUESTION_CHARS)
        if later:
            st.caption(f"Its answer and the {later} question(s) after it stay as an earlier version.")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Ask again",
                type="primary",
                on_click=lambda: held.ask_again(number, st.session_state[key]),
            )
            st.form_submit_button("Leave as it is", on_click=held.edit, args=(None,))


def _show_ended(reading: Reading, held: Conversation, number: int, turn: Turn) -> None:
    notices, claims = st.container(), st.container()
    answer = turn.so_far
    for text in answer.notices:
        notices.html(notice_html(text))
    with claims:
        if answer.accounts:
            show_accounts(held, number, answer.claims, answer.accounts)
        else:
            show_claims(held, number, answer.claims)
    show_timeline(reading.library, held, number, answer.claims)
    show_end(held, number, turn)
    last = number == len(held.turns) - 1
    if last and turn.answer and turn.answer.index_hash != reading.index_hash:
        st.html(_CHANGED)
