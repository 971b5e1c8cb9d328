"""What a model call cost: tokens and errors, heard from LangChain while a writer works.

The assistant turns a failing endpoint into quotations, which is right for a reader and would hide the
failure from a measurement; the meter hears it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.outputs import LLMResult

_CHARS_PER_TOKEN = 4  # the usual rule of thumb for English, where an endpoint reports no usage


class Meter(BaseCallbackHandler):
    """Counts what the model calls of one answer used; `draft` is what they wrote."""

    def __init__(self) -> None:
        self.tokens_in = 0
        self.tokens_out = 0
        self.error: str | None = None
        self._asked = 0
        self.draft = ""

    def on_chat_model_start(  # noqa: D102
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        messages: list[list[Any]],
        **_: Any,  # noqa: ANN401
    ) -> None:
        self._asked += sum(len(str(message.content)) for turn in messages for message in turn)

    def on_llm_new_token(self, token: str | list[Any], **_: Any) -> None:  # noqa: ANN401, D102
        parts = [token] if isinstance(token, str) else [part.get("text", "") for part in token]
        self.draft += "".join(parts)

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:  # noqa: ANN401, D102
        for generation in (g for group in response.generations for g in group):
            usage = getattr(getattr(generation, "message", None), "usage_metadata", None)
            if usage:
                self.tokens_in += usage["input_tokens"]
                self.tokens_out += usage["output_tokens"]

    def on_llm_error(self, error: BaseException, **_: Any) -> None:  # noqa: ANN401, D102
        if not isinstance(error, GeneratorExit):  # the writer had enough
            self.error = f"{type(error).__name__}: {error}"[:300]

    @property
    def used(self) -> tuple[int, int]:
        """Tokens in and out: as reported, else estimated at four characters a token."""
        return (
            self.tokens_in or self._asked // _CHARS_PER_TOKEN,
            self.tokens_out or len(self.draft) // _CHARS_PER_TOKEN,
        )


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)
register_configure_hook(_METER, inheritable=True)


@contextmanager
def metered() -> Iterator[Meter]:
    """Hear every model call made in this context."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)
