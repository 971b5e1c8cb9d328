"""`memoire prompts`: list, show and compare prompt versions, and begin a new one."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer

import prompts
from index.errors import InputError

app = typer.Typer(
    help="The prompts of the chat-model writer, in versions.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

PromptArgument = Annotated[str, typer.Argument(metavar="NAME@VERSION")]


@app.command("list")
def list_prompts() -> None:
    """List every version with its notes; exit 1 if one is not valid."""
    broken = 0
    for prompt_id in prompts.all_versions():
        try:
            prompt = prompts.load(prompt_id)
        except prompts.PromptError as exc:
            broken += 1
            typer.echo(f"{prompt_id}  not valid: {exc}")
        else:
            typer.echo(f"{prompt_id}  {prompt.sha}  {' '.join(prompt.notes.split())}")
    if broken:
        raise typer.Exit(1)


@app.command()
def show(prompt_id: PromptArgument) -> None:
    """Show what a version tells the model."""
    prompt = _load(prompt_id)
    typer.echo(f"{prompt.system}\n----\n{prompt.human}".rstrip())


@app.command()
def diff(before: PromptArgument, after: PromptArgument) -> None:
    """Show line by line what differs between two versions."""
    texts = [_load(which) for which in (before, after)]
    was, now = (f"{prompt.system}\n{prompt.human}".splitlines() for prompt in texts)
    for line in difflib.unified_diff(was, now, before, after, lineterm="", n=2):
        typer.echo(line)


@app.command()
def new(
    prompt_id: PromptArgument,
    *,
    model: Annotated[
        str | None, typer.Option("--from", metavar="NAME@VERSION", help="Copied (else the last one).")
    ] = None,
) -> None:
    """Begin a new version as a copy of another, to be edited."""
    known = prompts.versions(prompt_id.partition("@")[0]) or prompts.all_versions()
    try:
        path = prompts.create(prompt_id, model or known[-1])
    except prompts.PromptError as exc:
        raise InputError(str(exc)) from exc
    typer.echo(str(path))


def _load(prompt_id: str) -> prompts.Prompt:
    try:
        return prompts.load(prompt_id)
    except prompts.PromptError as exc:
        raise InputError(str(exc)) from exc
