"""`memoire index`: articles into the library, and what was set aside on the way."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import DefaultCommand, LibraryOption, settings_from
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from index.indexing import Progress, Report
    from index.intake.feeds import ListedFeed
    from index.intake.metadata import Rejection
    from index.settings import Settings

_LISTED = 10
_LINK = re.compile(r"https?://", re.IGNORECASE)
_LOG_SECONDS = 30
_LEAST_PAUSE = 1.0  # seconds
_PAUSE_AFTER_FAILURE = 30.0  # seconds: a disk that is full, a library that another writes to

app = typer.Typer(cls=DefaultCommand, subcommand_metavar="PATH|URL… | COMMAND")


@app.callback()
def index(ctx: typer.Context, library: LibraryOption = None) -> None:
    """Bring the library up to date with files and folders of articles.

    `memoire index PATH…` is short for `memoire index add PATH…`. Read are Markdown with or without
    front matter (.md), plain text (.txt), saved web pages (.html), PDF, DOCX and JSON Lines (.jsonl).
    What did not change is not read again; a file that cannot be read is set aside with its reason.
    """
    ctx.obj = library or ctx.obj
    for name in ("pypdf", "trafilatura", "htmldate"):  # what matters of theirs is in the reasons
        logging.getLogger(name).addHandler(logging.NullHandler())


@app.command()
def add(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|URL…", help="Files or folders of articles, links to articles."),
    ] = None,
    *,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="In folders, read only what matches.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="In folders, pass over what matches.")
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Follow an RSS, Atom or JSON feed, or a sitemap."),
    ] = None,
    feeds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Follow the feeds of a list (YAML).")
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="First split and embed anew all that is stored: after a new model."
        ),
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Add what is new or changed under PATH…, and the articles at URL… (the default command).

    Feeds are followed from then on: `memoire index feeds` and `memoire index watch` poll them. Ends
    with exit code 1 if nothing at all could be read.
    """
    settings = settings_from(ctx, library)
    followed = _named_feeds(feed or (), feeds)
    if not (paths or followed or rebuild):
        raise InputError("There is nothing to index.", "Give files, folders, links or --feed URL.")
    from index.indexing import rebuild as rebuild_library

    if rebuild:
        with reporting("articles") as on_progress:
            report = rebuild_library(settings, on_progress)
        typer.echo(
            f"Rebuilt {report.added:,} articles ({report.passages:,} passages)"
            f" in {report.seconds:.1f} s."
        )
    links = [path for path in paths or () if _LINK.match(path)]
    files = [Path(path) for path in paths or () if not _LINK.match(path)]
    done: list[tuple[Report, str]] = []
    if files:
        from index.indexing import index_paths

        with reporting("bytes") as on_progress:
            report = index_paths(
                files, settings, on_progress, include=include or (), exclude=exclude or ()
            )
        done.append((report, "files"))
    if links:
        from index.newsroom import index_links

        with reporting("pages") as on_progress:
            done.append((index_links(links, settings, on_progress), "pages"))
    if followed:
        done.append((_follow(followed, settings), "pages"))
    for report, unit in done:
        _summarise(report, unit)
    _conclude([report for report, _ in done])


def _named_feeds(urls: Sequence[str], path: Path | None) -> list[ListedFeed]:
    if not (urls or path):
        return []
    from index.intake.feeds import ListedFeed
    from index.newsroom import read_feed_list

    return [ListedFeed(url) for url in urls] + (read_feed_list(path) if path else [])


def _follow(feeds: Sequence[ListedFeed], settings: Settings) -> Report:
    from index.newsroom import follow, poll

    typer.echo(f"Following {follow(feeds, settings):,} more feeds.")
    with reporting("pages") as on_progress:
        return poll(settings, on_progress, only=[feed.url for feed in feeds])


def _conclude(reports: Sequence[Report]) -> None:
    read = any(report.added or report.unchanged for report in reports)
    if any(report.rejections for report in reports) and not read:
        raise typer.Exit(1)


@app.command()
def feeds(
    ctx: typer.Context,
    *,
    listed: Annotated[
        bool, typer.Option("--list", help="Only list them, with what went wrong.")
    ] = False,
    starter: Annotated[bool, typer.Option("--starter", help="Print a list to start from.")] = False,
    drop: Annotated[str | None, typer.Option(metavar="URL", help="Follow a feed no more.")] = None,
    library: LibraryOption = None,
) -> None:
    """Poll the followed feeds once: for cron. Articles that are already here cost nothing.

    A feed whose list gives an interval (`every`) is passed over until it went by.
    """
    settings = settings_from(ctx, library)
    from index.newsroom import STARTER_FEEDS, poll

    if starter:
        typer.echo(STARTER_FEEDS.read_text("utf-8"), nl=False)
    elif drop:
        from index.store.following import Following

        with Following.existing(settings.library) as writer:
            if not writer.unfollow(drop):
                raise InputError(f"The feed {drop} is not followed.", "See: memoire index feeds --list")
        typer.echo(f"No longer following {drop}; its articles stay.")
    elif listed:
        _list_feeds(settings)
    else:
        with reporting("pages") as on_progress:
            report = poll(settings, on_progress)
        _summarise(report, "pages")


def _list_feeds(settings: Settings) -> None:
    from assistant.terminal import harmless
    from index.store.library import Library

    with Library.open(settings.library) as opened:
        followed = opened.feeds()
    for feed in followed:
        state = feed.problem or (f"read {feed.checked}" if feed.checked else "not read yet")
        typer.echo(harmless(f"{feed.url}  {feed.title or ''}  {state}"))
    if not followed:
        typer.echo("No feed is followed. Add one: memoire index add --feed URL")


@app.command()
def watch(
    ctx: typer.Context,
    *,
    every: Annotated[
        float, typer.Option(min=0.1, help="Minutes between two polls of a feed without its own.")
    ] = 15.0,
    library: LibraryOption = None,
) -> None:
    """Poll each followed feed again and again at its interval, until stopped with Ctrl-C."""
    settings = settings_from(ctx, library)
    from assistant.terminal import warn
    from index.errors import LibraryBusy, StorageError
    from index.newsroom import poll, seconds_until_due

    while True:
        pause = _PAUSE_AFTER_FAILURE
        try:
            with reporting("pages") as on_progress:
                report = poll(settings, on_progress, every=every)
            _summarise(report, "pages")
            pause = max(seconds_until_due(settings, every), _LEAST_PAUSE)
        except (LibraryBusy, StorageError) as exc:
            warn(f"{exc.problem} The next poll tries again.")
        time.sleep(pause)


@app.command()
def remove(
    ctx: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE…", help="As a search shows them.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    library: LibraryOption = None,
) -> None:
    """Remove articles, with their older versions, by source, url or id."""
    from index.store.writing import LibraryWriter

    with LibraryWriter.existing(settings_from(ctx, library).library) as writer:
        found = {source: writer.ids_of(source) for source in sources}
        if unknown := [source for source, ids in found.items() if not ids]:
            raise InputError(f"No article comes from {unknown[0]}.", "Nothing was removed.")
        ids = [article_id for group in found.values() for article_id in group]
        if not yes:
            typer.confirm(f"Remove {len(ids):,} articles for good?", abort=True)
        typer.echo(f"Removed {writer.remove(ids):,} articles.")


@app.command()
def prune(
    ctx: typer.Context,
    *,
    folders: Annotated[
        bool, typer.Option("--folders", help="Those of folders that are gone as a whole, too.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Forget files that are gone from the disk, and remove what only they held.

    Files of a folder that is gone or empty as a whole are kept: its disk may not be connected.
    """
    from assistant.terminal import warn
    from index.store.writing import LibraryWriter

    with LibraryWriter.existing(settings_from(ctx, library).library) as writer:
        pruned = writer.prune(folders=folders)
    typer.echo(f"Forgot {pruned.files:,} files that are gone; removed {pruned.articles:,} articles.")
    for folder in pruned.absent[:_LISTED]:
        warn(f"kept what {folder} held: it is gone or empty as a whole")
    if pruned.absent:
        warn(f"folders kept: {len(pruned.absent):,}. If gone for good: memoire index prune --folders")


@app.command("export")
def export_articles(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="What to write.")],
    *,
    library: LibraryOption = None,
) -> None:
    """Write every article, its older versions too, as JSON Lines that import into the same index."""
    from index.exchange import export_library
    from index.store.library import Library

    with Library.open(settings_from(ctx, library).library) as opened:
        count = export_library(opened, path)
    typer.echo(f"Wrote {count:,} articles to {path}.")


@app.command("import")
def import_articles(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="What export wrote.")],
    *,
    library: LibraryOption = None,
) -> None:
    """Add the articles of an export; one that is already here is left as it is."""
    settings = settings_from(ctx, library)
    from index.exchange import import_library

    with reporting("bytes") as on_progress:
        report = import_library(path, settings, on_progress)
    _summarise(report)


@app.command()
def rejected(ctx: typer.Context, library: LibraryOption = None) -> None:
    """List what could not be read, with the reasons."""
    from assistant.terminal import harmless
    from index.store.library import Library

    with Library.open(settings_from(ctx, library).library) as opened:
        rejections = opened.overview().rejections
    for rejection in rejections:
        typer.echo(harmless(f"{rejection.location}: {rejection.reason}"))
    if not rejections:
        typer.echo("Everything indexed could be read.")


def _summarise(report: Report, unit: str = "files") -> None:
    unchanged = f" {report.unchanged:,} unchanged." if report.unchanged else ""
    aside = f" {len(report.rejections):,} set aside." if report.rejections else ""
    articles = _counted(report.added, "new articles")
    passages, read = _counted(report.passages, "passages"), _counted(report.files, unit)
    typer.echo(
        f"Indexed {articles} ({passages}) from {read} in {report.seconds:.1f} s.{unchanged}{aside}"
    )
    _warn_of(report.rejections)


def _counted(number: int, things: str) -> str:
    return f"{number:,} {things if number != 1 else things.removesuffix('s')}"


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
