"""How fast the chat is there: `python -m eval.bench.chat --library FOLDER [--question TEXT]`.

A fresh server is started and a headless Chromium opens it, once. Printed are the seconds until the
welcome is painted and until the first answer has ended, counted from the page's request and from the
question; each also as a ratio to importing sentence-transformers alone in a process of its own, so
that figures of different machines compare.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import MemoireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

_APP = Path(__file__).parents[2] / "app.py"
_QUESTION = "What did Aliyev and Pashinyan sign at the White House?"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 120  # seconds
_QUIET = ["--no-sandbox", "--disable-gpu"]


def _importing() -> float:
    """Return the seconds that a new process needs to import sentence-transformers."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sentence_transformers"], check=True)
    return time.perf_counter() - started


@contextmanager
def _served(library: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), f"--server.port={port}",
               "--server.headless=true"]  # fmt: skip
    env = {**os.environ, "MEMOIRE_LIBRARY": str(library.resolve())}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, cwd=_APP.parent) as server:  # noqa: S603
        try:
            _wait(f"http://localhost:{port}/_stcore/health", server)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise MemoireError("The app did not start.", "Run: streamlit run app.py")


def _timed(page: Page, address: str, question: str) -> tuple[float, float]:
    """Return the seconds until the welcome is there, and from the question to its answer's end."""
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".welcome", timeout=_PATIENCE * 1000)
    painted = time.perf_counter() - started
    page.get_by_placeholder("Ask about the articles").fill(question)
    asked = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_selector(".foot", timeout=_PATIENCE * 1000)
    return painted, time.perf_counter() - asked


def run(library: Annotated[Path, typer.Option()], question: str = _QUESTION) -> None:
    """Print the seconds to the first paint and to the first answer of a cold start."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    alone = _importing()
    with _served(library) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=_QUIET)
        painted, answered = _timed(chromium.new_page(), address, question)
        chromium.close()
    typer.echo(f"importing sentence-transformers alone  {alone:6.2f} s")
    for name, seconds in (("first paint", painted), ("first answer, models cold", answered)):
        typer.echo(f"{name:37}  {seconds:6.2f} s  {seconds / alone:5.2f} of that")


if __name__ == "__main__":
    typer.run(run)
