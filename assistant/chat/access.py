"""Who is asking, and how often they may: login through Streamlit's OpenID Connect, a rate limit."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.records.database import Records
from index.errors import InputError, MemoireError

if TYPE_CHECKING:
    from index.settings import Settings

LOCAL = "local"


class TooManyQuestions(MemoireError):
    """The asker has used up what the rate limit allows; `again` is when the next question may come."""

    def __init__(self, problem: str, remedy: str, again: datetime) -> None:
        super().__init__(problem, remedy)
        self.again = again


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is asking: `id` owns their conversations, `name` is shown to them."""

    id: str
    name: str
    signed_in: bool


ANYONE = Asker(LOCAL, "this computer", signed_in=False)
OPEN_TO_ALL = (
    "Everyone who can reach this machine can ask here and read every conversation: the server is open "
    "to the network and no login is configured."
)


def login_configured() -> bool:
    """Tell whether Streamlit's `secrets.toml` has an `[auth]` section: then nobody asks unnamed.

    Raises:
        InputError: there are secrets that cannot be read. Nobody is let in by a slip of the pen.
    """
    import streamlit as st
    from streamlit import config
    from streamlit.errors import StreamlitSecretNotFoundError

    files = [path for path in config.get_option("secrets.files") if Path(path).exists()]
    if not files:
        return False
    try:
        return bool(st.secrets.get("auth"))
    except StreamlitSecretNotFoundError as exc:
        raise InputError(f"{files[0]} cannot be read, so nobody can sign in: {exc}.") from exc


def asker(settings: Settings) -> Asker | None:
    """Return who is asking in this browser session; None where they have to sign in first.

    Raises:
        InputError: login is required and not configured, or configured and not possible.
    """
    if not login_configured():
        if settings.require_login:
            raise InputError(
                "Login is required, but .streamlit/secrets.toml has no [auth] section.",
                "docs/sharing.md shows one.",
            )
        return ANYONE
    import streamlit as st
    from streamlit.auth_util import is_authlib_installed

    if not is_authlib_installed():
        raise InputError("Login needs Authlib.", "Run: pip install 'aide-memoire[login]'")
    if not st.user.get("is_logged_in"):
        return None
    claims = {key: str(st.user.get(key) or "") for key in ("iss", "sub", "name", "email")}
    if not claims["sub"]:
        raise InputError("The login names no subject (sub).", "Use an OpenID Connect provider.")
    return Asker(
        id=f"{claims['iss']}#{claims['sub']}",
        name=claims["name"] or claims["email"] or claims["sub"],
        signed_in=True,
    )


def providers() -> tuple[str | None, ...]:
    """Return what `st.login` may be given: the names of the `[auth.NAME]` sections, or None alone."""
    import streamlit as st

    auth = st.secrets["auth"]
    named = tuple(
        name for name, part in auth.items() if isinstance(part, Mapping) and "client_id" in part
    )
    return named or (None,)


def exposed(address: str | None) -> bool:
    """Tell whether a server bound to this address can be reached from other machines."""
    if address == "localhost":
        return False
    try:
        return not ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return True


def exposure() -> str | None:
    """Return a warning where the running Streamlit server is open to the network without login."""
    from streamlit import config

    open_to_all = exposed(config.get_option("server.address")) and not login_configured()
    return OPEN_TO_ALL if open_to_all else None


class RateLimit:
    """At most `most` questions of one asker within `seconds`; kept in the conversations' file."""

    def __init__(self, path: Path, most: int, seconds: float) -> None:
        self._records = Records(path)
        self._most = most
        self._seconds = seconds

    @classmethod
    def from_settings(cls, settings: Settings) -> RateLimit:
        """Return the limit that the settings name."""
        return cls(settings.conversations_file, settings.rate_questions, settings.rate_minutes * 60)

    def admit(self, asker_id: str) -> None:
        """Count a question that is asked now.

        Raises:
            TooManyQuestions: the limit is reached; the question is not counted.
        """
        now = time.time()
        with self._records.writing() as database:
            database.execute("DELETE FROM admission WHERE at <= ?", (now - self._seconds,))
            sql = "SELECT at FROM admission WHERE owner = ? ORDER BY at DESC LIMIT ?"
            times = [row["at"] for row in database.execute(sql, (asker_id, self._most))]
            if len(times) >= self._most:
                raise self._refusal(times[-1] + self._seconds, now)
            database.execute("INSERT INTO admission VALUES (?, ?)", (asker_id, now))

    def _refusal(self, again: float, now: float) -> TooManyQuestions:
        every, wait = _duration(self._seconds), _duration(again - now)
        return TooManyQuestions(
            f"You have asked {self._most} question{'s' if self._most > 1 else ''} within {every}, "
            "the most that is allowed.",
            f"Ask again in {wait}.",
            datetime.fromtimestamp(again, UTC),
        )


def _duration(seconds: float) -> str:
    """In words, rounded up, so that waiting that long is long enough."""
    whole = max(1, -int(-seconds // 1))
    if whole < 60:
        return f"{whole} second{'s' if whole > 1 else ''}"
    minutes = -(-whole // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
