"""How often one may ask, and what an open door is warned of."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.chat.access import ANYONE, OPEN_TO_ALL, RateLimit, TooManyQuestions, asker, exposed
from index.errors import InputError
from index.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the time of day."""

    def put(seconds: float) -> None:
        monkeypatch.setattr("assistant.chat.access.time.time", lambda: 1_000_000 + seconds)

    put(0)
    return put


# -- the rate limit --------------------------------------------------------------------------------


def test_the_limit_says_when_to_ask_again(tmp_path: Path, clock: Callable[[float], None]) -> None:
    limit = RateLimit(tmp_path / "c.sqlite", 3, 600)
    for second in (0, 100, 200):
        clock(second)
        limit.admit("ada")
    clock(400)
    with pytest.raises(TooManyQuestions) as refused:
        limit.admit("ada")
    assert refused.value.problem == (
        "You have asked 3 questions within 10 minutes, the most that is allowed."
    )
    assert refused.value.remedy == "Ask again in 4 minutes."
    assert refused.value.again == datetime.fromtimestamp(1_000_600, UTC)
    limit.admit("bob")

    clock(599.5)
    with pytest.raises(TooManyQuestions, match="Ask again in 1 second\\."):
        limit.admit("ada")
    clock(600)
    limit.admit("ada")
    with pytest.raises(TooManyQuestions, match="Ask again in 2 minutes\\."):
        limit.admit("ada")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.floats(0, 90), max_size=12), most=st.integers(1, 4))
def test_no_window_holds_more_and_waiting_is_enough(
    tmp_path: Path, clock: Callable[[float], None], gaps: list[float], most: int
) -> None:
    limit, now = RateLimit(Path(mkdtemp(dir=tmp_path)) / "c.sqlite", most, 60), 0.0
    admitted: list[float] = []
    for gap in gaps:
        now += gap
        clock(now)
        try:
            limit.admit("ada")
        except TooManyQuestions as exc:
            assert len([at for at in admitted if at > now - 60]) == most
            again = (exc.again - datetime.fromtimestamp(1_000_000, UTC)) / timedelta(seconds=1)
            now = again + 0.001
            clock(now)
            limit.admit("ada")
        admitted.append(now)
    for start in admitted:
        assert len([at for at in admitted if start <= at < start + 60]) <= most


def _hurry(path: Path, tries: int) -> None:
    limit, admitted = RateLimit(path, 5, 3600), 0
    for _ in range(tries):
        try:
            limit.admit("ada")
        except TooManyQuestions:
            continue
        admitted += 1
    sys.exit(admitted)


def test_processes_share_the_limit(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    tabs = [context.Process(target=_hurry, args=(tmp_path / "c.sqlite", 10)) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(60)
    assert sum(tab.exitcode or 0 for tab in tabs) == 5


def test_the_settings_set_the_limit(tmp_path: Path, clock: Callable[[float], None]) -> None:
    limit = RateLimit.from_settings(load_settings(library=tmp_path, rate_questions=1, rate_minutes=0.5))
    limit.admit("ada")
    with pytest.raises(TooManyQuestions, match="asked 1 question within 30 seconds"):
        limit.admit("ada")


# -- who is asking ---------------------------------------------------------------------------------


def test_without_login_there_is_one_local_user() -> None:
    assert asker(load_settings()) == ANYONE


def test_required_login_has_to_be_configured() -> None:
    with pytest.raises(InputError, match="Login is required"):
        asker(load_settings(require_login=True))


@pytest.mark.parametrize(
    ("address", "open_to_others"),
    [
        ("localhost", False), ("127.0.0.1", False), ("127.8.0.1", False), ("::1", False),
        ("0.0.0.0", True), ("::", True), ("192.168.1.7", True), ("chat.example", True),
        ("", True), (None, True),
    ],
)  # fmt: skip
def test_what_is_exposed(address: str | None, open_to_others: bool) -> None:
    assert exposed(address) is open_to_others


# -- the server ------------------------------------------------------------------------------------


def _chat(library: Path, cwd: Path, *options: str) -> tuple[str, str]:
    """Start the chat, wait for its address, stop it; return what it printed and warned of."""
    with subprocess.Popen(
        [sys.executable, "-m", "eval.cli", "chat", "--library", str(library), *options],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as chat:
        assert chat.stdout
        assert chat.stderr
        line = chat.stdout.readline()
        chat.send_signal(signal.SIGINT)
        return line, chat.stderr.read()


def test_an_open_door_is_warned_of(library_folder: Path, tmp_path: Path) -> None:
    said, warned = _chat(library_folder, tmp_path, "--address", "0.0.0.0")
    assert re.match(r"The chat is at http://localhost:\d+ ", said)
    assert OPEN_TO_ALL in " ".join(warned.split())


def test_a_closed_one_is_not(library_folder: Path, tmp_path: Path) -> None:
    said, warned = _chat(library_folder, tmp_path)
    assert re.match(r"The chat is at http://localhost:\d+ ", said)
    assert "Everyone" not in warned


def test_an_open_door_with_login_is_not(library_folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('[auth]\ncookie_secret = "s"\n')
    _, warned = _chat(library_folder, tmp_path, "--address", "0.0.0.0")
    assert "Everyone" not in warned


def test_a_foreign_address_is_refused(library_folder: Path, tmp_path: Path) -> None:
    said, warned = _chat(library_folder, tmp_path, "--address", "192.0.2.1")
    assert said == ""
    assert "cannot be served at 192.0.2.1" in warned
