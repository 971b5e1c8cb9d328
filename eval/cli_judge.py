"""`memoire eval calibrate`, and a judge's opinion within `memoire eval compare`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import settings_from
from eval.cli_options import RUNS, RunsOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eval.cases import Case
    from eval.comparing import JudgeNote, Opinion
    from eval.judging import Judge
    from eval.runs import Run


def calibrate(
    ctx: typer.Context,
    labels: Annotated[list[Path], typer.Argument(help="People's labels: MTRAG, CLAPNQ or your own.")],
    *,
    judge: Annotated[str, typer.Option(metavar="PROVIDER:MODEL", help="The model held to them.")],
    limit: Annotated[
        int | None, typer.Option(min=10, help="Only so many labels, half of them yes.")
    ] = None,
    runs: RunsOption = RUNS,
) -> None:
    """Say how far a model judge agrees with people; exit 3 if too little for it to lead a report."""
    from eval.judging import AT_LEAST, FEWEST, TRUSTED, Judge

    with Judge(settings_from(ctx, None, writer=judge), runs) as judging, _asking(judge) as on_each:
        found = judging.calibrate(labels, limit, on_each)
    (both, missed), (invented, neither) = found.table
    typer.echo(f"{found.judge}: {found.words}")
    typer.echo(f"people yes: judge yes {both}, no {missed}; people no: yes {invented}, no {neither}")
    typer.echo(f"neither yes nor no: {found.unclear} (counted as no)")
    if not found.trusted:
        enough = (
            f"it takes κ of {TRUSTED} with an interval from {AT_LEAST} up, of {FEWEST} labels or more"
        )
        typer.echo(f"It may not lead a report: {enough}.")
        raise typer.Exit(3)
    typer.echo("It may lead a report: compare with --lead judged.")


def check_may_lead(ctx: typer.Context, judge: str, runs: Path) -> None:
    """Refuse a judge that is to lead and may not, before anything is asked of a model.

    Raises:
        InputError: it is not calibrated, or agrees too little with people.
    """
    from eval.comparing import check_trusted
    from eval.judging import Judge

    with Judge(settings_from(ctx, None, writer=judge), runs) as judging:
        check_trusted(_note(judging))


def opinion_of(
    ctx: typer.Context,
    judge: str,
    cases: Sequence[Case],
    pair: Sequence[Run],
    runs: Path,
    *,
    leads: bool,
) -> Opinion:
    """Return what the judge says of both runs, and how far people agree with it.

    Raises:
        ModelUnavailable: its endpoint fails; a judgement that failed is not made up.
    """
    from eval.comparing import Opinion
    from eval.judging import Judge

    by_id = {case.id: case for case in cases}
    with Judge(settings_from(ctx, None, writer=judge), runs) as judging, _asking(judge) as on_each:
        note = _note(judging)
        before, after = (judging.judged(by_id, run.rows(), on_each) for run in pair)
    return Opinion(note, before, after, leads)


def _note(judging: Judge) -> JudgeNote:
    from eval.comparing import JudgeNote

    known = judging.calibration
    return JudgeNote(
        name=judging.name,
        agreement=known.words if known else None,
        trusted=bool(known and known.trusted),
    )


@contextmanager
def _asking(judge: str) -> Iterator[Callable[[], None]]:
    """Count what the judge has said."""
    from rich.progress import Progress, TextColumn

    from assistant.terminal import console

    columns = (TextColumn("{task.description}: {task.completed}"),)
    with Progress(*columns, console=console(stderr=True), refresh_per_second=2) as bar:
        task = bar.add_task(f"judged by {judge}", total=None)
        yield lambda: bar.advance(task)
