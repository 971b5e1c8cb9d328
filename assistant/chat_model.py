"""The writer over any LangChain chat model.

The model writes sentences with markers; every sentence is checked against the passages of this turn
before anyone sees it. What no passage holds is withheld and counted. When the endpoint fails, or holds
back everything, the verbatim writer answers instead and the reader is told.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from langchain.chat_models import init_chat_model
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

import prompts
from assistant.answers import Byline, Evidence, Notice, Sentence, Span
from assistant.asked import Asked
from assistant.grounding import supporting_span
from assistant.markers import Draft, MarkerReader
from assistant.selection import answerable, candidates
from index.errors import InputError, ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.writers import Writer
    from index.articles import Hit
    from index.models import Reranker
    from index.settings import Settings

_PASSAGES = 6
_HISTORY_TURNS = 6
_MOST_TOKENS = 800
_MOST_SENTENCES = 8
_NOT_ANSWERED = re.compile(r"\W*not answered\W*", re.IGNORECASE)
_TAG = re.compile(r"<(?=/?\s*passage)", re.IGNORECASE)


class ChatModelWriter:
    """Writes with a chat model, shows only what the passages hold."""

    def __init__(self, settings: Settings, reranker: Reranker, fallback: Writer) -> None:
        """Raise InputError or ModelUnavailable where the model or prompt cannot be used."""
        self._settings = settings
        self._reranker = reranker
        self._fallback = fallback
        try:
            self._prompt = prompts.load(settings.prompt)
        except prompts.PromptError as exc:
            raise InputError(str(exc)) from exc
        template = ChatPromptTemplate(
            [
                ("system", self._prompt.system),
                MessagesPlaceholder("history"),
                ("human", self._prompt.human),
            ]
        )
        self._chain = template | _chat_model(settings)

    def write(self, evidence: Evidence) -> Iterator[Sentence | Notice | Byline]:
        """Yield the model's sentences that the passages hold, as they come."""
        asked = Asked.of(evidence.searched_for)
        found = candidates(evidence, asked, self._reranker)
        byline = Byline(self._settings.writer, self._prompt.id)
        if not answerable(evidence, asked, found):
            yield byline
            return
        hits = evidence.hits[:_PASSAGES]
        shown = withheld = unknown = 0
        problem = ""
        stream = self._sentences(evidence, hits)
        while True:
            try:
                draft = next(stream)
            except StopIteration:
                break
            except Exception as exc:  # noqa: BLE001 - providers' errors share no base class
                problem = _reason(exc)
                break
            if _NOT_ANSWERED.fullmatch(draft.text):
                break
            unknown += sum(not 1 <= n <= len(hits) for n in draft.numbers)
            if span := self._span(draft, hits):
                shown += 1
                yield Sentence(draft.text, [span])
            else:
                withheld += 1
        yield from self._conclusion(evidence, shown, withheld, problem, unknown)

    def _conclusion(
        self, evidence: Evidence, shown: int, withheld: int, problem: str, unknown: int
    ) -> Iterator[Sentence | Notice | Byline]:
        if shown or not (withheld or problem):
            if problem:
                yield Notice(f"The model {self._settings.writer} stopped early: {problem}.")
            if withheld:
                yield Notice(f"{withheld} sentence(s) of the model's draft were withheld: "
                             "the articles do not hold them.")  # fmt: skip
            yield Byline(self._settings.writer, self._prompt.id, unknown)
            return
        if problem:
            yield Notice(f"The model {self._settings.writer} did not answer: {problem}. "
                         "The articles are quoted instead.")  # fmt: skip
        else:
            yield Notice("The articles hold no sentence of the model's draft. "
                         "They are quoted instead.")  # fmt: skip
        for item in self._fallback.write(evidence):
            yield Byline(item.writer, item.prompt, unknown) if isinstance(item, Byline) else item

    def _sentences(self, evidence: Evidence, hits: Sequence[Hit]) -> Iterator[Draft]:
        deadline = time.monotonic() + self._settings.timeout
        reader = MarkerReader()
        count = 0
        variables = {
            "history": _messages(evidence),
            "passages": _numbered(hits),
            "question": evidence.question.text,
        }
        for chunk in self._chain.stream(variables):
            if time.monotonic() > deadline:
                raise TimeoutError
            for draft in reader.feed(str(chunk.text)):
                yield draft
                count += 1
            if count >= _MOST_SENTENCES:
                return
        yield from reader.finish()

    def _span(self, draft: Draft, hits: Sequence[Hit]) -> Span | None:
        """Where the passages hold the sentence: the ones it names first, then any."""
        named = [hits[n - 1] for n in draft.numbers if 1 <= n <= len(hits)]
        span = supporting_span(draft.text, named, self._reranker) if named else None
        return span or supporting_span(draft.text, hits, self._reranker)


def _chat_model(settings: Settings) -> Any:  # noqa: ANN401 - a BaseChatModel of any provider
    options: dict[str, Any] = {
        "temperature": 0,
        "timeout": settings.timeout,
        "max_retries": 0,
        "max_tokens": _MOST_TOKENS,
    }
    if settings.base_url:
        options["base_url"] = settings.base_url
        options["api_key"] = "none"
    if settings.api_key:
        options["api_key"] = settings.api_key.get_secret_value()
    provider = settings.writer.partition(":")[0]
    try:
        return init_chat_model(settings.writer, **options)
    except ImportError as exc:
        raise ModelUnavailable(
            f"The writer {settings.writer} needs a package that is not installed: {exc.name or exc}.",
            f"Run: pip install 'aide-memoire[{provider}]'",
        ) from exc
    except Exception as exc:  # providers' errors share no base class
        raise ModelUnavailable(
            f"The writer {settings.writer} cannot be set up: {str(exc).splitlines()[0]}",
            "Check the name (PROVIDER:MODEL) and MEMOIRE_API_KEY or the provider's own key.",
        ) from exc


def _messages(evidence: Evidence) -> list[BaseMessage]:
    kinds = {"user": HumanMessage, "assistant": AIMessage}
    turns = evidence.question.history[-_HISTORY_TURNS:]
    return [kinds[turn.role](turn.content) for turn in turns]


def _numbered(hits: Sequence[Hit]) -> str:
    """The passages as delimited data; a passage cannot close its own delimiter."""
    texts = (_TAG.sub("‹", f"{hit.article.heading}\n{hit.text}") for hit in hits)
    return "\n\n".join(f"<passage {n}>\n{text}\n</passage {n}>" for n, text in enumerate(texts, start=1))


def _reason(exc: Exception) -> str:
    """Say what went wrong in words, without the provider's headers or keys."""
    if isinstance(exc, TimeoutError) or "timeout" in type(exc).__name__.lower():
        return "it took too long"
    if "auth" in type(exc).__name__.lower() or getattr(exc, "status_code", None) in (401, 403):
        return "the endpoint refused the key"
    if "connect" in type(exc).__name__.lower():
        return "the endpoint cannot be reached"
    status = getattr(exc, "status_code", None)
    return f"the endpoint answered with error {status}" if status else f"{type(exc).__name__}"
