"""A run killed at any moment, and run again, ends where an undisturbed run ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from index.exchange import export_library
from index.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ("Baku", "Yerevan", "Ankara", "Tehran", "Tbilisi", "Astana", "Doha", "Kyiv", "Belgrade")

# Runs the indexing of ARTICLES into LIBRARY in children of its own (forked: the imports are paid
# once), kills KILLS of them at random moments, and lets the last one come to its end.
DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
import index.models, index.search.search, chromadb
from index import exchange
from index import indexing
from index.settings import load_settings

articles, library, seed, kills = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
longest = 0.4 if articles.suffix == ".jsonl" else 1.2
settings = load_settings(library=library)
indexing.BATCH_PASSAGES = 16
chance = random.Random(seed)
killed = 0
while True:
    child = os.fork()
    if not child:
        if articles.suffix == ".jsonl":
            exchange.import_library(articles, settings)
        else:
            indexing.index_paths([articles], settings)
        os._exit(0)
    if killed < kills:
        time.sleep(chance.uniform(longest / 12, longest))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
    killed += 1
print(killed)
"""

# Indexes again and again until it is let in, a few articles at a time; prints how often it was not.
INSISTING = """
import sys, time
from pathlib import Path
import index.models, chromadb
from index.errors import LibraryBusy
from index.indexing import index_paths
from index.settings import load_settings

settings = load_settings(library=Path(sys.argv[1]))
refused, files = 0, sorted(Path(sys.argv[2]).iterdir())
while files:
    try:
        index_paths(files[:6], settings)
        del files[:6]
    except LibraryBusy:
        refused += 1
        time.sleep(0.02)
print(refused)
"""


def _write(folder: Path, numbers: range, version: str) -> None:
    folder.mkdir(exist_ok=True)
    for n in numbers:
        here, there = PLACES[n % len(PLACES)], PLACES[(n * 7 + 3) % len(PLACES)]
        text = f"The envoy number {n} left {here} for {there}. The {version} talks lasted {n} hours."
        front = f"---\ntitle: Envoy {n}\npublished: 2024-01-{n % 28 + 1:02}\n---\n"
        (folder / f"envoy-{n:03}.md").write_text(f"{front}{text}\n", "utf-8")


def _index(articles: Path, library: Path, kills: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(articles), str(library), articles.name, str(kills)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def _state(folder: Path) -> dict[str, Any]:
    with Library.open(folder) as library:
        passages = sorted(library.passage_ids())
        return {
            "articles": list(library.articles()),
            "passages": passages,
            "stored": sorted(library.vectors.ids()),
            "vectors": {key: row.tobytes() for key, row in library.vectors.read(passages).items()},
            "words": {w: sorted(library.words.lexical(w, 500)) for w in ("envoy", "second", *PLACES)},
            "files": library.known_files(),
            "hash": library.index_hash,
            "overview": library.overview(),
            "unrelated": library.unrelated(),
            "origins": {row["id"]: row.get("origin") for row in library.stored_rows()},
        }


def test_a_killed_run_ends_where_an_undisturbed_one_does(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    quiet, killed = tmp_path / "quiet", tmp_path / "killed"
    _write(articles, range(200), "first")
    assert _index(articles, quiet, kills=0) == 0
    met = _index(articles, killed, kills=5)
    assert _state(killed) == _state(quiet)

    _write(articles, range(0, 200, 3), "second")
    _write(articles, range(200, 300), "second")
    assert _index(articles, quiet, kills=0) == 0
    met += _index(articles, killed, kills=5)
    after = _state(killed)
    assert after == _state(quiet)
    assert after["stored"] == after["passages"]
    assert after["overview"].articles == 300
    assert met >= 4, "the runs ended before they could be killed"
    shutil.rmtree(articles)


def test_a_killed_import_ends_where_an_undisturbed_one_does(tmp_path: Path) -> None:
    articles, made = tmp_path / "articles", tmp_path / "made"
    _write(articles, range(200), "first")
    _index(articles, made, kills=0)
    _write(articles, range(0, 200, 5), "second")
    _index(articles, made, kills=0)
    with Library.open(made) as library:
        export_library(library, tmp_path / "out.jsonl")
    met = _index(tmp_path / "out.jsonl", tmp_path / "killed", kills=6)
    killed, whole = _state(tmp_path / "killed"), _state(made)
    for kept in ("articles", "passages", "stored", "vectors", "words", "hash", "origins"):
        assert killed[kept] == whole[kept], kept
    with Library.open(tmp_path / "killed") as library, Library.open(made) as other:
        assert list(library.stored_rows()) == list(other.stored_rows())
    assert met >= 2, "the imports ended before they could be killed"


def test_two_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    """Each is turned away while the other writes and tries again; nothing is lost or doubled."""
    _write(tmp_path / "one", range(60), "first")
    _write(tmp_path / "two", range(60, 120), "first")
    command = [sys.executable, "-c", INSISTING, str(tmp_path / "library")]
    both = [
        subprocess.Popen([*command, str(tmp_path / name)], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    refused = [int(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(refused) >= 1, "they never met"
    for name in ("one", "two"):
        _index(tmp_path / name, tmp_path / "quiet", kills=0)
    together, quiet = _state(tmp_path / "library"), _state(tmp_path / "quiet")
    assert together == quiet
    assert together["overview"].articles == 120
