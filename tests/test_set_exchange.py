"""Sets that travel: out to other tools' formats and back, and questions derived from questions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cases import find_set, load_cases
from eval.cli import app

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"


def _eval(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["eval", *map(str, args)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("suffix", [".csv", ".yaml", ".jsonl"])
def test_out_and_back(tmp_path: Path, suffix: str) -> None:
    plain = [c for c in load_cases(find_set("sample")) if not c.history and not c.sides]
    small = tmp_path / "small.jsonl"
    from eval.exchange import write_set

    write_set(small, plain)
    out, back = tmp_path / f"out{suffix}", tmp_path / "back.jsonl"
    assert _eval("export", small, out)[0] == 0
    code, _, err = _eval("import", out, back, "--articles", SAMPLE)
    assert code == 0, err
    assert _eval("check", back, "--articles", SAMPLE)[0] == 0
    returned = load_cases(back)
    kept = ("id", "question", "slice", "answerable", "facts")
    for case, other in zip(plain, returned, strict=True):
        assert [getattr(case, f) for f in kept] == [getattr(other, f) for f in kept]
        assert {g.quote for g in other.gold} == {g.quote for g in case.gold}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id,question\n1,\n"),
        ("a.yaml", "tests: 3\n"),
        ("a.jsonl", "{\n"),
        ("a.txt", "Why?\n"),
    ],
)
def test_what_is_no_set_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    code, _, err = _eval("import", tmp_path / name, tmp_path / "x.jsonl", "--articles", SAMPLE)
    assert code == 2
    assert name in err.replace("\n", "")


def test_derived_questions_are_marked_and_true(tmp_path: Path) -> None:
    out = tmp_path / "grown.jsonl"
    assert _eval("grow", "sample", out, "--articles", SAMPLE)[0] == 0
    code, said, _ = _eval("check", out, "--articles", SAMPLE)
    assert code == 0, said
    grown, ids = load_cases(out), {case.id for case in load_cases(find_set("sample"))}
    assert all(case.derived_from in ids for case in grown)
    slices = Counter(case.slice for case in grown)
    assert min(slices[s] for s in ("false-premise", "unanswerable", "names", "follow-up")) >= 5
    again = tmp_path / "again.jsonl"
    _eval("grow", "sample", again, "--articles", SAMPLE)
    assert again.read_bytes() == out.read_bytes()
