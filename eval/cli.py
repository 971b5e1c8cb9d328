"""The entry point of `memoire`: the assistant's commands, and those that measure it."""

from __future__ import annotations

from assistant.cli.main import app
from assistant.cli.main import main as run
from eval import cli_eval, cli_prompts

app.add_typer(cli_eval.app, name="eval")
app.add_typer(cli_prompts.app, name="prompts")


def main() -> None:
    """Run the command line."""
    run()


if __name__ == "__main__":
    main()
