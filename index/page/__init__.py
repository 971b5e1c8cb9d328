"""The library's Streamlit page."""
