"""Kept conversations: what a reload, a link and the list bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from assistant.chat.access import ANYONE
from assistant.chat.keeping import Keeping
from assistant.chat.tab import Conversation
from assistant.events import ClaimWritten, SearchedFor
from assistant.records.audit import AuditLog
from assistant.records.conversations import ConversationStore
from assistant.records.reviews import ReviewList, Target
from index.settings import load_settings
from tests.chat.scripted import APP, Scripted, cited, claim, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

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
    weather, spoke = _store(folder).conversations()
    assert (spoke.title, weather.title) == ("Who spoke?", "How is the weather?")

    app.text_input(key="search_conversations").set_value("APA").run()  # a word of the answer
    listed = [str(b.key) for b in app.button if str(b.key).startswith("conversation-")]
    assert listed == [f"conversation-{spoke.id}"]
    app.button(key=f"conversation-{spoke.id}").click().run()
    assert "Who spoke?" in shown(app)
    app.text_input(key="search_conversations").set_value("").run()
    app.text_input(key=f"title-{spoke.id}").set_value("Telephone").run()
    assert {kept.title for kept in _store(folder).conversations()} == {
        "Telephone",
        "How is the weather?",
    }
    app.button(key="delete_conversation").click().run()
    assert [kept.id for kept in _store(folder).conversations()] == [weather.id]
    assert not app.chat_message


def test_a_question_is_edited_and_its_earlier_version_shown_again(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("And when?").run()
    app.button(key="edit-0").click().run()
    app.text_area(key="edited-0").set_value("Who telephoned?")
    next(b for b in app.button if b.label == "Ask again").click().run()

    assert Scripted.asked[-1].text == "Who telephoned?"
    assert Scripted.asked[-1].history == ()
    assert len(app.chat_message) == 2
    (kept,) = _store(folder).conversations()
    assert [t.question.text for t in _store(folder).turns(kept.id)] == ["Who telephoned?"]
    app.button(key="version-0-1").click().run()
    assert [t.question.text for t in _store(folder).turns(kept.id)] == ["Who spoke?", "And when?"]
    assert len(app.chat_message) == 4


def test_a_link_opens_its_turn(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    (kept,) = _store(folder).conversations()
    again = AppTest.from_file(APP, default_timeout=20)
    again.query_params["turn"] = _store(folder).turns(kept.id)[0].id
    again.run()

    assert "Who spoke?" in shown(again)
    assert again.query_params["c"] == kept.id


def test_a_stopped_answer_is_kept_and_marked(folder: Path) -> None:
    class Endless:
        def stream(self, question: Question) -> Iterator[SearchedFor | ClaimWritten]:
            yield SearchedFor(question.text)
            while True:
                yield ClaimWritten(claim(0, 33))

    keeping = Keeping(load_settings(library=folder), ANYONE)
    held = Conversation(keeping=keeping)
    held.ask("Who spoke?")
    turn = held.turns[0]
    turn.start(Endless)  # type: ignore[arg-type]
    assert any(isinstance(event, ClaimWritten) for event in turn.follow())
    turn.stop()
    again = Conversation(keeping=keeping)
    again.open(held.id)

    assert again.turns[0].stopped
    assert again.turns[0].claims
    assert again.turns[0].answer is None


def test_opinions_are_kept_and_taken_back(page: AppTest, folder: Path) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    (kept,) = _store(folder).conversations()
    turn = _store(folder).turns(kept.id)[0]
    reviews = ReviewList(load_settings(library=folder).conversations_file, ANYONE.id)
    app.button(key="citation-0-1").click().run()
    app.button(key=f"objection-{turn.id}-1").click().run()

    assert set(reviews.of_turn(turn.id)) == {Target(claim=1, citation=0)}
    assert app.button(key=f"objection-{turn.id}-1").label.startswith("Marked")
    app.button(key=f"objection-{turn.id}-1").click().run()
    assert reviews.of_turn(turn.id) == {}


def test_too_many_questions_are_told_when_to_come_back(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOIRE_RATE_QUESTIONS", "1")
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("And when?").run()

    assert "You have asked 1 question within 10 minutes" in shown(app)
    assert len(Scripted.asked) == 1


def test_an_answer_is_audited_under_its_turn(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    (kept,) = _store(folder).conversations()
    (line,) = AuditLog(load_settings(library=folder).audit_folder).lines()

    assert line.id == _store(folder).turns(kept.id)[0].id


def test_what_cannot_be_kept_is_answered_all_the_same(
    page: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOIRE_CONVERSATIONS", str(folder))  # a folder is no file
    app = page.chat_input(key="typed").set_value("Who spoke?").run()

    assert len(Scripted.asked) == 1
    assert any("cannot be kept" in caption.value for caption in app.caption)


def test_a_conversation_that_is_not_there_starts_a_new_one(page: AppTest) -> None:
    page.query_params["c"] = "nowhere"
    app = page.run()

    assert "In the library: 2 articles" in shown(app)


def test_of_a_long_conversation_the_last_turns_are_drawn(page: AppTest, folder: Path) -> None:
    page.chat_input(key="typed").set_value("Who spoke?").run()
    store = _store(folder)
    (kept,) = store.conversations()
    last = first = store.turns(kept.id)[0]
    assert first.answer
    for _ in range(1, 300):
        last = store.begin(first.question, after=last.id)
        store.finish(last.id, first.answer)
    again = AppTest.from_file(APP, default_timeout=30)
    again.query_params["c"] = kept.id
    again.run()

    assert len(again.chat_message) == 2 * 10
    assert "290" in again.button(key="expand_less").label
    again.button(key="expand_less").click().run()
    assert len(again.chat_message) == 2 * 20


def _store(folder: Path) -> ConversationStore:
    return ConversationStore(load_settings(library=folder).conversations_file, ANYONE.id)
