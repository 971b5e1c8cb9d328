"""An answer counts independent origins: a story in many outlets is one, in every form of the answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assistant.answers import Answer, Question
from assistant.assistant import Assistant
from assistant.chat.words import footer
from assistant.exports.exporting import export
from assistant.origins import copies_told, sources_counted
from assistant.records.conversations import StoredTurn
from index.indexing import index_paths
from index.intake.files import read_file
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome

ASKED = "What obstacles did Bayramov list in his call with Hogan?"
OUTLETS = ("Zembla Wire", "Zembla Post", "Zembla Post", "Zembla Radio", "Zembla Today")


@pytest.fixture
def copied(library_copy: Path, sample_articles: Path, tmp_path: Path) -> Path:
    """The library, with one of its articles as five further outlets' pages carry it."""
    (article,) = read_file(sample_articles / "2023-04-19-bayramov-hogan-phone-call.md", 10**6)
    lines = [
        {
            "source": f"copy {n}",
            "title": f"Copy {n}",
            "outlet": outlet,
            "published": f"2023-04-{20 + n}",
            "text": f"{outlet} reports from the wires. {article.text}",
        }
        for n, outlet in enumerate(OUTLETS)
    ]
    path = tmp_path / "copies.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    index_paths([path], load_settings(library=library_copy))
    return library_copy


def _ask(folder: Path) -> Answer:
    settings = load_settings(library=folder)
    with Library.open(folder) as library:
        return Assistant(library, settings).ask(Question(text=ASKED))


def test_six_articles_one_origin(copied: Path) -> None:
    answer = _ask(copied)
    cited = {citation.article_id for claim in answer.claims for citation in claim.citations}
    assert len(cited) == 1
    assert sources_counted(answer) == "6 articles, 1 origin"
    told = copies_told(answer, cited.pop())
    outlets = ("Aide-Mémoire sample desk", *dict.fromkeys(OUTLETS))
    assert told == f"6 articles, 1 origin: {', '.join(outlets)}"
    assert "6 articles, 1 origin" in list(footer(answer))
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_exports_say_it(copied: Path) -> None:
    answer = _ask(copied)
    turn = StoredTurn(
        id="a1",
        conversation_id="c1",
        question=Question(text=ASKED),
        asked=datetime(2026, 11, 24, tzinfo=UTC),
        state="answered",
        answer=answer,
    )
    for form in ("txt", "md"):
        assert "Rests on 6 articles, 1 origin" in export([turn], form, zone=UTC).decode()


def test_ask_says_it(copied: Path, memoire: Callable[..., Outcome]) -> None:
    told = memoire("ask", ASKED, "--library", copied)
    assert "Sources (6 articles, 1 origin):" in told.out
    assert "6 articles, 1 origin: Aide-Mémoire sample desk, Zembla Wire" in told.out


def test_where_nothing_has_copies_nothing_is_counted(
    library_folder: Path, memoire: Callable[..., Outcome]
) -> None:
    answer = _ask(library_folder)
    assert sources_counted(answer) is None
    assert all(origin.articles == 1 for origin in answer.origins)
    found = {source.article_id for source in answer.passages}
    assert found <= {one for origin in answer.origins for one in origin.article_ids}
    assert "origin" not in memoire("ask", ASKED, "--library", library_folder).out
