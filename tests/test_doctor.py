"""Each thing the doctor looks for, by breaking a real library in that way; and the mending."""

from __future__ import annotations

import os
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from index import doctor
from index.search.search import SearchEngine
from index.settings import load_settings
from index.store.library import DATABASE, Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.doctor import Finding
    from tests.conftest import Outcome


def _examine(folder: Path, **chosen: object) -> list[Finding]:
    found = doctor.examine(load_settings(library=folder, **chosen))
    return [finding for finding in found if finding.severity != "ok"]


def _mended(folder: Path) -> list[Finding]:
    doctor.mend(load_settings(library=folder))
    return _examine(folder)


def _sql(folder: Path, statement: str) -> None:
    database = sqlite3.connect(folder / DATABASE)
    with database:
        database.execute(statement)
    database.close()


def _answer(folder: Path) -> list[tuple[str, float]]:
    with Library.open(folder) as library:
        hits = SearchEngine(library, load_settings(library=folder)).search("fuel depot", 5)
    return [(hit.passage.id, round(hit.score, 4)) for hit in hits]


@pytest.fixture(scope="module")
def expected(library_folder: Path) -> list[tuple[str, float]]:
    return _answer(library_folder)


def test_a_sound_library(library_copy: Path) -> None:
    assert _examine(library_copy) == []
    assert doctor.mend(load_settings(library=library_copy)) == []


def test_full_text(library_copy: Path, expected: object) -> None:
    _sql(library_copy, "INSERT INTO passage_words (passage_words) VALUES ('delete-all')")
    (finding,) = _examine(library_copy)
    assert "full text" in finding.what
    assert "doctor --mend" in finding.remedy
    assert _mended(library_copy) == []
    assert _answer(library_copy) == expected


@pytest.mark.parametrize("change", ['"end" = 9999999', "start = 3"])
def test_offsets(change: str, library_copy: Path, expected: object) -> None:
    _sql(library_copy, f"UPDATE passage SET {change} WHERE key = 2")
    assert any("within their article" in finding.what for finding in _examine(library_copy))
    assert _mended(library_copy) == []
    assert _answer(library_copy) == expected


def test_missing_and_orphan_vectors(library_copy: Path, expected: object) -> None:
    with Library.open(library_copy) as library:
        first, *_ = sorted(library.passage_ids())
        vector = library.vectors.read([first])[first]
        library.vectors.remove([first])
        library.vectors.put(["orphan"], vector[None])
    (finding,) = _examine(library_copy)
    assert finding.what == "1 passages have no vector."
    assert _mended(library_copy) == []
    with Library.open(library_copy) as library:
        assert "orphan" not in library.vectors.ids()
        assert library.vectors.read([first])[first].tobytes() == vector.tobytes()
        library.vectors.put(["orphan"], vector[None])
    (finding,) = _examine(library_copy)
    assert finding.what == "1 vectors belong to no passage."
    assert _mended(library_copy) == []
    assert _answer(library_copy) == expected


@pytest.mark.parametrize("how", ["truncated", "emptied", "deleted"])
def test_a_broken_store(how: str, library_copy: Path, expected: object) -> None:
    store = next(library_copy.glob("vectors-*/chroma.sqlite3"))
    if how == "truncated":
        os.truncate(store, store.stat().st_size // 2)
    elif how == "emptied":
        os.truncate(store, 0)
    else:
        shutil.rmtree(store.parent)
    (finding,) = _examine(library_copy)
    assert finding.severity == "error"
    assert _mended(library_copy) == []
    assert _answer(library_copy) == expected


def test_vectors_of_another_model_behind_the_same_name(library_copy: Path, expected: object) -> None:
    with Library.open(library_copy) as library:
        vectors = library.vectors.read(sorted(library.passage_ids()))
        rolled = dict(
            zip(vectors, [*list(vectors.values())[1:], next(iter(vectors.values()))], strict=True)
        )
        for key, vector in rolled.items():
            library.vectors.put([key], vector[None])
    (finding,) = _examine(library_copy)
    assert "not what the embedding model gives" in finding.what
    assert _mended(library_copy) == []
    assert _answer(library_copy) == expected


def test_a_changed_article(library_copy: Path) -> None:
    _sql(library_copy, "UPDATE article SET title = title || '!' WHERE key = 1")
    assert any("not as they were indexed" in f.what for f in _examine(library_copy))


def test_a_damaged_database(library_copy: Path, memoire: Callable[..., Outcome]) -> None:
    path = library_copy / DATABASE
    content = bytearray(path.read_bytes())
    content[8192:40960] = os.urandom(32768)
    path.write_bytes(content)
    findings = _examine(library_copy)
    assert findings[0].severity == "error"
    assert "index the articles again" in findings[0].remedy
    shown = memoire("doctor", "--mend", "--library", library_copy)
    assert shown.code == 1
    assert "index the articles again" in shown.out


def test_another_model_or_chunking(library_copy: Path) -> None:
    (finding,) = _examine(library_copy, passage_chars=500)
    assert "memoire index --rebuild" in finding.remedy
    findings = _examine(library_copy, embedding_model="packaged:nothing")
    assert "packaged:bge-small-en-v1.5" in findings[0].remedy


def test_what_was_set_aside(library_copy: Path, memoire: Callable[..., Outcome]) -> None:
    bad = library_copy.parent / "bad.md"
    bad.write_bytes(b"\xff")
    memoire("index", bad, "--library", library_copy)
    (finding,) = _examine(library_copy)
    assert finding.severity == "warning"
    assert "memoire index rejected" in finding.remedy


def test_left_over_stores(library_copy: Path) -> None:
    (library_copy / "vectors-00000000").mkdir()
    (finding,) = _examine(library_copy)
    assert "unfinished rebuild" in finding.what
    assert _mended(library_copy) == []
    assert not (library_copy / "vectors-00000000").exists()


def test_the_command(library_copy: Path, memoire: Callable[..., Outcome]) -> None:
    shown = memoire("doctor", "--library", library_copy)
    assert (shown.code, shown.err) == (0, "")
    assert {line.split()[0] for line in shown.out.splitlines()} == {"ok"}
    _sql(library_copy, "INSERT INTO passage_words (passage_words) VALUES ('delete-all')")
    assert memoire("doctor", "--library", library_copy).code == 1
    mended = memoire("doctor", "--mend", "--library", library_copy)
    assert mended.code == 0
    assert mended.out.startswith("mended   The full text")


def test_articles_that_were_never_compared(library_copy: Path) -> None:
    _sql(library_copy, "UPDATE article SET origin = 'nobody' WHERE key = 1")
    _sql(library_copy, "DELETE FROM signature WHERE article_key = 2")
    (finding,) = _examine(library_copy)
    assert finding.what.startswith("2 articles were not compared")
    assert _mended(library_copy) == []
    with Library.open(library_copy) as library:
        assert {row["origin"] for row in library.stored_rows()} == {a.id for a in library.articles()}
