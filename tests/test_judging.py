"""The model judge: asked kept, held to people's labels, and not let lead without them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from eval.bench.serving import serve
from eval.cases import dump_cases, find_set, load_cases
from eval.cli import app
from eval.judging import AT_LEAST, TRUSTED, Calibration, load_labels
from index.errors import InputError
from tests.conftest import NAMES
from tests.scripted_endpoint import scripted_endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

JUDGE = ["--judge", "openai:scripted"]


def _eval(*args: object, url: str) -> Result:
    result = CliRunner().invoke(app, ["eval", *map(str, args)], env={"MEMOIRE_BASE_URL": url})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _labels(path: Path, count: int = 50) -> Path:
    """Labels of our own form, half yes; the passages say which, so that a script can tell."""
    records = (
        {"question": f"Who met in {at}?", "passages": [f"Text {at}."], "answered": at % 2 == 0}
        for at in range(count)
    )
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def test_agreement_is_cohens_kappa_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    labels = _labels(tmp_path / "labels.jsonl")
    with scripted_endpoint() as endpoint:
        endpoint.answers = lambda body: "YES" if _even(body) else "NO, it does not."
        found = _eval("calibrate", labels, *JUDGE, "--runs", tmp_path, url=endpoint.url)
        assert found.exit_code == 0, found.stdout
        assert "κ = 1.00" in found.stdout
        asked = len(endpoint.received)
        assert asked == 50
        again = _eval("calibrate", labels, *JUDGE, "--runs", tmp_path, url=endpoint.url)
        assert again.stdout == found.stdout
        assert len(endpoint.received) == asked


def test_a_judge_that_always_agrees_agrees_with_nobody(tmp_path: Path) -> None:
    with scripted_endpoint() as endpoint:
        endpoint.reply = "Yes."
        found = _eval(
            "calibrate", _labels(tmp_path / "l.jsonl"), *JUDGE, "--runs", tmp_path, url=endpoint.url
        )
    assert found.exit_code == 3
    assert "κ = 0.00" in found.stdout
    assert "may not lead" in found.stdout


def test_an_uncalibrated_judge_is_told_of_and_does_not_lead(
    library_folder: Path, tmp_path: Path
) -> None:
    cases = [c for c in load_cases(find_set("sample")) if c.gold and c.gold[0].source in NAMES][:3]
    questions = tmp_path / "three.jsonl"
    questions.write_text(dump_cases(cases), "utf-8")
    options = ["--set", questions, "--runs", tmp_path, "--library", library_folder, *JUDGE]
    with scripted_endpoint() as endpoint:
        endpoint.answers = lambda body: "YES" if _even(body) else "NO"
        told = _eval("compare", "verbatim", "verbatim", *options, url=endpoint.url)
        assert told.exit_code == 0
        assert "not calibrated" in told.stdout
        led = _eval("compare", "verbatim", "verbatim", *options, "--lead", "judged", url=endpoint.url)
        assert led.exit_code == 2
        assert "may not lead" in led.stderr
        _eval("calibrate", _labels(tmp_path / "l.jsonl"), *JUDGE, "--runs", tmp_path, url=endpoint.url)
        report = tmp_path / "report.json"
        led = _eval(
            "compare", "verbatim", "verbatim", *options, "--lead", "judged", "--report", report,
            url=endpoint.url,
        )  # fmt: skip
        assert led.exit_code == 0, led.stderr
    assert json.loads(report.read_text("utf-8"))["results"][0]["metric"] == "judged"


def test_a_dead_judge_makes_nothing_up(tmp_path: Path) -> None:
    labels = _labels(tmp_path / "labels.jsonl")
    found = _eval("calibrate", labels, *JUDGE, "--runs", tmp_path, url="http://127.0.0.1:9/v1")
    assert found.exit_code == 1
    assert "Connection error. What it has said is kept" in found.stderr.replace("\n", " ")
    assert not (tmp_path / "calibrations").exists()


@pytest.mark.endpoint
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_model_is_held_to_labels(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    server = serve(threads=1)  # two would wait for each other on a busy machine
    found = _eval(
        "calibrate", _labels(tmp_path / "l.jsonl", 4), *JUDGE, "--runs", tmp_path,
        url=f"{server.listening_address}/v1",
    )  # fmt: skip
    assert found.exit_code == 3, found.stderr  # four labels are too few for any judge
    [kept] = (tmp_path / "calibrations").iterdir()
    calibration = Calibration.model_validate_json(kept.read_text("utf-8"))
    assert calibration.n == sum(map(sum, calibration.table)) == 4
    assert -1 <= calibration.kappa <= 1


@pytest.mark.parametrize(
    ("kappa", "low", "n", "trusted"),
    [(0.7, 0.5, 50, True), (0.7, 0.3, 50, False), (0.5, 0.45, 50, False), (1.0, 1.0, 40, False)],
)
def test_the_level(kappa: float, low: float, n: int, trusted: bool) -> None:
    found = Calibration(
        judge="j", labels="l", labels_hash="h", n=n, table=((20, 0), (0, 20)), unclear=0,
        agreement=1, kappa=kappa, low=low, high=0.9, made="2026-11-24",
    )  # fmt: skip
    assert (TRUSTED, AT_LEAST) == (0.6, 0.4)
    assert found.trusted is trusted


def test_labels_of_mtrag_and_clapnq(tmp_path: Path) -> None:
    turns = [
        {"speaker": "user", "text": "Who is Ana Lund?"},
        {"speaker": "agent", "text": "A minister."},
        {"speaker": "user", "text": "Of what?"},
    ]
    mtrag = [
        {"input": turns, "contexts": [{"text": "Of ports."}], "answerability": [label]}
        for label in ("ANSWERABLE", "PARTIAL", "UNDERSPECIFIED")
    ]
    clapnq = {"input": "q", "passages": [{"text": "p"}], "output": [{"answer": ""}]}
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (*mtrag, clapnq)), "utf-8")
    found = load_labels([path])
    assert [label.answered for label in found] == [True, False, False]
    assert [turn.role for turn in found[0].history] == ["user", "assistant"]
    path.write_text(json.dumps({"question": "q"}) + "\n", "utf-8")
    with pytest.raises(InputError, match=r"labels.jsonl:1 is no label"):
        load_labels([path])


def _even(body: dict[str, Any]) -> bool:
    """Of the labels above: whether the passage's number is even."""
    found = re.search(r"Text (\d+)\.", str(body["messages"]))
    return found is None or int(found[1]) % 2 == 0
