"""The whole comparison: false alarms and power, repeats, and what answers say of themselves."""

from __future__ import annotations

import pytest

from assistant.answers import (
    Abstention,
    Account,
    Accounts,
    Answer,
    Citation,
    Claim,
    Repair,
    SaidBy,
    Verdict,
)
from eval.bench.false_alarms import alarms
from eval.cases import Case, Gold, Side
from eval.comparing import scored, spread
from eval.metrics import score
from eval.reading import variation
from eval.runs import Row
from eval.support import attributed

SAID = "Zembla fired first, its minister Ana Lund said."
DENIED = "Onhava's king denied it."
SIDES = (
    Side(name="Zembla", gold=(Gold(source="a.md", quote=SAID),)),
    Side(name="Onhava", gold=(Gold(source="b.md", quote=DENIED),)),
)
DISPUTE = Case(
    id="who", question="Who fired first?", slice="two-sided", answerable=True, sides=SIDES,
    gold=(*SIDES[0].gold, *SIDES[1].gold),
)  # fmt: skip


def _claim(text: str, gold: Gold, **more: object) -> Claim:
    citation = Citation(
        article_id=gold.source, source=gold.source, title="", outlet=None, published=None, url=None,
        number=1, start=0, end=len(gold.quote), quote=gold.quote,
    )  # fmt: skip
    return Claim.model_validate({"text": text, "citations": (citation,), **more})


def _row(*claims: Claim, case: str = "who", repeat: int = 0, **more: object) -> Row:
    answer = {
        "id": case, "question": "?", "abstained": not claims, "reason": None, "claims": claims,
        "searched_for": "?", "as_of": None, "writer": "w", "prompt": None, "index_hash": "",
        "seconds": 0,
    }  # fmt: skip
    return Row(
        case=case, repeat=repeat, answer=Answer.model_validate(answer | more), error=None, seen=(),
        seconds=0, first_seconds=0, tokens_in=0, tokens_out=0,
    )  # fmt: skip


def test_two_equal_prompts_are_called_different_no_oftener_than_the_level() -> None:
    assert alarms(trials=100, questions=30) <= 5


def test_a_harmful_prompt_is_called() -> None:
    assert alarms(trials=10, questions=60, harm=0.5) >= 8


def test_verdicts_and_repairs_are_shares_of_the_sentences() -> None:
    first, second = DISPUTE.gold
    half = Verdict(state="partly", reason="The date differs.")
    repair = Repair(kind="attributed", draft="Zembla fired first.", reason="It is a claim.")
    row = _row(_claim(SAID, first, repair=repair), _claim(DENIED, second, verdict=half))
    found = score(DISPUTE, row)
    assert found["grounded"] == 0.75
    assert found["repaired"] == 0.5
    assert score(DISPUTE, _row())["grounded"] is None


def test_the_known_speaker_must_be_named() -> None:
    said = SaidBy(person="Ana Lund", office="minister", party="Zembla", verb="said", start=0, end=9)
    kept = _row(_claim("Lund said that it had fired first.", DISPUTE.gold[0], said_by=said))
    lost = _row(_claim("It had fired first.", DISPUTE.gold[0], said_by=said))
    assert score(DISPUTE, kept)["attribution"] == 1
    assert score(DISPUTE, lost)["attribution"] == 0


@pytest.mark.parametrize(
    ("sides", "apart"),
    [(((0,), (1,)), 1.0), (((0, 1), ()), 0.0), (((0,), ()), 0.0), (None, None)],
)
def test_sides_stand_in_accounts_of_their_own(
    sides: tuple[tuple[int, ...], ...] | None, apart: float | None
) -> None:
    claims = [_claim(gold.quote, gold) for gold in DISPUTE.gold]
    accounts = sides and Accounts(sides=tuple(Account(party="p", claims=one) for one in sides))
    assert score(DISPUTE, _row(*claims, accounts=accounts))["sides_apart"] == apart


def test_a_side_is_heard_by_another_sentence_of_its_article() -> None:
    first, second = DISPUTE.gold
    elsewhere = second.model_copy(update={"quote": "It said something else that day."})
    row = _row(_claim(SAID, first), _claim("It said something else that day.", elsewhere))
    assert score(DISPUTE, row)["both_sides"] == 0
    assert score(DISPUTE, row)["sides_heard"] == 1
    assert score(DISPUTE, _row(_claim(SAID, first)))["sides_heard"] == 0


def test_a_false_premise_is_called_one_and_nothing_else_is() -> None:
    for kind in ("unanswerable", "false-premise"):
        case = Case.model_validate({"id": "no", "question": "?", "slice": kind, "answerable": False})
        called = Abstention(kind="false premise", next_step="")
        said = score(case, _row(case="no", abstention=called))["abstention_kind"]
        assert said == (kind == "false-premise")
        assert score(case, _row(case="no"))["abstention_kind"] is None


def test_the_dice_are_told_from_the_questions() -> None:
    cases = [DISPUTE.model_copy(update={"id": str(at)}) for at in range(4)]
    both = [_claim(gold.quote, gold) for gold in DISPUTE.gold]

    def rows(right: list[list[bool]]) -> list[Row]:
        return [
            _row(*(both if one else both[:1]), case=str(case), repeat=repeat)
            for case, repeats in enumerate(right)
            for repeat, one in enumerate(repeats)
        ]

    dice = spread(scored(cases, rows([[True, False], [False, True], [True, False], [False, True]])))
    questions = spread(scored(cases, rows([[True, True], [False, False]] * 2)))
    assert dice
    assert questions
    assert (dice.sampled, questions.sampled) == (1, 0)
    assert "100% of the mean's uncertainty is the model's own dice" in variation(dice)
    assert spread(scored(cases, rows([[True], [False], [True], [True]]))) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Northwind Wire: “The road is closed, Washington's envoy wrote.”", True),
        ("The White House called the road closed.", True),
        ("The road was closed to us.", False),
        ("The US said the road was closed.", True),
        ("Washington Post, 3 May 2024: “The road is closed.”", False),
        ("The road was closed, it was said.", False),
        ("Ankara called the road closed.", False),
    ],
)
def test_a_country_is_named_by_what_stands_for_it(text: str, kept: bool) -> None:
    said = SaidBy(person=None, office=None, party="United States", verb="said", start=0, end=0)
    lead = text.partition(": “")[0] if ": “" in text else ""
    claim = _claim(text, SIDES[0].gold[0], said_by=said, attribution=lead)
    assert attributed(claim) == kept
