"""`memoire eval run`, `compare`, `report` and `list`: score a prompt, compare two, read the result."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from assistant.cli.common import LibraryOption, settings_from
from eval.cli_options import (
    RUNS,
    JudgeOption,
    LeadOption,
    LimitOption,
    PriceOption,
    RateOption,
    RepeatsOption,
    RunsOption,
    SetOption,
    WorkersOption,
    WriterOption,
)
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eval.cases import Case
    from eval.runner import Pace
    from eval.runs import Identity, Row, Run
    from index.settings import Settings


class _Plan(NamedTuple):
    """A run not yet begun."""

    settings: Settings
    identity: Identity


def run(
    ctx: typer.Context,
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT", help="NAME@VERSION, or verbatim.")
    ] = None,
    *,
    name: SetOption = "sample",
    writer: WriterOption = None,
    limit: LimitOption = None,
    repeats: RepeatsOption = 1,
    workers: WorkersOption = None,
    rate: RateOption = None,
    price: PriceOption = None,
    runs: RunsOption = RUNS,
    library: LibraryOption = None,
) -> None:
    """Answer a set and score it; a run that was stopped goes on where it was."""
    from eval.reading import print_run
    from eval.runner import Pace

    cases = _cases(name, limit)
    settings = _settings(ctx, library, writer, prompt)
    plan = _plan(settings, name, cases, repeats)
    done = _finished(plan, cases, Pace(workers, rate), runs, price)
    print_run(cases, done)
    if any(row.error for row in done.rows()):
        raise typer.Exit(3)


def compare(
    ctx: typer.Context,
    before: Annotated[str, typer.Argument(help="A prompt (answer@v1, rewrite@v1), verbatim, or a run.")],
    after: Annotated[str, typer.Argument(help="What to compare with it.")],
    *,
    name: SetOption = "sample",
    writer: WriterOption = None,
    limit: LimitOption = None,
    repeats: RepeatsOption = 1,
    workers: WorkersOption = None,
    rate: RateOption = None,
    price: PriceOption = None,
    margin: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="The smallest difference that matters.")
    ] = 0.05,
    across: Annotated[
        bool, typer.Option("--across", help="Compare though more than the prompt differs.")
    ] = False,
    judge: JudgeOption = None,
    lead: LeadOption = None,
    gate: Annotated[
        bool,
        typer.Option("--gate", help="Exit 1 if worse, 3 if incomplete or short of evidence, else 0."),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report: .html, .md, .json or .csv.")
    ] = None,
    runs: RunsOption = RUNS,
    library: LibraryOption = None,
) -> None:
    """Say of two prompts whether the second is better, worse, the same, or not yet known."""
    from eval.cli_judge import check_may_lead, opinion_of
    from eval.comparing import check_pair
    from eval.comparing import compare as compared
    from eval.reading import print_comparison
    from eval.report import check_format, write_report
    from eval.runner import Pace
    from eval.runs import Run

    if report:
        check_format(report)
    if lead and not judge:
        raise InputError("There is no judge to lead.", "Name one with --judge PROVIDER:MODEL.")
    if judge and lead:
        check_may_lead(ctx, judge, runs)
    cases = _cases(name, limit)
    plans = [
        _stored(which, runs) or _plan(_settings(ctx, library, writer, which), name, cases, repeats)
        for which in (before, after)
    ]
    check_pair(*(plan.identity for plan in plans), across=across)
    pair = [
        plan if isinstance(plan, Run) else _finished(plan, cases, Pace(workers, rate), runs, price)
        for plan in plans
    ]
    opinion = opinion_of(ctx, judge, cases, pair, runs, leads=lead is not None) if judge else None
    comparison = compared(cases, *pair, margin=margin, across=across, opinion=opinion)
    print_comparison(comparison)
    if report:
        write_report(report, comparison, cases, *pair)
    if gate:
        raise typer.Exit(comparison.exit_code)


def report(
    before: Annotated[str, typer.Argument(help="A run, or the beginning of its name.")],
    after: Annotated[str, typer.Argument(help="The run to compare with it.")],
    out: Annotated[Path, typer.Argument(help="The file: .html, .md, .json or .csv.")] = Path(
        "report.html"
    ),
    *,
    margin: Annotated[float, typer.Option(min=0.001, max=0.5)] = 0.05,
    across: Annotated[
        bool, typer.Option("--across", help="Report though more than the prompt differs.")
    ] = False,
    runs: RunsOption = RUNS,
) -> None:
    """Write the report of two runs: one HTML file that needs no network, Markdown, JSON or CSV."""
    from eval.comparing import compare as compared
    from eval.report import write_report
    from eval.runs import Run

    pair = [Run.open(runs, which) for which in (before, after)]
    cases = pair[1].cases()
    write_report(out, compared(cases, *pair, margin=margin, across=across), cases, *pair)
    typer.echo(str(out))


def list_runs(*, runs: RunsOption = RUNS) -> None:
    """List the runs, the newest first."""
    from eval.runs import all_runs

    for found in all_runs(runs):
        rows = found.rows()
        failed = sum(row.error is not None for row in rows)
        typer.echo(f"{found.id}  {found.identity.set_name}  {len(rows)} rows, {failed} failed")


def _cases(name: str, limit: int | None) -> list[Case]:
    from eval.cases import find_set, load_cases

    cases = load_cases(find_set(name))
    if limit is None or limit >= len(cases):
        return cases
    return [cases[at * len(cases) // limit] for at in range(limit)]


def _settings(
    ctx: typer.Context, library: Path | None, writer: str | None, which: str | None
) -> Settings:
    if which in (None, "verbatim"):
        chosen = settings_from(ctx, library, writer=which or writer)
    else:
        kind = "rewrite" if str(which).startswith("rewrite@") else "prompt"
        chosen = settings_from(ctx, library, writer=writer, **{kind: which})
    if which not in (None, "verbatim") and chosen.writer == "verbatim":
        raise InputError(
            "The verbatim writer uses no prompt.", "Choose a model with --writer PROVIDER:MODEL."
        )
    return chosen


def _stored(which: str, runs: Path) -> Run | None:
    from eval.runs import Run

    return Run.open(runs, which) if (runs / which / "run.json").is_file() else None


def _plan(settings: Settings, name: str, cases: Sequence[Case], repeats: int) -> _Plan:
    from eval.cases import hash_of
    from eval.runs import identify
    from index.store.library import Library

    with Library.open(settings.library) as opened:
        return _Plan(settings, identify(Path(name).stem, hash_of(cases), opened, settings, repeats))


def _finished(
    plan: _Plan, cases: Sequence[Case], pace: Pace, runs: Path, price: tuple[float, float] | None
) -> Run:
    from eval.runs import Run
    from index.store.library import Library

    started = Run.create(runs, plan.identity, cases)
    missing = started.missing([case.id for case in cases])
    if missing:
        from eval.runner import Runner

        with (
            Library.open(plan.settings.library) as opened,
            Runner(started, opened, plan.settings, pace) as runner,
            _progress(started.id, len(missing), price) as on_row,
        ):
            runner.finish(cases, on_row)
    return started


@contextmanager
def _progress(
    label: str, total: int, price: tuple[float, float] | None
) -> Iterator[Callable[[Row], None]]:
    """Show what is done, the time left and the cost so far, on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from assistant.terminal import console

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    spent, failed = 0.0, 0
    with Progress(*columns, console=console(stderr=True), refresh_per_second=2) as bar:
        task = bar.add_task(label, total=total)

        def on_row(row: Row) -> None:
            nonlocal spent, failed
            failed += row.error is not None
            if price:
                spent += (row.tokens_in * price[0] + row.tokens_out * price[1]) / 1_000_000
            cost = f" ${spent:.2f}" if price else ""
            trouble = f" {failed} failed" if failed else ""
            bar.update(task, advance=1, description=f"{label}{cost}{trouble}")

        yield on_row
