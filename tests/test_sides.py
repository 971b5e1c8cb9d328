"""Two-sided questions: whoever they name apart is heard apart."""

from __future__ import annotations

import pytest

from index.countries import country_meant
from index.search.names import gazetteer
from index.search.parties import parties


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Should Kosovo be recognised? Compare Vučić with Rama in 2022.", ["Vučić", "Rama"]),
        ("Caracas against Georgetown over the Essequibo: who accuses whom?", ["Caracas", "Georgetown"]),
        ("What did Egypt propose, and how did Ethiopia answer?", ["Egypt", "Ethiopia"]),
        ("Yemen's war as told by al-Jubeir and by Tehran in 2018?", ["al-Jubeir", "Tehran"]),
        ("The safe zone in Syria: Erdogan's plan and Damascus's objection?", ["Erdogan", "Damascus"]),
        (
            "How did the Macedonian president and the Greek king see it?",
            ["North Macedonia", "Greece"],
        ),
        ("Who broke the peace on the Kyrgyz-Tajik border, by each side?", ["Kyrgyzstan", "Tajikistan"]),
        ("North and South Korea: what does each want?", ["North Korea", "South Korea"]),
        ("How did each party describe the clashes at Tavush and Tovuz?", []),
        ("What did Biden tell Erdogan about Sweden?", []),
        ("What did Lavrov and Blinken sign in Geneva?", []),
        ("Which Armenian-Azerbaijani agreement was initialled?", []),
    ],
)
def test_who_is_told_apart(question: str, named: list[str]) -> None:
    assert list(parties(question)) == named


def test_what_a_question_opens_with_is_asked_of_each() -> None:
    asked = parties("The dam on the Nile: what did Egypt and Ethiopia each tell the world in 2020?")
    assert all(alone.startswith("The dam on the Nile: ") for alone in asked.values())


def test_an_adjective_of_an_office_means_the_country_that_it_means_anywhere() -> None:
    adjectives = gazetteer().adjectives
    assert {word: country_meant(word) for word in adjectives} == adjectives
