"""The Library page without a browser: what it shows, adds and removes, and how errors end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from index.indexing import index_paths
from index.settings import load_settings
from index.store.catalogue import Catalogue, Count
from index.store.library import DATABASE, Library
from tests.test_documents import PAGE

if TYPE_CHECKING:
    from tests.web_server import Server

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"


def _script() -> None:
    from index.page.library import show_library

    show_library()


def _open() -> AppTest:
    app = AppTest.from_function(_script, default_timeout=30).run()
    assert not app.exception
    return app


def _words(app: AppTest) -> str:
    assert not app.exception
    kinds = ("text", "markdown", "caption", "info", "success", "warning", "error")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def _sources(folder: Path) -> list[str]:
    with Library.open(folder) as library:
        return [article.source for article in library.articles()]


@pytest.fixture
def folder(library_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEMOIRE_LIBRARY", str(library_copy))
    monkeypatch.setenv("MEMOIRE_FETCH_PRIVATE", "true")
    monkeypatch.setenv("MEMOIRE_FETCH_DELAY", "0")
    monkeypatch.setenv("MEMOIRE_FETCH_TRIES", "1")
    return library_copy


@pytest.fixture
def ferry(server: Server) -> str:
    """The address of a page on this machine."""
    server.pages["/ferry"] = lambda handler: handler.answer(200, PAGE.encode(), content_type="text/html")
    return f"{server.url}/ferry"


def test_without_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOIRE_LIBRARY", str(tmp_path / "none"))
    assert "Nothing is indexed yet" in _words(_open())
    assert not (tmp_path / "none").exists()


def test_what_is_in_it(folder: Path) -> None:
    app = _open()
    assert {metric.label: metric.value for metric in app.metric}["Articles"] == "6"
    assert len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart")) == 3
    assert "There are no copies." in _words(app)
    assert "Everything indexed could be read." in _words(app)


def test_a_country_by_two_names_is_one(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    named = (["Turkey", "Türkiye"], ["Türkiye", "Zembla"], ["Republic of Turkey", "Zembla"])
    lines = [
        {"text": f"The ferry number {n} sailed.", "countries": names} for n, names in enumerate(named)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    index_paths([path], load_settings(library=folder))
    with Catalogue.open(folder) as catalogue:
        counts = catalogue.by_country()
    assert Count("Türkiye", 3) in counts
    assert Count("Zembla", 2) in counts
    assert not {"Turkey", "Republic of Turkey"} & {count.label for count in counts}


def test_searching_and_reading(folder: Path) -> None:
    app = _open()
    app.text_input(key="library_search").set_value("fuel depot").run()
    box = app.selectbox(key="library_article")
    assert "fuel depot" in box.options[0].lower()
    box.select_index(0).run()
    with Library.open(folder) as library:
        text = next(a.text for a in library.articles() if "fuel-depot" in a.source)
    assert text.strip() in [element.value for element in app.text]


def test_removing_asks_first(folder: Path) -> None:
    app = _open()
    app.selectbox(key="library_article").select_index(0).run()
    app.button(key="library_remove").click().run()
    assert "for good" in _words(app)
    app.button(key="library_remove_no").click().run()
    assert len(_sources(folder)) == 6
    app.button(key="library_remove").click().run()
    app.button(key="library_remove_yes").click().run()
    assert "Removed 1 article." in _words(app)
    assert len(_sources(folder)) == 5


def _submit(app: AppTest, label: str, field: str, value: str) -> AppTest:
    next(box for box in app.text_input if box.label == field).set_value(value)
    return next(button for button in app.button if button.label == label).click().run()


def test_adding_a_link(folder: Path, ferry: str) -> None:
    app = _submit(_open(), "Add link", "Link to an article", ferry)
    assert "1 new article," in _words(app)
    assert ferry in _sources(folder)
    assert {metric.label: metric.value for metric in app.metric}["Articles"] == "7"


def test_a_link_that_fails_is_set_aside_with_its_reason(folder: Path, server: Server) -> None:
    app = _submit(_open(), "Add link", "Link to an article", f"{server.url}/gone")
    assert "answered 404" in _words(app).replace("\\", "")
    assert "the server answered 404" in app.dataframe[-1].value["why"].tolist()


def test_following_a_feed(folder: Path, server: Server, ferry: str) -> None:
    item = f"<item><title>Short</title><link>{ferry}</link></item>"
    feed = f"<rss version='2.0'><channel><title>Z</title>{item}</channel></rss>"
    server.pages["/feed"] = lambda handler: handler.answer(200, feed.encode())
    app = _submit(_open(), "Follow feed", "RSS, Atom or JSON feed, or sitemap", f"{server.url}/feed")
    assert "1 new article," in _words(app)
    feeds = next(frame.value for frame in app.dataframe if "feed" in frame.value)
    assert feeds["feed"].tolist() == ["Z"]
    app.button(key="library_poll").click().run()
    assert "0 new articles, 1 unchanged." in _words(app)


def test_what_is_no_link_is_said(folder: Path) -> None:
    app = _submit(_open(), "Add link", "Link to an article", "javascript:alert(1)")
    assert "is not a web address" in _words(app)


def test_uploading(folder: Path) -> None:
    app = _open()
    app.file_uploader[0].set_value(
        ("../../a ferry.md", b"The ferry sailed from Zembla.", "text/markdown")
    )
    next(button for button in app.button if button.label == "Add these files").click().run()
    assert "1 new article," in _words(app)
    (kept,) = (folder / "uploads").rglob("*.md")
    assert kept.read_bytes() == b"The ferry sailed from Zembla."
    assert "a ferry.md" in _sources(folder)


def test_a_damaged_library_is_said(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"garbage" * 5000)
    assert "cannot be read" in _words(_open())
