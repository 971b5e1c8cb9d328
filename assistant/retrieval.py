"""Question → evidence, as a LangChain chain: standalone query, then passages."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import Question, Reading
from assistant.asked import Asked, content_words, stems
from assistant.conversation import standalone
from assistant.evidence import Evidence, Side
from assistant.writers import VERBATIM
from index.countries import country_code
from index.search import SearchEngine

if TYPE_CHECKING:
    from assistant.rewriting import Rewriter
    from index.articles import Hit
    from index.library import Byline, Library
    from index.settings import Settings

_HITS = 10
_OF_A_SIDE = 2
_MOST_ACCOUNTS = 500  # articles; of a party with more, the best are found without restriction


class Retrieval:
    """Finds the evidence for a question in one library as it was when first asked."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self.engine = SearchEngine(library, settings)
        self._settings = settings

    @cached_property
    def chain(self) -> Runnable[Question, Evidence]:
        """The chain; compose it with others, stream it, batch it."""
        return RunnableLambda(self._with_query) | RunnableLambda(self._search)

    def gather(self, question: Question) -> Evidence:
        """Return the passages found for the question as it stands in its conversation."""
        return self.chain.invoke(question)

    @cached_property
    def _rewriter(self) -> Rewriter | None:
        if self._settings.rewrite is None or self._settings.writer == VERBATIM:
            return None
        from assistant.rewriting import Rewriter

        return Rewriter(self._settings)

    def _with_query(self, question: Question) -> tuple[Question, str]:
        rewritten = self._rewriter.rewrite(question) if self._rewriter else None
        return question, rewritten or standalone(question)

    def _search(self, asked: tuple[Question, str]) -> Evidence:
        question, query = asked
        rarity = self.engine.library.rarity(content_words(query))
        understood = self.engine.understand(query)
        hits = self.engine.search(understood, _HITS)
        sides = [self._side(*asked_alone) for asked_alone in Asked.of(query).parties.items()]
        heard = [self._hits_of(side) for side in sides]
        reading = Reading(
            query=query,
            spellings=understood.spellings,
            time=understood.window.text if understood.window else None,
            newest=understood.newest,
            parties=tuple(side.party for side in sides),
            notes=understood.notes,
        )
        return Evidence(question, query, _with_places(hits, heard), rarity, sides, reading)

    def _side(self, party: str, alone: str) -> Side:
        accounts = (byline.article_id for byline in self._bylines if speaks_for(byline, party))
        return Side(party, alone, frozenset(accounts))

    def _hits_of(self, side: Side) -> list[Hit]:
        within = side.articles if len(side.articles) <= _MOST_ACCOUNTS else None
        found = self.engine.search(side.question, _HITS, within)
        return [hit for hit in found if hit.article.id in side.articles]

    @cached_property
    def _bylines(self) -> list[Byline]:
        return self.engine.library.bylines()


def speaks_for(byline: Byline, party: str) -> bool:
    """Tell whether an article gives a party's account: its speaker's, or that of its first country."""
    code = country_code(party)
    if code is not None and byline.countries:
        return code == country_code(byline.countries[0])
    heading = f"{byline.speaker or ''} {byline.title if code is None else ''}"
    return stems(party) <= stems(heading)


def _with_places(hits: list[Hit], sides: list[list[Hit]]) -> list[Hit]:
    """Give each side the first places in turn, the other hits those behind them."""
    turns = chain.from_iterable(zip_longest(*(side[:_OF_A_SIDE] for side in sides)))
    placed = {hit.passage.id: hit for hit in chain(turns, hits) if hit}
    return [replace(hit, rank=rank) for rank, hit in enumerate(list(placed.values())[:_HITS], start=1)]
