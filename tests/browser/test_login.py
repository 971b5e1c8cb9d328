"""Signing in with a real OpenID Connect provider, in a real browser."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from assistant.chat.server import running
from tests.browser.conftest import ROOT
from tests.openid_provider import CLIENT, openid_provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

APP = """
import streamlit as st
from assistant.chat import access
from assistant.answers import Question
from assistant.records.conversations import ConversationStore
from index.errors import MemoireError
from index.settings import load_settings

settings = load_settings()
try:
    who = access.asker(settings)
except MemoireError as exc:
    st.error(str(exc))
    st.stop()
if who is None:
    st.write("Nobody")
    for name in access.providers():
        st.button(f"Sign in {name}", on_click=st.login, args=(name,) if name else ())
    st.stop()
store = ConversationStore(settings.conversations_file, who.id)
st.write(f"{who.name} is {who.id}, signed in: {who.signed_in}")
st.write("Titles: " + ", ".join(one.title for one in store.conversations()))
st.button("Ask", on_click=lambda: store.begin(Question(text=f"By {who.name}")))
st.button("Sign out", on_click=st.logout)
st.write(access.exposure() or "Safe")
"""
SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "{secret}"
[auth.{name}]
client_id = "{client}"
client_secret = "shared"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@contextmanager
def _serving(folder: Path, port: int = 0, **env: str) -> Iterator[str]:
    """Serve the app above, with the secrets that lie in the folder."""
    app = folder / "login_app.py"
    app.write_text(APP)
    with running(folder, port, app=app, PYTHONPATH=str(ROOT), **env) as (address, _):
        yield address


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def test_each_person_has_conversations_of_their_own(browser: Browser, tmp_path: Path, port: int) -> None:
    with openid_provider() as provider:
        facts = {"port": port, "secret": "s" * 40, "client": CLIENT, "provider": provider.url}
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(SECRETS.format(name="zembla", **facts))
        with _serving(tmp_path, port) as address:
            ada = browser.new_context().new_page()
            ada.goto(address)
            ada.get_by_text("Nobody").wait_for()
            ada.get_by_role("button", name="Sign in zembla").click()
            ada.get_by_text(f"Ada Shade is {provider.url}#7, signed in: True").wait_for()
            ada.get_by_text("Safe").wait_for()
            ada.get_by_role("button", name="Ask").click()
            ada.get_by_text("Titles: By Ada Shade").wait_for()

            provider.subject = {"sub": "8", "email": "bob@zembla.example"}
            bob = browser.new_context().new_page()
            bob.goto(address)
            bob.get_by_role("button", name="Sign in zembla").click()
            bob.get_by_text(f"bob@zembla.example is {provider.url}#8").wait_for()
            assert "By Ada" not in (bob.text_content("body") or "")

            ada.reload()
            ada.get_by_text("Titles: By Ada Shade").wait_for()
            ada.get_by_role("button", name="Sign out").click()
            ada.get_by_text("Nobody").wait_for()
            for tab in (ada, bob):
                tab.context.close()


def test_nobody_is_let_in_by_a_slip_of_the_pen(browser: Browser, tmp_path: Path, port: int) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth\nredirect_uri = ")
    with _serving(tmp_path, port) as address:
        page = browser.new_page()
        page.goto(address)
        page.get_by_text("cannot be read, so nobody can sign in").wait_for()
        page.close()


def test_required_login_that_is_not_configured_lets_nobody_in(
    browser: Browser, tmp_path: Path, port: int
) -> None:
    with _serving(tmp_path, port, MEMOIRE_REQUIRE_LOGIN="true") as address:
        page = browser.new_page()
        page.goto(address)
        page.get_by_text("Login is required").wait_for()
        page.close()
