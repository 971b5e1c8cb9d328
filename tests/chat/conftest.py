"""The page over a library of two articles, answered by the script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant import assistant as assistant_module
from assistant.chat import library as chat_library
from tests.chat.scripted import APP, CALL, HOSTILE, Scripted, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MEMOIRE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr(assistant_module, "Assistant", Scripted)
    monkeypatch.setattr(chat_library, "_load_models", lambda _settings: ("embedder", "reranker"))
    monkeypatch.setattr(Scripted, "asked", [], raising=False)
    st.cache_resource.clear()
    yield tmp_path / "library"
    st.cache_resource.clear()


@pytest.fixture
def page(folder: Path) -> AppTest:
    fill(folder, CALL, HOSTILE)
    return AppTest.from_file(APP, default_timeout=20).run()
