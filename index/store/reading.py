"""A library's database as it is read: by one thread at a time, what was found out remembered."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from index.store.conditions import conditions, country_named
from index.store.database import translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from index.filters import Filters

_T = TypeVar("_T")

_KEPT = {"counts": 10_000, "filters": 50, "words": 26}  # findings about a library that are remembered


class Reader:
    """Reads a library's database; safe to share between threads."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        # A query that calls back into Python holds SQLite's lock while it waits for the interpreter's,
        # which a thread waiting for SQLite's may hold: only one reads at a time.
        self._reading = Lock()
        self._state: tuple[int, int] = (0, 0)
        self._known: dict[str, dict[Hashable, Any]] = {kind: {} for kind in _KEPT}
        database.create_function("country", 1, country_named, deterministic=True)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return what a statement with its values finds.

        Raises:
            LibraryError: the database cannot be read; the message says why.
        """
        with translated(self._path), self._reading:
            return self._database.execute(sql, values).fetchall()

    def kept(self, kind: str, key: Hashable, find: Callable[[], _T]) -> _T:
        """Return what was found out about the library before, unless it has changed since."""
        state = (self.rows("PRAGMA data_version")[0][0], self._database.total_changes)
        if state != self._state:
            self._state, self._known = state, {kind: {} for kind in _KEPT}
        known = self._known[kind]
        found: _T = known[key] if key in known else find()
        if key not in known:
            if len(known) >= _KEPT[kind]:
                known.clear()
            known[key] = found
        return found

    def size(self, table: str) -> int:
        """Return how many rows a table has."""
        sql = f"SELECT count(*) AS n FROM {table}"  # noqa: S608 - ours
        return self.kept("counts", sql, lambda: int(self.rows(sql)[0]["n"]))

    def passing(self, filters: Filters) -> list[int]:
        """Return the keys of the articles that pass the filters."""
        return self.kept("filters", filters, partial(self._keys, filters))

    def _keys(self, filters: Filters) -> list[int]:
        where, values = conditions(filters)
        rows = self.rows(f"SELECT key FROM article WHERE {where}", *values)  # noqa: S608 - fixed texts
        return [row["key"] for row in rows]
