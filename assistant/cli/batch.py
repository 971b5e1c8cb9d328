"""Questions from a JSON Lines file, answered in order with the models loaded once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import Limits, Message, Question
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.answers import Answer
    from assistant.assistant import Assistant


_ALL = Limits()


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: str | None = None
    question: str
    history: tuple[Message, ...] = ()


class Failed(BaseModel):
    """A line that got no answer, and why; `id` is the line's where it could be read."""

    id: str | None
    error: str


def answer_lines(
    lines: Iterable[bytes], assistant: Assistant, limits: Limits = _ALL, *, literal: bool = False
) -> Iterator[Answer | Failed]:
    """Yield what became of each line that is not empty, in order.

    `limits` and `literal` are those of every line's `Question`.

    Raises:
        InputError: there is no line at all.
    """
    empty = True
    for number, line in enumerate(lines, 1):
        if line.strip():
            empty = False
            yield _answered(line, number, assistant, limits, literal=literal)
    if empty:
        raise InputError(
            "The file holds no questions.", 'Write one a line: {"id": "1", "question": "…"}'
        )


def _answered(
    line: bytes, number: int, assistant: Assistant, limits: Limits, *, literal: bool
) -> Answer | Failed:
    name = None
    try:
        record = json.loads(line.decode("utf-8-sig"))
        if isinstance(record, dict) and record.get("id") is not None:
            name = str(record["id"])
        read = _Line.model_validate(record)
        asked = Question(
            text=read.question, history=read.history, id=read.id, limits=limits, literal=literal
        )
        return assistant.ask(asked)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return Failed(id=name, error=f"line {number}: {where or 'the line'}: {first['msg']}")
    except (ValueError, RecursionError) as exc:
        return Failed(id=name, error=f"line {number}: not valid JSON: {exc}")
    except MemoireError as exc:
        return Failed(id=name, error=f"line {number}: {exc}")
