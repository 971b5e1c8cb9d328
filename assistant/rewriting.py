"""Follow-up → standalone question, by the chat model that also writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.prompts import ChatPromptTemplate

import prompts
from assistant.language_model import as_data, chat_model_for
from assistant.markers import unmarked
from index.errors import InputError

if TYPE_CHECKING:
    from assistant.answers import Question
    from index.settings import Settings

_TURNS = 6
_TURN_CHARS = 500
_MOST_TOKENS = 80
_MOST_TIMES = 4  # a rewrite longer than four times the question and what came before it is an essay


class Rewriter:
    """Asks the model for what a follow-up leaves unsaid."""

    def __init__(self, settings: Settings) -> None:
        """Raise InputError or ModelUnavailable where the model or the prompt cannot be used."""
        try:
            self.prompt = prompts.load(settings.rewrite or "")
        except prompts.PromptError as exc:
            raise InputError(str(exc)) from exc
        template = ChatPromptTemplate([("system", self.prompt.system), ("human", self.prompt.human)])
        self._chain = template | chat_model_for(settings).bind(max_tokens=_MOST_TOKENS)

    def rewrite(self, question: Question) -> str | None:
        """Return the question as it stands on its own.

        None where there is no earlier turn, the endpoint fails, or what comes back is no question: the
        caller then has the rewrite that needs no model.
        """
        if not question.history:
            return None
        try:
            reply = self._chain.invoke(
                {"conversation": _transcript(question), "question": as_data(question.text)}
            )
        except Exception:  # noqa: BLE001 - providers' errors share no base class
            return None
        lines = [line.strip(" \"“”'") for line in str(reply.text).splitlines() if line.strip()]
        return lines[0] if lines and _usable(lines[0], question) else None


def _transcript(question: Question) -> str:
    turns = question.history[-_TURNS:]
    return "\n".join(f"{t.role}: {as_data(unmarked(t.content))[:_TURN_CHARS]}" for t in turns)


def _usable(rewrite: str, question: Question) -> bool:
    said = max((len(turn.content) for turn in question.history if turn.role == "user"), default=0)
    return any(c.isalnum() for c in rewrite) and len(rewrite) <= _MOST_TIMES * (
        len(question.text) + said
    )
