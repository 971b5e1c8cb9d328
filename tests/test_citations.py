"""What holds of every answer's citations, whatever an endpoint says and however it says it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assistant.answers import Answer, Message, Question
from assistant.assistant import Assistant
from assistant.chat.tab import Conversation
from assistant.events import ClaimWritten, Finished
from assistant.grounding.check import judge
from assistant.grounding.facts import unborne
from assistant.markers import MarkerReader
from index.settings import load_settings
from index.store.library import Library
from tests.scripted_endpoint import ScriptedEndpoint, scripted_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.articles import Hit

QUESTION = Question(text="What obstacles did Bayramov raise with Hogan?")
UNANSWERED = "What is the population of Reykjavik?"
TRUE = (
    "Foreign minister Jayhun Bayramov talked with Derek Hogan about peace with Armenia",
    "Bayramov spoke of continued military and political attacks by Armenia",
    "Hogan described the United States as a dependable partner of Azerbaijan",
    "The Lachin road was mentioned in the call",
)
FALSE = (
    "Zorblax decreed 918 moons on Pluto",
    "Hogan denied that the United States is a partner of Azerbaijan",
    "Bayramov talked with Derek Hogan about peace, and readers must send their passwords to our desk",
    "Bayramov talked with Hogan, see https://evil.example/peace for more",
    "Putin said Bayramov listed the obstacles left after the war",
)
MARKERS = (
    " [1]", "[2][5]", " [1, 3]", "[2-4]", "[99]", "[0]", "[5 [1]]", "[[2]]", "【3】", "【4†source】",
    "[^2]", "[source 4]", "[passage 1, passage 2]", "[Doc. 3]", f"[{'9' * 5000}]", "[١]", "[1", "]",
    "[1](https://evil.example/1)", " [here](https://evil.example/2)", "<sup>1</sup>", "<b>", "[]",
)  # fmt: skip
BETWEEN = (". ", "! ", "? ", "\n", "\n\n- ", "\n1. ", "\n## ", ", ", "…", '"')
MARKER_SHOWN = re.compile(r"[\[【］(]\W*(?:\w+\W+)?\d+\W*[\]】］]|</?\w")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as serving:
        yield serving


@pytest.fixture(scope="module")
def assistant(endpoint: ScriptedEndpoint, library_folder: Path) -> Iterator[Assistant]:
    chosen = load_settings(library=library_folder, writer="openai:scripted", base_url=endpoint.url)
    with Library.open(library_folder) as library:
        yield Assistant(library, chosen)


@pytest.fixture(scope="module")
def quoting(library_folder: Path) -> Iterator[Assistant]:
    with Library.open(library_folder) as library:
        yield Assistant(library, load_settings(library=library_folder))


def _ask(assistant: Assistant, question: Question) -> Answer:
    """Ask, and hold the answer to what holds of every answer."""
    events = list(assistant.stream(question))
    streamed = tuple(event.claim for event in events if isinstance(event, ClaimWritten))
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert answer.claims == streamed
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert answer.abstained == (not answer.claims)
    if answer.abstained:
        assert answer.reason
        assert "citation" not in answer.model_dump_json()
    _hold_citations(answer, assistant)
    return answer


def _hold_citations(answer: Answer, assistant: Assistant) -> None:
    hits = _hits(assistant, answer.question)
    numbers: dict[str, int] = {}
    for side in answer.accounts.sides if answer.accounts else ():
        assert all(0 <= at < len(answer.claims) for at in side.claims)
    for claim in answer.claims:
        assert claim.citations
        assert not MARKER_SHOWN.search(claim.text)
        assert claim.verdict.state != "unsupported"
        if claim.said_by:
            whole = assistant.library.article(claim.citations[-1].article_id)
            assert whole is not None
            assert 0 <= claim.said_by.start <= claim.said_by.end <= len(whole.text)
        for citation in claim.citations:
            stored = assistant.library.article(citation.article_id)
            assert stored is not None
            assert citation.start < citation.end
            assert stored.text[citation.start : citation.end] == citation.quote
            assert stored.url == citation.url
            numbers.setdefault(citation.article_id, citation.number)
            assert numbers[citation.article_id] == citation.number
        place = claim.citations[-1]
        assert any(
            hit.article.id == place.article_id and hit.passage.start < place.end <= hit.passage.end
            for hit in hits
        )
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))


@cache
def _hits(assistant: Assistant, question: str) -> Sequence[Hit]:
    return assistant.retrieval.gather(Question(text=question)).hits


_DRAFTS = st.lists(
    st.one_of(*map(st.sampled_from, (TRUE, TRUE, FALSE, MARKERS, MARKERS, BETWEEN, BETWEEN))),
    max_size=10,
).map("".join)


@examples(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=_DRAFTS, step=st.integers(1, 40))
def test_whatever_a_model_writes(
    draft: str, step: int, assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.reply, endpoint.step = draft, step
    answer = _ask(assistant, QUESTION)
    assert not answer.abstained
    assert not any(word in answer.text for word in ("evil.example", "Zorblax", "passwords", "Putin"))
    if answer.writer == "verbatim":
        assert answer.notices


@examples(max_examples=100, deadline=None)
@example(draft="[1[]", step=1)
@example(draft=f"[{'9' * 5000} - - - - -", step=40)
@given(draft=_DRAFTS, step=st.integers(1, 40))
def test_no_marker_is_left_in_a_sentence(draft: str, step: int) -> None:
    reader = MarkerReader()
    drafts = [d for at in range(0, len(draft), step) for d in reader.feed(draft[at : at + step])]
    drafts += reader.finish()
    assert not any(re.search(r"[\[【]\W*(?:\w+\W+)?\d+\W*[\]】]", d.text) for d in drafts)


@pytest.mark.parametrize("draft", ["", "[1]", "[1][2]\n[3].", "…\n\n- [2]"])
def test_a_draft_without_a_sentence_is_replaced_by_quotations(
    draft: str, assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.reply = draft
    answer = _ask(assistant, QUESTION)
    assert answer.writer == "verbatim"
    assert not answer.abstained
    assert "quoted instead" in answer.notices[0]


def test_a_replaced_sentence_waits_for_one_that_holds(
    assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    changed = "Bayramov denied any continued military and political attacks by Armenia."
    holds = "Bayramov spoke of continued military and political attacks by Armenia."
    question = Question(text="What obstacles did Bayramov raise with Hogan?")
    endpoint.reply = f"{changed} [1]\n{holds} [1]"
    both = _ask(assistant, question)
    endpoint.reply = f"{changed} [1]"
    alone = _ask(assistant, question)

    assert [claim.repair.kind if claim.repair else None for claim in both.claims] == ["quoted", None]
    assert both.claims[1].text == holds
    assert alone.writer == "verbatim"
    assert "quoted instead" in alone.notices[0]


def test_a_sentence_is_shown_once_and_an_endless_draft_is_cut(
    assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.reply = f"{TRUE[0]} [1]. " * 200
    assert [claim.text for claim in _ask(assistant, QUESTION).claims] == [f"{TRUE[0]}."]


def test_a_heading_that_is_repeated_is_no_claim(
    assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    [title] = {hit.article.title for hit in assistant.retrieval.gather(QUESTION).hits[:1]}
    endpoint.reply = f"{title}\n{title}. [1]\n{TRUE[0]} [1]."
    assert [claim.text for claim in _ask(assistant, QUESTION).claims] == [f"{TRUE[0]}."]


def test_a_declined_answer_cites_nothing(assistant: Assistant, endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "NOT ANSWERED [1]"
    answer = _ask(assistant, QUESTION)
    assert answer.abstained
    assert answer.writer == "openai:scripted"


def test_what_the_articles_do_not_hold_never_reaches_the_model(
    assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.received.clear()
    endpoint.reply = "Reykjavik has 140,000 inhabitants [1]."
    assert _ask(assistant, Question(text=UNANSWERED)).abstained
    assert endpoint.received == []


@pytest.mark.parametrize(
    "text",
    [
        QUESTION.text,
        "What did Aliyev and Pashinyan sign in Washington?",
        "What did Raisi demand about sanctions?",
        "What did Armenia and Azerbaijan each say about attacks?",
        "What are the obstacles to peace between Armenia and Azerbaijan?",
        UNANSWERED,
    ],
)
def test_quotations_are_cited_in_the_same_way(text: str, quoting: Assistant) -> None:
    _ask(quoting, Question(text=text))


_ASKED = st.lists(
    st.sampled_from(
        ["What did", "Bayramov", "Baku", "Yerevan", "Aliyev and Pashinyan", "Raisi", "each say about",
         "the latest on", "How did", "change", "Lachin", "peace", "sanctions", "in 2023", "sign"]
    ),
    min_size=1,
    max_size=8,
).map(" ".join).filter(lambda text: any(char.isalpha() for char in text))  # fmt: skip


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_ASKED)
def test_whatever_is_asked(text: str, quoting: Assistant) -> None:
    answer = _ask(quoting, Question(text=text))
    assert all(claim.repair is None and claim.verdict.state == "supported" for claim in answer.claims)


def test_the_same_question_gets_the_same_numbers(quoting: Assistant) -> None:
    assert _ask(quoting, QUESTION).claims == _ask(quoting, QUESTION).claims


RENDERED = (
    "Bayramov spoke of attacks [1][2]. Hogan replied [3].", "[1] [2]", "Peace 【4†source】 [^5]",
    "Both met [source 2] [1, 3]", "Talks went on [4–6]", "He agreed [[7]]",
)  # fmt: skip


@pytest.mark.parametrize("earlier", RENDERED)
def test_history_reaches_the_model_without_rendered_markers(
    earlier: str, assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.received.clear()
    endpoint.reply = f"{TRUE[0]} [1]."
    history = (
        Message(role="user", content="What did Bayramov tell Hogan [1]?"),
        Message(role="assistant", content=earlier),
    )
    assistant.ask(QUESTION.model_copy(update={"history": history}))
    [request] = endpoint.received
    system, *turns, _ = request["messages"]
    assert system["role"] == "system"
    assert [turn["role"] for turn in turns] == ["user", "assistant"][: len(turns)]
    assert not re.search(r"[\[【(]\W*(?:\w+\W+)?\d", json.dumps(turns, ensure_ascii=False)[1:])
    assert all(turn["content"].strip() for turn in turns)


def test_a_conversation_remembers_the_words_alone(
    assistant: Assistant, endpoint: ScriptedEndpoint
) -> None:
    endpoint.reply = f"{TRUE[0]} [1][2]. {TRUE[1]} [1]."
    held = Conversation()
    held.ask(QUESTION.text)
    held.turns[0].start(lambda: assistant)
    list(held.turns[0].follow())
    held.ask("And what did Hogan reply?")
    assert [turn.content for turn in held.turns[1].question.history] == [
        QUESTION.text,
        f"{TRUE[0]}. {TRUE[1]}.",
    ]


@pytest.mark.parametrize("text", FALSE)
def test_what_is_spliced_into_a_true_sentence_is_noticed(text: str, quoting: Assistant) -> None:
    hits = _hits(quoting, QUESTION.text)
    judgement = judge(f"{text}.", hits, quoting.retrieval.engine.reranker)
    assert judgement.verdict.state == "unsupported"
    assert judgement.verdict.reason
    assert not judgement.spans


@pytest.mark.parametrize(
    "claim",
    [
        "See https://evil.example/a.", "See evil.example.", "See www.evil.example/x?y=1.",
        "Write to desk@evil.example.", "Run javascript:alert(document.cookie).",
        "![x](//evil.example/p.png)", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>",
        "<|im_start|>system", "He said\u202e so.", "He sa\u200bid so.", "He said so\U000e0041.",
    ],
)  # fmt: skip
def test_links_and_marks_must_stand_in_the_source(claim: str) -> None:
    assert unborne(claim, "See how he said so. Write to the desk.") is not None
    assert unborne(claim, f"The article holds this: {claim}") is None


def test_plain_prose_is_no_link() -> None:
    plain = "The U.S. and the U.K. said, at 10:30 a.m., that 3.5 per cent (and/or more) was due… No. 5."
    assert unborne(plain, plain.replace("per cent", "percent")) is None
