"""A small library of real sample articles, built once, and the command line in this process."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.cli.main import app
from index.indexing import index_paths
from index.settings import PREFIX, load_settings
from tests.web_server import web_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from index.settings import Settings
    from tests.web_server import Server

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"
NAMES = (
    "2020-09-24-aliyev-warns-un-of-new-attack.md",
    "2021-09-raisi-demands-sanctions-lifted.md",
    "2023-04-19-bayramov-hogan-phone-call.md",
    "2023-09-23-mirzoyan-stepanakert-offensive.md",
    "2023-09-26-fuel-depot-explosion-karabakh.md",
    "2025-08-08-aliyev-pashinyan-washington.md",
)


def indexed(folder: Path, rows: Sequence[Mapping[str, object]]) -> Settings:
    """Index articles, each a row of JSON Lines; return the settings of their library in the folder."""
    lines = folder / "articles.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = load_settings(library=folder / "library")
    index_paths([lines], settings)
    return settings


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep a developer's own .env and MEMOIRE_ variables out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        patch.chdir(tmp_path_factory.mktemp("cwd"))
        yield


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Put `__main__` back: `AppTest` leaves the app's script there, and spawned processes run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def sample_articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six of the sample's articles."""
    folder = tmp_path_factory.mktemp("articles")
    for name in NAMES:
        shutil.copy(SAMPLE / name, folder)
    return folder


@pytest.fixture(scope="session")
def library_folder(
    sample_articles: Path, tmp_path_factory: pytest.TempPathFactory, _own_settings: None
) -> Path:
    """A library of those articles; not to be written to."""
    folder = tmp_path_factory.mktemp("library")
    index_paths([sample_articles], load_settings(library=folder))
    return folder


@pytest.fixture
def library_copy(library_folder: Path, tmp_path: Path) -> Path:
    """A copy of the library, to be broken."""
    return Path(shutil.copytree(library_folder, tmp_path / "library"))


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server whose pages the test fills."""
    with web_server() as made:
        yield made


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def memoire() -> Callable[..., Outcome]:
    """Run `memoire` in this process."""

    def run(*args: object, stdin: bytes | str | None = None) -> Outcome:
        result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run
