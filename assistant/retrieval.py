"""Question → evidence, as a LangChain chain: standalone query, then passages."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import Evidence, Question
from assistant.asked import Asked, content_words, stems
from assistant.conversation import standalone
from index.countries import country_code
from index.search import SearchEngine

if TYPE_CHECKING:
    from index.articles import Article, Hit
    from index.library import Library
    from index.settings import Settings

_HITS = 10
_OF_A_SIDE = 2


class Retrieval:
    """Finds the evidence for a question in one library."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self.engine = SearchEngine(library, settings)

    @cached_property
    def chain(self) -> Runnable[Question, Evidence]:
        """The chain; compose it with others, stream it, batch it."""
        return RunnableLambda(_with_query) | RunnableLambda(self._search)

    def gather(self, question: Question) -> Evidence:
        """Return the passages found for the question as it stands in its conversation."""
        return self.chain.invoke(question)

    def _search(self, asked: tuple[Question, str]) -> Evidence:
        question, query = asked
        rarity = self.engine.library.rarity(content_words(query))
        hits = self.engine.search(query, _HITS)
        sides = {
            party: [hit for hit in self.engine.search(alone, _HITS) if speaks_for(hit.article, party)]
            for party, alone in Asked.of(query).parties.items()
        }
        by_side = {party: frozenset(hit.article.id for hit in found) for party, found in sides.items()}
        return Evidence(question, query, _with_places(hits, list(sides.values())), rarity, by_side)


def speaks_for(article: Article, party: str) -> bool:
    """Tell whether an article gives a party's account: its speaker's, or that of its first country."""
    if stems(party) <= stems(f"{article.speaker or ''} {article.title}"):
        return True
    code = country_code(party)
    return code is not None and code in {country_code(name) for name in article.countries[:1]}


def _with_places(hits: list[Hit], sides: list[list[Hit]]) -> list[Hit]:
    """Give each side the first places in turn, the other hits those behind them."""
    turns = chain.from_iterable(zip_longest(*(side[:_OF_A_SIDE] for side in sides)))
    placed = {hit.passage.id: hit for hit in chain(turns, hits) if hit}
    return [replace(hit, rank=rank) for rank, hit in enumerate(list(placed.values())[:_HITS], start=1)]


def _with_query(question: Question) -> tuple[Question, str]:
    return question, standalone(question)
