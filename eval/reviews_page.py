"""The Reviews page: what readers said of answers, each a click from being a question of a set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.access import ANYONE, asker
from assistant.records.reviews import ReviewList
from assistant.text import as_html, as_label
from eval.from_reviews import add_to_set, case_of
from index.errors import InputError, MemoireError
from index.settings import load_settings

if TYPE_CHECKING:
    from assistant.records.reviews import Review
    from eval.from_reviews import Expected

SET = Path("evaluations/reviews.jsonl")
_OPINIONS = {
    "good": ":material/thumb_up: Good",
    "bad": ":material/thumb_down: Bad",
    "unsupported": ":material/link_off: A citation does not support its claim",
}


def show_reviews(path: Path = SET) -> None:
    """Draw the reviews that wait; `path` is the set that questions are added to."""
    st.title("Reviews")
    try:
        settings = load_settings()
        who = asker(settings)
        if who is None:
            st.info("Sign in on the chat's page first.")
            return
        reviews = ReviewList(settings.conversations_file, who.id)
        waiting = reviews.waiting(everyone=who == ANYONE)
    except MemoireError as exc:
        st.error(as_label(str(exc)))
        return
    if said := st.session_state.pop("review_said", None):
        st.info(as_label(said))
    if not waiting:
        st.info("No review waits. Readers give them below each answer.")
    for review in waiting:
        _show(review, reviews, path)


def _show(review: Review, reviews: ReviewList, path: Path) -> None:
    with st.container(border=True, key=f"review-{review.id}"):
        st.markdown(_OPINIONS[review.opinion])
        st.html(f'<p dir="auto"><strong>{as_html(review.question.text)}</strong></p>')
        said = review.claim.text if review.claim else review.answer.text
        st.html(f'<p dir="auto">{as_html(said)}</p>')
        for cited in review.citations:
            st.html(
                f'<blockquote dir="auto">{as_html(cited.quote)} — {as_html(cited.source)}</blockquote>'
            )
        if review.comment:
            st.html(f'<p dir="auto"><em>{as_html(review.comment)}</em></p>')
        _offer(review, reviews, path)


def _offer(review: Review, reviews: ReviewList, path: Path) -> None:
    with st.container(horizontal=True):
        for label, expected, offered in (
            ("Make it a question", None, _tells(review)),
            ("No answer was right: make it a question", "abstention", not review.answer.abstained),
        ):
            if offered:
                st.button(
                    label,
                    key=f"make-{expected}-{review.id}",
                    on_click=_make,
                    args=(review, reviews, path, expected),
                )
        st.button("Set aside", key=f"aside-{review.id}", on_click=reviews.settle, args=(review.id,))


def _tells(review: Review) -> bool:
    """Whether the review alone says what a right answer rests on."""
    try:
        case_of(review)
    except InputError:
        return False
    return True


def _make(review: Review, reviews: ReviewList, path: Path, expected: Expected | None) -> None:
    try:
        add_to_set(path, case_of(review, expected))
        reviews.settle(review.id)
        said = f"Added to {path}. Prove it: memoire eval check {path}"
    except MemoireError as exc:
        said = str(exc)
    st.session_state["review_said"] = said
