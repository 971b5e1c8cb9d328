"""What every command of `memoire` shares: the library option, the settings, and how errors end."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import InputError, MemoireError
from index.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
BROKEN_PIPE = 1  # as rich ends where it meets one

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        metavar="DIR",
        help="The library's folder (else $MEMOIRE_LIBRARY, else ./library).",
    ),
]


def settings_from(ctx: typer.Context, library: Path | None, **chosen: object) -> Settings:
    """Return the settings; a `--library` after the command's name goes before one in front of it.

    Raises:
        InputError: a setting is wrong.
    """
    folder = library or ctx.obj
    if folder is not None and folder.is_file():
        raise InputError(f"The library {folder} is a file.", "Give a folder with --library.")
    return load_settings(library=folder, **chosen)


class Guarded(TyperGroup):
    """The root of the commands: whatever a command runs into ends as one line and an exit code."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """List the groups first: indexing comes before asking."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: not isinstance(self.commands[name], TyperGroup))

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Run the command."""
        from assistant.terminal import warn

        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except MemoireError as exc:
            warn(f"{exc.problem} {exc.remedy}")
            raise typer.Exit(exc.exit_code) from exc
        except KeyboardInterrupt as exc:
            indexing = ctx.invoked_subcommand == "index"
            warn("Stopped; what was indexed is kept." if indexing else "Stopped.")
            raise typer.Exit(INTERRUPTED) from exc
        except OSError as exc:
            if exc.errno != errno.EPIPE:
                where = f" ({exc.filename})" if exc.filename else ""
                warn(f"{exc.strerror or exc}{where}. {_remedy(exc)}")
                raise typer.Exit(1) from exc
            _discard_output()
            raise typer.Exit(BROKEN_PIPE) from exc
        return result


def _remedy(exc: OSError) -> str:
    if exc.errno == errno.ENOSPC:
        return "Free space, then run the command again; what was indexed is kept."
    if isinstance(exc, PermissionError):
        return "Allow access to it, or give another path."
    return ""


def _discard_output() -> None:
    """Nobody reads stdout any more: keep the interpreter from complaining when it flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class DefaultCommand(TyperGroup):
    """A group whose first command runs where no other is named."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the default command's name before arguments that name none."""
        following = next(_after_options(args), None)
        if following not in self.commands and "--help" not in args[:1]:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


def _after_options(args: list[str]) -> Iterator[str]:
    """Yield the arguments behind a leading `--library DIR`."""
    rest = iter(args)
    for arg in rest:
        if arg == "--library":
            next(rest, None)
        elif not arg.startswith("--library="):
            yield arg
