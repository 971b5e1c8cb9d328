"""Whose articles are read for a party's account: its country's or speaker's, of the time, own first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.answers import Question
from assistant.grounding.speech import party_stated
from assistant.retrieval import Retrieval
from index.store.library import Library
from tests.conftest import indexed

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUGEES = "No refugee from the camps could go home, for the talks on their return have broken down. "
THREAT = "Our neighbour across the river sends armed men and is a menace to all the region. "
STATES = "Two states for two peoples are the only way to end the conflict over the land. "
ARTICLES = [
    ("mmr-2018", REFUGEES, "2018-09-25", "Mr. Tint, Minister of Myanmar", ["Myanmar"]),
    ("mmr-2020", REFUGEES, "2020-09-25", "Mr. Swe, Minister of Myanmar", ["Union of Myanmar"]),
    ("bgd-2020", REFUGEES, "2020-09-25", "Ms. Begum, Prime Minister of Bangladesh", ["Bangladesh"]),
    ("bgd-2017", REFUGEES, "2017-09-25", "Ms. Begum, Prime Minister of Bangladesh", ["Bangladesh"]),
    ("col-2019", THREAT, "2019-09-25", "Mr. Iván Duque, President of Colombia", ["Colombia"]),
    ("col-2020", THREAT, "2020-09-25", "Mr. Ivan Duque, President", ["Republic of Co"]),
    ("ven-2020", THREAT, "2020-09-25", "Mr. Moros, President of Venezuela", ["Venezuela"]),
    ("isr-2022", STATES, "2022-09-22", "Mr. Yair Lapid, Prime Minister of Israel", ["Israel"]),
    ("pse-2022", STATES, "2022-09-23", "Mr. Mahmoud Abbas, President of Palestine", ["Palestine"]),
    ("remarks", f"PRESIDENT BIDEN: {STATES}\n\nPRESIDENT BIDEN: {STATES}", "2022-07-14", None, []),
]  # fmt: skip


@pytest.fixture(scope="module")
def retrieval(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    folder = tmp_path_factory.mktemp("parties")
    titles = {"remarks": "Remarks by President Biden and Prime Minister Yair Lapid after their meeting"}
    rows = [
        {"title": titles.get(name, f"Speech {name}"), "text": f"{text}We thank the Assembly of {name}.",
         "published": published, "countries": countries, **({"speaker": speaker} if speaker else {})}
        for name, text, published, speaker, countries in ARTICLES
    ]  # fmt: skip
    settings = indexed(folder, rows)
    with Library.open(settings.library) as library:
        yield Retrieval(library, settings)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Why had no refugee been sent home by 2020? Give Dhaka's answer and Naypyidaw's.",
         ["bgd-2020", "mmr-2020"]),
        ("Bogota and Caracas each painted the other as a menace in 2020. On what grounds?",
         ["col-2020", "ven-2020"]),
        ("Two states for two peoples? Lapid's position against that of Mahmoud Abbas in 2022.",
         ["isr-2022", "pse-2022"]),
    ],
)  # fmt: skip
def test_each_party_is_heard_in_its_own_words_of_the_time(
    question: str, first: list[str], retrieval: Retrieval
) -> None:
    evidence = retrieval.gather(Question(text=question))
    told = [next(name for name, *_ in ARTICLES if name in hit.text) for hit in evidence.hits[:2]]
    assert told == first


def test_a_person_speaks_for_a_country(retrieval: Retrieval) -> None:
    evidence = retrieval.gather(Question(text="Compare Lapid with Mahmoud Abbas on the two states."))
    assert [side.country for side in evidence.sides] == [
        party_stated("Israel"),
        party_stated("Palestine"),
    ]
