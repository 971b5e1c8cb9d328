"""`memoire eval`: check a question set, derive more questions, exchange it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import LibraryOption, settings_from
from eval import cli_judge, cli_reviews, cli_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.articles import Article
    from index.settings import Settings

app = typer.Typer(
    help="Measure the answers: is a new prompt better, and can that be trusted?",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

SetArgument = Annotated[
    str, typer.Argument(metavar="SET", help="A set's file, or the name of a shipped one.")
]

ArticlesOption = Annotated[
    Path | None,
    typer.Option(exists=True, help="Read the articles of this folder, not a library's."),
]


@app.command()
def check(
    ctx: typer.Context,
    name: SetArgument = "sample",
    *,
    articles: ArticlesOption = None,
    library: LibraryOption = None,
) -> None:
    """Prove that every gold article exists and holds its quotes byte for byte; exit 1 if not."""
    from eval.cases import find_set, hash_of, load_cases
    from eval.checking import check as defects_of
    from eval.checking import texts_by_source

    cases = load_cases(find_set(name))
    settings = settings_from(ctx, library)
    defects = defects_of(cases, texts_by_source(_articles(settings, articles)))
    for defect in defects:
        typer.echo(f"{defect.case}: {defect.problem}")
    slices: dict[str, int] = {}
    for case in cases:
        slices[case.slice] = slices.get(case.slice, 0) + 1
    shares = ", ".join(f"{count} {name}" for name, count in slices.items())
    typer.echo(f"{len(cases)} questions ({shares}); {len(defects)} defects; set {hash_of(cases)}")
    if defects:
        raise typer.Exit(1)


def _articles(settings: Settings, folder: Path | None) -> Iterable[Article]:
    if folder is not None:
        from index.articles import Article
        from index.intake.files import find_files, read_file

        most = int(settings.max_article_mb * 1_000_000)
        read = (item for path in find_files([folder]) for item in read_file(path, most))
        return [item for item in read if isinstance(item, Article)]
    from index.store.library import Library

    with Library.open(settings.library) as opened:
        return list(opened.articles())


app.command("run")(cli_runs.run)
app.command("compare")(cli_runs.compare)
app.command("report")(cli_runs.report)
app.command("list")(cli_runs.list_runs)
app.command("calibrate")(cli_judge.calibrate)
app.command("from-reviews")(cli_reviews.from_reviews)


@app.command("import")
def import_set(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .csv, promptfoo .yaml or ragas .jsonl file.")],
    out: Annotated[Path, typer.Argument(help="The set to write.")],
    *,
    articles: ArticlesOption = None,
    library: LibraryOption = None,
) -> None:
    """Make a set of another tool's file; contexts are looked up among the articles."""
    from eval.checking import texts_by_source
    from eval.exchange import read_foreign, write_set

    texts = texts_by_source(_articles(settings_from(ctx, library), articles))
    cases = read_foreign(file, texts)
    write_set(out, cases)
    typer.echo(f"{out}: {len(cases)} questions. Prove them: memoire eval check {out}")


@app.command()
def export(
    name: SetArgument, out: Annotated[Path, typer.Argument(help="A .csv, .yaml or .jsonl file.")]
) -> None:
    """Write a set for another tool: CSV, promptfoo YAML or ragas JSON Lines."""
    from eval.cases import find_set, load_cases
    from eval.exchange import as_foreign

    out.write_text(as_foreign(load_cases(find_set(name)), out.suffix), "utf-8")
    typer.echo(str(out))


@app.command()
def grow(
    ctx: typer.Context,
    name: SetArgument,
    out: Annotated[Path, typer.Argument(help="The file for the derived questions.")],
    *,
    seed: Annotated[int, typer.Option(help="Another number swaps other names and years.")] = 0,
    articles: ArticlesOption = None,
    library: LibraryOption = None,
) -> None:
    """Derive false-premise, unanswerable, name-variant and follow-up questions from a set."""
    from eval.cases import find_set, load_cases
    from eval.checking import texts_by_source
    from eval.exchange import write_set
    from eval.growing import grow as grown

    texts = texts_by_source(_articles(settings_from(ctx, library), articles))
    cases = grown(load_cases(find_set(name)), texts, seed)
    write_set(out, cases)
    typer.echo(f"{out}: {len(cases)} derived questions")
