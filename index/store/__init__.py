"""The library: SQLite and Chroma as one."""
