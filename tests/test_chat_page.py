"""The chat page without a browser: what is drawn for a library, a question, a chosen citation."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant import assistant as assistant_module
from assistant import chat_library
from assistant.answers import Answer, Citation, Numbering, Question, reference
from assistant.chat_text import as_html, as_label, reads_right_to_left, web_link
from assistant.chat_turns import Conversation
from assistant.events import ClaimWritten, Finished, Notice, SearchedFor
from assistant.evidence import Sentence, Span
from assistant.source_panel import article_html
from index.articles import Article
from index.chunking import split_passages
from index.dates import PartialDate
from index.errors import ModelUnavailable
from index.settings import load_settings
from index.writing import Entry, FileRead, LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.library import Library

ROOT = Path(__file__).parents[1]
APP = str(ROOT / "app.py")
CALL = Article(
    source="call.md",
    title="Ministers talk by telephone",
    text="The ministers spoke on Wednesday. They discussed the border.\n\nNo date was set.",
    outlet="APA",
    url="https://example.org/call",
    published=PartialDate(2023, 4, 19),
)
HOSTILE = Article(
    source="hostile.md",
    title="<img src=x onerror=alert(1)> :red[**bold**] [link](https://evil.example)",
    text="<script>window.hacked=1</script> ![i](https://evil.example/x.png)\n  \n<b>bold</b> &",
    outlet="**Outlet** :material/home:",
    url="javascript:alert(1)",
)


class Scripted:
    """An assistant that quotes the first two sentences of the call, or abstains when told to."""

    asked: list[Question]
    article = CALL
    error: Exception | None = None

    def __init__(self, library: Library, settings: object) -> None:
        self.library = library
        self.retrieval = type("Retrieval", (), {"engine": type("Engine", (), {})()})()

    def stream(self, question: Question) -> Iterator[Any]:
        type(self).asked.append(question)
        if self.error:
            raise self.error
        yield SearchedFor(question.text + " now")
        numbering, claims = Numbering(), []
        if "weather" not in question.text:
            yield Notice("The endpoint <is> down.")
            for start, end in ((0, 33), (34, 60)):
                span = Span(self.article, start, end)
                sentence = Sentence(f"APA, 2023: “{start}”", [span], "APA, 2023")
                claims.append(numbering.claim(sentence))
                yield ClaimWritten(claims[-1])
        yield Finished(
            Answer(
                id=None,
                question=question.text,
                abstained=not claims,
                reason=None if claims else "The articles do not answer this.",
                claims=tuple(claims),
                closest=() if claims else (reference(self.article),),
                searched_for=question.text + " now",
                as_of="2023-04-19",
                writer="verbatim",
                prompt=None,
                index_hash="0",
                seconds=0.1,
                notices=("The endpoint <is> down.",) if claims else (),
            )
        )


def fill(folder: Path, *articles: Article) -> None:
    """Put articles into the library without embedding anything."""
    settings = load_settings(library=folder)
    with LibraryWriter.exclusive(folder) as library:
        library.sign(settings)
        for article in articles:
            entry = Entry(article.source, article, [], None)  # type: ignore[arg-type]
            library.add([entry], [FileRead(article.source, "1", [article.id])])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MEMOIRE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr(assistant_module, "Assistant", Scripted)
    monkeypatch.setattr(chat_library, "_load_models", lambda _settings: ("embedder", "reranker"))
    monkeypatch.setattr(Scripted, "asked", [], raising=False)
    st.cache_resource.clear()
    yield tmp_path / "library"
    st.cache_resource.clear()


@pytest.fixture
def page(folder: Path) -> AppTest:
    fill(folder, CALL, HOSTILE)
    return AppTest.from_file(APP, default_timeout=20).run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in app.get("html") if "<style>" not in element.value)


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def cited(app: AppTest) -> list[str]:
    return [text_of(mark) for mark in re.findall(r'<mark class="cited">(.*?)</mark>', shown(app))]


def suggested(app: AppTest) -> list[str]:
    return [b.label for b in app.button if str(b.key).startswith("suggestion-")]


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


def test_an_empty_chat_says_what_is_there_and_what_to_ask(page: AppTest) -> None:
    assert "2 articles, 19 April 2023 to 19 April 2023 (1 undated)" in shown(page)
    question = "What happened: “Ministers talk by telephone”?"
    assert suggested(page) == [as_label(question)]


def test_the_samples_questions_need_the_samples_articles(folder: Path) -> None:
    named = [
        Article(source=f"sample/{file}", title=question, text=question)
        for question, file in chat_library.SAMPLE_QUESTIONS
    ]
    fill(folder, *named)
    with LibraryWriter.exclusive(folder) as library:
        passages = [p for article in named for p in split_passages(article, 800)]
        library.replace_passages(load_settings(library=folder), passages)
    app = AppTest.from_file(APP, default_timeout=20).run()

    assert suggested(app) == [as_label(q) for q, _ in chat_library.SAMPLE_QUESTIONS]


def test_a_suggestion_is_answered_claim_by_claim(page: AppTest) -> None:
    app = page.button(key="suggestion-0").click().run()

    text = text_of(shown(app))
    assert "What happened: “Ministers talk by telephone”?" in text
    assert "The endpoint <is> down." in text
    assert '<span class="who" dir="auto">APA, 2023: </span>' in shown(app)
    assert "As of 19 April 2023 · quoted word for word · 0.1 s" in text
    assert "Searched for “What happened: “Ministers talk by telephone”? now”" in text
    assert "All 2 sentences are supported by the cited passages" in text
    assert [app.button(key=f"citation-0-{n}").label for n in (0, 1)] == ["1", "1"]
    assert app.button(key="citation-0-0").help == as_label("APA, 19 April 2023")


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


def test_a_follow_up_is_asked_with_the_turns_before_it(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("And when?").run()

    history = [(message.role, message.content) for message in Scripted.asked[1].history]
    assert history == [("user", "Who spoke?"), ("assistant", "APA, 2023: “0” APA, 2023: “34”")]
    assert len(app.chat_message) == 4
    app.button(key="new_conversation").click().run()
    assert not app.chat_message


def test_an_answer_is_followed_by_every_run_that_draws_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Scripted, "asked", [], raising=False)
    held, scripted = Conversation(), Scripted(None, None)  # type: ignore[arg-type]
    held.ask("Who spoke?")
    turn = held.turns[0]
    first = turn.follow()
    assert next(first) is None
    turn.start(scripted)  # type: ignore[arg-type]
    turn.start(scripted)  # type: ignore[arg-type]

    seen = [event for event in first if event]
    assert [type(e) for e in seen] == [SearchedFor, Notice, ClaimWritten, ClaimWritten, Finished]
    assert list(turn.follow()) == seen
    assert turn.answer == seen[-1].answer  # type: ignore[union-attr]
    assert len(Scripted.asked) == 1


def test_a_new_question_stops_the_unfinished_answer() -> None:
    held, may_go_on = Conversation(), threading.Event()

    class Slow:
        def stream(self, question: Question) -> Iterator[SearchedFor]:
            yield SearchedFor(question.text)
            assert may_go_on.wait(20)
            yield SearchedFor("too late")

    held.ask("Who spoke?")
    held.turns[0].start(Slow())  # type: ignore[arg-type]
    assert next(held.turns[0].follow()) == SearchedFor("Who spoke?")
    held.ask("And when?")
    held.turns[0].stop()
    may_go_on.set()

    assert held.turns[0].stopped
    assert list(held.turns[0].follow()) == [SearchedFor("Who spoke?")]
    assert held.turns[1].question.history == ()


def test_an_abstention_offers_reading_and_no_citation(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("How is the weather?").run()

    assert "The articles do not answer this." in shown(app)
    assert not [b for b in app.button if str(b.key).startswith("citation")]
    app.button(key="reading-0-0").click().run()
    assert "They discussed the border." in shown(app)
    assert cited(app) == []


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


def test_hostile_articles_are_shown_as_they_are(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scripted, "article", HOSTILE)
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.button(key="citation-0-0").click().run()

    assert HOSTILE.title in text_of(shown(app))
    assert HOSTILE.text in text_of(shown(app))
    assert not re.search(r"<(script|img|b)\b", shown(app))
    assert not app.get("link_button")
    assert app.button(key="citation-0-0").help == as_label(f"{HOSTILE.outlet}, date unknown")


def test_new_articles_are_seen_by_a_running_app(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    fill(folder, Article(source="c.md", title="Third", text="Third."))
    app = page.button(key="new_conversation").click().run()

    assert "3 articles" in shown(app)


def test_an_article_gone_since_it_was_cited_leaves_its_quote(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    with LibraryWriter.exclusive(folder) as library:
        library.add([], [FileRead(CALL.source, "2", [])])
        library.remove_unheld()
    app.button(key="citation-0-0").click().run()

    assert "no longer in the library" in shown(app)
    assert cited(app) == ["The ministers spoke on Wednesday."]


def test_the_pages_import_no_model_library() -> None:
    heavy = {"torch", "chromadb", "sentence_transformers", "langchain_core"}
    code = f"import assistant.chat_page, sys; print({heavy} & set(sys.modules))"
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


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://[", False),
        ("https:///x", False),
        ("//example.org", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, *, safe: bool) -> None:
    assert (web_link(url) is not None) is safe


def test_the_first_letter_decides_the_direction() -> None:
    assert reads_right_to_left("“وزیر Washington”")
    assert not reads_right_to_left("12 Washington وزیر")
    assert not reads_right_to_left("12")


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
