"""The Streamlit app: its pages and nothing else. Run: streamlit run app.py."""

from pathlib import Path

import streamlit as st

from assistant.chat_page import show_chat

_ICON = Path(__file__).parent / "assistant" / "chat_icon.svg"

st.set_page_config(page_title="Aide-Mémoire", page_icon=_ICON, layout="wide")
st.navigation([st.Page(show_chat, title="Aide-Mémoire", default=True)], position="hidden").run()
