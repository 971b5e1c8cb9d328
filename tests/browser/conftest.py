"""A real Chromium on a real server over a real library."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.chat.server import running
from index.indexing import index_paths
from index.settings import load_settings
from tests.browser.ensure_browser import MISSING, find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    "--disable-component-update",
]
SAMPLE = (
    "2025-08-08-aliyev-pashinyan-washington.md",
    "2024-09-bayramov-constitution-must-change.md",
    "2022-09-bayramov-night-of-12-september.md",
)
HOSTILE = """---
title: "<img src=x onerror=alert(1)>"
outlet: "[Zembla Post](https://evil.example/outlet) :material/home:"
published: 2024-05-03
url: "javascript:alert(1)"
---

The harbour master of Zembla opened a ferry line to Onhava <script>window.hacked=1</script> in May.

Read [more](https://evil.example/more) ![seen](https://evil.example/seen.png) <b>here</b>.
"""


LONG = 60_000  # the first answer loads the models


def opened(browser: Browser, address: str, path: str = "/") -> Page:
    """Return a page of the app that waits as long as a first answer takes."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(LONG)
    page.goto(address + path)
    return page


@contextmanager
def serving(library: Path, **env: str) -> Iterator[str]:
    """Serve the app over a library; yield its address."""
    with running(library, 0, app=ROOT / "app.py", PYTHONPATH=str(ROOT), **env) as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.fail(MISSING)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over three sample articles and a hostile one."""
    folder = tmp_path_factory.mktemp("chat")
    articles = folder / "articles"
    articles.mkdir()
    for name in SAMPLE:
        shutil.copy(ROOT / "sample" / "articles" / name, articles)
    (articles / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    index_paths([articles], load_settings(library=folder / "library"))
    with serving(folder / "library") as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """An open chat; afterwards, nothing but the server may have been asked for anything."""
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    requested: list[str] = []
    dialogs: list[str] = []
    tab.on("request", lambda request: requested.append(request.url))
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.goto(address)
    tab.wait_for_selector(".welcome")
    yield tab
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert dialogs == []
    tab.close()
