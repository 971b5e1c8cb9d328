"""A disk that fills up while articles are added, removed or imported: it is said, and nothing is lost.

The limit is the system's own on the size of a file (RLIMIT_FSIZE), set in a child process: each write
beyond it fails as on a full disk, in SQLite, in Chroma and in Python alike, wherever it happens to come.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.exchange import export_library
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library
from tests.test_kill import _state, _write

if TYPE_CHECKING:
    from collections.abc import Sequence

# Does WORK in a child (forked: the imports are paid once) under each limit; 0 is none. Prints what each
# met. A child that crashed shows as such.
DRIVER = """
import json, os, resource, sys
from pathlib import Path
import index.models, index.search.search, chromadb
from index import exchange
from index import indexing
from index.errors import MemoireError
from index.settings import load_settings
from index.store.writing import LibraryWriter

work, library, what, *limits = sys.argv[1:]
settings = load_settings(library=Path(library))

def run():
    if work == "add":
        indexing.index_paths([Path(what)], settings)
    elif work == "import":
        exchange.import_library(Path(what), settings)
    else:
        with LibraryWriter.existing(settings.library) as writer:
            writer.remove(json.loads(what))

for limit in map(int, limits):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        met = [limit, None, "done"]
        try:
            run()
        except MemoireError as exc:
            met = [limit, type(exc).__name__, str(exc)]
        os.write(1, (json.dumps(met) + "\\n").encode())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps([limit, "crash", status]))
"""


LIMITS = (1_000, 60_000, 170_000, 260_000)
Met = tuple[int, str | None, str]


def _under(limits: Sequence[int], work: str, library: Path, what: str) -> list[Met]:
    command = [sys.executable, "-c", DRIVER, work, str(library), what, *map(str, limits)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders of articles, a library of the first, and an export of both."""
    folder = tmp_path_factory.mktemp("disk")
    _write(folder / "first", range(60), "first")
    _write(folder / "second", range(60, 160), "second")
    index_paths([folder / "first", folder / "second"], load_settings(library=folder / "both"))
    index_paths([folder / "first"], load_settings(library=folder / "library"))
    with Library.open(folder / "both") as library:
        export_library(library, folder / "both.jsonl")
    return folder


@pytest.mark.parametrize("work", ["add", "import", "remove"])
def test_a_disk_that_is_full(work: str, made: Path, tmp_path: Path) -> None:
    before = _state(made / "library")
    gone = [article.id for article in before["articles"]][:30]
    what = {"add": made / "second", "import": made / "both.jsonl", "remove": json.dumps(gone)}[work]
    quiet = Path(shutil.copytree(made / "library", tmp_path / "quiet"))
    full = Path(shutil.copytree(made / "library", tmp_path / "full"))
    assert _under([0], work, quiet, str(what)) == [(0, None, "done")]

    met = _under(LIMITS, work, full, str(what))
    failures = [(name, said) for _, name, said in met if said != "done"]
    assert len(failures) >= 3, met
    assert {name for name, _ in failures} == {"StorageError"}
    assert all("cannot be written" in said and "Free space" in said for _, said in failures)
    held = {article.id for article in _state(full)["articles"]}
    assert held >= {article.id for article in before["articles"]} - set(gone if work == "remove" else ())

    assert _under([0], work, full, str(what)) == [(0, None, "done")]
    after, wanted = _state(full), _state(quiet)
    assert after == wanted
    assert after["stored"] == after["passages"]
    shutil.rmtree(tmp_path)
