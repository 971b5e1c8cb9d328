"""`memoire index`: articles into the library, and what was set aside on the way."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_common import DefaultCommand, LibraryOption, settings_from
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from index.indexing import Progress, Report
    from index.metadata import Rejection

_LISTED = 10
_LOG_SECONDS = 30

app = typer.Typer(cls=DefaultCommand, subcommand_metavar="PATH… | COMMAND")


@app.callback()
def index(ctx: typer.Context, library: LibraryOption = None) -> None:
    """Bring the library up to date with files and folders of articles.

    `memoire index PATH…` is short for `memoire index add PATH…`. Read are Markdown with or without
    front matter (.md), plain text (.txt), saved web pages (.html), PDF, DOCX and JSON Lines (.jsonl).
    What did not change is not read again; a file that cannot be read is set aside with its reason.
    """
    ctx.obj = library or ctx.obj


@app.command()
def add(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Files or folders of articles.")
    ] = None,
    *,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="In folders, read only what matches.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="In folders, pass over what matches.")
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="First split and embed anew all that is stored: after a new model."
        ),
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Add what is new or changed under PATH… (the default command).

    Ends with exit code 1 if nothing at all could be read.
    """
    settings = settings_from(ctx, library)
    if not paths and not rebuild:
        raise InputError("There is nothing to index.", "Give files or folders of articles.")
    from index.indexing import index_paths
    from index.indexing import rebuild as rebuild_library

    if rebuild:
        with reporting("articles") as on_progress:
            report = rebuild_library(settings, on_progress)
        typer.echo(
            f"Rebuilt {report.added:,} articles ({report.passages:,} passages)"
            f" in {report.seconds:.1f} s."
        )
    if paths:
        with reporting("bytes") as on_progress:
            report = index_paths(
                paths, settings, on_progress, include=include or (), exclude=exclude or ()
            )
        _summarise(report)
        if report.rejections and not (report.added or report.unchanged):
            raise typer.Exit(1)


@app.command()
def rejected(ctx: typer.Context, library: LibraryOption = None) -> None:
    """List what could not be read, with the reasons."""
    from assistant.terminal import harmless
    from index.library import Library

    with Library.open(settings_from(ctx, library).library) as opened:
        rejections = opened.overview().rejections
    for rejection in rejections:
        typer.echo(harmless(f"{rejection.location}: {rejection.reason}"))
    if not rejections:
        typer.echo("Everything indexed could be read.")


def _summarise(report: Report) -> None:
    unchanged = f" {report.unchanged:,} unchanged." if report.unchanged else ""
    aside = f" {len(report.rejections):,} set aside." if report.rejections else ""
    typer.echo(
        f"Indexed {report.added:,} new articles ({report.passages:,} passages) from"
        f" {report.files:,} files in {report.seconds:.1f} s.{unchanged}{aside}"
    )
    _warn_of(report.rejections)


def _warn_of(rejections: Sequence[Rejection]) -> None:
    from assistant.terminal import warn

    for rejection in rejections[:_LISTED]:
        warn(f"set aside {rejection.location}: {rejection.reason}")
    if len(rejections) > _LISTED:
        more = len(rejections) - _LISTED
        warn(f"set aside {more:,} more. All with their reasons: memoire index rejected")


@contextmanager
def reporting(unit: str) -> Iterator[Callable[[Progress], None]]:
    """Show progress on stderr: a bar on a terminal, else a line every half a minute."""
    from assistant.terminal import console

    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _Log()
        return
    from rich import progress as rich

    amount = rich.DownloadColumn() if unit == "bytes" else rich.MofNCompleteColumn()
    with rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TaskProgressColumn(),
        amount,
        rich.TextColumn("{task.fields[found]}"),
        rich.TimeRemainingColumn(elapsed_when_finished=True),
        console=screen,
        speed_estimate_period=600,
    ) as bar:
        yield _shown(bar, bar.add_task("Indexing", total=None, found=""))


def _shown(bar: Bar, task: TaskID) -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        found = f"{progress.articles:,} articles, {progress.passages:,} passages"
        bar.update(task, total=progress.total, completed=progress.done, found=found)

    return show


class _Log:
    """Progress as lines, for a log."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        from assistant.terminal import warn

        if time.monotonic() - self._last >= _LOG_SECONDS:
            self._last = time.monotonic()
            done = progress.done / max(progress.total, 1)
            warn(f"{done:.0%}, {progress.articles:,} articles, {progress.passages:,} passages")
