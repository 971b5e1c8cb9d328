"""The source beside the chat."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from assistant.answers import Citation, reference
from assistant.chat.article_text import article_html
from assistant.text import as_html, as_label
from index.articles import Article
from index.store.rows import FileRead
from index.store.writing import LibraryWriter
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


def test_markdown_is_shown_as_a_reader_expects_and_its_text_stays() -> None:
    text = (
        "## What was signed\n\nThe **two** met *again* in [Vienna](https://example.org/v_1_(a)), "
        "snake_case_stays and 2 * 3 * 4.\n\n- a list\n* <b>item</b>\n> They said so.\n\n---\n#hashtag\n"
    )
    article = Article(source="a.md", title="t", text=text)
    start, end = text.index("**two"), text.index(" in [")
    facts = {**reference(article).model_dump(), "number": 1}
    markup = article_html(article, [Citation(**facts, start=start, end=end, quote=text[start:end])], 0)

    assert text_of(markup) == text
    for shown_as in (
        '<span class="markup">## </span><span class="heading">What was signed</span>',
        '<mark class="cited"><span class="markup">**</span><span class="strong">two</span>',
        '<span class="markup">*</span><span class="emphasis">again</span>',
        '<span class="markup">[</span><span class="link">Vienna</span><span class="markup">](http',
        '<span class="bullet">- </span>a list',
        '<span class="bullet">* </span>&lt;b&gt;item&lt;/b&gt;',
        '<span class="markup">&gt; </span><span class="quoted">They said so.</span>',
        '<span class="rule">---</span>',
        "snake_case_stays and 2 * 3 * 4.",
        "#hashtag",
    ):
        assert shown_as in markup
    assert not re.search(r"<(?!/?(div|span|mark)\b)", markup)


def test_a_long_article_is_drawn_at_once() -> None:
    text = "The **first** sentence of a paragraph stands here. " * 10 + "\n\n"
    article = Article(source="a", title="t", text=text * (200_000 // len(text)))
    facts = {**reference(article).model_dump(), "number": 1}
    spans = [(at, at + 40) for at in range(0, 190_000, 1_000)]
    citations = [Citation(**facts, start=a, end=b, quote=article.text[a:b]) for a, b in spans]
    began = time.process_time()
    assert text_of(article_html(article, citations, 3)) == article.text
    assert time.process_time() - began < 1
