"""A library to be looked through: counts, lists, groups of copies, older versions."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.countries import country_stated
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.articles import Article

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles share a label: a month, an outlet, a country."""

    label: str
    articles: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it. `copies` counts the other articles of its origin."""

    id: str
    title: str
    outlet: str | None
    published: str | None
    ingested: str
    source: str
    copies: int


@dataclass(frozen=True, slots=True)
class Group:
    """Articles of one origin, the first to arrive at the head."""

    articles: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class Origin:
    """One text and all that carry it: how many `articles` there are, and in which `outlets`."""

    id: str
    articles: int
    outlets: tuple[str, ...]


def origins_of(library: Library, article_ids: Iterable[str]) -> dict[str, Origin]:
    """Return of each article its origin, with all that the library holds of it ("6 articles, 1 origin").

    What is not in the library (any more) is left out, and so are older versions.
    """
    with Catalogue.open(library.folder) as catalogue:
        return catalogue.origins_with_outlets(article_ids)


class Catalogue(Library):
    """A library opened to be looked through."""

    def by_month(self) -> list[Count]:
        """Count articles by the month they were published in, in order; those without one are not in."""
        return self._counted(
            "SELECT substr(published, 1, 7) AS label, count(*) AS n FROM article"
            " WHERE length(published) >= 7 GROUP BY 1 ORDER BY 1"
        )

    def by_outlet(self, most: int = 20) -> list[Count]:
        """Count articles by outlet, the largest first."""
        return self._counted(
            "SELECT coalesce(outlet, ?) AS label, count(*) AS n FROM article GROUP BY 1"
            " ORDER BY n DESC, 1 LIMIT ?",
            UNKNOWN,
            most,
        )

    def by_country(self, most: int = 20) -> list[Count]:
        """Count articles by the countries their metadata names, the largest first.

        A country by several names is one, under the name that is used most.
        """
        rows = self._reader.rows("SELECT article.key, value FROM article, json_each(countries)")
        articles: dict[str, set[int]] = {}
        names: dict[str, Counter[str]] = {}
        for row in rows:
            country = country_stated(row["value"]) or row["value"]
            articles.setdefault(country, set()).add(row["key"])
            names.setdefault(country, Counter())[row["value"]] += 1
        counts = [
            Count(max((times, name) for name, times in names[country].items())[1], len(keys))
            for country, keys in articles.items()
        ]
        return sorted(counts, key=lambda count: (-count.articles, count.label))[:most]

    def listing(self, text: str = "", most: int = 100) -> list[Listed]:
        """Return articles whose title, outlet or passages hold the words; without any, the newest."""
        if not text.strip():
            return self._listed("ORDER BY published IS NULL, published DESC, key DESC LIMIT ?", most)
        passages = self.resolve(self.words.lexical(text, 10 * most))
        found = list(dict.fromkeys(article.id for _, article in passages))[:most]
        by_id = {
            row.id: row
            for row in self._listed(
                "WHERE id IN (SELECT value FROM json_each(?))"
                " OR instr(lower(title), lower(?)) OR instr(lower(outlet), lower(?)) LIMIT ?",
                json.dumps(found),
                text.strip(),
                text.strip(),
                2 * most,
            )
        }
        rest = [key for key in by_id if key not in found]
        return [by_id[key] for key in (*found, *rest) if key in by_id][:most]

    def groups(self, most: int = 100) -> list[Group]:
        """Return the origins that more than one article shares, the largest group first."""
        rows = self._reader.rows(
            "SELECT origin FROM article GROUP BY origin HAVING count(*) > 1"
            " ORDER BY count(*) DESC, min(key) LIMIT ?",
            most,
        )
        return [Group(self._listed("WHERE origin = ? ORDER BY key", row["origin"])) for row in rows]

    def origins_with_outlets(self, article_ids: Iterable[str]) -> dict[str, Origin]:
        """Return of each article its origin; its outlets in the order in which they came."""
        origins = self.origins(article_ids)
        rows = self._reader.rows(
            "SELECT origin, outlet FROM article WHERE origin IN (SELECT value FROM json_each(?))"
            " ORDER BY key",
            json.dumps(sorted(set(origins.values()))),
        )
        outlets: dict[str, list[str | None]] = {}
        for row in rows:
            outlets.setdefault(row["origin"], []).append(row["outlet"])
        found = {
            origin: Origin(origin, len(named), tuple(dict.fromkeys(filter(None, named))))
            for origin, named in outlets.items()
        }
        return {article_id: found[origin] for article_id, origin in origins.items()}

    def copies(self, article_id: str) -> list[Listed]:
        """Return the other articles that share an article's origin, the first to arrive first."""
        return self._listed(
            "WHERE origin = (SELECT origin FROM article WHERE id = ?) AND id <> ? ORDER BY key",
            article_id,
            article_id,
        )

    def older(self, article: Article) -> list[Article]:
        """Return the older versions of an article, the newest of them first."""
        rows = self._reader.rows(
            "SELECT id FROM past_article WHERE url = ? ORDER BY ingested DESC, key DESC", article.url
        )
        found = (self.article(row["id"]) for row in rows)
        return [version for version in found if version is not None]

    def _counted(self, sql: str, *values: object) -> list[Count]:
        return [Count(row["label"], row["n"]) for row in self._reader.rows(sql, *values)]

    def _listed(self, rest: str, *values: object) -> list[Listed]:
        sql = (
            "SELECT id, title, outlet, published, ingested, source, (SELECT count(*) - 1"
            " FROM article AS other WHERE other.origin = article.origin) AS copies FROM article "
        )
        return [Listed(**row) for row in self._reader.rows(sql + rest, *values)]
