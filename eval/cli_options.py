"""Options that the commands of `memoire eval` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

RUNS = Path("evaluations")

RunsOption = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where runs are kept.")]
SetOption = Annotated[str, typer.Option("--set", metavar="SET", help="A set's file or name.")]
WriterOption = Annotated[str | None, typer.Option(help="verbatim, or PROVIDER:MODEL.")]
LimitOption = Annotated[int | None, typer.Option(min=2, help="Only so many questions, spread evenly.")]
RepeatsOption = Annotated[int, typer.Option(min=1, max=50, help="Answers a question (sampled models).")]
WorkersOption = Annotated[
    int | None,
    typer.Option(min=1, max=64, help="Questions asked at once (else one; one a core if verbatim)."),
]
RateOption = Annotated[float | None, typer.Option(min=0.01, help="The most model calls a second.")]
PriceOption = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="IN OUT", help="Dollars a million tokens read and written, to show the cost."),
]
JudgeOption = Annotated[
    str | None, typer.Option(metavar="PROVIDER:MODEL", help="Ask this model what the citations hold.")
]
LeadOption = Annotated[
    Literal["judged"] | None, typer.Option(help="Let the judge's opinion lead: a calibrated one only.")
]
