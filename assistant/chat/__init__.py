"""The chat's Streamlit page."""
