"""A run killed at any moment, and run again, ends where an undisturbed run ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from index.library import Library

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ("Baku", "Yerevan", "Ankara", "Tehran", "Tbilisi", "Astana", "Doha", "Kyiv", "Belgrade")

# Runs the indexing of ARTICLES into LIBRARY in children of its own (forked: the imports are paid
# once), kills KILLS of them at random moments, and lets the last one come to its end.
DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
import index.models, index.search, chromadb
from index import indexing
from index.settings import load_settings

articles, library, seed, kills = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
indexing.BATCH_PASSAGES = 16
chance = random.Random(seed)
killed = 0
while True:
    child = os.fork()
    if not child:
        indexing.index_paths([articles], load_settings(library=library))
        os._exit(0)
    if killed < kills:
        time.sleep(chance.uniform(0.1, 1.2))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
    killed += 1
print(killed)
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
            "words": {word: sorted(library.lexical(word, 500)) for word in ("envoy", "second", *PLACES)},
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
