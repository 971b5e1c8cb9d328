"""Question sets: one case a line of JSON, its schema, and how a set is found and named by its hash."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.answers import Message, Question
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PACKAGED_SETS = Path(__file__).parent / "sets"
REGEX = "re:"

Slice = Literal[
    "fact",
    "attribution",
    "temporal",
    "latest",
    "names",
    "follow-up",
    "two-sided",
    "unanswerable",
    "false-premise",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gold(_Model):
    """A sentence that answers: `quote` stands byte for byte in the article whose file is `source`."""

    source: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class Side(_Model):
    """One account that a two-sided answer must give; any one of its `gold` sentences stands for it."""

    name: str = Field(min_length=1)
    gold: tuple[Gold, ...] = Field(min_length=1)


class Case(_Model):
    """One question, and what a right answer to it is held to.

    `gold` lists every article that answers, with its exact sentences; articles that repeat each other
    are all named, and citing any one is right. Each entry of `facts` must occur in a right answer: a
    list is variants of which one suffices, a text starting with `re:` a regular expression. `as_of` is
    the day (ISO 8601) the question is asked on; `derived_from` names the case it was made from.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    slice: Slice
    history: tuple[Message, ...] = ()
    answerable: bool
    gold: tuple[Gold, ...] = ()
    facts: tuple[tuple[str, ...] | str, ...] = ()
    sides: tuple[Side, ...] = ()
    as_of: str | None = None
    derived_from: str | None = None
    notes: str = ""

    @field_validator("facts")
    @classmethod
    def _usable_facts(cls, facts: tuple[tuple[str, ...] | str, ...]) -> object:
        for fact in facts:
            if not fact or (not isinstance(fact, str) and not all(fact)):
                raise ValueError("a fact is empty: every answer would hold it")
            if isinstance(fact, str) and fact.startswith(REGEX):
                try:
                    re.compile(fact.removeprefix(REGEX))
                except re.error as exc:
                    raise ValueError(f"the regular expression {fact!r} is not valid: {exc}") from exc
        return facts

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.answerable and not self.gold:
            raise ValueError("an answerable case needs gold sentences")
        if not self.answerable and (self.gold or self.facts or self.sides):
            raise ValueError("an unanswerable case has no gold, facts or sides")
        if self.slice == "two-sided" and len(self.sides) < 2:
            raise ValueError("a two-sided case needs at least two sides")
        return self

    @property
    def asked(self) -> Question:
        """The question as the assistant takes it."""
        return Question(text=self.question, history=self.history, id=self.id)


def find_set(name: str) -> Path:
    """Return the file of a set: a path, or the name of one that is shipped, such as `sample`.

    Raises:
        InputError: there is neither.
    """
    for path in (Path(name), PACKAGED_SETS / f"{name}.jsonl"):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in PACKAGED_SETS.glob("*.jsonl"))) or "none"
    raise InputError(f"There is no question set {name!r}.", f"Give a file, or one of: {known}.")


def load_cases(path: Path) -> list[Case]:
    """Return the cases of a set, in order.

    Raises:
        InputError: the file cannot be read, a line is no case, or two cases share an id; the message
            names the line.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"The question set {path} cannot be read: {exc}.") from exc
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        case = _case(line, f"{path}:{number}")
        if case.id in cases:
            raise InputError(f"{path}:{number}: the id {case.id!r} is used twice.")
        cases[case.id] = case
    if not cases:
        raise InputError(f"The question set {path} is empty.")
    return list(cases.values())


def _case(line: str, where: str) -> Case:
    try:
        return Case.model_validate_json(line)
    except ValidationError as exc:
        error = exc.errors()[0]
        field = ".".join(str(part) for part in error["loc"])
        what = error["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {field + ': ' if field else ''}{what}.") from exc


def dump_cases(cases: Iterable[Case]) -> str:
    """Return the cases as JSON Lines; what a case leaves at its default is left out."""
    rows = (case.model_dump(mode="json", exclude_defaults=True) for case in cases)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def hash_of(cases: Sequence[Case]) -> str:
    """Name the content of a set: equal exactly when its cases are, whatever their order."""
    ordered = sorted(cases, key=lambda case: case.id)
    return hashlib.sha256(dump_cases(ordered).encode()).hexdigest()[:16]
