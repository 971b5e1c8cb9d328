"""The questions over the public corpora: sound as cases, and true to the articles where present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eval.cases import find_set, load_cases
from eval.checking import check, texts_by_source
from index.library import Library

SETS = ("corpora-dev", "corpora-heldout")


def test_no_question_is_in_both() -> None:
    dev, heldout = (
        {case.id.rsplit("-", 1)[0] if case.derived_from else case.id for case in cases}
        for cases in (load_cases(find_set(name)) for name in SETS)
    )
    assert dev
    assert heldout
    assert not dev & heldout


@pytest.mark.parametrize("name", SETS)
def test_gold_stands_in_the_articles(name: str) -> None:
    folder = os.environ.get("CORPORA_LIBRARY")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CORPORA_LIBRARY names no library of the public corpora")
    with Library.open(Path(folder)) as library:
        assert check(load_cases(find_set(name)), texts_by_source(library.articles())) == []
