"""`memoire eval from-reviews`: what readers said of answers becomes questions of a set."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import LibraryOption, settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.records.reviews import Review


def from_reviews(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="SET.jsonl", help="The set to add to.")],
    *,
    abstain: Annotated[
        list[str] | None,
        typer.Option(metavar="REVIEW", help="Of this review, the right answer is that there is none."),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Turn everyone's waiting reviews into questions; exit 1 if a person must say what is right."""
    from assistant.chat.access import LOCAL
    from assistant.records.reviews import ReviewList

    settings = settings_from(ctx, library)
    reviews = ReviewList(settings.conversations_file, LOCAL)
    waiting = reviews.waiting(everyone=True)
    undecided = 0
    for review in waiting:
        if _turned(review, out, abstain or []):
            reviews.settle(review.id)
        else:
            undecided += 1
    typer.echo(f"{out}: {len(waiting) - undecided} of {len(waiting)} reviews became questions.")
    if undecided:
        raise typer.Exit(1)
    typer.echo(f"Prove them: memoire eval check {out}")


def _turned(review: Review, out: Path, abstain: Sequence[str]) -> bool:
    """Add a review's question to the set; say why not where it has none."""
    from assistant.terminal import warn
    from eval.from_reviews import add_to_set, case_of
    from index.errors import InputError

    try:
        case = case_of(review, "abstention" if review.id in abstain else None)
    except InputError as exc:
        warn(str(exc))
        return False
    add_to_set(out, case)
    return True
