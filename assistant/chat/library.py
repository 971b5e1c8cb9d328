"""The library and the assistant behind the pages: opened once, renewed when they change."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.turns import answering
from assistant.writers.choice import VERBATIM
from index.errors import MemoireError, NoLibrary
from index.settings import load_settings
from index.store.catalogue import UNKNOWN, Catalogue
from index.store.library import DATABASE

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from assistant.answers import Answer, Question
    from assistant.assistant import Assistant
    from index.models import Embedder, Reranker
    from index.settings import Settings
    from index.store.library import Overview

_SUGGESTED = 6  # questions looked for, three of which are offered at a time
_TRIES = 12
_LATER = 0.5  # seconds between two looks whether an answer is being written
_MOST_OFFERED = 500
_WRITING = ("writer", "base_url", "api_key", "timeout", "prompt")
_THREADS = ThreadPoolExecutor(1, thread_name_prefix="warm")
_LOOKING = ThreadPoolExecutor(1, thread_name_prefix="suggest")  # waits for what the other loads


@dataclass(frozen=True, slots=True)
class Contents:
    """What the chat says about the library, and what its filters offer."""

    overview: Overview
    outlets: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The library as it is now, and the settings it is read with."""

    settings: Settings
    library: Catalogue
    index_hash: str

    @property
    def contents(self) -> Contents:
        """How much there is, and of what it can be limited to."""
        return _contents(str(self.library.folder), self.index_hash, self.library)

    @property
    def being_built(self) -> bool:
        """Whether another process is writing to the library at this moment."""
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.library.folder / ".lock", blocking=False):
                return False
        except (Timeout, OSError):
            return True

    @property
    def quoting(self) -> Reading:
        """The same, with the articles quoted instead of a model's writing."""
        settings = self.settings.model_copy(update={"writer": VERBATIM})
        return Reading(settings, self.library, self.index_hash)

    @property
    def ready(self) -> bool:
        """Whether the models are loaded; starts loading them."""
        return _loading(_of_models(self.settings)).done()

    @property
    def suggestions(self) -> Suggestions:
        """Questions that the library answers; looked for once, behind whatever is asked."""
        return _suggestions(str(self.library.folder), self.index_hash, self.quoting)

    def warm(self) -> None:
        """Start loading the models, unless they are loaded or loading."""
        _loading(_of_models(self.settings))

    def assistant(self) -> Assistant:
        """Return the assistant over the library's present content, its models loaded.

        Raises:
            LibraryMismatch: another model or chunking made the library.
            ModelUnavailable: a model cannot be loaded.
        """
        try:
            embedder, reranker = _loading(_of_models(self.settings)).result()
        except MemoireError:
            _loading.clear()
            raise
        assistant = _assistant(self.settings, _identity(self.library.folder), self.index_hash)
        assistant.retrieval.engine.embedder = embedder
        assistant.retrieval.engine.reranker = reranker
        return assistant


def open_reading(**chosen: str) -> Reading:
    """Open the library that the settings name, with `chosen` settings over the environment's.

    Raises:
        InputError: a setting is wrong.
        LibraryError: there is no library, or it cannot be used.
    """
    settings = load_settings(**chosen)
    folder = settings.library.resolve()
    if not (folder / DATABASE).is_file():
        raise NoLibrary(f"Nothing is indexed in {folder} yet.", "Run: memoire index PATH")
    library = _library(folder, _identity(folder))
    library.require(settings)
    return Reading(settings, library, library.index_hash)


def _identity(folder: Path) -> tuple[int, int]:
    """Tell a library from one that was put in its place."""
    stat = (folder / DATABASE).stat()
    return stat.st_dev, stat.st_ino


@st.cache_resource(max_entries=4, show_spinner=False)
def _library(folder: Path, identity: tuple[int, int]) -> Catalogue:  # noqa: ARG001 - part of the key
    return Catalogue.open(folder)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={"index.settings.Settings": hash})
def _assistant(settings: Settings, identity: tuple[int, int], index_hash: str) -> Assistant:  # noqa: ARG001
    from assistant.assistant import Assistant

    if client := sys.modules.get("chromadb.api.shared_system_client"):
        # Chroma shares one view of a folder within a process and does not see what others add.
        client.SharedSystemClient.clear_system_cache()
    return Assistant(Catalogue.open(settings.library.resolve()), settings)


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs={"index.settings.Settings": hash})
def _loading(settings: Settings) -> Future[tuple[Embedder, Reranker]]:
    return _THREADS.submit(_load_models, settings)


def _of_models(settings: Settings) -> Settings:
    """Cut to what decides the models: another writer does not load them anew."""
    default = {name: field.default for name, field in type(settings).model_fields.items()}
    return settings.model_copy(update={name: default[name] for name in _WRITING})


def _load_models(settings: Settings) -> tuple[Embedder, Reranker]:
    from index.models import Embedder, Reranker

    return Embedder(settings), Reranker(settings)


@st.cache_resource(max_entries=4, show_spinner=False)
def _contents(folder: str, index_hash: str, _library: Catalogue) -> Contents:  # noqa: ARG001
    return Contents(
        overview=_library.overview(),
        outlets=tuple(c.label for c in _library.by_outlet(_MOST_OFFERED) if c.label != UNKNOWN),
        countries=tuple(c.label for c in _library.by_country(_MOST_OFFERED)),
    )


# -- questions worth asking ------------------------------------------------------------------------


@dataclass(slots=True)
class Suggestions:
    """Questions that the library answers, in the order they were found; `done` when no more come."""

    found: list[str] = field(default_factory=list)
    done: bool = False


@st.cache_resource(max_entries=4, show_spinner=False)
def _suggestions(folder: str, index_hash: str, _reading: Reading) -> Suggestions:  # noqa: ARG001
    suggestions = Suggestions()
    _LOOKING.submit(_suggest, _reading, suggestions)
    return suggestions


def _suggest(reading: Reading, suggestions: Suggestions) -> None:
    """Look for questions; an answer that someone waits for goes before each of them."""
    from assistant.chat.suggesting import answered, drawn

    def ask(question: Question) -> Answer:
        while answering():
            time.sleep(_LATER)
        return assistant.ask(question)

    try:
        assistant = reading.assistant()
        found = drawn(reading.library)
        suggestions.found.extend(answered(found, ask, _SUGGESTED, _TRIES))
    except MemoireError:
        return  # the welcome offers none; the first question tells the reader why
    finally:
        suggestions.done = True
