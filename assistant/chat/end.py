"""What follows an answer's sentences: how far they reach, what is missing, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.again import offer_again, offer_quoting
from assistant.chat.copying import show_copies, show_downloads
from assistant.chat.reviews import show_thumbs
from assistant.chat.words import byline, footer, grounding_line, searched_parts
from assistant.text import as_html, as_label, readers_zone
from assistant.writers.choice import VERBATIM

if TYPE_CHECKING:
    from assistant.answers import Answer
    from assistant.chat.tab import Conversation
    from assistant.chat.turns import Turn

_BROKEN = "This answer could not be finished. The terminal the app runs in says why."
_KINDS = {  # those that the reason itself may leave unsaid
    "outside the dates": "The articles found are from another time than the question asks about.",
    "false premise": "The question takes for granted what the articles do not say.",
}


def show_end(held: Conversation, number: int, turn: Turn) -> None:
    """Draw how a turn ended and what can be done with it."""
    if turn.failure:
        _show_failure(held, number, turn)
    elif turn.stopped:
        st.html('<p class="stopped"><span aria-hidden="true">■</span> Stopped before the end.</p>')
        with st.container(key=f"stopped-{number}", horizontal=True):
            offer_again(held, number)
            if turn.writer not in (None, VERBATIM):
                offer_quoting(held, number)
    elif turn.answer:
        if turn.answer.abstained:
            _show_abstention(held, number, turn.answer)
        _show_fallback(held, number, turn, turn.answer)
        _show_missing(turn.answer)
        _show_foot(held, number, turn, turn.answer)
    else:
        st.html(f'<p class="problem" role="alert">{_BROKEN}</p>')
        offer_again(held, number)
    if turn.claims or turn.answer:
        _show_actions(held, number, turn)


def _show_failure(held: Conversation, number: int, turn: Turn) -> None:
    assert turn.failure  # noqa: S101 - the caller has looked
    st.html(
        f'<p class="problem" role="alert">{as_html(turn.failure.problem)} '
        f"{as_html(turn.failure.remedy)}</p>"
    )
    offer_again(held, number)


def _show_abstention(held: Conversation, number: int, answer: Answer) -> None:
    st.html(f'<p class="abstained">{as_html(answer.reason or "")}</p>')
    if answer.abstention:
        if why := _KINDS.get(answer.abstention.kind):
            st.html(f'<p class="why">{as_html(why)}</p>')
        st.html(f'<p class="next"><b>Next:</b> {as_html(answer.abstention.next_step)}</p>')
    if not answer.closest:
        return
    st.html('<p class="try">The closest articles</p>')
    with st.container(key=f"reading-{number}", gap="small"):
        for place, article in enumerate(answer.closest):
            st.button(
                as_label(f"{article.title} — {byline(article)}"),
                key=f"reading-{number}-{place}",
                width="stretch",
                on_click=held.open_article,
                args=(number, article.article_id),
            )


def _show_fallback(held: Conversation, number: int, turn: Turn, answer: Answer) -> None:
    """Offer the model again where the articles had to be quoted in its stead."""
    if turn.writer in (None, VERBATIM, answer.writer) or answer.writer != VERBATIM:
        return
    with st.container(key=f"fallback-{number}", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<p class="why">{as_html(turn.writer or "")} can be checked or changed under '
            "“Who writes” in the sidebar.</p>"
        )
        offer_again(held, number, "Ask the model again")


def _show_missing(answer: Answer) -> None:
    if answer.missing:
        items = "".join(f'<li dir="auto">{as_html(item)}</li>' for item in answer.missing)
        st.html(f'<div class="missing"><p>Left open</p><ul>{items}</ul></div>')


def _show_foot(held: Conversation, number: int, turn: Turn, answer: Answer) -> None:
    lines = [grounding_line(answer.claims)] if answer.claims else []
    lines.append(" · ".join(footer(answer)))
    body = "".join(f"<p>{as_html(line)}</p>" for line in lines)
    st.html(f'<div class="foot">{body}</div>')
    parts = searched_parts(answer)
    if not (parts or turn.question.literal):
        return
    with st.container(key=f"searched-{number}", horizontal=True, vertical_alignment="center"):
        words = "Searched for the words as they stand" if turn.question.literal else (
            f"Searched for {' · '.join(parts)}"
        )  # fmt: skip
        st.html(f'<p class="searched" dir="auto">{as_html(words)}</p>')
        st.button(
            "Read the question again" if turn.question.literal else "Search my words only",
            key=f"literal-{number}",
            type="tertiary",
            help="Ask again with other spellings and times read from the question"
            if turn.question.literal
            else "Ask again without other spellings and without a time read from the question",
            on_click=held.ask_again,
            args=(number, turn.question.text),
            kwargs={"literal": not turn.question.literal},
        )


def _show_actions(held: Conversation, number: int, turn: Turn) -> None:
    stored, zone = turn.stored, readers_zone()
    with st.container(key=f"actions-{number}", horizontal=True, vertical_alignment="center"):
        with st.popover("Copy", icon=":material/content_copy:", type="tertiary", key=f"copy-{number}"):
            show_copies(stored, f"copies-{number}", f"?turn={turn.id}", zone)
        with st.popover("Save", icon=":material/download:", type="tertiary", key=f"save-{number}"):
            show_downloads([stored], turn.question.text, zone, f"save-{number}")
        if held.keeping and turn.kept and turn.answer:
            show_thumbs(held.keeping, number, stored)
