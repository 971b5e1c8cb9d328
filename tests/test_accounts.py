"""Two parties' accounts: whose a claim is, who is not heard, and how the accounts stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.answers import Answer, Claim, Numbering, Question
from assistant.assistant import Assistant
from assistant.events import Finished, Notice
from assistant.evidence import Side
from assistant.excerpts import Excerpt
from assistant.grounding.accounts import accounts, silences
from assistant.grounding.quoting import quotation
from index.articles import Article
from index.dates import PartialDate
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BAKU, YEREVAN = (Side(name, frozenset()) for name in ("Baku", "Yerevan"))
BAYRAMOV = "Jeyhun Bayramov, Minister of Foreign Affairs of Azerbaijan"
MIRZOYAN = "Ararat Mirzoyan, Minister of Foreign Affairs of Armenia"


def _claims(*said: tuple[str, str, int]) -> list[Claim]:
    numbering = Numbering()
    articles = [
        Article(f"{at}", "Speech", text, speaker=speaker, published=PartialDate(year))
        for at, (speaker, text, year) in enumerate(said)
    ]
    return [numbering.claim(quotation(a, Excerpt(((0, len(a.text)),)))) for a in articles]


def test_each_claim_is_its_speakers_party() -> None:
    claims = _claims(
        (MIRZOYAN, "The road is shut.", 2023),
        (BAYRAMOV, "The road is open.", 2023),
        ("Ana Lund, President of Georgia", "The road is long.", 2023),
    )
    found = accounts(claims, [BAKU, YEREVAN])
    assert found is not None
    assert [(side.party, side.claims) for side in found.sides] == [("Baku", (1,)), ("Yerevan", (0,))]
    assert silences(found) == []


def test_who_is_not_heard_is_named_and_nothing_is_claimed() -> None:
    found = accounts(_claims((BAYRAMOV, "Armenia blockaded the road.", 2023)), [BAKU, YEREVAN])
    assert found is not None
    assert found.relation is None
    assert silences(found) == ["The articles found hold nothing by Yerevan on this."]


def test_what_names_no_parties_has_no_accounts() -> None:
    assert accounts(_claims((BAYRAMOV, "The road is open.", 2023)), []) is None
    assert accounts([], [BAKU, YEREVAN]) is None


@pytest.mark.parametrize(
    ("said", "relation"),
    [
        (
            ((BAYRAMOV, "Armenia obstructed the convoys.", 2023), (MIRZOYAN, "We want peace.", 2023)),
            "disputed",
        ),
        (
            (
                (BAYRAMOV, "The convoys of the Red Cross were not stopped on the Lachin road.", 2023),
                (MIRZOYAN, "The convoys of the Red Cross were stopped on the Lachin road.", 2023),
            ),
            "disputed",
        ),
        (
            (
                (BAYRAMOV, "The treaty with our neighbours was not ready to be signed in Prague.", 2022),
                (BAYRAMOV, "The treaty with our neighbours was ready to be signed in Prague.", 2024),
                (MIRZOYAN, "We want peace.", 2024),
            ),
            "changed over time",
        ),
        (
            (
                (BAYRAMOV, "Armenia and Azerbaijan agreed on the text of the treaty.", 2025),
                (MIRZOYAN, "Both sides signed the treaty: Azerbaijan and Armenia.", 2025),
            ),
            "agreed",
        ),
        (
            (
                (BAYRAMOV, "The road opens the market to us. Not to open it was a loss.", 2023),
                (MIRZOYAN, "The market is open, and not only on the road between the two.", 2023),
            ),
            None,
        ),
        (
            (
                (BAYRAMOV, "The convoy was attacked near the Armenian border.", 2023),
                (MIRZOYAN, "We want peace.", 2023),
            ),
            None,
        ),
        (((BAYRAMOV, "The road is open.", 2023), (MIRZOYAN, "We want peace.", 2023)), None),
        (((BAYRAMOV, "Illegal fishing goes on.", 2023), (MIRZOYAN, "Attacks are wrong.", 2023)), None),
    ],
)
def test_how_accounts_stand(said: Sequence[tuple[str, str, int]], relation: str | None) -> None:
    found = accounts(_claims(*said), [BAKU, YEREVAN])
    assert found is not None
    assert found.relation == relation


def _answer(folder: Path, files: dict[str, str], question: str) -> tuple[Answer, list[str]]:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    settings = load_settings(library=folder / "library")
    index_paths([folder], settings)
    with Library.open(folder / "library") as library:
        events = list(Assistant(library, settings).stream(Question(text=question)))
    assert isinstance(events[-1], Finished)
    return events[-1].answer, [event.text for event in events if isinstance(event, Notice)]


ARMENIA = (
    "---\ntitle: Statement\ncountry: Armenia\nspeaker: Mirzoyan\n---\n"
    "Azerbaijan closed the Lachin road in December.\n"
)
AZERBAIJAN = (
    "---\ntitle: A speech\ncountry: Azerbaijan\nspeaker: Bayramov\n---\n"
    "The Lachin road was never closed; lorries of the Red Cross pass every day.\n"
)
ASKED = "What did Baku and Yerevan each say about the Lachin road?"


def test_both_accounts_of_a_real_answer(tmp_path: Path) -> None:
    answer, notices = _answer(tmp_path, {"am.md": ARMENIA, "az.md": AZERBAIJAN}, ASKED)
    assert answer.accounts is not None
    assert [len(side.claims) for side in answer.accounts.sides] == [1, 1]
    assert answer.accounts.relation == "disputed"
    assert notices == []
    for side, source in zip(answer.accounts.sides, ("az.md", "am.md"), strict=True):
        assert [answer.claims[at].citations[0].source for at in side.claims] == [source]


def test_one_account_alone_says_what_is_missing(tmp_path: Path) -> None:
    answer, _ = _answer(tmp_path, {"az.md": AZERBAIJAN}, ASKED)
    assert answer.accounts is not None
    assert answer.accounts.sides[1].claims == ()
    assert answer.missing == ("The articles found hold nothing by Yerevan on this.",)
