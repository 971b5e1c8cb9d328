"""What a question is searched as: its limits, its conversation, its sides, the newest of its matter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.answers import Limits, Message, Question
from assistant.conversation import points_back, rewrites
from assistant.retrieval import Retrieval
from index.errors import InputError
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Outcome

_BEFORE = (
    Message(role="user", content="What did Mirzoyan say about the attack on Nagorno-Karabakh?"),
    Message(role="assistant", content="He called it a large-scale offensive."),
)
_SPEECHES = {
    "armenia": ("Armenia", "Mirzoyan", "2023-09-23", "Armenia said the Lachin road was blocked."),
    "azerbaijan": ("Azerbaijan", "Bayramov", "2023-09-24", "Azerbaijan said the Lachin road was open."),
    "turkiye": ("Türkiye", "Fidan", None, "Türkiye said the Lachin road should stay open to all."),
}


@pytest.fixture(scope="module")
def retrieval(library_folder: Path) -> Iterator[Retrieval]:
    with Library.open(library_folder) as library:
        yield Retrieval(library, load_settings(library=library_folder))


@pytest.fixture(scope="module")
def speeches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    """Three short speeches about one road, one of them without a date."""
    folder = tmp_path_factory.mktemp("speeches")
    for name, (country, speaker, day, text) in _SPEECHES.items():
        head = f"title: Remarks\ncountry: {country}\nspeaker: {speaker}\noutlet: Hall {name}\n"
        head += f"date: {day}\n" if day else ""
        (folder / f"{name}.md").write_text(f"---\n{head}---\n{text}\n", "utf-8")
    settings = load_settings(library=folder / "library")
    index_paths([folder], settings)
    with Library.open(settings.library) as library:
        yield Retrieval(library, settings)


def _found(retrieval: Retrieval, limits: Limits) -> set[str]:
    evidence = retrieval.gather(Question(text="Was the Lachin road open?", limits=limits))
    return {hit.article.source.removesuffix(".md") for hit in evidence.hits}


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        (Limits(), {"armenia", "azerbaijan", "turkiye"}),
        (Limits(since="2023-09-24"), {"azerbaijan"}),
        (Limits(until="2023"), {"armenia", "azerbaijan"}),
        (Limits(until="2023", undated=True), {"armenia", "azerbaijan", "turkiye"}),
        (Limits(since="2024"), set()),
        (Limits(countries=("Turkey", "Republic of Armenia")), {"armenia", "turkiye"}),
        (Limits(outlets=("hall armenia",)), {"armenia"}),
        (Limits(sources=("azer", "tur")), {"azerbaijan", "turkiye"}),
        (Limits(sources=("azer",), since="2023", outlets=("Hall armenia",)), set()),
    ],
)
def test_limits_are_kept(speeches: Retrieval, limits: Limits, found: set[str]) -> None:
    assert _found(speeches, limits) == found


@pytest.mark.parametrize(
    "limits", [Limits(since="yesterday"), Limits(until="2023-02-30"), Limits(since="2024", until="2023")]
)
def test_impossible_limits_are_told(speeches: Retrieval, limits: Limits) -> None:
    with pytest.raises(InputError, match="day"):
        _found(speeches, limits)


def test_a_side_that_is_not_heard_is_told(speeches: Retrieval) -> None:
    text = "What did Yerevan and Tbilisi each say about the Lachin road?"
    evidence = speeches.gather(Question(text=text))
    assert [(side.party, bool(side.articles)) for side in evidence.sides] == [
        ("Yerevan", True),
        ("Tbilisi", False),
    ]
    assert evidence.reading
    assert evidence.reading.notes == ("No account by Tbilisi was found.",)


def test_scores_that_are_kept_are_those_that_would_be_made_anew(speeches: Retrieval) -> None:
    reranker = speeches.engine.reranker
    pairs = [("Who opened it?", f"Minister {n} opened the bridge.") for n in (1, 2, 1)]
    first = reranker.score_pairs(pairs).tolist()
    assert first[0] == first[2]
    assert reranker.score_pairs(pairs[1:]).tolist() == first[1:]
    reranker.forget()
    assert reranker.score_pairs(pairs).tolist() == first


def test_both_sides_have_a_place(speeches: Retrieval) -> None:
    text = "What did Yerevan and Baku each say about the Lachin road?"
    evidence = speeches.gather(Question(text=text))
    assert {hit.article.speaker for hit in evidence.hits[:2]} == {"Mirzoyan", "Bayramov"}


def test_latest_is_of_the_newest_and_says_how_new(retrieval: Retrieval) -> None:
    evidence = retrieval.gather(Question(text="What is the latest on Armenia and Azerbaijan?"))
    assert {hit.article.published.iso for hit in evidence.hits if hit.article.published} == {
        "2025-08-08"
    }
    assert evidence.reading
    assert evidence.reading.newest
    assert "The newest article here is of 8 August 2025." in evidence.reading.notes


def test_what_tells_later_of_the_time_asked_about_is_found(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number}.md").write_text(
            f"---\ntitle: Harbour {number}\npublished: 2021-05-{number + 1:02}\n---\n"
            f"Sylvania's complaint about the harbour of town {number} was heard; boats were counted.\n",
            "utf-8",
        )
    (tmp_path / "later.md").write_text(
        "---\ntitle: Looking back\npublished: 2024-09-20\n---\n"
        "In 2020 Sylvania's complaint was that the lighthouse was empty; in 2022, that it was held.\n",
        "utf-8",
    )
    settings = load_settings(library=tmp_path / "library")
    index_paths([tmp_path], settings)
    asked = Question(text="How did Sylvania's complaint of the lighthouse change between 2020 and 2022?")
    with Library.open(tmp_path / "library") as library:
        hits = Retrieval(library, settings).gather(asked).hits
    assert hits[0].article.source == "later.md"


def test_follow_up_is_found(retrieval: Retrieval) -> None:
    asked = Question(text="How many were killed by his account?", history=_BEFORE)
    evidence = retrieval.gather(asked)
    assert "Mirzoyan" in evidence.searched_for
    assert "mirzoyan" in evidence.hits[0].article.source


def test_a_new_topic_is_left_alone(retrieval: Retrieval) -> None:
    for text in ("When did Jeyhun Bayramov call Derek Hogan?", "Which team won the football cup?"):
        assert retrieval.gather(Question(text=text, history=_BEFORE)).searched_for == text


def test_literal_is_not_rewritten(retrieval: Retrieval) -> None:
    asked = Question(text="What did he say?", history=_BEFORE, literal=True)
    evidence = retrieval.gather(asked)
    assert evidence.searched_for == "What did he say?"
    assert evidence.reading
    assert evidence.reading.spellings == ()


def test_a_models_reading_competes(retrieval: Retrieval) -> None:
    asked = Question(text="How many were killed by his account?", history=_BEFORE)
    good = "How many people did Mirzoyan say were killed in the attack on Nagorno-Karabakh?"
    bad = "Who won the football cup?"
    assert retrieval.conversation.standalone(asked, written=good) == good
    assert "Mirzoyan" in retrieval.conversation.standalone(asked, written=bad)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("What did he say about energy?", True),
        ("And Vucic?", True),
        ("What did they say they would free?", True),
        ("How many did Armenia and Azerbaijan say they would free?", False),
        ("How many did Vucic promise that he would free there?", True),
        ("What was said there?", True),
        ("Who is to provide troops instead?", True),
        ("What is Iran's view of its nuclear programme?", False),
        ("When did Armenia and Azerbaijan sign the declaration?", False),
        ("What happened this week in Iran?", False),
        ("Is there an agreement between Armenia and Azerbaijan?", False),
    ],
)
def test_what_points_back(text: str, back: bool) -> None:
    assert points_back(text) is back


def test_a_name_is_exchanged() -> None:
    history = (Message(role="user", content="What did Finer tell Kurti?"),)
    meant = rewrites(Question(text="And Vucic?", history=history))
    assert "What did Finer tell Vucic?" in meant


def test_limits_on_the_command_line(library_folder: Path, memoire: Callable[..., Outcome]) -> None:
    question = "Whom did Bayramov call by telephone?"
    options = ("--library", library_folder, "--json", "--until", "2021", "--literal")
    answer = json.loads(memoire("ask", question, *options).out)
    assert answer["limits"]["until"] == "2021"
    assert all("2021" in p["published"] or "2020" in p["published"] for p in answer["passages"])
    hits = json.loads(memoire("search", question, *options, "--source", "2020").out)
    assert {hit["published"][:4] for hit in hits} == {"2020"}
    assert memoire("search", question, "--library", library_folder, "--since", "soon").code == 2


_READERS = """
import sys, threading
from pathlib import Path
from index.filters import Filters
from index.store.library import Library

def read(library):
    for _ in range(400):
        library.passages_within(Filters(countries=("Azerbaijan",)))
        library.words.lexical("border", 5)

with Library.open(Path(sys.argv[1])) as library:
    readers = [threading.Thread(target=read, args=(library,)) for _ in range(4)]
    for reader in readers: reader.start()
    for reader in readers: reader.join()
"""


def test_readers_at_once_do_not_wait_for_each_other_for_ever(library_folder: Path) -> None:
    """A query that calls back into Python needs the interpreter, and SQLite's lock meanwhile.

    In a process of its own: where it hangs, no other thread of it runs either.
    """
    command = [sys.executable, "-c", _READERS, str(library_folder)]
    subprocess.run(command, cwd=Path(__file__).parents[1], check=True, timeout=60)
