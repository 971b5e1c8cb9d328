"""What the filters of a search are in SQL, over the table of articles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from index.countries import country_stated

if TYPE_CHECKING:
    from index.filters import Filters


def conditions(filters: Filters) -> tuple[str, list[str]]:
    """Return the filters as SQL with its values.

    Dates are ISO texts cut to what is known, so they compare as texts.
    """
    dated, values = [], []
    if filters.window and filters.window.start:
        dated.append("published >= substr(?, 1, length(published))")
        values.append(filters.window.start.isoformat())
    if filters.window and filters.window.end:
        dated.append("published <= ?")
        values.append(filters.window.end.isoformat())
    given = [" AND ".join(dated) + " OR published IS NULL" * filters.undated] if dated else []
    lists = {
        "outlet COLLATE NOCASE IN (SELECT value FROM json_each(?))": filters.outlets,
        "language COLLATE NOCASE IN (SELECT value FROM json_each(?))": filters.languages,
        "EXISTS (SELECT 1 FROM json_each(countries) WHERE country(value) IN"
        " (SELECT value FROM json_each(?)))": [country_named(name) for name in filters.countries],
        "EXISTS (SELECT 1 FROM json_each(?) WHERE instr(source, value) = 1)": filters.sources,
    }
    given += [condition for condition, wanted in lists.items() if wanted]
    values += [json.dumps(list(wanted)) for wanted in lists.values() if wanted]
    if filters.articles is not None:
        given.append("article.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(filters.articles)))
    return " AND ".join(f"({condition})" for condition in given) or "1", values


def country_named(name: str) -> str:
    """Return what names of one country have in common; SQL knows it as `country`."""
    return country_stated(name) or name.casefold()
