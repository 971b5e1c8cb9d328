"""How fast the chat is there: `python -m eval.bench.chat --library FOLDER [--question TEXT]`.

A fresh server is started and a headless Chromium opens it, once. Printed are the seconds until the
welcome is painted and until the first answer has ended, counted from the page's request and from the
question; each also as a ratio to importing sentence-transformers alone in a process of its own, so
that figures of different machines compare.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.chat.server import running

if TYPE_CHECKING:
    from playwright.sync_api import Page

_QUESTION = "What did Aliyev and Pashinyan sign at the White House?"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 120  # seconds
_SETTLING = 2  # seconds after an answer in which it may still move
_QUIET = ["--no-sandbox", "--disable-gpu"]


def _importing() -> float:
    """Return the seconds that a new process needs to import sentence-transformers."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sentence_transformers"], check=True)
    return time.perf_counter() - started


_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """A cold start as a reader has it: seconds to the welcome and to the end of the first answer.

    A layout shift is what moved, as a share of the window, times how far.
    """

    painted: float
    answered: float
    shift_painting: float
    shift_answering: float


def _timed(page: Page, address: str, question: str) -> Opening:
    page.add_init_script(_SHIFTS)
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".welcome", timeout=_PATIENCE * 1000)
    painted = time.perf_counter() - started
    box = page.get_by_placeholder("Ask about the articles")
    box.fill(question)
    shift_painting = page.evaluate("shifts.splice(0).reduce((a, b) => a + b, 0)")
    asked = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_selector(".foot", timeout=_PATIENCE * 1000)
    answered = time.perf_counter() - asked
    page.wait_for_timeout(_SETTLING * 1000)
    shift_answering = page.evaluate("shifts.reduce((a, b) => a + b, 0)")
    return Opening(painted, answered, shift_painting, shift_answering)


def run(library: Annotated[Path, typer.Option()], question: str = _QUESTION) -> None:
    """Print the seconds to the first paint and to the first answer of a cold start."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    alone = _importing()
    with running(library, 0) as (address, _), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=_QUIET)
        opening = _timed(chromium.new_page(), address, question)
        chromium.close()
    typer.echo(f"importing sentence-transformers alone  {alone:6.2f} s")
    for name, seconds, shift in (
        ("first paint", opening.painted, opening.shift_painting),
        ("first answer, models cold", opening.answered, opening.shift_answering),
    ):
        ratio = f"{seconds / alone:5.2f} of that"
        typer.echo(f"{name:37}  {seconds:6.2f} s  {ratio}  layout shift {shift:.3f}")


if __name__ == "__main__":
    typer.run(run)
