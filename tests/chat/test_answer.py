"""How an answer is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.answers import (
    Abstention,
    Account,
    Accounts,
    Answer,
    Repair,
    SaidBy,
    Verdict,
    reference,
)
from assistant.answers import Reading as QuestionReading
from assistant.text import as_label
from index.articles import Article
from index.dates import PartialDate
from tests.chat.scripted import CALL, Scripted, cited, claim, fill, made, shown, text_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from streamlit.testing.v1 import AppTest


def test_a_question_is_answered_claim_by_claim(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()

    text = text_of(shown(app))
    assert "Who spoke?" in text
    assert "The endpoint <is> down." in text
    assert '<span class="who" dir="auto">APA, 2023: </span>' in shown(app)
    assert "As of 19 April 2023 · quoted word for word · 0.1 s" in text
    assert "Searched for “Who spoke? now”" in text
    assert "Both sentences are supported by the cited passages" in text
    assert [app.button(key=f"citation-0-{n}").label for n in (0, 1)] == ["1", "1"]
    assert app.button(key="citation-0-0").help == as_label("APA, 19 April 2023")


def test_an_abstention_offers_reading_and_no_citation(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("How is the weather?").run()

    assert "The articles do not answer this." in shown(app)
    assert not [b for b in app.button if str(b.key).startswith("citation")]
    app.button(key="reading-0-0").click().run()
    assert "They discussed the border." in shown(app)
    assert cited(app) == []


def ask(app: AppTest, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> AppTest:
    monkeypatch.setattr(Scripted, "made", answer)
    return app.chat_input(key="typed").set_value("Who spoke?").run()


def test_grounding_is_told_in_words_with_reason_and_draft(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = Verdict(state="partly", reason="The day is <not> in it.")
    repair = Repair(kind="quoted", draft="They agreed on all.", reason="No passage holds it.")
    answer = made(claim(0, 33), claim(34, 60, verdict=doubt), claim(62, 78, repair=repair))
    app = ask(page, monkeypatch, answer)

    states = re.findall(r'<(?:span|details) class="state (\w+)', shown(app))
    assert states == ["supported", "partly", "repaired"]
    text = text_of(shown(app))
    for words in ("Supported", "Partly supported", "The day is <not> in it.", "quoted word for word",
                  "No passage holds it.", "As first written: They agreed on all."):  # fmt: skip
        assert words in text
    assert "✓ 1 supported · ✎ 1 repaired · ◐ 1 partly supported" in text


def test_the_speaker_is_kept(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    said_by = SaidBy(
        person="Jeyhun Bayramov", office="foreign minister", party="Azerbaijan", verb="said",
        start=0, end=33,
    )  # fmt: skip
    app = ask(page, monkeypatch, made(claim(0, 33, said_by=said_by)))

    assert "Jeyhun Bayramov, foreign minister, for Azerbaijan" in text_of(shown(app))


def test_accounts_stand_side_by_side_with_their_relation(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = (Account(party="Armenia", claims=(1,)), Account(party="Azerbaijan", claims=(0, 2)),
             Account(party="Russia", claims=()))  # fmt: skip
    answer = made(
        claim(0, 33),
        claim(34, 60, text="The border was discussed."),
        claim(62, 78, text="APA, 2023: “No date was set.”", attribution="APA, 2023"),
        accounts=Accounts(sides=sides, relation="disputed"),
    )
    app = ask(page, monkeypatch, answer)

    columns = [text_of("\n".join(h.value for h in c.get("html"))) for c in app.columns]
    columns = [c for c in columns if c.startswith(("Armenia\n", "Azerbaijan\n", "Russia\n"))]
    assert [c.splitlines()[0] for c in columns] == ["Armenia", "Azerbaijan", "Russia"]
    assert "The border was discussed." in columns[0]
    assert "They discussed the border." in columns[0]  # the words it rests on
    assert columns[1].count("APA, 19 April 2023") == 1  # the other says itself when it was said
    assert "APA, 2023: “No date was set.”" in columns[1]
    assert "Not heard" in columns[2]
    assert "Disputed" in text_of(shown(app))
    app.button(key="citation-0-1").click().run()
    assert cited(app) == ["They discussed the border."]


def test_what_was_searched_can_be_switched_off_and_asked_again(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = QuestionReading(
        query="Who spoke?", spellings=("Aliev",), time="April 2023", newest=True, parties=("A", "B")
    )
    app = ask(page, monkeypatch, made(claim(0, 33), reading=reading))

    assert (
        "Searched for your words · also spelled Aliev · time: April 2023 · the newest first"
        " · the accounts of A and B" in text_of(shown(app))
    )
    app.button(key="literal-0").click().run()
    assert [question.literal for question in Scripted.asked] == [False, True]
    assert len(app.chat_message) == 2
    assert "Searched for the words as they stand" in shown(app)
    app.button(key="literal-0").click().run()
    assert not Scripted.asked[-1].literal


def test_what_is_left_open_is_said(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app = ask(page, monkeypatch, made(claim(0, 33), missing=("When the treaty is <signed>",)))

    assert "When the treaty is <signed>" in text_of(shown(app))


def test_an_abstention_says_why_and_what_next(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    abstention = Abstention(kind="outside the dates", next_step="Ask about 2023.")
    app = ask(page, monkeypatch, made(abstention=abstention, closest=(reference(CALL),)))

    text = text_of(shown(app))
    assert "from another time" in text
    assert app.button(key="reading-0-0")
    assert [d for d in app.get("download_button") if d.key.startswith("save-0-")]
    assert "Next: Ask about 2023." in text
    assert app.button(key="reading-0-0")
    assert "supported" not in text


def test_the_timeline_opens_the_passage_of_each_day(
    page: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dated = Article(
        source="dated.md", title="Two days", outlet="APA", published=PartialDate(2023, 5, 2),
        text="They met on 14 March 2022. A second round followed.",
    )  # fmt: skip
    fill(folder, dated)
    app = ask(page, monkeypatch, made(claim(27, 51, dated), claim(0, 26, dated)))

    days = [b.label for b in app.button if str(b.key).startswith("event-")]
    assert days == [
        "**14 March 2022** They met on 14 March 2022\\.\u2060",
        "**2 May 2023** *(published)* A second round followed\\.\u2060",
    ]
    app.button(key="event-0-1").click().run()
    assert cited(app) == ["They met on 14 March 2022."]
    assert "speaks of 14 March 2022" in text_of(shown(app))


def test_one_day_needs_no_timeline(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app = ask(page, monkeypatch, made(claim(0, 33), claim(34, 60)))

    assert not [e for e in app.expander if e.label.startswith("Timeline")]


def test_a_long_reading_in_other_scripts_keeps_its_direction(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    persian = claim(0, 33, text="وزیران روز چهارشنبه گفت‌وگو کردند.")
    armenian = claim(34, 60, text="Նախարարները քննարկեցին սահմանը։")
    app = ask(page, monkeypatch, made(persian, armenian, claim(62, 78, text="Dövlət sərhədi")))

    for words in ("وزیران روز", "Նախարարները", "Dövlət sərhədi"):
        assert words in shown(app)
