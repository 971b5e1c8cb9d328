"""The Streamlit app: its pages and nothing else. Run: streamlit run app.py."""

from pathlib import Path

import streamlit as st

from assistant.chat.page import show_chat
from assistant.chat.screens import admitted

_ICON = Path(__file__).parent / "assistant" / "chat" / "icon.svg"
_WIDE = "<style>.stMainBlockContainer { max-width: 68rem; padding-block: 2.5rem 3rem; }</style>"


def _show_library() -> None:
    from index.page.library import show_library

    show_library()


def _show_evaluation() -> None:
    from eval.evaluation_page import show_evaluation

    show_evaluation()


def _show_reviews() -> None:
    from eval.reviews_page import show_reviews

    show_reviews()


st.set_page_config(page_title="Aide-Mémoire", page_icon=_ICON, layout="wide")
if admitted():
    page = st.navigation(
        [
            st.Page(show_chat, title="Chat", default=True),
            st.Page(_show_library, title="Library", url_path="library"),
            st.Page(_show_evaluation, title="Evaluation", url_path="evaluation"),
            st.Page(_show_reviews, title="Reviews", url_path="reviews"),
        ],
        position="top",
    )
    if page.title != "Chat":
        st.html(_WIDE)
    page.run()
