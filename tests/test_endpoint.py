"""The chat-model writer against a real llama.cpp endpoint, a dead one, a slow one and a babbling one."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from assistant.answers import Answer, Question
from assistant.assistant import Assistant
from eval.bench.serving import serve
from index.settings import load_settings
from index.store.library import Library
from tests.scripted_endpoint import scripted_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = Question(text="What obstacles did Bayramov raise with Hogan?")


def _ask(folder: Path, base_url: str, timeout: float = 60.0) -> Answer:
    settings = load_settings(library=folder, writer="openai:local", base_url=base_url, timeout=timeout)
    with Library.open(folder) as library:
        return Assistant(library, settings).ask(QUESTION)


@contextmanager
def _serving(reply: str, delay: float = 0.0) -> Iterator[str]:
    with scripted_endpoint() as endpoint:
        endpoint.reply, endpoint.delay = reply, delay
        yield endpoint.url


def _grounded(answer: Answer, folder: Path) -> None:
    with Library.open(folder) as library:
        for claim in answer.claims:
            assert claim.citations
            assert not re.search(r"\[\d+\]", claim.text)
            for citation in claim.citations:
                article = library.article(citation.article_id)
                assert article is not None
                assert article.text[citation.start : citation.end] == citation.quote


def test_dead_endpoint_quotes_instead(library_folder: Path) -> None:
    answer = _ask(library_folder, "http://127.0.0.1:9/v1")
    assert answer.writer == "verbatim"
    assert "cannot be reached" in answer.notices[0]
    assert not answer.abstained
    _grounded(answer, library_folder)


def test_slow_endpoint_quotes_instead(library_folder: Path) -> None:
    with _serving("late", delay=3) as url:
        answer = _ask(library_folder, url, timeout=0.5)
    assert answer.writer == "verbatim"
    assert "too long" in answer.notices[0]


def test_garbage_is_withheld(library_folder: Path) -> None:
    with _serving("Zorblax decreed 918 moons on Pluto [1]. [7] [99] qqq") as url:
        answer = _ask(library_folder, url)
    assert answer.writer == "verbatim"
    assert answer.dropped_markers
    assert all("Zorblax" not in claim.text for claim in answer.claims)


def test_true_sentence_is_cited_and_unknown_marker_dropped(library_folder: Path) -> None:
    text = "Foreign minister Jayhun Bayramov talked with Derek Hogan about peace with Armenia [1][42]."
    with _serving(text) as url:
        answer = _ask(library_folder, url)
    assert answer.writer == "openai:local"
    assert answer.prompt == "answer@v1"
    assert answer.dropped_markers == 1
    assert [claim.text for claim in answer.claims] == [text.replace(" [1][42]", "")]
    _grounded(answer, library_folder)


@pytest.mark.endpoint
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_real_language_model(library_folder: Path) -> None:
    pytest.importorskip("xllamacpp")
    server = serve()
    answer = _ask(library_folder, f"{server.listening_address}/v1", timeout=240)
    assert answer.writer in ("openai:local", "verbatim")
    assert not any("did not answer" in notice for notice in answer.notices), answer.notices
    _grounded(answer, library_folder)
