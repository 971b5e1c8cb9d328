"""Disputed names: a neutral form outside quotations, the speaker's own within, changed by setting."""

from __future__ import annotations

import pytest

from index.errors import InputError
from index.search.neutral import naming


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("Baku shelled Artsakh.", "Baku shelled Nagorno-Karabakh."),
        ("He said “the people of Artsakh” left Artsakh.",
         "He said “the people of Artsakh” left Nagorno-Karabakh."),
        ("Kiev and Kyiv are one.", "Kyiv and Kyiv are one."),
        ("the 44-day war began", "the war of autumn 2020 began"),
        ("Ships in the Persian Gulf", "Ships in the Gulf"),
        ("The Falkland Islands (Malvinas) and the Malvinas",
         "The Falkland Islands (Malvinas) and the Falkland Islands (Malvinas)"),
        ("Kievans live in Kosovo", "Kievans live in Kosovo"),
    ],
)  # fmt: skip
def test_neutral_outside_quotations(text: str, neutral: str) -> None:
    assert naming().neutral(text) == neutral


def test_a_second_time_changes_nothing() -> None:
    text = "Artsakh, Shushi, the East Sea, the Arabian Gulf, Malvinas and TRNC"
    once = naming().neutral(text)
    assert naming().neutral(once) == once


def test_the_setting_chooses_the_form_for_every_name_of_it() -> None:
    chosen = naming("Artsakh=Karabakh; the Duchy=Grand Fenwick")
    assert chosen.neutral("Garabagh, Nagorno-Karabakh") == "Karabakh, Karabakh"
    assert chosen.neutral("In the Duchy") == "In Grand Fenwick"


def test_what_is_no_pair_is_refused() -> None:
    with pytest.raises(InputError, match="Karabakh"):
        naming("Karabakh")
