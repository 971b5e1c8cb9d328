"""Question → evidence, as a LangChain chain: standalone query, then passages."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import Evidence, Question
from assistant.asked import content_words
from assistant.conversation import standalone
from index.search import SearchEngine

if TYPE_CHECKING:
    from index.library import Library
    from index.settings import Settings

_HITS = 10


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
        return Evidence(question, query, self.engine.search(query, _HITS), rarity)


def _with_query(question: Question) -> tuple[Question, str]:
    return question, standalone(question)
