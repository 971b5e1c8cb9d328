"""The sidebar's controls: which articles are asked, who writes, and from which prompt."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING

import streamlit as st

import prompts
from assistant.answers import Limits
from assistant.chat.words import limits_text
from assistant.text import as_label
from assistant.writers.choice import VERBATIM

if TYPE_CHECKING:
    from assistant.chat.library import Contents
    from assistant.chat.tab import Conversation
    from index.settings import Settings

_LIMITS = "limit-"
_EXAMPLES = ("openai:gpt-5-mini", "anthropic:claude-haiku-4-5", "ollama:qwen3")


@dataclass(frozen=True, slots=True)
class _Provider:
    """What a provider's models need: a package, and the variable that holds the key."""

    package: str
    key: str | None
    install: str


_PROVIDERS = {
    "openai": _Provider("langchain_openai", "OPENAI_API_KEY", "pip install langchain-openai"),
    "anthropic": _Provider(
        "langchain_anthropic", "ANTHROPIC_API_KEY", "pip install 'aide-memoire[anthropic]'"
    ),
    "ollama": _Provider("langchain_ollama", None, "pip install 'aide-memoire[ollama]'"),
}


def show_limits(contents: Contents, held: Conversation) -> None:
    """Draw the filters; what they say holds for the questions asked from now on."""
    limited = limits_text(held.limits)
    with st.expander("Which articles", icon=":material/filter_alt:", key="limits"):
        if not limited:
            st.caption("All articles are asked.")
        since = _day(contents, "From", "since")
        until = _day(contents, "To", "until")
        undated = st.checkbox(
            "Undated articles too",
            key=_LIMITS + "undated",
            persist_state="session",
            disabled=not (since or until),
            help="Where there are dates, an article whose date is unknown is otherwise left out.",
        )
        outlets = st.multiselect(
            "Outlets", contents.outlets, key=_LIMITS + "outlets", persist_state="session"
        )
        countries = st.multiselect(
            "Countries", contents.countries, key=_LIMITS + "countries", persist_state="session"
        )
        sources = st.multiselect(
            "Sources",
            [],
            key=_LIMITS + "sources",
            persist_state="session",
            accept_new_options=True,
            placeholder="How names or addresses begin",
        )
    if limited:
        with st.container(key="limited", gap="xxsmall"):
            st.caption(as_label(f"Asking only: {limited}"))
            st.button("Ask all articles", key="limit_nothing", type="tertiary", on_click=_forget)
    held.limits = Limits(
        since=since.isoformat() if since else None,
        until=until.isoformat() if until else None,
        outlets=tuple(outlets),
        countries=tuple(countries),
        sources=tuple(sources),
        undated=bool(undated and (since or until)),
    )
    if limits_text(held.limits) != limited:
        st.rerun()


def _day(contents: Contents, label: str, name: str) -> date | None:
    first, last = contents.overview.first, contents.overview.last
    chosen: date | None = st.date_input(
        label,
        None,
        min_value=first.first if first else date(1900, 1, 1),
        max_value=last.last if last else date.today(),
        key=_LIMITS + name,
        format="YYYY-MM-DD",
        persist_state="session",
    )
    return chosen


def _forget() -> None:
    for name in ("since", "until"):
        st.session_state[_LIMITS + name] = None
    for name in ("outlets", "countries", "sources"):
        st.session_state[_LIMITS + name] = []
    st.session_state[_LIMITS + "undated"] = False


# -- who writes ------------------------------------------------------------------------------------


def chosen_writer() -> dict[str, str]:
    """Return the settings that this tab has chosen over the environment's."""
    chosen: dict[str, str] = st.session_state.setdefault("chosen_writer", {})
    return chosen


def show_writer(settings: Settings) -> None:
    """Draw the choice of writer and prompt version, each with what it needs."""
    chosen = chosen_writer()
    with st.expander("Who writes", icon=":material/edit_note:", key="writing"):
        writers = list(dict.fromkeys((VERBATIM, settings.writer, *_EXAMPLES)))
        writer = st.selectbox(
            "Writer",
            writers,
            index=writers.index(settings.writer),
            key="writer",
            persist_state="session",
            accept_new_options=True,
            help="PROVIDER:MODEL of any LangChain chat model may be typed.",
        )
        st.caption(needs_of(writer or VERBATIM, settings))
        if writer and writer != VERBATIM:
            versions = prompts.versions("answer")
            default = versions.index(settings.prompt) if settings.prompt in versions else 0
            prompt = st.selectbox(
                "Prompt", versions, index=default, key="prompt", persist_state="session"
            )
            st.caption(_note(prompt))
            chosen["prompt"] = prompt
        if writer and chosen.get("writer", settings.writer) != writer:
            chosen["writer"] = writer
            st.rerun()


def needs_of(writer: str, settings: Settings) -> str:
    """Return what a writer needs and whether it is there, in words."""
    if writer == VERBATIM:
        return "Quotes the articles word for word. Needs nothing: no model, no key, no network."
    name, colon, _ = writer.partition(":")
    if not colon:
        return "Write PROVIDER:MODEL, such as openai:gpt-5-mini."
    provider = _PROVIDERS.get(name)
    if provider is None:
        return f"Needs LangChain's package for {name}, and its key in the environment."
    if find_spec(provider.package) is None:
        return f"Needs a package that is not installed. Run: {provider.install}"
    if provider.key is None or (settings.base_url and name == "openai"):
        return f"Asks the server at {settings.base_url or 'http://localhost:11434'}."
    if settings.api_key or os.environ.get(provider.key):
        return "The key is set. Question and passages are sent to the provider."
    return f"Needs a key. Set {provider.key} or MEMOIRE_API_KEY, then start the app again."


def _note(prompt: str) -> str:
    try:
        return " ".join(prompts.load(prompt).notes.split())
    except prompts.PromptError as exc:
        return str(exc)
