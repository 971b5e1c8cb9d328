"""The Evaluation page over real runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from eval.cases import dump_cases, find_set, load_cases
from eval.cli import app
from eval.evaluation_page import judgements
from eval.runs import all_runs
from eval.standings import over_time, standing
from tests.conftest import NAMES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def runs(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: of three questions, and of two of them."""
    folder = tmp_path_factory.mktemp("page")
    cases = load_cases(find_set("sample"))
    here = [c for c in cases if c.answerable and all(g.source in NAMES for g in c.gold)][:3]
    path = folder / "three.jsonl"
    path.write_text(dump_cases(here), "utf-8")
    options = ["--set", str(path), "--runs", str(folder / "runs"), "--library", str(library_folder)]
    for limit in ("3", "2"):
        result = CliRunner().invoke(app, ["eval", "run", "verbatim", "--limit", limit, *options])
        assert result.exit_code == 0, result.output
    return folder / "runs"


def _page(folder: Path) -> AppTest:
    script = (
        "from pathlib import Path\n"
        "from eval.evaluation_page import show_evaluation\n"
        f"show_evaluation(Path({str(folder)!r}))\n"
    )
    page = AppTest.from_string(script, default_timeout=60).run()
    assert not page.exception
    return page


def test_nothing_evaluated_yet(tmp_path: Path) -> None:
    assert "memoire eval run" in _page(tmp_path).info[0].value


def test_a_run_stands_in_the_chart_with_its_interval(runs: Path) -> None:
    one = standing(all_runs(runs)[0])
    assert 0 <= one.low <= one.right <= one.high <= 1
    drawn = over_time([one]).to_dict()
    [values] = drawn["datasets"].values() if "datasets" in drawn else [drawn["data"]["values"]]
    assert values[0]["run"] == one.run


def test_compare_filter_and_judge(runs: Path) -> None:
    page = _page(runs)
    assert "set_hash" in page.warning[0].value
    page.checkbox(key="eval-across").check().run()
    assert "Right answers" in page.markdown[0].value
    assert "Questions that flipped (0)" in [subheader.value for subheader in page.subheader]
    page.selectbox(key="eval-which").select("not right").run()
    assert not page.exception
    page.selectbox(key="eval-which").select("all").run()
    newest = all_runs(runs)[0]
    question = page.selectbox(key="eval-question").value
    page.radio(key=f"eval-judged-{newest.id}-{question}").set_value("wrong").run()
    assert not page.exception
    assert judgements(newest) == {question: "wrong"}
    again = _page(runs)
    again.selectbox(key="eval-question").select(question).run()
    assert again.radio(key=f"eval-judged-{newest.id}-{question}").value == "wrong"
