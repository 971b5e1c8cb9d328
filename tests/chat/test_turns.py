"""Turns and the conversation they make."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from assistant.chat.tab import Conversation
from assistant.events import ClaimWritten, Finished, Notice, SearchedFor
from tests.chat.scripted import (
    Scripted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from streamlit.testing.v1 import AppTest

    from assistant.answers import Question


def test_an_answer_is_followed_by_every_run_that_draws_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Scripted, "asked", [], raising=False)
    held, scripted = Conversation(), Scripted(None, None)  # type: ignore[arg-type]
    held.ask("Who spoke?")
    turn = held.turns[0]
    first = turn.follow()
    assert next(first) is None
    turn.start(lambda: scripted)  # type: ignore[arg-type]
    turn.start(lambda: scripted)  # type: ignore[arg-type]

    seen = [event for event in first if event]
    assert [type(e) for e in seen] == [SearchedFor, Notice, ClaimWritten, ClaimWritten, Finished]
    assert list(turn.follow()) == seen
    assert turn.answer == seen[-1].answer  # type: ignore[union-attr]
    assert len(Scripted.asked) == 1


def test_a_new_question_stops_the_unfinished_answer() -> None:
    held, may_go_on = Conversation(), threading.Event()

    class Slow:
        def stream(self, question: Question) -> Iterator[SearchedFor]:
            yield SearchedFor(question.text)
            assert may_go_on.wait(20)
            yield SearchedFor("too late")

    held.ask("Who spoke?")
    held.turns[0].start(Slow)  # type: ignore[arg-type]
    assert next(held.turns[0].follow()) == SearchedFor("Who spoke?")
    held.ask("And when?")
    held.turns[0].stop()
    may_go_on.set()

    assert held.turns[0].stopped
    assert list(held.turns[0].follow()) == [SearchedFor("Who spoke?")]
    assert held.turns[1].question.history == ()


def test_a_follow_up_is_asked_with_the_turns_before_it(page: AppTest) -> None:
    app = page.chat_input(key="typed").set_value("Who spoke?").run()
    app.chat_input(key="typed").set_value("And when?").run()

    history = [(message.role, message.content) for message in Scripted.asked[1].history]
    assert history == [("user", "Who spoke?"), ("assistant", "APA, 2023: “0” APA, 2023: “34”")]
    assert len(app.chat_message) == 4
    app.button(key="new_conversation").click().run()
    assert not app.chat_message
