"""The source beside the chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.answers import Citation, reference
from assistant.chat.source_panel import article_html
from assistant.text import as_html, as_label
from index.articles import Article
from index.store.writing import FileRead, LibraryWriter
from tests.chat.scripted import (
    CALL,
    HOSTILE,
    Scripted,
    cited,
    shown,
    text_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from streamlit.testing.v1 import AppTest


def test_a_citation_opens_its_source_without_asking_again(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.button(key="citation-0-1").click().run()

    assert cited(app) == ["They discussed the border."]
    assert '<mark class="also">The ministers spoke on Wednesday.</mark>' in shown(app)
    assert "Citation 2 of 2" in shown(app)
    app.button(key="previous_citation").click().run()
    assert cited(app) == ["The ministers spoke on Wednesday."]
    assert app.button(key="previous_citation").disabled
    app.button(key="close_source").click().run()
    assert cited(app) == []
    assert len(Scripted.asked) == 1


def test_hostile_articles_are_shown_as_they_are(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scripted, "article", HOSTILE)
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.button(key="citation-0-0").click().run()

    assert HOSTILE.title in text_of(shown(app))
    assert HOSTILE.text in text_of(shown(app))
    assert not re.search(r"<(script|img|b)\b", shown(app))
    assert not app.get("link_button")
    assert app.button(key="citation-0-0").help == as_label(f"{HOSTILE.outlet}, date unknown")


def test_an_article_gone_since_it_was_cited_leaves_its_quote(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    with LibraryWriter.exclusive(folder) as library:
        library.add([], [FileRead(CALL.source, "2", [])])
        library.remove_unheld()
    app.button(key="citation-0-0").click().run()

    assert "no longer in the library" in shown(app)
    assert cited(app) == ["The ministers spoke on Wednesday."]


def test_the_articles_text_survives_markup_exactly() -> None:
    long = "A hard-wrapped line of a release that goes on in the next\r\nline & ends.\n"
    text = f"{long}   \n- a list\n- <b>item</b>\n\u202e tail  "
    article = Article(source="a", title="t", text=text)
    facts = {**reference(article).model_dump(), "number": 1}
    spans = [(5, 20), (10, 70), (71, 80)]
    citations = [Citation(**facts, start=a, end=b, quote=text[a:b]) for a, b in spans]

    for chosen in (None, 0, 1, 2):
        markup = article_html(article, citations, chosen)
        assert "\n" not in markup
        assert text_of(markup) == text
        marks = re.findall(r'<mark class="cited">(.*?)</mark>', markup)
        expected = [] if chosen is None else [citations[chosen].quote]
        assert [text_of(mark) for mark in marks] == expected
    assert text_of(as_html("<a>\r\n&amp;")) == "<a>\r\n&amp;"
