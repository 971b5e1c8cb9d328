"""A party that says nothing on the matter is said to be silent, though some sentence of it is found."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.abstention.hearing import Heard, chance_of
from assistant.answers import Question
from assistant.assistant import Assistant
from eval.bench.hearing import app
from index.store.library import Library
from tests.conftest import indexed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.answers import Answer

SPEECHES = {
    "Egypt": (
        "Ten years of talks with Ethiopia about the dam on the Nile have brought no agreement. "
        "The Nile must not be the monopoly of one State, and Egypt will defend its share of the river. "
        "We also call for reform of the Security Council, which must hear the voice of Africa."
    ),
    "Ethiopia": (
        "The dam on the Nile is built with our own money and will bring light to millions. "
        "We do not mean to harm Egypt or the Sudan by filling the dam on the Nile that is ours. "
        "Ethiopia has planted five billion trees, since the climate changes for us all."
    ),
    "Norway": (
        "The oceans are warming, and the fish on which the coastal nations live are moving north. "
        "Norway will give more to the fund for vaccines, so that no country must wait for its turn. "
        "Dams of ice are melting in the Arctic, and nobody can say how fast the sea will rise."
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("heard")
    rows = [
        {"title": f"{country} at the General Debate", "text": text, "published": "2020-09-25",
         "speaker": f"The Minister, Minister for Foreign Affairs of {country}", "countries": [country]}
        for country, text in SPEECHES.items()
    ]  # fmt: skip
    settings = indexed(folder, rows)
    with Library.open(settings.library) as library:
        yield Assistant(library, settings)


def _told(answer: Answer) -> dict[str, int]:
    assert answer.accounts is not None
    return {side.party: len(side.claims) for side in answer.accounts.sides}


def test_both_who_speak_are_heard(assistant: Assistant) -> None:
    answer = assistant.ask(
        Question(text="What did Egypt and Ethiopia each say about the dam on the Nile in 2020?")
    )
    assert all(_told(answer).values()), answer.text


@pytest.mark.parametrize("other", ["Egypt", "Ethiopia"])
def test_one_who_speaks_of_other_things_is_silent(other: str, assistant: Assistant) -> None:
    answer = assistant.ask(
        Question(text=f"What did {other} and Norway each say about the dam on the Nile in 2020?")
    )
    told = _told(answer)
    assert told[other]
    assert told["Norway"] == 0, answer.text
    assert any("nothing by Norway" in notice for notice in answer.missing), answer.missing


def test_a_party_that_names_the_other_is_likelier_heard() -> None:
    bare = Heard(score=0.0, matter=0.0, matter_at_all=0.0, other=0.0, other_at_all=0.0)
    at_all = replace(bare, matter_at_all=1.0, other_at_all=1.0)
    named = replace(at_all, matter=1.0, other=1.0)
    assert chance_of(bare) < chance_of(at_all) < chance_of(named)
    assert chance_of(bare) < 0.5 < chance_of(named)


def test_the_figures_are_shown_of_what_is_kept(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [
        {"case": str(n // 2), "asked": n % 2, "speaks": n % 2 == 0,
         "heard": dict.fromkeys(Heard.__dataclass_fields__, 0.0) | {"score": 5.0 * (1 - n % 2) + n / 50}}
        for n in range(40)
    ]  # fmt: skip
    rows.write_text("".join(json.dumps(line) + "\n" for line in lines))
    shown = CliRunner().invoke(app, ["--rows", str(rows)])
    assert "AUC 1.000; of questions 1.000" in shown.output, shown


def test_where_nobody_speaks_on_the_matter_there_is_no_answer(assistant: Assistant) -> None:
    answer = assistant.ask(
        Question(text="What did Egypt and Ethiopia each say about whaling off Iceland in 2020?")
    )
    assert answer.abstention, answer.text
