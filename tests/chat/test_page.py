"""What the page shows for a library, or instead of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.chat import library as chat_library
from assistant.text import as_label
from index.articles import Article
from index.errors import ModelUnavailable
from tests.chat.scripted import (
    APP,
    CALL,
    ROOT,
    TALK,
    Scripted,
    fill,
    looked_for,
    shown,
    suggested,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_library_it_says_how_to_make_one(folder: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=20).run()

    assert "memoire index PATH" in shown(app)
    assert str(folder) in shown(app)
    assert not app.chat_input


def test_an_empty_library_and_a_wrong_setting_are_told_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder)
    assert "holds no article yet" in shown(AppTest.from_file(APP, default_timeout=20).run())

    monkeypatch.setenv("MEMOIRE_LIBARY", "x")
    assert "MEMOIRE_LIBRARY" in shown(AppTest.from_file(APP, default_timeout=20).run())


def test_a_library_made_otherwise_is_refused_with_the_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, CALL)
    monkeypatch.setenv("MEMOIRE_PASSAGE_CHARS", "400")

    assert "memoire index --rebuild" in shown(AppTest.from_file(APP, default_timeout=20).run())


def test_an_empty_chat_says_what_is_there(page: AppTest) -> None:
    assert "2 articles, 19 April 2023 to 19 April 2023 (1 undated)" in shown(page)


def test_what_is_suggested_is_drawn_from_the_library_and_answered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "article", TALK)
    other = Article(source="b.md", title="Unheard", text="Putin said that Ukraine may come.")
    fill(folder, TALK, other)
    app = AppTest.from_file(APP, default_timeout=20).run()
    assert "Looking for questions" in shown(app) or suggested(app)
    until(lambda: not looked_for(app.run()))

    question = "What did Aliyev say about Armenia in May 2024?"
    assert suggested(app) == [as_label(question)]
    app.button(key="suggestion-0").click().run()
    assert Scripted.asked[-1].text == question
    assert app.button(key="citation-0-0")


def test_nothing_is_suggested_that_is_not_answered(page: AppTest) -> None:
    until(lambda: not looked_for(page.run()))

    assert suggested(page) == []
    assert "Try asking" not in shown(page)


def test_what_cannot_be_asked_or_loaded_is_said_in_the_chat(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "error", ModelUnavailable("No model.", "Install it."))
    app = page.chat_input(key="typed").set_value("Who spoke?").run()

    assert "No model. Install it." in shown(app)
    monkeypatch.setattr(Scripted, "error", None)
    app.chat_input(key="typed").set_value("Who spoke?").run()
    assert Scripted.asked[-1].history == ()
    assert app.button(key="citation-1-0")


def test_models_that_failed_to_load_are_tried_again(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_settings: object) -> None:
        raise ModelUnavailable("No weights.", "Get them.")

    st.cache_resource.clear()
    monkeypatch.setattr(chat_library, "_load_models", fail)
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    assert "No weights. Get them." in shown(app)

    monkeypatch.setattr(chat_library, "_load_models", lambda _settings: (1, 2))
    app.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("Who spoke?").run()
    assert app.button(key="citation-2-0")


def test_new_articles_are_seen_by_a_running_app(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    fill(folder, Article(source="c.md", title="Third", text="Third."))
    app = page.button(key="new_conversation").click().run()

    assert "3 articles" in shown(app)


def test_the_pages_import_no_model_library() -> None:
    heavy = {"torch", "chromadb", "sentence_transformers", "langchain_core"}
    code = f"import assistant.chat.page, sys; print({heavy} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_the_page_is_drawn_before_the_models_are_loaded(folder: Path) -> None:
    fill(folder, CALL)
    started, loaded = threading.Event(), threading.Event()

    def load(_settings: object) -> tuple[int, int]:
        started.set()
        assert loaded.wait(20)
        return 1, 2

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat_library, "_load_models", load)
        app = AppTest.from_file(APP, default_timeout=20).run()
        assert "1 article," in shown(app)
        assert started.wait(20)
        loaded.set()
