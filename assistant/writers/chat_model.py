"""The writer over any LangChain chat model.

The model writes sentences with markers; every sentence is checked against the passages of this turn
before anyone sees it (`repairing`). What no passage holds is repaired or withheld, and counted; what
only repeats the prompt is no sentence. When the endpoint fails, or everything is withheld, the verbatim
writer answers instead; the reader is told.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

import prompts
from assistant.abstention.decision import decide
from assistant.events import Notice
from assistant.evidence import Byline, Evidence, Sentence
from assistant.grounding.repairing import Repairing
from assistant.grounding.semantic import scorer_for
from assistant.language_model import as_data, chat_model_for
from assistant.markers import Draft, MarkerReader, unmarked
from assistant.selection import candidates
from index.errors import InputError
from index.search.neutral import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.writers.choice import Writer
    from index.articles import Hit
    from index.models import Reranker
    from index.settings import Settings

_PASSAGES = 6
_HISTORY_TURNS = 6
_MOST_SENTENCES = 8
_NOT_HELD = "the articles do not hold them as written"
_NOT_ANSWERED = re.compile(r"\W*not answered\W*", re.IGNORECASE)


@dataclass(slots=True)
class _Tally:
    """What became of the model's draft. `unknown` counts markers that named no passage."""

    shown: int = 0
    replaced: int = 0
    withheld: int = 0
    unknown: int = 0
    declined: bool = False
    problem: str = ""


class ChatModelWriter:
    """Writes with a chat model, shows only what the passages hold."""

    def __init__(self, settings: Settings, reranker: Reranker, fallback: Writer) -> None:
        """Raise InputError or ModelUnavailable where the model or prompt cannot be used."""
        self._settings = settings
        self._reranker = reranker
        self._fallback = fallback
        self._naming = naming(settings.neutral_names)
        self._semantic = scorer_for(settings, reranker)
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
        self._chain = template | chat_model_for(settings)

    def write(self, evidence: Evidence) -> Iterator[Sentence | Notice | Byline]:
        """Yield the model's sentences that the passages hold, as they come."""
        asked = evidence.asked
        found = candidates(evidence, asked, self._reranker)
        byline = Byline(self._settings.writer, self._prompt.id)
        if not decide(evidence, asked, found, self._reranker).answers:
            yield byline
            return
        tally = _Tally()
        yield from self._checked(evidence, evidence.hits[:_PASSAGES], tally)
        yield from self._conclusion(evidence, tally)

    def _checked(self, evidence: Evidence, hits: Sequence[Hit], tally: _Tally) -> Iterator[Sentence]:
        """Yield what the passages hold of the model's sentences; keep account of the others.

        Quotations in their place wait for a sentence that holds: where none does, the question is
        better answered by quotations chosen for it than by those nearest to a wrong draft. A heading
        that is repeated says nothing.
        """
        heads = {as_data(head) for hit in hits for head in (hit.article.heading, hit.article.title)}
        seen: set[str] = set()
        waiting: list[Sentence] = []
        repairing = Repairing(hits, self._semantic, self._reranker)
        stream = islice(self._sentences(evidence, hits), _MOST_SENTENCES)
        while True:
            try:
                draft = next(stream)
            except StopIteration:
                break
            except Exception as exc:  # noqa: BLE001 - providers' errors share no base class
                tally.problem = _reason(exc)
                break
            if _NOT_ANSWERED.fullmatch(draft.text):
                tally.declined = True
                break
            tally.unknown += sum(not 1 <= n <= len(hits) for n in draft.numbers)
            if draft.text in seen or draft.text.rstrip(".") in heads:
                continue
            seen.add(draft.text)
            sentence = repairing.sentence(draft)
            if sentence is None:
                tally.withheld += 1
                continue
            if not sentence.attribution:
                sentence = replace(sentence, text=self._naming.neutral(sentence.text))
            waiting.append(sentence)
            if tally.shown or not _replaces(sentence):
                for ready in waiting:
                    tally.shown += 1
                    tally.replaced += _replaces(ready)
                    yield ready
                waiting.clear()
        tally.withheld += len(waiting)

    def _conclusion(self, evidence: Evidence, tally: _Tally) -> Iterator[Sentence | Notice | Byline]:
        model = self._settings.writer
        if tally.shown or (tally.declined and not tally.withheld):
            if tally.problem:
                yield Notice(f"The model {model} stopped early: {tally.problem}.")
            if tally.replaced:
                yield Notice(f"{tally.replaced} sentence(s) of the model's draft were replaced by "
                             f"the articles' own words: {_NOT_HELD}.")  # fmt: skip
            if tally.withheld:
                yield Notice(f"{tally.withheld} sentence(s) of the model's draft were withheld: "
                             f"{_NOT_HELD}.")  # fmt: skip
            yield Byline(model, self._prompt.id, tally.unknown)
            return
        if tally.problem:
            yield Notice(f"The model {model} did not answer: {tally.problem}. "
                         "The articles are quoted instead.")  # fmt: skip
        else:
            yield Notice("The articles hold no sentence of the model's draft. "
                         "They are quoted instead.")  # fmt: skip
        for item in self._fallback.write(evidence):
            yield Byline(item.writer, item.prompt, tally.unknown) if isinstance(item, Byline) else item

    def _sentences(self, evidence: Evidence, hits: Sequence[Hit]) -> Iterator[Draft]:
        deadline = time.monotonic() + self._settings.timeout
        reader = MarkerReader()
        variables = {
            "history": _messages(evidence),
            "passages": _numbered(hits),
            "question": as_data(evidence.question.text),
        }
        for chunk in self._chain.stream(variables):
            if time.monotonic() > deadline:
                raise TimeoutError
            yield from reader.feed(str(chunk.text))
        yield from reader.finish()


def _replaces(sentence: Sentence) -> bool:
    return sentence.repair is not None and sentence.repair.kind == "quoted"


def _messages(evidence: Evidence) -> list[BaseMessage]:
    """Earlier turns without rendered markers, which number the articles of another answer."""
    kinds = {"user": HumanMessage, "assistant": AIMessage}
    turns = [(turn.role, as_data(unmarked(turn.content))) for turn in evidence.question.history]
    return [kinds[role](content) for role, content in turns if content.strip()][-_HISTORY_TURNS:]


def _numbered(hits: Sequence[Hit]) -> str:
    """The passages as delimited data."""
    texts = (as_data(f"{hit.article.heading}\n{hit.text}") for hit in hits)
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
