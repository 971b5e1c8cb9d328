"""Prompt versions, one file each, and their loader."""
