"""An audited answer asked again: whether the same evidence comes, and if not, what has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.answers import source
from assistant.records.audit import program, prompt_sha
from index.store.library import signature_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Reading, Source
    from assistant.records.audit import AuditLine
    from index.settings import Settings
    from index.store.library import Library

Outcome = Literal["same", "library changed", "different"]


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of asking again.

    `gone` and `replaced` are articles of the evidence that the library no longer holds, or holds in a
    newer version; `lost` passages came then and not now, `found` the other way round. `changes` says
    what else is not as it was, in words.
    """

    line: AuditLine
    index_hash: str
    now: tuple[Source, ...]
    gone: tuple[Source, ...]
    replaced: tuple[Source, ...]
    changes: tuple[str, ...]

    @property
    def lost(self) -> list[Source]:
        """The passages that came then and do not now."""
        here = {_place(one) for one in self.now}
        return [one for one in self.line.passages if _place(one) not in here]

    @property
    def found(self) -> list[Source]:
        """The passages that come now and did not then."""
        then = {_place(one) for one in self.line.passages}
        return [one for one in self.now if _place(one) not in then]

    @property
    def reordered(self) -> bool:
        """Whether the same passages come in another order."""
        order = [_place(one) for one in self.now]
        return not (self.lost or self.found) and order != [_place(p) for p in self.line.passages]

    @property
    def outcome(self) -> Outcome:
        """The same passages; others, and the library is another; or others from the same library."""
        if not (self.lost or self.found):
            return "same"
        return "different" if self.index_hash == self.line.index_hash else "library changed"


def replay(line: AuditLine, library: Library, settings: Settings) -> Replay:
    """Ask an audited question again, searched with the settings and as of the day it was asked with.

    A library made since with another model or passage size is searched as it is now.

    Raises:
        LibraryMismatch: the settings do not fit the library.
        ModelUnavailable: a model cannot be loaded.
    """
    from assistant.retrieval import Retrieval

    then = settings.model_copy(update=line.searching.model_dump())
    if library.signature not in (None, signature_of(then)):
        made = {"embedding_model", "query_instruction", "passage_chars"}
        then = settings.model_copy(update=line.searching.model_dump(exclude=made))
    retrieval = Retrieval(library, then)
    retrieval.engine.today = lambda: line.day
    evidence = retrieval.gather(line.question.checked())
    articles: dict[str, Source] = {}
    for one in line.passages:
        articles.setdefault(one.article_id, one)
    missing = [one for one in articles.values() if not library.has(one.article_id)]
    return Replay(
        line=line,
        index_hash=library.index_hash,
        now=tuple(source(hit) for hit in evidence.hits),
        gone=tuple(one for one in missing if library.article(one.article_id) is None),
        replaced=tuple(one for one in missing if library.article(one.article_id)),
        changes=tuple(_changes(line, then, evidence.reading)),
    )


def _changes(line: AuditLine, settings: Settings, reading: Reading | None) -> Sequence[str]:
    said = [
        f"{name.replace('_', ' ')} was {was!r} and is {getattr(settings, name)!r}"
        for name, was in line.searching.model_dump().items()
        if was != getattr(settings, name)
    ]
    if line.program != program():
        said.append(f"the program was {line.program} and is {program()}")
    if line.prompt and line.prompt_sha != (sha := prompt_sha(line.prompt)):
        said.append(f"the prompt {line.prompt} " + ("has been edited" if sha else "is gone"))
    if reading != line.reading:
        said.append("the question is read in another way")
    return said


def _place(one: Source) -> tuple[str, int, int]:
    return one.article_id, one.start, one.end
