"""The writers and how one is chosen.

verbatim          selects and quotes the sentences that answer; no language model
PROVIDER:MODEL    any LangChain chat model, such as openai:gpt-5-mini or ollama:qwen3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.events import Notice
    from assistant.evidence import Byline, Evidence, Sentence
    from index.models import Reranker
    from index.settings import Settings

VERBATIM = "verbatim"


class Writer(Protocol):
    """Writes an answer from evidence."""

    def write(self, evidence: Evidence) -> Iterator[Sentence | Notice | Byline]:
        """Yield the answer's sentences, each with its spans, and last a `Byline`.

        No sentence at all is an abstention.
        """
        ...


def writer_for(settings: Settings, reranker: Reranker) -> Writer:
    """Return the writer the settings name.

    Raises:
        InputError: the name is neither `verbatim` nor `provider:model`.
    """
    from assistant.writers.verbatim import VerbatimWriter

    verbatim = VerbatimWriter(reranker)
    if settings.writer == VERBATIM:
        return verbatim
    if ":" not in settings.writer:
        raise InputError(
            f"There is no writer {settings.writer!r}.",
            "Choose 'verbatim' or PROVIDER:MODEL, for example openai:gpt-5-mini.",
        )
    from assistant.writers.chat_model import ChatModelWriter

    return ChatModelWriter(settings, reranker, verbatim)
