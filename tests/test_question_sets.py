"""Question sets: the shipped one holds true to the byte, and a broken one is called out by its line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval.cases import Case, dump_cases, find_set, hash_of, load_cases
from eval.cli import app
from eval.matching import holds_fact, normalised, same_passage, token_f1
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"
GOOD: Mapping[str, object] = {
    "id": "a",
    "question": "Who talked with Hogan?",
    "slice": "fact",
    "answerable": True,
    "gold": [
        {
            "source": "2023-04-19-bayramov-hogan-phone-call.md",
            "quote": "Hogan is the department's Assistant Secretary for European and Eurasian Affairs.",
        }
    ],
}


def _write(folder: Path, *cases: Mapping[str, object]) -> Path:
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    return path


def _check(path: Path | str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["eval", "check", str(path), "--articles", str(SAMPLE)])
    return result.exit_code, result.stdout


def test_shipped_set_is_true_to_the_byte() -> None:
    code, out = _check("sample")
    assert code == 0, out
    cases = load_cases(find_set("sample"))
    slices = Counter(case.slice for case in cases)
    assert len(cases) >= 150
    assert set(slices) >= {"fact", "attribution", "temporal", "latest", "names", "follow-up"}
    assert min(slices["two-sided"], slices["unanswerable"], slices["false-premise"]) >= 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gold": [{"source": "nowhere.md", "quote": "x"}]}, "no article nowhere.md"),
        ({"gold": [GOOD["gold"][0] | {"quote": "Hogan  is the"}]}, "does not hold"),  # type: ignore[index]
        ({"facts": [["Assistant Secretary"], ["Prague"]]}, "Prague"),
    ],
)
def test_defects_are_found(tmp_path: Path, change: Mapping[str, object], said: str) -> None:
    code, out = _check(_write(tmp_path, {**GOOD, **change}))
    assert code == 1
    assert said in out


def test_asking_twice_is_a_defect(tmp_path: Path) -> None:
    again = {**GOOD, "id": "b", "question": "who talked, with Hogan"}
    assert "the same as a" in _check(_write(tmp_path, GOOD, again))[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slice": "facts"}, "slice"),
        ({"gold": []}, "needs gold"),
        ({"answerable": False}, "no gold"),
        ({"slice": "two-sided"}, "two sides"),
        ({"facts": ["re:("]}, "regular expression"),
        ({"facts": [[]]}, "every answer would hold it"),
        ({"gold_quotes": []}, "gold_quotes"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, change: Mapping[str, object], said: str) -> None:
    path = _write(tmp_path, GOOD, {**GOOD, "id": "b", **change})
    with pytest.raises(InputError) as caught:
        load_cases(path)
    assert f"{path}:2" in str(caught.value)
    assert said in str(caught.value)


def test_one_id_stands_for_one_case(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="used twice"):
        load_cases(_write(tmp_path, GOOD, GOOD))


def test_unknown_set_names_the_known() -> None:
    with pytest.raises(InputError, match="sample"):
        find_set("samples")


def test_hash_is_of_the_content_not_its_order(tmp_path: Path) -> None:
    cases = load_cases(find_set("sample"))
    (tmp_path / "copy.jsonl").write_text(dump_cases(reversed(cases)), "utf-8")
    assert hash_of(load_cases(tmp_path / "copy.jsonl")) == hash_of(cases)
    changed = [cases[0].model_copy(update={"question": "Why?"}), *cases[1:]]
    assert hash_of(changed) != hash_of(cases)


def test_facts_match_words_not_parts_of_words() -> None:
    assert holds_fact(("16 July",), "It stopped on 16 July 2020.")
    assert not holds_fact(("16 July",), "It stopped on 116 July 2020.")
    assert holds_fact(("Erdogan",), "Erdoğan’s words")
    assert holds_fact("re:3\\.3 ?(bn|billion)", "The $3.3 billion asked for")
    assert not holds_fact(("one", "two"), "three")


def test_token_f1_is_squads() -> None:
    # Six words each once "the" is dropped from both; five are shared: 2·5 / (6 + 6).
    answer, reference = "The truce began on 2 April 2022", "the truce began in 2 April 2022"
    assert token_f1(answer, reference) == pytest.approx(10 / 12)
    assert token_f1("", "something") == 0
    assert token_f1("An answer", "the answer") == 1


@given(st.text(), st.text())
def test_matching_is_symmetric_and_total(one: str, other: str) -> None:
    assert normalised(normalised(one)) == normalised(one)
    assert token_f1(one, other) == token_f1(other, one)
    assert same_passage(one, other) == same_passage(other, one)


def test_schema_is_round_trip() -> None:
    case = Case.model_validate(GOOD)
    assert Case.model_validate_json(dump_cases([case])) == case
