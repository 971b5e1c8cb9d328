"""Runs over a real library: cached, resumed after kill -9, failures counted, planted defects called."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from eval.cases import dump_cases, find_set, load_cases
from eval.cli import app
from eval.comparing import compare, scored
from eval.runs import Run, all_runs
from index.indexing import index_paths
from index.settings import load_settings
from tests.conftest import NAMES
from tests.scripted_endpoint import scripted_endpoint

if TYPE_CHECKING:
    from click.testing import Result

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"
PLANTED = "Copy the one, two or three sentences"  # stands in answer@v2 alone


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight shipped questions that the small library can answer, and two that nothing answers."""
    cases = load_cases(find_set("sample"))
    here = [
        c for c in cases if c.answerable and not c.history and all(g.source in NAMES for g in c.gold)
    ]
    path = tmp_path_factory.mktemp("set") / "small.jsonl"
    none = [case for case in cases if not case.answerable][:2]
    path.write_text(dump_cases([*here[:8], *none]), "utf-8")
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library of 16 sample articles, each cut to the paragraphs one question rests on, and those."""
    folder = tmp_path_factory.mktemp("whole")
    cases = [case for case in load_cases(find_set("sample")) if case.slice == "fact"]
    by_article = {case.gold[0].source: case for case in cases if len(case.gold) == 1}
    chosen = list(by_article.values())[-16:]
    articles = folder / "articles"
    articles.mkdir()
    for case in chosen:
        source, quote = case.gold[0].source, case.gold[0].quote
        head, paragraphs = _parts(SAMPLE / source)
        kept = [paragraph for paragraph in paragraphs if quote in paragraph]
        (articles / source).write_text(head + "\n\n".join(kept) + "\n", "utf-8")
    index_paths([articles], load_settings(library=folder / "library"))
    (folder / "some.jsonl").write_text(dump_cases(chosen), "utf-8")
    return folder / "library", folder / "some.jsonl"


def _parts(path: Path) -> tuple[str, list[str]]:
    """An article's front matter, and its paragraphs."""
    head, fence, body = path.read_text("utf-8").removeprefix("---\n").partition("\n---\n")
    return f"---\n{head}{fence}\n", body.strip().split("\n\n")


def _eval(*args: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(app, ["eval", *map(str, args)], env=env)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _options(library: Path, runs: Path, questions: Path) -> list[object]:
    return ["--library", library, "--runs", runs, "--set", questions]


def _judged(run: Run) -> list[tuple[str, str, float]]:
    """What a resumed run must share with one that was not interrupted: all but the clock."""
    rows = sorted(run.rows(), key=lambda row: row.case)
    answers = {row.case: row.answer.text if row.answer else row.error for row in rows}
    right = scored(run.cases(), rows)["right"]
    return [(row.case, str(answers[row.case]), right[row.case][0]) for row in rows]


def test_a_run_is_scored_and_never_done_twice(
    library_folder: Path, questions: Path, tmp_path: Path
) -> None:
    options = _options(library_folder, tmp_path, questions)
    first = _eval("run", "verbatim", *options)
    assert first.exit_code == 0
    assert "Right answers" in first.stdout
    [run] = all_runs(tmp_path)
    assert {row.case for row in run.rows()} == {case.id for case in load_cases(questions)}
    assert all(row.seen for row in run.rows())
    before = (run.folder / "rows.jsonl").read_bytes()
    assert _eval("run", "verbatim", *options).stdout == first.stdout
    assert (run.folder / "rows.jsonl").read_bytes() == before
    (run.folder / "rows.jsonl").unlink()
    _eval("run", "verbatim", *options)  # from the cache of answers, clock and all
    assert {row.model_dump_json() for row in run.rows()} == set(before.decode().splitlines())


def test_killed_and_resumed_is_the_same_as_never_killed(
    library_folder: Path, questions: Path, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    _eval("run", "verbatim", *_options(library_folder, whole, questions))
    command = [sys.executable, "-m", "eval.cli", "eval", "run", "verbatim"]
    options = [str(option) for option in _options(library_folder, cut, questions)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen([*command, *options], env=environment, stderr=subprocess.DEVNULL)
    while not (rows := list(cut.glob("*/rows.jsonl"))) or rows[0].read_bytes().count(b"\n") < 2:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with rows[0].open("ab") as file:
        file.write(b'{"case": "cut in ha')
    [run] = all_runs(cut)
    assert 2 <= len(run.rows()) < len(run.cases())
    _eval("run", "verbatim", *_options(library_folder, cut, questions))
    [never_cut] = all_runs(whole)
    assert _judged(run) == _judged(never_cut)
    assert run.id == never_cut.id


def _planted(body: dict[str, Any]) -> str:
    """Copies the best passage's first sentences, but under answer@v2 the last passage's first."""
    text = "\n".join(str(message["content"]) for message in body["messages"])
    passages = re.findall(r"<passage (\d+)>\n[^\n]*\n(.*?)\n</passage", text, re.DOTALL)
    number, passage = passages[-1] if PLANTED in text else passages[0]
    sentences = passage.split(". ")[: 1 if PLANTED in text else 9]
    return " ".join(f"{sentence.strip()} [{number}]." for sentence in sentences)


def test_a_planted_worse_prompt_is_called_worse(whole: tuple[Path, Path], tmp_path: Path) -> None:
    library, questions = whole
    options = [*_options(library, tmp_path, questions), "--writer", "openai:planted"]
    with scripted_endpoint() as endpoint:
        endpoint.answers = _planted
        env = {"MEMOIRE_BASE_URL": endpoint.url}
        report = tmp_path / "report.html"
        result = _eval(
            "compare", "answer@v1", "answer@v2", *options, "--gate", "--report", report, env=env
        )
        assert result.exit_code == 1, result.stdout
        assert "worse" in result.stdout
        same = _eval("compare", "answer@v1", "answer@v1", *options, "--gate", env=env)
        assert same.exit_code == 3, same.stdout  # nothing flipped, but the set is small
        assert "worse" not in same.stdout
        assert "better" not in same.stdout
    page = report.read_text("utf-8")
    assert "became wrong" in page
    assert not re.search(r"(?:src|href)=|@import|url\(", page)
    before, after = (next(r for r in all_runs(tmp_path) if v in r.id) for v in ("@v1", "@v2"))
    seen = [{row.case: row.seen for row in run.rows()} for run in (before, after)]
    assert seen[0] == seen[1]
    for name in ("r.md", "r.json", "r.csv"):
        assert _eval("report", before.id, after.id, tmp_path / name, "--runs", tmp_path).exit_code == 0
        assert "worse" in (tmp_path / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["answer@v9"], "no prompt 'answer@v9'"),
        (["answer@v2", "--report", "report.pdf"], "no report format '.pdf'"),
        (["answer@v2", "--report", "nowhere/report.md"], "no folder nowhere"),
        (["answer@v2", "--lead", "judged"], "no judge"),
        (["answer@v2", "--lead", "judged", "--judge", "openai:planted"], "may not lead"),
        (["rewrite@v1", "--writer", "openai:planted"], "differ in"),
    ],
)
def test_what_is_refused_is_refused_before_a_model_is_paid(
    args: list[str], told: str, library_folder: Path, questions: Path, tmp_path: Path
) -> None:
    options = [*_options(library_folder, tmp_path, questions), "--writer", "openai:planted"]
    with scripted_endpoint() as endpoint:
        env = {"MEMOIRE_BASE_URL": endpoint.url, "MEMOIRE_PROMPT": "answer@v3"}
        result = _eval("compare", "answer@v1", *options, *args, env=env)
        assert result.exit_code == 2, result.output
        assert told in " ".join(result.output.split())
        assert not endpoint.received
    assert not all_runs(tmp_path)


def test_two_rewrite_prompts_are_compared_by_what_they_search(
    library_folder: Path, tmp_path: Path
) -> None:
    def reply(body: dict[str, Any]) -> str:
        text = str(body["messages"])
        if "prepare questions for a search" in text:
            return "What did Bayramov and Hogan discuss on 19 April 2023?"
        return (
            "What did the fuel depot explosion in Karabakh destroy?"
            if "last:" in text
            else _planted(body)
        )

    case = {
        "id": "follow", "question": "What did they discuss?", "slice": "follow-up", "answerable": True,
        "history": [{"role": "user", "content": "Whom did Jeyhun Bayramov call in April 2023?"}],
        "gold": [{"source": NAMES[2], "quote": "Derek Hogan"}],
    }  # fmt: skip
    questions = tmp_path / "one.jsonl"
    questions.write_text(json.dumps(case) + "\n", "utf-8")
    options = [*_options(library_folder, tmp_path, questions), "--writer", "openai:scripted"]
    with scripted_endpoint() as endpoint:
        endpoint.answers = reply
        env = {"MEMOIRE_BASE_URL": endpoint.url}
        told = _eval("compare", "rewrite@v1", "rewrite@v2", *options, env=env)
    assert told.exit_code == 0, told.stderr
    assert "Retrieval is not frozen" in told.stdout
    after, before = all_runs(tmp_path)
    assert (before.identity.rewrite, after.identity.rewrite) == ("rewrite@v1", "rewrite@v2")
    answers = [run.rows()[0].answer for run in (before, after)]
    assert ["Hogan" in answer.searched_for for answer in answers if answer] == [True, False]
    assert before.rows()[0].seen != after.rows()[0].seen


def test_a_broken_retriever_is_called_worse_and_no_exact_pair(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    sound, questions = whole
    one = load_cases(questions)[0].gold[0].source
    broken = tmp_path / "broken"
    index_paths([sound.parent / "articles" / one], load_settings(library=broken))
    for library in (sound, broken):
        assert _eval("run", "verbatim", *_options(library, tmp_path / "runs", questions)).exit_code == 0
    after, before = all_runs(tmp_path / "runs")
    refused = _eval("compare", before.id, after.id, "--runs", tmp_path / "runs", "--set", questions)
    assert refused.exit_code == 2
    assert "index_hash" in refused.stderr
    told = compare(load_cases(questions), before, after, across=True)
    assert told.headline.verdict == "worse"
    assert next(r for r in told.results if r.metric == "hit@5").after == 1 / 16  # the one it has


def test_failures_are_counted_and_tried_again(
    library_folder: Path, questions: Path, tmp_path: Path
) -> None:
    options = [*_options(library_folder, tmp_path, questions), "--writer", "openai:planted"]
    result = _eval(
        "run", "answer@v1", *options, "--limit", 2, env={"MEMOIRE_BASE_URL": "http://127.0.0.1:9/v1"}
    )
    assert result.exit_code == 3
    [run] = all_runs(tmp_path)
    failed = [row for row in run.rows() if row.error]
    assert failed
    assert "Connection error" in str(failed[0].error)
    scores = scored(run.cases(), run.rows())["right"]
    assert all(scores[row.case] == [0.0] for row in failed)
    assert run.missing([row.case for row in run.rows()]) == [(row.case, 0) for row in failed]


def test_verbatim_has_no_prompt(library_folder: Path, questions: Path, tmp_path: Path) -> None:
    result = _eval("run", "answer@v1", *_options(library_folder, tmp_path, questions))
    assert result.exit_code == 2
    assert "--writer" in result.stderr


def test_a_damaged_row_is_named(library_folder: Path, questions: Path, tmp_path: Path) -> None:
    _eval("run", "verbatim", *_options(library_folder, tmp_path, questions), "--limit", 2)
    [run] = all_runs(tmp_path)
    rows = run.folder / "rows.jsonl"
    rows.write_text("{}\n" + rows.read_text("utf-8"), "utf-8")
    result = _eval("report", run.id, run.id, tmp_path / "r.md", "--runs", tmp_path)
    assert result.exit_code == 2
    assert f"{rows}:1 is damaged" in result.stderr.replace("\n", "")
