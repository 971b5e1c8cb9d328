"""Retrieval on public sets: read as published, ranked by passage, told with their intervals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from eval.bench import external
from eval.cases import Case, Gold
from eval.runs import Seen
from index.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

PARAGRAPHS = {
    "The Panthers defense gave up just 308 points, ranking sixth in the league.": [
        "How many points did the Panthers defense surrender?"
    ],
    "The Amazon rainforest covers most of the Amazon basin of South America.": [
        "Which forest covers the basin of the Amazon?",
        "On which continent is the Amazon basin?",
    ],
    "Oxygen is a chemical element with the symbol O and the atomic number 8.": [
        "What is the atomic number of oxygen?"
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    paragraphs = [
        {"context": text, "qas": [{"question": question} for question in questions]}
        for text, questions in PARAGRAPHS.items()
    ]
    xquad = {"data": [{"title": "Super_Bowl_50", "paragraphs": paragraphs}]}
    (tmp_path / "xquad.en.json").write_text(json.dumps(xquad))
    return tmp_path


def _mtrag(contexts: list[str], turns: list[tuple[str, str]], label: str) -> str:
    row = {
        "conversation_id": "c1",
        "contexts": [{"document_id": "d", "text": text} for text in contexts],
        "input": [{"speaker": speaker, "text": text} for speaker, text in turns],
        "answerability": [label],
    }
    return json.dumps(row) + "\n"


def test_passages_are_found_and_told_with_their_intervals(folder: Path) -> None:
    app = typer.Typer()
    app.command()(external.main)
    result = CliRunner().invoke(app, [str(folder), "--sets", "xquad", "--questions", "3"])
    assert result.exit_code == 0, result.output
    header, _, row = (line for line in result.stdout.splitlines() if line.startswith("|"))
    assert "hit@1 | hit@5 | hit@10 | MRR@10 | nDCG@10 | p50 | p95" in header
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:3] == ["xquad", "3", "3"]
    assert all(cell.startswith("1.000 [") for cell in cells[3:8])


def test_a_ranking_is_measured_as_the_evaluation_does() -> None:
    gold = (Gold(source="1.md", quote="one"), Gold(source="2.md", quote="two"))
    case = Case(id="a", question="?", slice="fact", answerable=True, gold=gold)

    def seen(*names: str) -> list[Seen]:
        texts = {"1.md": "one", "2.md": "two", "3.md": "three"}
        return [Seen(source=name, start=0, end=3, score=0, text=texts[name]) for name in names]

    assert external.measures_of(case, seen("3.md")) == (0, 0, 0, 0, 0)
    assert external.measures_of(case, seen("1.md", "2.md")) == (1, 1, 1, 1, 1)
    *hits, reciprocal, gain = external.measures_of(case, seen("3.md", "2.md"))
    assert (hits, reciprocal) == ([0, 1, 1], 0.5)
    assert gain == pytest.approx(0.387, abs=1e-3)  # (1 / log₂ 3) / (1 + 1 / log₂ 3)


def test_clapnq_keeps_the_passages_of_unanswerable_questions(tmp_path: Path) -> None:
    def rows(*given: tuple[str, str]) -> str:
        passages = [{"input": q, "passages": [{"title": "T", "text": text}]} for q, text in given]
        return "".join(json.dumps(row) + "\n" for row in passages)

    (tmp_path / "clapnq_dev_answerable.jsonl").write_text(rows(("who", "one"), ("what", "two")))
    (tmp_path / "clapnq_dev_unanswerable.jsonl").write_text(rows(("when", "three"), ("why", "two")))
    public = external.read_set(tmp_path, "clapnq")
    assert sorted(public.passages.values()) == ["one", "three", "two"]
    assert [one.case.question for one in public.asked] == ["who", "what"]


def test_mtrag_asks_the_last_turn_after_those_before_it(tmp_path: Path) -> None:
    turns = [("user", "Who is he?"), ("agent", "A judge."), ("user", "And his age?")]
    (tmp_path / "mtrag-un.jsonl").write_text(
        _mtrag(["Aged 50.", "A judge."], turns, "ANSWERABLE")
        + _mtrag(["A judge."], turns[:1], "UNDERSPECIFIED")
        + _mtrag([], turns[:1], "UNANSWERABLE")
    )
    public = external.read_set(tmp_path, "mtrag-un")
    assert list(public.passages.values()) == ["Aged 50.", "A judge."]
    (asked,) = public.asked
    assert asked.cluster == "c1"
    assert asked.case.question == "And his age?"
    assert [turn.role for turn in asked.case.history] == ["user", "assistant"]
    assert {gold.quote for gold in asked.case.gold} == {"Aged 50.", "A judge."}


def test_what_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match="mtrag-un"):
        external.read_set(folder, "mtrag-un")
    with pytest.raises(InputError, match="xquad, clapnq, mtrag-un"):
        external.read_set(folder, "squad")
    (folder / "xquad.en.json").write_text("[]")
    with pytest.raises(InputError, match="format"):
        external.read_set(folder, "xquad")
