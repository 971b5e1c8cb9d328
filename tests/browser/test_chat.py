"""A conversation in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LONG

pytestmark = pytest.mark.browser

CHIPS = '[class*="st-key-citation-{}-"] button:visible'
IN_SIGHT = """([selector, box]) => {
    const a = document.querySelector(selector).getBoundingClientRect();
    const b = document.querySelector(box).getBoundingClientRect();
    return a.top >= b.top && a.top < Math.min(b.bottom, innerHeight) && b.width > 100;
}"""


def ask(page: Page, question: str, turn: int) -> None:
    page.get_by_placeholder("Ask about the articles").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".foot")).to_have_count(turn + 1, timeout=LONG)


def ask_suggested(page: Page) -> None:
    page.locator(".st-key-suggestions button").first.click()
    expect(page.locator(".foot")).to_have_count(1, timeout=LONG)


def in_sight(page: Page, selector: str, box: str) -> bool:
    return bool(page.evaluate(IN_SIGHT, [selector, box]))


def test_a_conversation_from_suggestion_to_source_and_follow_up(page: Page) -> None:
    expect(page.locator(".holding")).to_contain_text("4 articles")
    ask_suggested(page)
    claims, chips = page.locator(".said"), page.locator(CHIPS.format(0))
    assert 1 <= claims.count() <= chips.count()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator(".status")).to_have_count(0)

    chips.first.click()
    mark = page.locator("mark.cited")
    expect(mark).to_have_count(1)
    words = (mark.text_content() or "").split()
    assert words
    assert " ".join(words) in " ".join(claims.first.inner_text().split())
    expect(mark).to_be_in_viewport()
    assert in_sight(page, "mark.cited", ".st-key-source_text")

    ask(page, "And what did Pashinyan call it?", 1)
    expect(page.locator(".asked")).to_have_count(2)
    expect(mark).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".st-key-source_panel")).to_have_count(0)

    was = page.locator(".said").all_inner_texts()
    page.reload()
    expect(page.locator(".asked")).to_have_count(2)
    expect(page.locator(".said")).to_have_text(was)
    expect(page.locator(".stException")).to_have_count(0)


def test_the_last_sentence_of_an_article_is_scrolled_into_sight(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 600})
    ask(page, "Who does the White House list next to Israel and Iran?", 0)
    chips = page.locator(CHIPS.format(0))
    for place in range(chips.count()):
        chips.nth(place).click()
        expect(page.locator(".source-place")).to_have_text(f"Citation {place + 1} of {chips.count()}")
        page.wait_for_function(IN_SIGHT, arg=["mark.cited", ".st-key-source_text"], timeout=5_000)


def test_citations_are_reached_and_chosen_by_keyboard(page: Page) -> None:
    ask_suggested(page)
    page.locator(CHIPS.format(0)).first.focus()
    page.keyboard.press("Enter")

    expect(page.locator("mark.cited")).to_have_count(1)
    expect(page.locator(CHIPS.format(0)).first).to_be_focused()
    expect(page.get_by_role("tooltip")).to_contain_text("8 August 2025")


def test_on_a_phone_the_source_covers_the_lower_part_only(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask_suggested(page)
    page.locator(CHIPS.format(0)).last.click()

    expect(page.locator("mark.cited")).to_be_in_viewport()
    page.wait_for_function(
        """() => {
            const panel = document.querySelector(".st-key-source_panel").getBoundingClientRect();
            const chips = [...document.querySelectorAll('[class*="st-key-citation-"] button')];
            const chip = chips.filter((c) => c.offsetParent).at(-1).getBoundingClientRect();
            return chip.top >= 0 && chip.bottom <= panel.top && panel.bottom >= innerHeight;
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_an_article_says_is_run_or_rendered(page: Page) -> None:
    ask(page, "What did the harbour master of Zembla open?", 0)
    opener = page.locator(f"{CHIPS.format(0)}, .st-key-reading-0 button").first
    opener.hover()
    page.wait_for_timeout(500)
    opener.click()
    expect(page.locator(".source-title")).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".source-text")).to_contain_text("<script>window.hacked=1</script>")
    expect(page.locator(".source-text")).to_contain_text("![seen](https://evil.example/seen.png)")

    page.wait_for_timeout(500)
    assert page.evaluate("window.hacked") is None
    main = page.locator("main")
    for element in ("img", "a", "script", "iframe", "b"):
        expect(main.locator(element)).to_have_count(0)
    expect(page.get_by_text(":material/home:").first).to_be_visible()
