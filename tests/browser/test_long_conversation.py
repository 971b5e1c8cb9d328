"""A conversation of 300 turns over articles of six scripts and a long one, in a real browser."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from assistant.answers import Answer, Claim, Numbering, Question
from assistant.chat.access import LOCAL
from assistant.evidence import Sentence, Span
from assistant.records.conversations import ConversationStore
from index.articles import Article
from index.indexing import index_paths
from index.settings import load_settings
from index.store.rows import Entry, FileRead
from index.store.writing import LibraryWriter
from tests.browser.conftest import LONG, ROOT, SAMPLE, opened, serving
from tests.browser.test_chat import CHIPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TURNS = 300
PARAGRAPH = "The **delegations** met again and spoke of the border, the railway and the water. " * 6
SCRIPTS = {
    "ar.md": "أعلن وزير الخارجية في بغداد أن الاتفاق وُقّع يوم الأربعاء. ولم يحدد موعدا للقاء المقبل.",
    "fa.md": "وزیر خارجه در تهران گفت که راه‌آهن تا پایان سال ساخته می‌شود. او از باکو تشکر کرد.",
    "he.md": "שר החוץ אמר בירושלים כי ההסכם נחתם ביום רביעי. לא נקבע מועד לפגישה הבאה.",
    "ru.md": "Министр заявил в Ереване, что договор подписан в среду. Дата новой встречи не названа.",
    "hy.md": "Նախարարը Երևանում ասաց, որ պայմանագիրը ստորագրվել է չորեքշաբթի օրը։",
    "az.md": "Nazir Bakıda dedi ki, müqavilə çərşənbə günü imzalanıb. Növbəti görüş açıqlanmayıb.",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles of six scripts, a long one, and a conversation of 300 turns that cites them all."""
    folder = tmp_path_factory.mktemp("bad-states")
    articles = folder / "articles"
    articles.mkdir()
    for name in SAMPLE:
        shutil.copy(ROOT / "sample" / "articles" / name, articles)
    index_paths([articles], load_settings(library=folder / "library"))
    made = [_article(name, text) for name, text in SCRIPTS.items()]
    made.append(_article("long.md", (PARAGRAPH + "\n\n") * (200_000 // len(PARAGRAPH))))
    _add(folder / "library", made)
    store = ConversationStore(folder / "library" / "conversations.sqlite", LOCAL)
    before = None
    for number in range(TURNS):
        question = Question(text=f"Question {number + 1}")
        turn = store.begin(question, after=before)
        store.finish(turn.id, _answer(question, made[number % len(made)]))
        before = turn.id
    return folder / "library"


def _article(name: str, text: str) -> Article:
    return Article(source=name, title=f"{text[:40]}", outlet="APA", text=text)


def _add(library: Path, articles: list[Article]) -> None:
    """Put articles into the library as they are; nothing will search for them."""
    with LibraryWriter.existing(load_settings(library=library).library) as writer:
        for article in articles:
            entry = Entry(article.source, article, [], None)  # type: ignore[arg-type]
            writer.add([entry], [FileRead(article.source, "1", [article.id])])


def _answer(question: Question, article: Article) -> Answer:
    end = article.text.index(" ", len(article.text) // 2)
    start = article.text.rindex(" ", 0, end - 20) + 1
    return Answer(
        id=None, question=question.text, abstained=False, reason=None,
        claims=(_claim(article, start, end),), searched_for=question.text, as_of=None,
        writer="verbatim", prompt=None, index_hash="0", seconds=0.1,
    )  # fmt: skip


def _claim(article: Article, start: int, end: int) -> Claim:
    return Numbering().claim(Sentence(article.text[start:end], [Span(article, start, end)]))


@pytest.fixture(scope="module")
def address(library: Path) -> Iterator[str]:
    with serving(library) as url:
        yield url


def _kept(library: Path) -> tuple[ConversationStore, str]:
    store = ConversationStore(library / "conversations.sqlite", LOCAL)
    return store, store.conversations()[-1].id


def test_a_conversation_of_300_turns_opens_at_its_end_and_goes_back(
    browser: Browser, address: str, library: Path
) -> None:
    page = opened(browser, address, f"/?c={_kept(library)[1]}")
    expect(page.locator(".asked").last).to_have_text(f"Question {TURNS}", timeout=LONG)
    expect(page.locator(".asked")).to_have_count(10)
    page.get_by_role("button", name="Show earlier turns (290)").click()
    expect(page.locator(".asked")).to_have_count(20, timeout=LONG)
    expect(page.locator(".asked").first).to_have_text(f"Question {TURNS - 19}")
    page.close()


def test_every_script_reads_in_its_direction_beside_its_source(
    browser: Browser, address: str, library: Path
) -> None:
    store, conversation = _kept(library)
    for name, stored in zip([*SCRIPTS, "long.md"], store.turns(conversation), strict=False):
        page = opened(browser, address, f"/?turn={stored.id}")
        page.locator(CHIPS.format(_place(page, stored.question.text))).first.click()
        expect(page.locator("mark.cited")).to_be_in_viewport(timeout=LONG)
        way = page.locator(".source-text").evaluate("e => getComputedStyle(e).direction")
        assert way == ("rtl" if name in {"ar.md", "fa.md", "he.md"} else "ltr"), name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.close()


def test_opening_a_source_keeps_the_place_and_asks_nothing(
    browser: Browser, address: str, library: Path
) -> None:
    page = opened(browser, address, f"/?c={_kept(library)[1]}")
    expect(page.locator(".foot")).to_have_count(10, timeout=LONG)
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -900)
    page.wait_for_timeout(1_000)
    chips = page.locator('[class*="st-key-citation-"] button:visible')
    place = next(
        n for n in range(chips.count()) if 100 < (chips.nth(n).bounding_box() or {"y": 0})["y"] < 600
    )
    chips.nth(place).click()
    expect(page.locator("mark.cited")).to_be_visible(timeout=LONG)
    expect(chips.nth(place)).to_be_in_viewport()
    expect(page.locator(".status")).to_have_count(0)
    assert len(_kept(library)[0].turns(_kept(library)[1])) == TURNS
    page.close()


def test_an_article_removed_since_leaves_the_turn_and_its_quote(
    browser: Browser, address: str, library: Path
) -> None:
    store, conversation = _kept(library)
    turn = next(t for t in store.turns(conversation) if "Nazir" in t.claims[0].citations[0].title)
    page = opened(browser, address, f"/?turn={turn.id}")
    page.locator(".said").first.wait_for()
    with LibraryWriter.existing(load_settings(library=library).library) as writer:
        writer.remove([turn.claims[0].citations[0].article_id])
    page.locator(CHIPS.format(_place(page, turn.question.text))).first.click()
    expect(page.locator(".source-panel, .st-key-source_panel")).to_contain_text(
        "no longer in the library"
    )
    expect(page.locator("mark.cited")).to_have_text(turn.claims[0].citations[0].quote)
    page.close()


def _place(page: Page, question: str) -> int:
    """The place of the turn whose question this is, by its key."""
    turn = page.locator('[class*="st-key-turn-"]', has=page.get_by_text(question, exact=True)).first
    found = re.search(r"st-key-turn-(\d+)", turn.get_attribute("class", timeout=LONG) or "")
    assert found
    return int(found[1])
