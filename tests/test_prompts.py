"""The prompt registry: shipped versions are valid and differ; a wrong file is named with its line."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import prompts
from eval.cli import app

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = prompts.path_of("answer@v1").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped prompts in a folder of the test's own."""
    copied = Path(shutil.copytree(prompts.path_of("answer@v1").parents[1], tmp_path / "prompts"))
    monkeypatch.setattr(prompts, "_FOLDER", copied)
    return copied / "answer"


def _run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["prompts", *args])
    return result.exit_code, result.stdout, result.stderr


def test_shipped_versions_are_valid_and_differ() -> None:
    code, out, _ = _run("list")
    assert code == 0
    answers = prompts.versions("answer")
    assert len(answers) >= 3
    assert all(f"{prompt_id}  {prompts.load(prompt_id).sha}" in out for prompt_id in answers)
    for one, other in pairwise(answers):
        ours, theirs = (set(prompts.load(which).system.splitlines()) - {""} for which in (one, other))
        assert len(ours & theirs) < len(ours) / 4


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("{question}", "{querstion}"), 24, "unknown variable {querstion}"),
        (("{question}", "the question"), 19, "{question} is not used"),
        (("[2]", "(2)"), 6, "no citation rule"),
        (("version: v1", "version: v2"), 2, "must be v9"),
        (("notes: >", "remarks: >"), 1, "notes: is missing"),
        (("name: answer", "name: answer\nmodel: big"), 2, "model: no such field"),
        (("Passages:", "Passages: {"), 19, "human"),
        (("name: answer", "name: [answer"), 2, "not valid YAML"),
        (("  Rules:", "  Rules:\n" + "  More rules.\n" * 600), 6, "6,000 is the most"),
    ],
)
def test_a_wrong_prompt_is_named_by_file_and_line(
    folder: Path, change: Sequence[str], line: int, said: str
) -> None:
    text = GOOD.replace("version: v1", "version: v9") if "version" not in change[0] else GOOD
    path = folder / "v9.yaml"
    path.write_text(text.replace(*change), "utf-8")
    with pytest.raises(prompts.PromptError) as caught:
        prompts.load("answer@v9")
    assert str(caught.value).startswith(f"{path}:{line}:"), caught.value
    assert said in str(caught.value)
    assert _run("list")[0] == 1


def test_new_copies_and_diff_shows(folder: Path) -> None:
    code, out, _ = _run("new", "answer@v4", "--from", "answer@v2")
    assert code == 0
    path = folder / "v4.yaml"
    assert out.strip() == str(path)
    path.write_text(path.read_text("utf-8").replace("word for word", "exactly"), "utf-8")
    assert prompts.load("answer@v4").version == "v4"
    _, shown, _ = _run("diff", "answer@v2", "answer@v4")
    assert {line[0] for line in shown.splitlines()} == {"+", "-", "@", " "}
    assert _run("new", "answer@v4")[0] == 2
    assert _run("new", "reply@v4")[0] == 2


def test_unknown_version_names_the_known() -> None:
    code, _, err = _run("show", "answer@v99")
    assert code == 2
    assert "answer@v1" in err
