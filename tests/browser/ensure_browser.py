"""Find a Chromium for the browser tests or install one; say what is missing otherwise."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "the browser tests need chromium: sudo apt-get install chromium"
_PLAYWRIGHT_SECONDS = 300


def find_browser() -> str | None:
    """Return the path of a Chromium: $CHROMIUM, one on the PATH, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named and os.access(named, os.X_OK):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        full = Path(playwright.chromium.executable_path)
    cache = full.parents[2]
    shells = sorted(cache.glob("chromium_headless_shell-*/*/*headless*shell"))
    return next((str(path) for path in (full, *shells) if path.is_file()), None)


def _run(*command: str) -> bool:
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=_PLAYWRIGHT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _installs() -> Sequence[Sequence[Sequence[str]]]:
    own = [[sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"]]
    system = [["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]]
    as_root = os.geteuid() == 0 and shutil.which("apt-get") is not None
    return [own, system] if as_root else [own]


def main() -> int:
    """Return 0 when there is a browser, after installing one if need be."""
    if find_browser():
        return 0
    print("Installing a Chromium for the browser tests …", file=sys.stderr)
    for commands in _installs():
        if all(_run(*command) for command in commands) and find_browser():
            return 0
    print(MISSING, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
