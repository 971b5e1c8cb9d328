"""The audit: one line for every answer, appended and never changed, with all it takes to ask again.

`FOLDER/2026-11.jsonl` holds the lines of a month, so what is older than must be kept is deleted as
whole files. No setting that may be secret (a key, an endpoint's address) is written.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import Answer, Question, Reading, Source
from index.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.settings import Settings


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Cited(_Frozen):
    """A citation by its place: the claim's (from 0), the article, its span."""

    claim: int
    article_id: str
    start: int
    end: int


class Searching(_Frozen):
    """The settings that decide which passages are found."""

    embedding_model: str
    query_instruction: str | None
    reranker_model: str
    passage_chars: int
    candidates: int
    reranked: int


class AuditLine(_Frozen):
    """One answer: who asked what and when (UTC), what made it, and the evidence found for it.

    `day` is the day there that "last week" was counted from.
    """

    id: str
    at: datetime
    day: date
    user: str
    user_name: str
    question: Question
    abstained: bool
    writer: str
    prompt: str | None
    prompt_sha: str | None
    program: str
    searching: Searching
    index_hash: str
    reading: Reading | None
    passages: tuple[Source, ...]
    cited: tuple[Cited, ...]


def audit_line(
    turn_id: str, user: str, user_name: str, question: Question, answer: Answer, settings: Settings
) -> AuditLine:
    """Return the line of an answer given just now."""
    return AuditLine(
        id=turn_id,
        at=datetime.now(UTC),
        day=date.today(),
        user=user,
        user_name=user_name,
        question=question,
        abstained=answer.abstained,
        writer=answer.writer,
        prompt=answer.prompt,
        prompt_sha=prompt_sha(answer.prompt),
        program=program(),
        searching=Searching(**{name: getattr(settings, name) for name in Searching.model_fields}),
        index_hash=answer.index_hash,
        reading=answer.reading,
        passages=answer.passages,
        cited=tuple(
            Cited(claim=place, article_id=cited.article_id, start=cited.start, end=cited.end)
            for place, claim in enumerate(answer.claims)
            for cited in claim.citations
        ),
    )


class AuditLog:
    """The lines in one folder. Several processes may append at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, line: AuditLine) -> None:
        """Write a line to the disk.

        Raises:
            StorageError: it cannot be written.
        """
        path = self.folder / f"{line.at.astimezone(UTC):%Y-%m}.jsonl"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock"):
                _append(path, line.model_dump_json().encode() + b"\n")
        except OSError as exc:
            raise StorageError(
                f"The audit cannot be written to {path}: {exc.strerror or exc}.",
                "Free space or allow writing there, or set MEMOIRE_AUDIT to another folder.",
            ) from exc

    def lines(self) -> Iterator[AuditLine]:
        """Yield the lines, the newest first; one that a power cut tore is left out."""
        for path in sorted(self.folder.glob("*.jsonl"), reverse=True):
            for stored in reversed(path.read_bytes().split(b"\n")):
                if line := _read(stored):
                    yield line

    def find(self, line_id: str) -> AuditLine:
        """Return the line with that id, or the only one whose id begins so.

        Raises:
            InputError: there is none, or there are several.
        """
        found = {line.id: line for line in self.lines() if line.id.startswith(line_id)}
        if len(found) == 1 and line_id:
            return next(iter(found.values()))
        if found:
            raise InputError(f"{len(found)} audited answers have an id that begins with {line_id!r}.")
        raise InputError(
            f"The audit in {self.folder} holds no answer {line_id!r}.",
            "The id is in the answer's link; months that were deleted are gone.",
        )


def _append(path: Path, data: bytes) -> None:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    descriptor = os.open(path, flags, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # the line before was torn by a power cut or a full disk
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(stored: bytes) -> AuditLine | None:
    if not stored.strip():
        return None
    try:
        return AuditLine.model_validate_json(stored)
    except ValidationError:
        return None


def prompt_sha(prompt: str | None) -> str | None:
    """Return the hash of a prompt version's file as it is now; None where there is none."""
    import prompts

    try:
        return prompts.load(prompt).sha if prompt else None
    except prompts.PromptError:
        return None


def program() -> str:
    """Return the version of this program."""
    try:
        return version("aide-memoire")
    except PackageNotFoundError:
        return "source"
