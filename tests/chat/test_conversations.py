"""Kept conversations: what a reload, a link and the list bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from assistant.chat_shelf import Shelf
from assistant.chat_turns import Conversation
from assistant.events import ClaimWritten, SearchedFor
from index.errors import StorageError
from tests.chat.scripted import APP, Scripted, cited, claim, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.answers import Question


def test_a_reload_shows_what_was_live_without_asking_again(page: AppTest) -> None:
    live = page.chat_input(key="typed").set_value("Who spoke?").run()
    live.chat_input(key="typed").set_value("And when?").run()
    again = AppTest.from_file(APP, default_timeout=20)
    again.query_params["c"] = live.query_params["c"]
    again.run()

    assert shown(again) == shown(live)
    assert len(Scripted.asked) == 2
    again.button(key="citation-1-1").click().run()
    assert cited(again) == ["They discussed the border."]
    again.chat_input(key="typed").set_value("Why?").run()
    assert len(Scripted.asked[-1].history) == 4


def test_the_list_opens_searches_renames_and_deletes(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.button(key="new_conversation").click().run()
    app.chat_input(key="typed").set_value("How is the weather?").run()
    spoke, weather = sorted(Shelf(folder).listed(), key=lambda kept: kept.title, reverse=True)
    assert (spoke.title, weather.title) == ("Who spoke?", "How is the weather?")

    app.text_input(key="search_conversations").set_value("DISCUSSED").run()  # words of the answer
    listed = [str(b.key) for b in app.button if str(b.key).startswith("conversation-")]
    assert listed == [f"conversation-{spoke.id}"]
    app.button(key=f"conversation-{spoke.id}").click().run()
    assert "Who spoke?" in shown(app)
    app.text_input(key=f"title-{spoke.id}").set_value("Telephone").run()
    assert {kept.title for kept in Shelf(folder).listed()} == {"Telephone", "How is the weather?"}
    app.button(key="delete_conversation").click().run()
    assert [kept.id for kept in Shelf(folder).listed()] == [weather.id]
    assert not app.chat_message


def test_a_question_is_edited_and_asked_in_its_place(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("And when?").run()
    app.button(key="edit-0").click().run()
    app.text_area(key="edited-0").set_value("Who telephoned?")
    next(b for b in app.button if b.label == "Ask again").click().run()

    assert Scripted.asked[-1].text == "Who telephoned?"
    assert Scripted.asked[-1].history == ()
    assert len(app.chat_message) == 2
    kept = Shelf(folder).turns(Shelf(folder).listed()[0].id)
    assert [turn.question.text for turn in kept] == ["Who telephoned?"]


def test_a_stopped_answer_is_kept_and_marked(tmp_path: Path) -> None:
    class Endless:
        def stream(self, question: Question) -> Iterator[SearchedFor | ClaimWritten]:
            yield SearchedFor(question.text)
            while True:
                yield ClaimWritten(claim(0, 33))

    held = Conversation(shelf=Shelf(tmp_path))
    held.ask("Who spoke?")
    turn = held.turns[0]
    turn.start(Endless())  # type: ignore[arg-type]
    assert any(isinstance(event, ClaimWritten) for event in turn.follow())
    turn.stop()
    again = Conversation(shelf=Shelf(tmp_path))
    again.open(held.id)

    assert again.turns[0].stopped
    assert again.turns[0].claims
    assert again.turns[0].answer is None


def test_a_conversation_that_is_not_there_starts_a_new_one(page: AppTest) -> None:
    page.query_params["c"] = "nowhere"
    app = page.run()

    assert "Try asking" in shown(app)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "missing")
    with pytest.raises(StorageError, match="cannot be kept"):
        shelf.listed()


def test_of_a_long_conversation_the_last_turns_are_drawn(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    shelf = Shelf(folder)
    key = shelf.listed()[0].id
    first = shelf.turns(key)[0]
    for place in range(1, 300):
        shelf.keep(key, place, first)
    again = AppTest.from_file(APP, default_timeout=30)
    again.query_params["c"] = key
    again.run()

    assert len(again.chat_message) == 2 * 20
    assert "280" in again.button(key="earlier").label
    again.button(key="earlier").click().run()
    assert len(again.chat_message) == 2 * 40
