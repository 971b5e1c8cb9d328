"""A run: what it is identified by, and its rows on disk, one line of JSON a question and repeat.

Rows are only ever appended. A run that was killed goes on where it stopped: what is missing is the
difference between the rows wanted and the rows there; a last line cut in half is dropped.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, ValidationError

import assistant
import index
import prompts
from assistant.answers import Answer
from assistant.writers.choice import VERBATIM
from eval.cases import dump_cases, load_cases
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eval.cases import Case
    from index.settings import Settings
    from index.store.library import Library

_MANIFEST, _CASES, _ROWS = "run.json", "cases.jsonl", "rows.jsonl"
_NOT_IDENTITY = {"library", "api_key", "prompt", "writer", "rewrite"}
_PROMPTS = ("prompt", "prompt_sha", "rewrite", "rewrite_sha")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(_Model):
    """Everything that decides a run's answers; equal identities are one run.

    `rewrite` is the prompt that made follow-ups stand on their own, where a model did.
    """

    set_name: str
    set_hash: str
    index_hash: str
    writer: str
    prompt: str | None
    prompt_sha: str | None
    settings: str
    code: str
    repeats: int
    rewrite: str | None = None
    rewrite_sha: str | None = None

    @property
    def run_id(self) -> str:
        """A readable name that holds the identity's hash."""
        unset = {"rewrite", "rewrite_sha"} if self.rewrite is None else None
        digest = hashlib.sha256(self.model_dump_json(exclude=unset).encode()).hexdigest()[:10]
        name = self.rewrite or self.prompt or self.writer
        return f"{re.sub(r'[^A-Za-z0-9.@-]+', '-', name)}-{digest}"

    def differences(self, other: Identity) -> list[str]:
        """Name what differs besides one prompt: what an exact pair may not differ in."""
        fields = [name for name in type(self).model_fields if name not in _PROMPTS]
        if self.rewrite_sha != other.rewrite_sha and self.prompt_sha != other.prompt_sha:
            fields.append("prompt")
        return [name for name in fields if getattr(self, name) != getattr(other, name)]


def identify(name: str, set_hash: str, library: Library, settings: Settings, repeats: int) -> Identity:
    """Return the identity of a run of these settings over this library.

    Raises:
        InputError: the prompt does not exist or is not valid.
    """
    with_model = settings.writer != VERBATIM
    prompt = _prompt(settings.prompt) if with_model else None
    rewrite = _prompt(settings.rewrite) if with_model and settings.rewrite else None
    chosen = settings.model_dump(mode="json", exclude=_NOT_IDENTITY)
    return Identity(
        set_name=name,
        set_hash=set_hash,
        index_hash=library.index_hash,
        writer=settings.writer,
        prompt=prompt.id if prompt else None,
        prompt_sha=prompt.sha if prompt else None,
        settings=json.dumps(chosen, sort_keys=True),
        code=code_hash(),
        repeats=repeats,
        rewrite=rewrite.id if rewrite else None,
        rewrite_sha=rewrite.sha if rewrite else None,
    )


def _prompt(prompt_id: str) -> prompts.Prompt:
    try:
        return prompts.load(prompt_id)
    except prompts.PromptError as exc:
        raise InputError(str(exc)) from exc


def code_hash() -> str:
    """Name the code that answers: the sources of the index and the assistant."""
    digest = hashlib.sha256()
    for package in (index, assistant):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Seen(_Model):
    """A passage the writer was given, best first; `score` is the reranker's logit."""

    source: str
    start: int
    end: int
    score: float
    text: str


class Row(_Model):
    """What became of one question in one repeat: an answer, or the `error` it failed with.

    `seconds` and `first_seconds` (to the first sentence shown) do not count the search.
    """

    case: str
    repeat: int
    answer: Answer | None
    error: str | None
    seen: tuple[Seen, ...]
    seconds: float
    first_seconds: float | None
    tokens_in: int
    tokens_out: int


class Run:
    """One run's folder."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        self.folder = folder
        self.identity = identity

    @classmethod
    def create(cls, runs: Path, identity: Identity, cases: Sequence[Case]) -> Self:
        """Open the run of this identity, making its folder the first time."""
        folder = runs / identity.run_id
        folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / _MANIFEST
        if not manifest.is_file():
            (folder / _CASES).write_text(dump_cases(cases), "utf-8")
            part = manifest.with_suffix(".part")
            part.write_text(identity.model_dump_json(indent=1), "utf-8")
            part.replace(manifest)
        return cls(folder, identity)

    @classmethod
    def open(cls, runs: Path, run_id: str) -> Self:
        """Open a run by its id or the beginning of it.

        Raises:
            InputError: there is none, or more than one.
        """
        folders = sorted(path.parent for path in runs.glob(f"*/{_MANIFEST}"))
        found = [folder for folder in folders if folder.name.startswith(run_id)]
        if len(found) != 1:
            known = ", ".join(folder.name for folder in folders) or "none"
            raise InputError(f"{len(found)} runs are named {run_id!r}.", f"There are: {known}.")
        return cls(found[0], Identity.model_validate_json((found[0] / _MANIFEST).read_text("utf-8")))

    @property
    def id(self) -> str:
        """The run's name."""
        return self.identity.run_id

    @property
    def begun(self) -> datetime:
        """When the run was made."""
        return datetime.fromtimestamp((self.folder / _CASES).stat().st_mtime, UTC)

    def cases(self) -> list[Case]:
        """Return the questions of the run, as they stood when it began."""
        return load_cases(self.folder / _CASES)

    def rows(self) -> list[Row]:
        """Return the rows written so far; the last of a question and repeat counts.

        Raises:
            InputError: a line other than a last one cut in half cannot be read.
        """
        path = self.folder / _ROWS
        if not path.is_file():
            return []
        rows: dict[tuple[str, int], Row] = {}
        for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
            try:
                row = Row.model_validate_json(line)
            except ValidationError as exc:
                raise InputError(f"{path}:{number} is damaged.", "Delete the line to redo it.") from exc
            rows[row.case, row.repeat] = row
        return list(rows.values())

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows durably."""
        path = self.folder / _ROWS
        with path.open("ab+") as file:
            _drop_torn_line(file.fileno(), path)
            file.write("".join(row.model_dump_json() + "\n" for row in rows).encode())
            file.flush()
            os.fsync(file.fileno())

    def missing(self, cases: Sequence[str]) -> list[tuple[str, int]]:
        """Return the (case, repeat) pairs that have no answer yet; failed ones are tried again."""
        done = {(row.case, row.repeat) for row in self.rows() if row.error is None}
        wanted = [(case, repeat) for repeat in range(self.identity.repeats) for case in cases]
        return [pair for pair in wanted if pair not in done]


def _drop_torn_line(descriptor: int, path: Path) -> None:
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        os.ftruncate(descriptor, data.rfind(b"\n") + 1)


def all_runs(runs: Path) -> list[Run]:
    """Return the runs of a folder, the newest first."""
    manifests = sorted(runs.glob(f"*/{_MANIFEST}"), key=lambda path: -path.stat().st_mtime)
    return [Run.open(runs, path.parent.name) for path in manifests]
