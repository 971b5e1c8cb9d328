"""Conversations are kept exactly as they were live, whatever tabs and processes do at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import answers
from assistant.answers import Answer, Claim, Question
from assistant.records.conversations import ConversationStore, by_day
from assistant.records.database import VERSION
from assistant.records.turns import Draft, StoredTurn, Summary
from index.errors import InputError, LibraryDamaged, LibraryTooNew, ModelUnavailable, StorageError

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).parents[1]


def _filled(model: type[BaseModel], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a model, those fields too that have a default."""
    return st.builds(model, **{name: given.get(name, ...) for name in model.model_fields})


for _model in (
    answers.Message, answers.Limits, answers.Reference, answers.Citation, answers.Verdict,
    answers.Repair, answers.SaidBy, answers.Claim, answers.Account, answers.Accounts,
    answers.Abstention, answers.Reading, answers.Source,
):  # fmt: skip
    st.register_type_strategy(_model, _filled(_model))
ANY_ANSWER = _filled(Answer, seconds=st.floats(0, 1e6))
ANY_DRAFT = _filled(Draft)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "conversations.sqlite", "ada")


def _asked(text: str) -> Question:
    return Question(text=text)


def _texts(turns: list[StoredTurn]) -> list[str]:
    return [turn.question.text for turn in turns]


def _answer(text: str = "They met in Baku.", **changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "id": None, "question": "Who met?", "abstained": False, "reason": None,
        "claims": (Claim(text=text, citations=()),), "searched_for": "Who met?", "as_of": None,
        "writer": "verbatim", "prompt": None, "index_hash": "0", "seconds": 0.1,
    }  # fmt: skip
    return Answer(**facts | changes)


# -- what is read back is what was live ------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=_filled(Question), answer=ANY_ANSWER)
def test_a_turn_comes_back_as_it_was(tmp_path: Path, question: Question, answer: Answer) -> None:
    store = ConversationStore(tmp_path / "conversations.sqlite", "ada")
    turn = store.begin(question)
    assert turn.question == question.model_copy(update={"id": turn.id})
    store.finish(turn.id, answer)
    read = store.turns(turn.conversation_id)
    assert [(t.question, t.answer, t.state) for t in read] == [(turn.question, answer, "answered")]
    assert read[0].claims == answer.claims


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=ANY_DRAFT)
def test_a_stopped_or_failed_turn_keeps_what_had_been_shown(tmp_path: Path, draft: Draft) -> None:
    store = ConversationStore(tmp_path / "conversations.sqlite", "ada")
    stopped = store.begin(_asked("Who met?"))
    store.keep(stopped.id, Draft(searched_for="x"))
    store.stop(stopped.id, draft)
    failed = store.begin(_asked("And then?"), after=stopped.id)
    store.fail(failed.id, ModelUnavailable("The endpoint is down.", "Try again."), draft)
    first, second = store.turns(stopped.conversation_id)
    assert (first.state, first.draft, first.answer, first.problem) == ("stopped", draft, None, None)
    assert (second.state, second.draft) == ("failed", draft)
    assert second.problem
    assert (second.problem.problem, second.problem.remedy) == ("The endpoint is down.", "Try again.")
    assert first.claims == second.claims == draft.claims


def test_the_first_ending_counts(store: ConversationStore) -> None:
    turn = store.begin(_asked("Who met?"))
    store.stop(turn.id, Draft(notices=("slow",)))
    store.finish(turn.id, _answer())
    assert store.turn(turn.id).state == "stopped"
    assert store.turn(turn.id).answer is None


def test_an_answer_of_another_version_does_not_hide_the_others(
    store: ConversationStore, tmp_path: Path
) -> None:
    odd = store.begin(_asked("Who met?"))
    store.finish(odd.id, _answer())
    fine = store.begin(_asked("And then?"), after=odd.id)
    store.finish(fine.id, _answer())
    with sqlite3.connect(tmp_path / "conversations.sqlite") as database:
        database.execute('UPDATE turn SET ending = \'{"answer": {"new": 1}}\' WHERE id = ?', (odd.id,))
    database.close()
    first, second = store.turns(odd.conversation_id)
    assert first.state == "failed"
    assert first.problem
    assert "another version" in first.problem.problem
    assert second.answer == _answer()


def test_a_turn_that_fell_silent_is_abandoned(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = store.begin(_asked("Who met?"))
    assert not store.turn(turn.id).abandoned
    monkeypatch.setattr("assistant.records.turns.SILENT", timedelta(0))
    assert store.turn(turn.id).abandoned
    store.stop(turn.id, Draft())
    assert not store.turn(turn.id).abandoned


# -- versions and links ----------------------------------------------------------------------------


def test_an_edited_question_keeps_the_earlier_branch(store: ConversationStore) -> None:
    one = store.begin(_asked("one"))
    two = store.begin(_asked("two"), after=one.id)
    three = store.begin(_asked("three"), after=two.id)
    store.finish(three.id, _answer())
    edited = store.edit(two.id, _asked("two, better"))
    assert _texts(store.turns(one.conversation_id)) == ["one", "two, better"]
    assert (edited.version, edited.versions) == (2, 2)

    store.show_version(edited.id, 1)
    assert _texts(store.turns(one.conversation_id)) == ["one", "two", "three"]
    assert store.turn(three.id).answer == _answer()
    store.show(edited.id)
    assert _texts(store.turns(one.conversation_id)) == ["one", "two, better"]
    store.show(three.id)
    assert _texts(store.turns(one.conversation_id)) == ["one", "two", "three"]
    with pytest.raises(InputError, match="no version 3"):
        store.show_version(two.id, 3)


def test_a_link_to_a_shown_turn_changes_nothing(store: ConversationStore) -> None:
    one = store.begin(_asked("one"))
    store.begin(_asked("two"), after=one.id)
    store.show(one.id)
    assert _texts(store.turns(one.conversation_id)) == ["one", "two"]


def test_a_question_goes_behind_what_another_tab_asked(store: ConversationStore) -> None:
    one = store.begin(_asked("one"))
    store.begin(_asked("two, from the first tab"), after=one.id)
    store.begin(_asked("three, from the second"), after=one.id)
    texts = ["one", "two, from the first tab", "three, from the second"]
    assert _texts(store.turns(one.conversation_id)) == texts


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_turn_is_ever_out_of_reach(tmp_path: Path, data: st.DataObject) -> None:
    store = ConversationStore(tmp_path / "conversations.sqlite", data.draw(st.uuids()).hex)
    ids = [store.begin(_asked("0")).id]
    for number in range(1, data.draw(st.integers(1, 8))):
        place = data.draw(st.sampled_from(ids))
        if data.draw(st.booleans()):
            ids.append(store.begin(_asked(str(number)), after=place).id)
        else:
            ids.append(store.edit(place, _asked(str(number))).id)
        assert store.turns(store.turn(ids[0]).conversation_id)[-1].id == ids[-1]
    for turn_id in ids:
        store.show(turn_id)
        shown = store.turns(store.turn(turn_id).conversation_id)
        assert turn_id in [turn.id for turn in shown]
        for turn in shown:
            assert 1 <= turn.version <= turn.versions


# -- the list --------------------------------------------------------------------------------------


def test_the_list_is_newest_first_and_named(store: ConversationStore) -> None:
    old = store.begin(_asked("Who met in Baku?"))
    new = store.begin(_asked("word " * 50))
    assert [s.id for s in store.conversations()] == [new.conversation_id, old.conversation_id]
    assert len(store.conversations()[0].title) <= 80
    store.begin(_asked("And then?"), after=old.id)
    newest = store.conversations()[0]
    assert (newest.title, newest.turns) == ("Who met in Baku?", 2)

    store.edit(old.id, _asked("Who met in Tbilisi?"))
    assert store.conversations()[0].title == "Who met in Tbilisi?"
    store.rename(old.conversation_id, "  Peace\ntalks ")
    store.edit(old.id, _asked("Who met in Yerevan?"))
    assert store.conversations()[0].title == "Peace talks"
    with pytest.raises(InputError, match="empty"):
        store.rename(old.conversation_id, " \n ")


def test_days_are_the_readers() -> None:
    def used(moment: datetime) -> Summary:
        return Summary(id=str(moment), title="t", started=moment, touched=moment, turns=1)

    late = used(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    early = used(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    ahead = used(datetime(2027, 1, 1, tzinfo=UTC))
    today = date(2026, 11, 24)
    assert by_day([early, late, ahead], ZoneInfo("Asia/Baku"), today) == [
        (today, [ahead, late]),
        (date(2026, 11, 23), [early]),
    ]
    assert by_day([early, late], UTC, today) == [(date(2026, 11, 23), [late, early])]


def test_search_reads_questions_answers_and_titles(store: ConversationStore) -> None:
    turn = store.begin(_asked("Kim görüşdü: Əliyev?"))
    store.finish(turn.id, _answer("Նախարարը Երևանում էր, в Москве."))
    other = store.begin(_asked("Something else"))
    store.rename(other.conversation_id, "Kars treaty")
    hits = {"gorusdu": turn, "ՆԱԽԱՐԱՐԸ": turn, "москв": turn, "kars": other, "treaty kar": other}
    for words, wanted in hits.items():
        (match,) = store.search(words)
        assert match.summary.id == wanted.conversation_id
        assert match.turn_id == wanted.id
        marked = [match.excerpt[start:end] for start, end in match.marks]
        assert marked, words
        assert all(mark.strip() for mark in marked)
    assert store.search("nothing of the kind") == []
    assert store.search(' "*( ') == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=40))
def test_no_search_breaks(tmp_path: Path, words: str) -> None:
    store = ConversationStore(tmp_path / "conversations.sqlite", "ada")
    for match in store.search(words):
        assert all(0 <= start < end <= len(match.excerpt) for start, end in match.marks)


def test_what_is_deleted_is_gone_from_the_disk(store: ConversationStore, tmp_path: Path) -> None:
    kept = store.begin(_asked("Who met in Baku?"))
    turn = store.begin(_asked("What of the zanzibarite accord?"))
    store.finish(turn.id, _answer("It was signed by quetzalcoatlus."))
    store.delete(turn.conversation_id)
    assert [s.id for s in store.conversations()] == [kept.conversation_id]
    assert store.search("zanzibarite") == store.search("quetzalcoatlus") == []
    with pytest.raises(InputError, match="no such turn"):
        store.turn(turn.id)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir()).lower()
    assert b"baku" in stored
    assert b"zanzibarite" not in stored
    assert b"quetzalcoatlus" not in stored


def test_owners_are_strangers_to_each_other(store: ConversationStore, tmp_path: Path) -> None:
    turn = store.begin(_asked("Who met in Baku?"))
    bob = ConversationStore(tmp_path / "conversations.sqlite", "bob")
    assert bob.conversations() == bob.search("Baku") == []
    attempts = (
        lambda: bob.turn(turn.id),
        lambda: bob.turns(turn.conversation_id),
        lambda: bob.begin(_asked("x"), after=turn.id),
        lambda: bob.edit(turn.id, _asked("x")),
        lambda: bob.finish(turn.id, _answer()),
        lambda: bob.show(turn.id),
        lambda: bob.rename(turn.conversation_id, "x"),
        lambda: bob.delete(turn.conversation_id),
    )
    for attempt in attempts:
        with pytest.raises(InputError, match="no such"):
            attempt()
    assert store.turn(turn.id).state == "asking"


# -- the file --------------------------------------------------------------------------------------


def test_reading_makes_no_file(store: ConversationStore, tmp_path: Path) -> None:
    assert store.conversations() == store.search("x") == []
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_its_owners_alone(store: ConversationStore, tmp_path: Path) -> None:
    store.begin(_asked("Who met?"))
    assert stat.S_IMODE((tmp_path / "conversations.sqlite").stat().st_mode) == 0o600


def test_a_file_of_the_future_is_left_alone(store: ConversationStore, tmp_path: Path) -> None:
    store.begin(_asked("Who met?"))
    with sqlite3.connect(tmp_path / "conversations.sqlite") as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(LibraryTooNew, match="newer version"):
        store.conversations()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(LibraryDamaged, match="another program's"):
        ConversationStore(path, "ada").begin(_asked("Who met?"))
    assert path.read_bytes() == before


def test_no_database_and_no_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(LibraryDamaged, match="backup"):
        ConversationStore(broken, "ada").conversations()
    with pytest.raises(StorageError, match="MEMOIRE_CONVERSATIONS"):
        ConversationStore(broken / "below.sqlite", "ada").begin(_asked("Who met?"))


def _ask_often(path: Path, name: str, after: str, count: int) -> None:
    store = ConversationStore(path, "ada")
    for number in range(count):
        turn = store.begin(_asked(f"{name} {number}"), after=after)
        store.keep(turn.id, Draft(searched_for=name))
        store.finish(turn.id, _answer(f"{name} {number}"))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    first = ConversationStore(path, "ada").begin(_asked("first"))
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_ask_often, args=(path, name, first.id, 12)) for name in ("a", "b", "c")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    turns = ConversationStore(path, "ada").turns(first.conversation_id)
    wanted = {f"{name} {number}" for name in "abc" for number in range(12)}
    assert {turn.question.text for turn in turns[1:]} == wanted
    assert len(turns) == 1 + len(wanted)
    for turn in turns[1:]:
        assert turn.answer
        assert turn.answer.text == turn.question.text


def test_processes_that_begin_the_file_at_once_agree(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assistant.answers import Question;"
        "from assistant.records.conversations import ConversationStore as S;"
        "S(Path(sys.argv[1]), 'ada').begin(Question(text='x'))"
    )
    path = tmp_path / "conversations.sqlite"
    command = [sys.executable, "-c", script, str(path)]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert len(ConversationStore(path, "ada").conversations()) == 4


KILLED = """
import sys
from pathlib import Path
from assistant.answers import Claim, Question
from assistant.records.conversations import ConversationStore
from assistant.records.turns import Draft
store = ConversationStore(Path(sys.argv[1]), "ada")
turn = store.begin(Question(text="Who met?"))
claims = ()
for number in range(100_000):
    claims += (Claim(text=f"Sentence {number}.", citations=()),)
    store.keep(turn.id, Draft(claims=claims[-50:]))
    print(number, flush=True)
"""


def test_what_was_shown_outlives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) == 20:
                break
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        seen = [20, *(int(line) for line in process.stdout if line.strip().isdigit())][-1]
    (summary,) = ConversationStore(path, "ada").conversations()
    (turn,) = ConversationStore(path, "ada").turns(summary.id)
    assert turn.state == "asking"
    assert turn.claims[-1].text in {f"Sentence {seen}.", f"Sentence {seen + 1}."}
    again = ConversationStore(path, "ada").begin(_asked("Again?"), after=turn.id)
    assert len(ConversationStore(path, "ada").turns(again.conversation_id)) == 2


def test_a_backup_of_the_running_file_is_whole(store: ConversationStore, tmp_path: Path) -> None:
    turn = store.begin(_asked("Who met?"))
    store.finish(turn.id, _answer())
    with sqlite3.connect(tmp_path / "conversations.sqlite") as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "backup.sqlite"),))
    database.close()
    restored = ConversationStore(tmp_path / "backup.sqlite", "ada")
    assert restored.turns(turn.conversation_id) == store.turns(turn.conversation_id)
    restored.begin(_asked("And then?"), after=turn.id)
    assert len(restored.turns(turn.conversation_id)) == 2
    assert len(store.turns(turn.conversation_id)) == 1


def test_a_long_conversation_is_read_whole(store: ConversationStore) -> None:
    turn = store.begin(_asked("0"))
    for number in range(1, 300):
        turn = store.begin(_asked(str(number)), after=turn.id)
    assert _texts(store.turns(turn.conversation_id)) == [str(number) for number in range(300)]
    assert store.conversations()[0].turns == 300
