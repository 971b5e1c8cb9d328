"""Runs the Streamlit chat on this machine only, until it is stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from pathlib import Path

FIRST_PORT = 8501
_TRIED = 20
_START_SECONDS = 60


def serve(library: Path, port: int | None) -> int:
    """Serve the chat over the library and print its address; return its exit status when it ends.

    Raises:
        InputError: the port is taken.
        MemoireError: the app is not installed, or did not start.
    """
    chosen = _free_port(port)
    env = {**os.environ, "MEMOIRE_LIBRARY": str(library.resolve())}
    with subprocess.Popen(_command(chosen), env=env, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            _wait_for(chosen, server)
            typer.echo(f"The chat is at http://localhost:{chosen} (Ctrl-C stops it).")
            return server.wait()
        finally:
            server.terminate()


def _command(port: int) -> list[str]:
    spec = find_spec("app")
    if spec is None or spec.origin is None:
        raise MemoireError("The chat's app.py is not installed.", "Run: pip install -e .")
    return [
        sys.executable, "-m", "streamlit", "run", spec.origin,
        "--server.address=localhost",
        f"--server.port={port}",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
    ]  # fmt: skip


def _free_port(port: int | None) -> int:
    for candidate in [port] if port else range(FIRST_PORT, FIRST_PORT + _TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("localhost", candidate))
            except OSError:
                continue
            return candidate
    taken = f"Port {port} is" if port else f"Ports {FIRST_PORT} to {FIRST_PORT + _TRIED - 1} are"
    raise InputError(f"{taken} taken.", "Choose another with --port.")


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers.

    Raises:
        MemoireError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + _START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"http://localhost:{port}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise MemoireError("The chat did not start.", "Run: memoire doctor")
