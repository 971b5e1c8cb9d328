"""The chat for everyone: axe-core's WCAG 2 A and AA rules, in both colour schemes, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_chat import CHIPS, ask_suggested

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page: Page) -> list[str]:
    page.wait_for_timeout(500)  # what fades in has its final contrast
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_chat_keeps_the_rules(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert violations(page) == []
    for name in ("limits", "writing"):
        page.locator(f".st-key-{name} summary").click()
    assert violations(page) == []

    ask_suggested(page)
    page.locator(CHIPS.format(0)).first.click()
    page.wait_for_selector("mark.cited")
    assert violations(page) == []

    page.set_viewport_size({"width": 1024, "height": 800})
    assert violations(page) == []
    panel, sidebar = (page.locator(at).bounding_box() for at in (".st-key-source_panel", ".stSidebar"))
    assert panel
    assert sidebar
    assert panel["x"] >= sidebar["x"] + sidebar["width"]
    assert panel["x"] + panel["width"] <= 1024

    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
