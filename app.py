"""The Streamlit app: its pages and nothing else. Run: streamlit run app.py."""

from pathlib import Path

import streamlit as st

from assistant.chat_page import show_chat

_ICON = Path(__file__).parent / "assistant" / "chat_icon.svg"


def _show_library() -> None:
    from index.library_page import show_library

    show_library()


st.set_page_config(page_title="Aide-Mémoire", page_icon=_ICON, layout="wide")
st.navigation(
    [
        st.Page(show_chat, title="Aide-Mémoire", default=True),
        st.Page(_show_library, title="Library", url_path="library"),
    ],
    position="hidden",
).run()
