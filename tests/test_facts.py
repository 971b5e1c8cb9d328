"""The hard facts of a model's sentence against its source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding.facts import unborne

SOURCE = (
    "On 24 September 2020 Aliyev said over 1,000 tons of equipment and three convoys had reached "
    'Armenia, calling it "a new aggression against Azerbaijan". He did not accept the proposal.'
)


@pytest.mark.parametrize(
    "claim",
    [
        "Aliyev spoke on September 24, 2020.",
        "Aliyev spoke in September 2020.",
        "Over 1000 tons and 3 convoys reached Armenia.",
        "Aliyev called it “a new aggression against Azerbaijan”.",
        "He did not accept the proposal.",
    ],
)
def test_a_faithful_claim_is_borne(claim: str) -> None:
    assert unborne(claim, SOURCE) is None


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("Aliyev spoke on 25 September 2020.", "date"),
        ("Aliyev spoke in October 2020.", "date"),
        ("Aliyev spoke in September 2021.", "date"),
        ("Over 1,100 tons reached Armenia.", "number"),
        ("Four convoys reached Armenia.", "number"),
        ("He called it “a new provocation against Azerbaijan”.", "words"),
        ("He did accept the proposal.", "denied"),
    ],
)
def test_a_changed_fact_is_named(claim: str, fault: str) -> None:
    assert fault in (unborne(claim, SOURCE) or "")


@given(st.integers(2, 10**9), st.integers(2, 10**9))
def test_a_number_is_borne_by_itself_alone(one: int, other: int) -> None:
    held = unborne(f"They sent {one:,} tons.", f"They sent {other} tons.") is None
    assert held == (one == other)
