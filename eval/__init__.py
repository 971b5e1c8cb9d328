"""Measurements of the index and the assistant."""
