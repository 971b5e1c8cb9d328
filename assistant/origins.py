"""How many independent origins an answer rests on: a wire story in six outlets is one, not six."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answers import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.answers import Answer
    from index.store.library import Library


def origins(library: Library, article_ids: Iterable[str]) -> tuple[Origin, ...]:
    """Return the origins of some articles in the order they are first met, with all that carry them."""
    from index.store.catalogue import origins_of

    wanted = list(dict.fromkeys(article_ids))
    found = origins_of(library, wanted)
    together: dict[str, list[str]] = {}
    for article_id in wanted:
        if article_id in found:
            together.setdefault(found[article_id].id, []).append(article_id)
    return tuple(
        Origin(article_ids=tuple(ids), articles=known.articles, outlets=known.outlets)
        for ids in together.values()
        for known in (found[ids[0]],)
    )


def sources_counted(answer: Answer) -> str | None:
    """Return how many articles carry what the answer cites and how many origins that is.

    None where nothing cited has copies: then the numbers of the citations say it.
    """
    cited = {citation.article_id for claim in answer.claims for citation in claim.citations}
    met = [origin for origin in answer.origins if cited.intersection(origin.article_ids)]
    articles = sum(origin.articles for origin in met)
    if articles == len(met):
        return None
    return f"{articles:,} articles, {len(met)} origin{'s' if len(met) > 1 else ''}"


def copies_told(answer: Answer, article_id: str) -> str | None:
    """Return how many articles carry a cited article's story, and in which outlets; None where one."""
    for origin in answer.origins:
        if article_id in origin.article_ids and origin.articles > 1:
            outlets = f": {', '.join(origin.outlets)}" if origin.outlets else ""
            return f"{origin.articles:,} articles, 1 origin{outlets}"
    return None
