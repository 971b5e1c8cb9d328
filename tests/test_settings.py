"""`.env.example` and the settings are kept in step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.errors import InputError
from index.settings import PREFIX, Settings, load_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
_LINE = re.compile(rf"^# {PREFIX}(\w+)=(.*)$", re.MULTILINE)


def test_the_example_names_every_setting_with_its_default() -> None:
    shown = dict(_LINE.findall(EXAMPLE.read_text("utf-8")))
    defaults = {
        name.upper(): "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert shown == defaults


def test_the_example_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    default = load_settings()
    (tmp_path / ".env").write_text(_LINE.sub(rf"{PREFIX}\1=\2", EXAMPLE.read_text("utf-8")), "utf-8")
    assert load_settings() == default


def test_a_chosen_value_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOIRE_RERANKED", "30")
    assert load_settings().reranked == 30
    assert load_settings(reranked=40).reranked == 40


def test_out_of_range() -> None:
    with pytest.raises(InputError, match="MEMOIRE_PASSAGE_CHARS"):
        load_settings(passage_chars=10)


def test_the_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOIRE_API_KEY", "secret-key")
    assert "secret-key" not in repr(load_settings())
