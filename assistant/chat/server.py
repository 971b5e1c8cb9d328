"""Runs the Streamlit chat, on this machine only unless told otherwise, until it is stopped."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.chat import access
from assistant.terminal import warn
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCALHOST = "localhost"
FIRST_PORT = 8501
_TRIED = 20
_START_SECONDS = 60


def serve(library: Path, port: int | None, address: str = LOCALHOST) -> int:
    """Serve the chat over the library and print its address; return its exit status when it ends.

    Warns where the address is open to other machines and no login is configured.

    Raises:
        InputError: the port is taken, or the address is not this machine's.
        MemoireError: the app is not installed, or did not start.
    """
    if access.exposed(address) and not access.login_configured():
        warn(f"{access.OPEN_TO_ALL} docs/sharing.md shows how to configure one.")
    with running(library, port, address) as (place, server):
        typer.echo(f"The chat is at {place} (Ctrl-C stops it).")
        return server.wait()


@contextmanager
def running(
    library: Path,
    port: int | None = None,
    address: str = LOCALHOST,
    *,
    app: Path | None = None,
    **env: str,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the chat, or another Streamlit `app`, within the block; yield where it is, and its process.

    Port 0 takes any that is free. `env` goes over the environment.

    Raises:
        InputError: the port is taken, or the address is not this machine's.
        MemoireError: the app is not installed, or did not start.
    """
    chosen = _free_port(address, port)
    place = _place(address, chosen)
    env = {**os.environ, **env, "MEMOIRE_LIBRARY": str(library.resolve())}
    command = _command(app or _the_app(), address, chosen)
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            _wait_for(place, server)
            yield place, server
        finally:
            server.terminate()


def _the_app() -> Path:
    spec = find_spec("app")
    if spec is None or spec.origin is None:
        raise MemoireError("The chat's app.py is not installed.", "Run: pip install -e .")
    return Path(spec.origin)


def _command(app: Path, address: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "streamlit", "run", str(app),
        f"--server.address={address}",
        f"--server.port={port}",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
    ]  # fmt: skip


def _place(address: str, port: int) -> str:
    """Return where this machine finds a server bound to the address."""
    host = LOCALHOST if address in {"0.0.0.0", "::"} else address  # noqa: S104 - not bound to here
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _free_port(address: str, port: int | None) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for candidate in range(FIRST_PORT, FIRST_PORT + _TRIED) if port is None else [port]:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, candidate))
            except OSError as exc:
                if exc.errno != errno.EADDRINUSE:
                    why = exc.strerror or exc
                    raise InputError(f"The chat cannot be served at {address}: {why}.") from exc
                continue
            return int(probe.getsockname()[1])
    taken = f"Port {port} is" if port else f"Ports {FIRST_PORT} to {FIRST_PORT + _TRIED - 1} are"
    raise InputError(f"{taken} taken.", "Choose another with --port.")


def _wait_for(place: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers.

    Raises:
        MemoireError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + _START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{place}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise MemoireError("The chat did not start.", "Run: memoire doctor")
