"""Indexing again: what is unchanged, changed, broken, moved; another model or chunking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import indexing
from index.errors import LibraryMismatch, NoLibrary
from index.indexing import Progress, Report, index_paths, passage_input, rebuild
from index.models import Embedder
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path


def _index(library: Path, *paths: Path, **chosen: object) -> Report:
    return index_paths(paths, load_settings(library=library, **chosen))


def _texts(library: Path) -> set[str]:
    with Library.open(library) as opened:
        assert opened.vectors.ids() == opened.passage_ids()
        return {article.text for article in opened.articles()}


def _words(library: Path, word: str) -> int:
    with Library.open(library) as opened:
        return len(opened.words.lexical(word, 100))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    return made


def test_a_second_run_does_nothing(library: Path, folder: Path) -> None:
    (folder / "a.md").write_text("The ferry sailed from Zembla.\n", "utf-8")
    first = _index(library, folder)
    assert (first.files, first.added, first.unchanged) == (1, 1, 0)
    with Library.open(library) as opened:
        before = opened.index_hash
    again = _index(library, folder)
    assert (again.files, again.added, again.unchanged, again.encode_seconds) == (1, 0, 1, 0.0)
    with Library.open(library) as opened:
        assert opened.index_hash == before


def test_only_what_is_new_is_embedded(library: Path, folder: Path) -> None:
    (folder / "a.md").write_text("The ferry sailed from Zembla.\n", "utf-8")
    _index(library, folder)
    (folder / "b.md").write_text("A train left Onhava.\n", "utf-8")
    report = _index(library, folder)
    assert (report.added, report.passages, report.unchanged) == (1, 1, 1)


def test_a_changed_file_replaces_its_article(library: Path, folder: Path) -> None:
    path = folder / "a.md"
    path.write_text("The ferry sailed from Zembla.\n", "utf-8")
    _index(library, folder)
    path.write_text("A train left Onhava.\n", "utf-8")
    _index(library, folder)
    assert _texts(library) == {"A train left Onhava.\n"}
    assert (_words(library, "ferry"), _words(library, "train")) == (0, 1)


def test_a_file_that_becomes_broken_keeps_its_articles(library: Path, folder: Path) -> None:
    path = folder / "a.md"
    path.write_text("The ferry sailed from Zembla.\n", "utf-8")
    _index(library, folder)
    path.write_bytes(b"\xff\xfe")
    report = _index(library, folder)
    assert len(report.rejections) == 1
    assert _texts(library) == {"The ferry sailed from Zembla.\n"}
    path.write_text("A train left Onhava.\n", "utf-8")
    assert _index(library, folder).rejections == []
    assert _texts(library) == {"A train left Onhava.\n"}


def test_the_same_article_in_two_files(library: Path, folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "a.md").write_text("The ferry sailed from Zembla.\n", "utf-8")
    assert _index(library, folder).added == 1
    (folder / "one" / "a.md").write_text("A train left Onhava.\n", "utf-8")
    _index(library, folder)
    assert _texts(library) == {"The ferry sailed from Zembla.\n", "A train left Onhava.\n"}


def test_an_article_that_moves_between_files(
    library: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH_PASSAGES", 4)

    def write(name: str, numbers: range) -> None:
        rows = [{"url": f"https://z.example/{n}", "text": f"Ferry {n} sailed."} for n in numbers]
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    write("a.jsonl", range(10))
    write("b.jsonl", range(10, 20))
    _index(library, folder)
    write("a.jsonl", range(5))
    write("b.jsonl", range(5, 30))
    report = _index(library, folder)
    assert (report.added, report.rejections) == (10, [])
    assert len(_texts(library)) == 30
    assert _index(library, folder).unchanged == 2


def test_progress_reaches_its_total(library: Path, folder: Path) -> None:
    (folder / "a.md").write_text("The ferry sailed from Zembla.\n", "utf-8")
    seen: list[Progress] = []
    index_paths([folder], load_settings(library=library), seen.append)
    assert seen[-1].done == seen[-1].total > 0


def test_another_chunking_is_refused_until_rebuilt(library: Path, sample_articles: Path) -> None:
    _index(library, sample_articles)
    other = load_settings(library=library, passage_chars=400)
    with pytest.raises(LibraryMismatch, match="memoire index --rebuild"):
        index_paths([sample_articles], other)
    with Library.open(library) as opened:
        passages, articles = opened.passage_ids(), list(opened.articles())
        with pytest.raises(LibraryMismatch, match="passage"):
            opened.require(other)
    rebuild(other)
    with Library.open(library) as opened:
        opened.require(other)
        assert list(opened.articles()) == articles
        assert len(opened.passage_ids()) > len(passages)
        assert opened.vectors.ids() == opened.passage_ids()
        assert len(list(library.glob("vectors-*"))) == 1
    assert _index(library, sample_articles, passage_chars=400).unchanged == 6


def test_another_model_is_refused(library_folder: Path) -> None:
    with (
        Library.open(library_folder) as opened,
        pytest.raises(LibraryMismatch, match="some-other-model"),
    ):
        opened.require(load_settings(embedding_model="some-other-model"))


def test_nothing_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary):
        rebuild(load_settings(library=tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_a_vector_does_not_depend_on_its_batch(library_folder: Path) -> None:
    embedder = Embedder(load_settings(library=library_folder))
    with Library.open(library_folder) as library:
        ids = sorted(library.passage_ids())[:5]
        texts = [passage_input(article, passage) for passage, article in library.resolve(ids)]
        stored = library.vectors.read(ids)
    for at, vector in enumerate(embedder.encode_passages(texts)):
        assert vector.tobytes() == embedder.encode_passages([texts[at]])[0].tobytes()
        np.testing.assert_allclose(stored[ids[at]], vector, atol=1e-6)  # Chroma normalises again
