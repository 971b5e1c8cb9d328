"""Bad states in a real browser: each has a screen that says what is wrong and what helps."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from assistant.answers import Question
from assistant.chat.access import LOCAL
from assistant.records.conversations import ConversationStore
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library
from index.store.writing import LibraryWriter
from tests.browser.conftest import LONG, ROOT, SAMPLE, opened, serving
from tests.scripted_endpoint import scripted_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ARTICLES = [ROOT / "sample" / "articles" / name for name in SAMPLE]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    index_paths(ARTICLES, load_settings(library=tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def address(library: Path) -> Iterator[str]:
    with serving(library) as url:
        yield url


def _ask(page: Page, question: str) -> None:
    page.get_by_placeholder("Ask about the articles").fill(question)
    page.keyboard.press("Enter")


def test_what_two_tabs_make_of_one_conversation_is_told(
    browser: Browser, address: str, library: Path
) -> None:
    store = ConversationStore(library / "conversations.sqlite", LOCAL)
    first = store.begin(Question(text="A question of two tabs"))
    store.stop(first.id, first.draft)
    here, there = (opened(browser, address, f"/?c={first.conversation_id}") for _ in range(2))
    there.get_by_role("button", name="Ask again").click()
    there.locator(".foot").wait_for()
    here.locator(".st-key-limits summary").click()
    here.get_by_role("button", name="Edit").click()
    here.get_by_text("This conversation went on in another tab.").wait_for()
    here.get_by_role("button", name="Show it as it is now").click()
    here.get_by_text("2 of 2").wait_for()
    link = opened(browser, address, f"/?turn={first.id}")
    link.get_by_text("1 of 2").wait_for()
    for tab in (here, there, link):
        tab.close()


@pytest.mark.parametrize("state", ["slow", "down", "wrong key"])
def test_a_model_that_does_not_answer_is_told_and_the_articles_are_quoted(
    browser: Browser, library: Path, state: str
) -> None:
    with scripted_endpoint() as endpoint:
        endpoint.delay, endpoint.status = (60, 200) if state == "slow" else (0, 401)
        url = "http://127.0.0.1:9/v1" if state == "down" else endpoint.url
        chosen = {"MEMOIRE_WRITER": "openai:local", "MEMOIRE_BASE_URL": url, "MEMOIRE_API_KEY": "no"}
        with serving(library, **chosen) as address:
            page = opened(browser, address)
            _ask(page, "What did Aliyev and Pashinyan sign?")
            if state == "slow":
                page.get_by_text("has said nothing for").wait_for()
                page.get_by_role("button", name="Quote the articles instead").click()
            page.locator(".foot").wait_for()
            expect(page.locator(".foot")).to_contain_text("quoted word for word")
            if state != "slow":
                said = "cannot be reached" if state == "down" else "refused the key"
                expect(page.locator(".notice").first).to_contain_text(said)
                page.get_by_role("button", name="Ask the model again").wait_for()
            page.close()


def test_the_page_opens_by_itself_when_the_first_articles_are_in(
    browser: Browser, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    settings = load_settings(library=library)
    with serving(library) as address:
        page = opened(browser, address)
        page.get_by_text("No articles yet").wait_for()
        with LibraryWriter.exclusive(library) as writer:
            writer.sign(settings)
            page.reload()
            page.get_by_text("The index is being built").wait_for()
        index_paths(ARTICLES[:1], settings)
        page.locator(".welcome").wait_for()
        page.close()
    with Library.open(library) as held:
        assert held.index_hash


def test_what_is_added_while_a_conversation_is_open_is_found_by_its_next_question(
    browser: Browser, library: Path, address: str, tmp_path: Path
) -> None:
    page = opened(browser, address)
    _ask(page, "Who opened a ferry line to Onhava?")
    page.locator(".why, .abstained").first.wait_for()
    (tmp_path / "ferry.md").write_text(
        "---\ntitle: Ferry to Onhava\npublished: 2024-05-03\n---\n\n"
        "The harbour master of Zembla opened a ferry line to Onhava in May.\n"
    )
    index_paths([tmp_path / "ferry.md"], load_settings(library=library))
    expect(page.locator(".asked")).to_have_count(1)
    _ask(page, "Who opened a ferry line to Onhava in May?")
    expect(page.locator(".said").last).to_contain_text("harbour master", timeout=LONG)
    page.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from index import indexing
from index.settings import load_settings

def told(progress):
    if progress.articles > 20:
        os.kill(os.getpid(), signal.SIGKILL)

indexing.BATCH_PASSAGES = indexing.ENCODED_AT_ONCE = 8
indexing.index_paths([Path(sys.argv[1])], load_settings(library=Path(sys.argv[2])), told)
"""


def test_an_index_killed_half_way_serves_what_it_holds(
    browser: Browser, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n}.md").write_text(
            f"# Ferry {n}\n\nFerry {n} goes to Onhava on day {n}.\n", "utf-8"
        )
    killed = subprocess.run([sys.executable, "-c", KILLED, folder, library], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with Library.open(library) as held:
        assert len(ARTICLES) < held.overview().articles < len(ARTICLES) + 40
    with serving(library) as address:
        page = opened(browser, address)
        _ask(page, "What did Aliyev and Pashinyan sign?")
        expect(page.locator(".foot")).to_contain_text("quoted word for word", timeout=LONG)
        page.close()
