"""What the two indexes find within limits, however much or little passes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.articles import Article, Passage
from index.dates import PartialDate
from index.filters import Filters, Window
from index.settings import load_settings
from index.store.library import Library
from index.store.rows import Entry
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_SENTENCES = 412
_YEARS = range(2015, 2025)


def _sentence(number: int) -> str:
    """Envoys mostly met and agreed, mostly signed, and now and then came by ferry."""
    told = "parted and argued" if number % 30 == 7 else "met and agreed"
    ended = "left" if number % 31 == 7 else "signed"
    return f"Envoys {told} and {ended}{'' if number % 60 else ' on a ferry'}."


def _entry(year: int) -> Entry:
    """One report of a year, each sentence of it a passage with a vector by chance."""
    sentences = [_sentence(_SENTENCES * (year - _YEARS[0]) + at) for at in range(_SENTENCES)]
    article = Article(f"{year}.txt", f"Report {year}", " ".join(sentences), published=PartialDate(year))
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]) - 1
    passages = [
        Passage(article.id, int(end) - len(sentence), int(end))
        for sentence, end in zip(sentences, ends, strict=True)
    ]
    return Entry(article.source, article, passages, _vectors(_SENTENCES, seed=year))


def _vectors(count: int, seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=(count, 24)).astype(np.float32)
    unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten years of reports."""
    folder = tmp_path_factory.mktemp("reports")
    with LibraryWriter.exclusive(folder) as library:
        library.sign(load_settings(library=folder))
        library.add([_entry(year) for year in _YEARS], [])
    return folder


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library.open(folder) as opened:
        yield opened


def _in(year: int, last: int | None = None) -> Filters:
    return Filters(window=Window(date(year, 1, 1), date(last or year, 12, 31)))


def _texts(library: Library, found: list[str]) -> list[str]:
    return [article.text[p.start : p.end] for p, article in library.resolve(found)]


def test_the_rarest_word_comes_first_and_is_looked_for_within_the_limits(library: Library) -> None:
    found = _texts(library, library.words.lexical("met agreed signed ferry", 40))
    assert len(found) == 40
    assert all("ferry" in text for text in found)
    within = library.words.lexical("met agreed signed ferry", 40, filters=_in(2023, 2024))
    assert len(within) == 40
    assert {article.source for _, article in library.resolve(within)} == {"2023.txt", "2024.txt"}
    assert "ferry" in _texts(library, within)[0]


def test_a_common_word_fills_up_where_the_rare_ones_find_too_little(library: Library) -> None:
    found = _texts(library, library.words.lexical("met agreed signed ferry", 412, filters=_in(2020)))
    assert len(found) == 412
    assert any("parted and argued and signed" in text for text in found)


@pytest.mark.parametrize("filters", [_in(2020), _in(2020, 2022), _in(2016, 2024)])
def test_the_nearest_of_what_passes(library: Library, filters: Filters) -> None:
    within = library.vectors.read(library.passages_within(filters))
    for vector in _vectors(5, seed=1):
        nearest = sorted(within, key=lambda key: -float(within[key] @ vector))[:10]
        found = library.dense(vector, 10, filters)
        assert len(found) == 10
        assert len(set(found) & set(nearest)) >= 9  # a graph may miss one


def test_nothing_passes(library: Library) -> None:
    nothing = Filters(outlets=("No Such Paper",))
    assert library.dense(_vectors(1, seed=1)[0], 10, nothing) == []
    assert library.words.lexical("met", 10, filters=nothing) == []


def test_what_is_added_while_a_library_is_open_is_found(tmp_path: Path) -> None:
    with LibraryWriter.exclusive(tmp_path) as writer:
        writer.sign(load_settings(library=tmp_path))
        writer.add([_entry(2020)], [])
        with Library.open(tmp_path) as reader:
            words, decade = (writer.words, reader.words), _in(2015, 2024)
            found = [len(one.lexical("ferry", 50, filters=decade)) for one in words]
            rarity = reader.words.rarity(["tunnel"])["tunnel"]
            writer.add([_entry(2021)], [])
            found += [len(one.lexical("ferry", 50, filters=decade)) for one in words]
            assert reader.words.rarity(["tunnel"])["tunnel"] > rarity
    assert found == [7, 7, 14, 14]
