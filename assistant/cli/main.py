"""`memoire`: the command line. Text and JSON go to stdout; progress and warnings to stderr."""

from __future__ import annotations

import json
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import index as cli_index
from assistant.cli import replay as cli_replay
from assistant.cli.common import Guarded, LibraryOption, settings_from
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import Limits, Question
    from assistant.assistant import Assistant
    from index.articles import Hit
    from index.doctor import Finding
    from index.settings import Settings

app = typer.Typer(
    cls=Guarded,
    help="Ask about news articles; every sentence of the answer cites the passage it rests on.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_index.app, name="index")

SinceOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only from this day, month or year on.")
]
UntilOption = Annotated[str | None, typer.Option(metavar="DATE", help="Only until it.")]
OutletOption = Annotated[
    list[str] | None, typer.Option("--outlet", help="Only this outlet's; give more for any of them.")
]
CountryOption = Annotated[
    list[str] | None, typer.Option("--country", help="Only articles that name it, in any spelling.")
]
SourceOption = Annotated[
    list[str] | None, typer.Option("--source", help="Only files or addresses that begin like this.")
]
UndatedOption = Annotated[
    bool, typer.Option("--undated", help="With dates: articles without one as well.")
]
LiteralOption = Annotated[
    bool, typer.Option("--literal", help="The words as they stand: no other spellings, no time.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app(prog_name="memoire")


@app.callback()
def root(
    ctx: typer.Context,
    *,
    library: LibraryOption = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda on: on and _show_version())
    ] = False,
) -> None:
    """Keep the library that was chosen before the command's name."""
    ctx.obj = library


def _show_version() -> None:
    try:
        typer.echo(f"memoire {version('aide-memoire')}")
    except PackageNotFoundError:
        typer.echo("memoire (run from its source, not installed)")
    raise typer.Exit


@app.command()
def search(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(help="What to look for.")],
    *,
    count: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 10,
    since: SinceOption = None,
    until: UntilOption = None,
    outlet: OutletOption = None,
    country: CountryOption = None,
    source: SourceOption = None,
    undated: UndatedOption = False,
    language: Annotated[str | None, typer.Option(help="Only articles in this language.")] = None,
    literal: LiteralOption = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show the passages that match best."""
    from assistant.answers import Question

    text = Question(text=" ".join(query)).checked().text
    limits = _limits(since, until, outlet, country, source, undated=undated)
    settings = settings_from(ctx, library)
    from assistant.terminal import print_hits, write_json
    from index.store.library import Library

    with Library.open(settings.library) as opened:
        from assistant.retrieval import filters_of
        from index.search.search import SearchEngine

        engine = SearchEngine(opened, settings)
        filters = replace(filters_of(limits), languages=(language,) if language else ())
        asked = engine.understand(text, filters, literal=literal)
        if asked.explained != text:
            typer.echo(f"searched for {asked.explained}", err=True)
        hits = engine.search(asked, count)
    if as_json:
        write_json(json.dumps([_as_dict(hit) for hit in hits], ensure_ascii=False))
    else:
        print_hits(hits)


def _limits(
    since: str | None,
    until: str | None,
    outlets: list[str] | None,
    countries: list[str] | None,
    sources: list[str] | None,
    *,
    undated: bool,
) -> Limits:
    from assistant.answers import Limits

    return Limits(
        since=since,
        until=until,
        outlets=tuple(outlets or ()),
        countries=tuple(countries or ()),
        sources=tuple(sources or ()),
        undated=undated,
    )


def _as_dict(hit: Hit) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "source": hit.article.source,
        "title": hit.article.title,
        "published": hit.article.published.iso if hit.article.published else None,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.text,
    }


@app.command()
def ask(
    ctx: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="What to ask.")] = None,
    *,
    as_json: JsonOption = False,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help='Answer each line {"id", "question", "history"?} with a line of JSON; - is stdin.',
        ),
    ] = None,
    writer: Annotated[
        str | None, typer.Option(help="verbatim, or PROVIDER:MODEL such as openai:gpt-5-mini.")
    ] = None,
    prompt: Annotated[
        str | None, typer.Option(metavar="NAME@VERSION", help="The prompt of a chat model.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    outlet: OutletOption = None,
    country: CountryOption = None,
    source: SourceOption = None,
    undated: UndatedOption = False,
    literal: LiteralOption = False,
    library: LibraryOption = None,
) -> None:
    """Answer a question from the articles, every sentence with its sources."""
    if bool(question) == bool(batch):
        raise InputError("Give one of the two: a question, or --batch FILE.jsonl.")
    settings = settings_from(ctx, library, writer=writer, prompt=prompt)
    from assistant.answers import Question

    limits = _limits(since, until, outlet, country, source, undated=undated)
    if batch:
        failed = _ask_batch(batch, settings, limits, literal=literal)
        raise typer.Exit(1 if failed else 0)
    asked = Question(text=" ".join(question or ()), limits=limits, literal=literal).checked()
    with _assistant(settings) as assistant:
        if as_json:
            from assistant.terminal import write_json

            write_json(assistant.ask(asked).model_dump_json())
        else:
            _ask_aloud(assistant, asked)


@contextmanager
def _assistant(settings: Settings) -> Iterator[Assistant]:
    from index.store.library import Library

    with Library.open(settings.library) as library:
        from assistant.assistant import Assistant

        assistant = Assistant(library, settings)
        assistant.warm()
        yield assistant


def _ask_aloud(assistant: Assistant, question: Question) -> None:
    from assistant.events import ClaimWritten, Finished, Notice
    from assistant.terminal import console, print_claim, print_ending, warn

    with console(stderr=True).status("Reading the articles…") as status:
        for event in assistant.stream(question):
            if isinstance(event, ClaimWritten):
                status.stop()
                print_claim(event.claim)
            elif isinstance(event, Notice):
                warn(event.text)
            elif isinstance(event, Finished):
                status.stop()
                print_ending(event.answer)


def _ask_batch(batch: Path, settings: Settings, limits: Limits, *, literal: bool) -> int:
    """Answer the questions of a file; return how many of its lines failed."""
    from assistant.cli.batch import Failed, answer_lines
    from assistant.terminal import warn, write_json

    failed = 0
    try:
        lines = sys.stdin.buffer if str(batch) == "-" else batch.open("rb")
    except OSError as exc:
        raise InputError(f"The file {batch} cannot be read: {exc.strerror}.") from exc
    with closing(lines), _assistant(settings) as assistant:
        for result in answer_lines(lines, assistant, limits, literal=literal):
            write_json(result.model_dump_json())
            if isinstance(result, Failed):
                failed += 1
                warn(result.error)
    return failed


@app.command()
def chat(
    ctx: typer.Context,
    *,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port (else the first free from 8501).")
    ] = None,
    address: Annotated[
        str, typer.Option(help="Where to serve; 0.0.0.0 opens the chat to the network.")
    ] = "localhost",
    library: LibraryOption = None,
) -> None:
    """Open the chat in a browser, on this machine only unless --address says otherwise."""
    settings = settings_from(ctx, library)
    from assistant.chat.server import serve

    raise typer.Exit(serve(settings.library, port, address))


app.command("replay")(cli_replay.replay)


@app.command()
def status(ctx: typer.Context, *, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Say what the library holds."""
    settings = settings_from(ctx, library)
    from assistant.terminal import harmless, write_json
    from index.store.library import Library

    with Library.open(settings.library) as opened:
        held = opened.overview()
    facts = {
        "library": str(settings.library.resolve()),
        "articles": held.articles,
        "passages": held.passages,
        "first": held.first.iso if held.first else None,
        "last": held.last.iso if held.last else None,
        "undated": held.undated,
        "set_aside": len(held.rejections),
        "made_with": held.signature,
        "index_hash": held.index_hash,
    }
    if as_json:
        write_json(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        label = name.replace("_", " ").capitalize()
        shown = f"{value:,}" if isinstance(value, int) else value or "–"
        typer.echo(harmless(f"{label + ':':<12} {shown}"))


@app.command()
def doctor(
    ctx: typer.Context,
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Mend what can be made anew from the stored articles.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Examine the library and the models; exit code 1 if something is wrong."""
    settings = settings_from(ctx, library)
    from index import doctor as examiner

    if mend:
        with cli_index.reporting("articles") as on_progress:
            mended = examiner.mend(settings, on_progress)
        for finding in mended:
            typer.echo(f"mended   {finding.what}")
    findings = examiner.examine(settings)
    _print_findings(findings)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _print_findings(findings: Sequence[Finding]) -> None:
    from assistant.terminal import harmless

    for finding in findings:
        typer.echo(harmless(f"{finding.severity:<8} {finding.what} {finding.remedy}".rstrip()))


if __name__ == "__main__":
    main()
