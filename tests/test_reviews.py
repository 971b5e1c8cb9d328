"""What readers think of answers is kept, listed, and becomes questions of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from assistant.answers import Account, Accounts, Answer, Citation, Claim, Message, Question, Reading
from assistant.records.conversations import ConversationStore, Draft, StoredTurn
from assistant.records.reviews import WHOLE, Review, ReviewList, Target
from eval.cases import load_cases
from eval.cli import app
from eval.from_reviews import add_to_set, case_of
from index.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def _cited(quote: str, file: str = "a.md") -> Citation:
    return Citation(
        article_id=file, source=file, title="t", outlet=None, published=None, url=None,
        number=1, start=0, end=len(quote), quote=quote,
    )  # fmt: skip


def _answer(**changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "id": None, "question": "Who met?", "abstained": False, "reason": None,
        "claims": (
            Claim(text="They met.", citations=(_cited("They met."), _cited("In Baku.", "b.md"))),
            Claim(text="They parted.", citations=(_cited("They met."),)),
        ),
        "searched_for": "Who met?", "as_of": None, "writer": "verbatim", "prompt": None,
        "index_hash": "0", "seconds": 0.1,
    }  # fmt: skip
    return Answer(**facts | changes)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def reviews(file: Path) -> ReviewList:
    return ReviewList(file, "ada")


def _turn(file: Path, answer: Answer | None = None, **question: Any) -> StoredTurn:
    store = ConversationStore(file, "ada")
    turn = store.begin(Question(text="Who met?", **question))
    store.finish(turn.id, answer or _answer())
    return store.turn(turn.id)


# -- the list --------------------------------------------------------------------------------------


def test_an_opinion_takes_the_place_of_the_earlier(file: Path, reviews: ReviewList) -> None:
    turn = _turn(file)
    reviews.give(turn, "good")
    doubted = reviews.give(turn, "unsupported", Target(claim=0, citation=1), " not there ")
    changed = reviews.give(turn, "bad", comment="wrong year")
    assert reviews.of_turn(turn.id) == {doubted.target: doubted, WHOLE: changed}
    assert reviews.waiting() == [doubted, changed]
    assert doubted.comment == "not there"
    assert doubted.claim == turn.claims[0]
    assert doubted.citations == (turn.claims[0].citations[1],)
    assert changed.claim is None
    assert len(changed.citations) == 3

    reviews.withdraw(turn.id)
    assert reviews.waiting() == [doubted]
    reviews.settle(doubted.id)
    assert reviews.waiting() == []
    settled = reviews.of_turn(turn.id)[doubted.target]
    assert settled.settled
    assert settled.model_copy(update={"settled": None}) == doubted


def test_a_review_outlives_its_conversation(file: Path, reviews: ReviewList) -> None:
    turn = _turn(file)
    given = reviews.give(turn, "good")
    ConversationStore(file, "ada").delete(turn.conversation_id)
    assert ReviewList(file, "ada").waiting() == [given]


def test_readers_see_their_own_and_the_keeper_all(file: Path, reviews: ReviewList) -> None:
    turn = _turn(file)
    mine = reviews.give(turn, "good")
    theirs = ReviewList(file, "bob").give(turn, "bad")
    assert reviews.waiting() == [mine]
    assert reviews.waiting(everyone=True) == [mine, theirs]


@pytest.mark.parametrize(
    ("opinion", "target"),
    [
        ("unsupported", WHOLE),
        ("unsupported", Target(citation=0)),
        ("unsupported", Target(claim=2)),
        ("unsupported", Target(claim=-1)),
        ("unsupported", Target(claim=0, citation=2)),
        ("unsupported", Target(claim=0, citation=-1)),
    ],
)
def test_a_target_must_be_there(
    file: Path, reviews: ReviewList, opinion: Any, target: Target
) -> None:  # fmt: skip
    with pytest.raises(InputError):
        reviews.give(_turn(file), opinion, target)
    assert reviews.waiting() == []


def test_only_a_complete_answer_is_reviewed(file: Path, reviews: ReviewList) -> None:
    store = ConversationStore(file, "ada")
    turn = store.begin(Question(text="Who met?"))
    store.stop(turn.id, Draft())
    with pytest.raises(InputError, match="complete answer"):
        reviews.give(store.turn(turn.id), "good")


# -- into questions --------------------------------------------------------------------------------


def test_a_good_answers_citations_are_gold(file: Path, reviews: ReviewList) -> None:
    case = case_of(reviews.give(_turn(file), "good", comment="exactly"))
    assert (case.question, case.slice, case.answerable) == ("Who met?", "fact", True)
    assert [(gold.source, gold.quote) for gold in case.gold] == [
        ("a.md", "They met."),
        ("b.md", "In Baku."),
    ]
    assert "exactly" in case.notes


def test_a_doubted_citation_is_no_gold(file: Path, reviews: ReviewList) -> None:
    turn = _turn(file)
    one = case_of(reviews.give(turn, "unsupported", Target(claim=0, citation=1)))
    assert [gold.source for gold in one.gold] == ["a.md"]
    shared = case_of(reviews.give(turn, "unsupported", Target(claim=1)))
    assert [gold.source for gold in shared.gold] == ["a.md", "b.md"], "the other claim cites it too"

    alone = _answer(claims=(Claim(text="They met.", citations=(_cited("They met."),)),))
    review = reviews.give(_turn(file, alone), "unsupported", Target(claim=0))
    with pytest.raises(InputError, match=f"--abstain {review.id}"):
        case_of(review)
    assert not case_of(review, "abstention").answerable


def test_a_bad_answer_needs_a_person(file: Path, reviews: ReviewList) -> None:
    review = reviews.give(_turn(file), "bad")
    with pytest.raises(InputError, match="does not tell"):
        case_of(review)
    case = case_of(review, "abstention")
    assert (case.slice, case.answerable, case.gold) == ("unanswerable", False, ())


def test_a_good_abstention_is_unanswerable(file: Path, reviews: ReviewList) -> None:
    answer = _answer(abstained=True, reason="No.", claims=())
    case = case_of(reviews.give(_turn(file, answer), "good"))
    assert (case.slice, case.answerable) == ("unanswerable", False)


def test_slices_follow_the_question(file: Path, reviews: ReviewList) -> None:
    sides = Accounts(sides=(Account(party="A", claims=(0,)), Account(party="B", claims=(1,))))
    two = case_of(reviews.give(_turn(file, _answer(accounts=sides)), "good"))
    assert two.slice == "two-sided"
    assert [(side.name, len(side.gold)) for side in two.sides] == [("A", 2), ("B", 1)]
    history = (Message(role="user", content="And before?"),)
    assert case_of(reviews.give(_turn(file, history=history), "good")).slice == "follow-up"
    for reading, kind in (
        (Reading(query="q", newest=True), "latest"),
        (Reading(query="q", time="2023"), "temporal"),
    ):
        assert case_of(reviews.give(_turn(file, _answer(reading=reading)), "good")).slice == kind


def test_a_set_takes_each_review_once(file: Path, reviews: ReviewList, tmp_path: Path) -> None:
    case = case_of(reviews.give(_turn(file), "good"))
    path = tmp_path / "set.jsonl"
    assert add_to_set(path, case)
    assert not add_to_set(path, case)
    assert load_cases(path) == [case]


def _run(library: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", "from-reviews", *arguments, "--library", str(library)])


def test_the_command_turns_and_settles(library_copy: Path, tmp_path: Path) -> None:
    file, out = library_copy / "conversations.sqlite", tmp_path / "set.jsonl"
    good = ReviewList(file, "ada").give(_turn(file), "good")
    bad = ReviewList(file, "bob").give(_turn(file), "bad")
    told = _run(library_copy, str(out))
    assert told.exit_code == 1
    assert "1 of 2 reviews became questions" in told.stdout
    assert bad.id in told.stderr
    assert [case.id for case in load_cases(out)] == [f"review-{good.id}"]

    told = _run(library_copy, str(out), "--abstain", bad.id)
    assert told.exit_code == 0
    assert [case.id for case in load_cases(out)] == [f"review-{one.id}" for one in (good, bad)]
    assert ReviewList(file, "ada").waiting(everyone=True) == []


def test_a_real_answer_becomes_a_question_that_checks(library_copy: Path, tmp_path: Path) -> None:
    from assistant.assistant import Assistant
    from index.settings import load_settings
    from index.store.library import Library

    settings = load_settings(library=library_copy)
    store = ConversationStore(settings.conversations_file, "ada")
    turn = store.begin(Question(text="What did Aliyev and Pashinyan sign at the White House?"))
    with Library.open(library_copy) as library:
        store.finish(turn.id, Assistant(library, settings).ask(turn.question))
    review: Review = ReviewList(settings.conversations_file, "ada").give(store.turn(turn.id), "good")
    out = tmp_path / "set.jsonl"
    assert _run(library_copy, str(out)).exit_code == 0
    assert load_cases(out)[0].notes.startswith(f"From review {review.id}")
    checked = CliRunner().invoke(app, ["eval", "check", str(out), "--library", str(library_copy)])
    assert checked.exit_code == 0, checked.stdout
    assert "0 defects" in checked.stdout


# -- the page --------------------------------------------------------------------------------------


def _page(file: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MEMOIRE_CONVERSATIONS", str(file))
    script = (
        "from pathlib import Path\n"
        "from eval.reviews_page import show_reviews\n"
        f"show_reviews(Path({str(out)!r}))\n"
    )
    page = AppTest.from_string(script, default_timeout=30).run()
    assert not page.exception
    return page


def test_one_click_makes_a_question(
    file: Path, reviews: ReviewList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = reviews.give(_turn(file), "good")
    bad = ReviewList(file, "bob").give(_turn(file), "bad", comment="<b>*never*</b>")
    out = tmp_path / "sets" / "reviews.jsonl"
    page = _page(file, out, monkeypatch)
    assert [button.key for button in page.button] == [
        f"make-None-{good.id}", f"make-abstention-{good.id}", f"aside-{good.id}",
        f"make-abstention-{bad.id}", f"aside-{bad.id}",
    ]  # fmt: skip
    page.button(key=f"make-None-{good.id}").click().run()
    assert [case.id for case in load_cases(out)] == [f"review-{good.id}"]
    assert "memoire eval check" in page.info[0].value
    page.button(key=f"make-abstention-{bad.id}").click().run()
    assert [case.answerable for case in load_cases(out)] == [True, False]
    assert page.info[-1].value.startswith("No review waits")


def test_a_review_is_set_aside_and_a_bad_set_is_told(
    file: Path, reviews: ReviewList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = reviews.give(_turn(file), "good")
    out = tmp_path / "reviews.jsonl"
    out.write_text("no set\n")
    page = _page(file, out, monkeypatch)
    page.button(key=f"make-None-{review.id}").click().run()
    assert "reviews" in page.info[0].value
    assert not page.exception
    assert reviews.waiting() == [review]
    page.button(key=f"aside-{review.id}").click().run()
    assert reviews.waiting() == []
    assert out.read_text() == "no set\n"
