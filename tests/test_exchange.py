"""An export imports into an identical index; the commands around it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from index.errors import InputError, NoLibrary
from index.exchange import export_library, import_library
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import DATABASE, Library
from index.store.writing import LibraryWriter, Pruned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome


def _stored(folder: Path) -> dict[str, Any]:
    with Library.open(folder) as library:
        ids = sorted(library.passage_ids())
        assert library.vectors.ids() == set(ids)
        return {
            "hash": library.index_hash,
            "rows": sorted(library.stored_rows(), key=lambda row: row["id"]),
            "vectors": {key: row.tobytes() for key, row in library.vectors.read(ids).items()},
        }


def test_an_export_imports_into_an_identical_index(library_copy: Path, tmp_path: Path) -> None:
    row = {"url": "https://z.example/1", "title": "Talks", "text": "The ferry sailed from Zembla."}
    path = tmp_path / "a.jsonl"
    for text in (row["text"], row["text"] + " It came back."):
        path.write_text(json.dumps({**row, "text": text}), "utf-8")
        index_paths([path], load_settings(library=library_copy))
    with Library.open(library_copy) as library:
        assert export_library(library, tmp_path / "out.jsonl") == 8
    other = load_settings(library=tmp_path / "other")
    report = import_library(tmp_path / "out.jsonl", other)
    assert (report.added, report.rejections) == (7, [])
    assert _stored(other.library) == _stored(library_copy)
    assert import_library(tmp_path / "out.jsonl", other).added == 0
    (tmp_path / "out.jsonl").unlink()
    with LibraryWriter.existing(other.library) as writer:
        assert writer.prune() == Pruned(0, 0)


def test_lines_that_are_none_are_set_aside(library_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Library.open(library_folder) as library:
        export_library(library, path)
    lines = path.read_text("utf-8").splitlines()
    changed = json.loads(lines[1]) | {"title": "Changed"}
    path.write_text("\n".join([lines[0], json.dumps(changed), "{", *lines[3:]]) + "\n", "utf-8")
    report = import_library(path, load_settings(library=tmp_path / "other"))
    assert (report.added, len(report.rejections)) == (4, 2)
    assert "line 2" in report.rejections[0].location


def test_no_export(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        import_library(tmp_path / "none.jsonl", load_settings(library=tmp_path / "library"))


def test_the_commands(memoire: Callable[..., Outcome], library_copy: Path, tmp_path: Path) -> None:
    at = ("--library", library_copy)
    out = tmp_path / "out.jsonl"
    assert "Wrote 6 articles" in memoire("index", "export", out, *at).out
    gone = memoire("index", "remove", "2023-09-26-fuel-depot-explosion-karabakh.md", "--yes", *at)
    assert (gone.code, gone.out) == (0, "Removed 1 articles.\n")
    assert memoire("index", "remove", "no-such", "--yes", *at).code == 2
    assert memoire("index", "remove", "out", *at, stdin="n\n").code == 2
    assert "Indexed 1 new article " in memoire("index", "import", out, *at).out
    assert memoire("index", "prune", *at).out == "Forgot 0 files that are gone; removed 0 articles.\n"
    assert "No feed is followed" in memoire("index", "feeds", "--list", *at).out
    assert "from 0 pages" in memoire("index", "feeds", *at).out
    assert memoire("index", "feeds", "--drop", "https://x.example", *at).code == 2
    assert memoire("index", "feeds", "--starter").out.startswith("#")
    assert memoire("doctor", *at).code == 0


@pytest.mark.parametrize("command", ["remove x", "prune", "feeds", "feeds --list", "watch"])
def test_without_a_library_none_is_made(
    command: str, memoire: Callable[..., Outcome], tmp_path: Path
) -> None:
    assert memoire("index", *command.split(), "--library", tmp_path / "none").code == NoLibrary.exit_code
    assert not (tmp_path / "none").exists()


def test_this_machine_is_no_link(memoire: Callable[..., Outcome], tmp_path: Path) -> None:
    shown = memoire("index", "http://127.0.0.1:1/a", "--library", tmp_path / "library")
    assert shown.code == 1
    assert "private network" in shown.err


KILLED = """
import os, signal, sys
from pathlib import Path
from index.store.vectors import Vectors
from index.store.writing import LibraryWriter

Vectors.remove = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with LibraryWriter.existing(Path(sys.argv[1])) as library:
    library.remove([next(library.articles()).id])
"""


def test_killed_between_the_two_stores(library_copy: Path, sample_articles: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(library_copy)], check=False)
    assert done.returncode == -9
    with Library.open(library_copy) as library:
        assert library.overview().articles == 5
        assert library.vectors.ids() > library.passage_ids()
    index_paths([sample_articles], load_settings(library=library_copy))
    with Library.open(library_copy) as library:
        assert library.vectors.ids() == library.passage_ids()
    database = sqlite3.connect(library_copy / DATABASE)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
