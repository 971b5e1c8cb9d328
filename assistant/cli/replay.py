"""`memoire replay`: an audited answer asked again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import LibraryOption, settings_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.answers import Source
    from assistant.records.replaying import Outcome, Replay

EXIT_CODES: dict[Outcome, int] = {"same": 0, "different": 1, "library changed": 3}


def replay(
    ctx: typer.Context,
    answer: Annotated[str, typer.Argument(metavar="ID", help="The answer's id, or how it begins.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    library: LibraryOption = None,
) -> None:
    """Ask an audited question again and compare the evidence.

    Exit code 0: the same passages. 1: others, although the library is the same. 2: no such answer.
    3: others, and the library has changed since.
    """
    settings = settings_from(ctx, library)
    from assistant.records.audit import AuditLog
    from assistant.records.replaying import replay as replayed
    from assistant.terminal import harmless, write_json
    from index.store.library import Library

    line = AuditLog(settings.audit_folder).find(answer)
    with Library.open(settings.library) as opened:
        result = replayed(line, opened, settings)
    if as_json:
        write_json(json.dumps(_facts(result), ensure_ascii=False))
    else:
        for said in _told(result):
            typer.echo(harmless(said))
    raise typer.Exit(EXIT_CODES[result.outcome])


def _told(result: Replay) -> Iterator[str]:
    line = result.line
    yield f"“{line.question.text}”"
    yield f"answer {line.id}, {line.at:%Y-%m-%d %H:%M} UTC, {line.user_name}, written by {line.writer}"
    count = len(line.passages)
    if result.outcome == "same":
        order = ", in another order" if result.reordered else ""
        yield f"The same evidence: all {count} passages{order}."
    else:
        kept = count - len(result.lost)
        yield f"Other evidence: {kept} of {count} passages came again, {len(result.found)} are new."
    if result.index_hash != line.index_hash:
        yield f"The library has changed since: {line.index_hash} then, {result.index_hash} now."
    elif result.outcome == "different":
        yield f"The library is the same as then ({line.index_hash})."
    yield from _listed("No longer in the library:", result.gone)
    yield from _listed("Replaced by a newer version:", result.replaced)
    yield from _listed("Came then, not now:", result.lost)
    yield from _listed("Come now, not then:", result.found)
    for change in result.changes:
        yield f"Note: {change}."


def _listed(heading: str, passages: Iterable[Source]) -> Iterator[str]:
    for place, one in enumerate(passages):
        if not place:
            yield heading
        about = ", ".join(filter(None, (one.outlet, one.published or "undated", one.source)))
        yield f"  {one.title} — {about} [{one.article_id} {one.start}–{one.end}]"


def _facts(result: Replay) -> dict[str, object]:
    lists = ("gone", "replaced", "lost", "found")
    return {
        "id": result.line.id,
        "question": result.line.question.text,
        "outcome": result.outcome,
        "reordered": result.reordered,
        "index_hash_then": result.line.index_hash,
        "index_hash_now": result.index_hash,
        **{name: [one.model_dump() for one in getattr(result, name)] for name in lists},
        "changes": list(result.changes),
    }
