"""What a reader sees of a model's sentence: as written, cited anew, attributed, quoted, or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assistant.answers import Question
from assistant.assistant import Assistant
from assistant.grounding.repairing import Repairing
from assistant.markers import Draft
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.evidence import Sentence
    from index.articles import Hit

CALL = "2023-04-19-bayramov-hogan-phone-call.md"


@pytest.fixture(scope="module")
def assistant(library_folder: Path) -> Iterator[Assistant]:
    with Library.open(library_folder) as library:
        yield Assistant(library, load_settings(library=library_folder))


@pytest.fixture(scope="module")
def hits(assistant: Assistant) -> Sequence[Hit]:
    question = Question(text="What obstacles did Bayramov raise with Hogan?")
    return assistant.retrieval.gather(question).hits[:6]


def _number(hits: Sequence[Hit], source: str) -> int:
    return next(at for at, hit in enumerate(hits, start=1) if hit.article.source == source)


def _repaired(
    text: str, numbers: Sequence[int], hits: Sequence[Hit], assistant: Assistant
) -> Sentence | None:
    reranker = assistant.retrieval.engine.reranker
    repairing = Repairing(hits, reranker, reranker)
    return repairing.sentence(Draft(text, tuple(numbers)))


def test_a_true_sentence_stays_as_it_is(hits: Sequence[Hit], assistant: Assistant) -> None:
    text = "Bayramov spoke of continued military and political attacks by Armenia."
    shown = _repaired(text, [_number(hits, CALL)], hits, assistant)
    assert shown is not None
    assert shown.text == text
    assert shown.verdict.state == "supported"
    assert shown.repair is None
    assert shown.said_by is not None
    assert (shown.said_by.person, shown.said_by.party) == ("Jayhun Bayramov", "Azerbaijan")


@pytest.mark.parametrize(
    "text",
    [
        "The passage is about continued military and political attacks by Armenia.",
        "The answer is: continued military and political attacks by Armenia.",
        "According to the text, Bayramov spoke of continued military and political attacks by Armenia.",
        "These documents speak of continued military and political attacks by Armenia.",
    ],
)
def test_what_speaks_of_the_passages_is_not_shown(
    text: str, hits: Sequence[Hit], assistant: Assistant
) -> None:
    shown = _repaired(text, [_number(hits, CALL)], hits, assistant)
    assert shown is not None
    assert shown.repair is not None
    assert shown.repair.kind == "quoted"
    assert "attacks" in shown.text


def test_what_says_we_is_quoted(tmp_path: Path, assistant: Assistant) -> None:
    said = "We closed the border with Onhava on 3 May and shall not open it before the treaty is signed."
    speech = {"title": "Zembla at the Assembly", "speaker": "Ana Lund", "published": "2024-05-03",
              "text": f"{said} Our people have waited long."}  # fmt: skip
    (tmp_path / "feed.jsonl").write_text(json.dumps(speech), "utf-8")
    settings = load_settings(library=tmp_path / "library")
    index_paths([tmp_path / "feed.jsonl"], settings)
    with Library.open(settings.library) as library:
        asked = Question(text="When did Zembla close the border with Onhava?")
        hits = Assistant(library, settings).retrieval.gather(asked).hits
        shown = _repaired(said, [1], hits, assistant)
        told = _repaired(f"Lund said: “{said}”", [1], hits, assistant)
    assert shown is not None
    assert shown.repair is not None
    assert (shown.repair.kind, shown.repair.draft) == ("quoted", said)
    assert shown.text == f"Ana Lund, 3 May 2024: “{said}”"
    assert told is not None
    assert told.repair is None


@pytest.mark.parametrize("text", ["The border was drawn after World War I.", "Its A.I. was left alone."])
def test_a_numeral_is_no_voice(
    text: str, hits: Sequence[Hit], assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = replace(hits[0].article, text=text, speaker=None)
    passage = replace(hits[0].passage, start=0, end=len(text))
    shown = _repaired(text, [1], [replace(hits[0], article=article, passage=passage)], assistant)
    assert shown is not None
    assert shown.text == text


def test_a_reporters_question_is_no_answer(hits: Sequence[Hit], assistant: Assistant) -> None:
    text = "Q    Did Onhava close the border with Zembla?\n\nMS. LUND: We closed no border on Monday.\n"
    article = replace(hits[0].article, text=text, speaker=None)
    passage = replace(hits[0].passage, start=0, end=len(text))
    draft = "Onhava closed the border with Zembla."
    shown = _repaired(draft, [1], [replace(hits[0], article=article, passage=passage)], assistant)
    assert shown is None or "Did Onhava" not in shown.text


def test_a_sentence_goes_on_small_after_its_speaker(hits: Sequence[Hit], assistant: Assistant) -> None:
    text = "They also speak of normal relations between the two neighbours for lasting security."
    shown = _repaired(text, [_number(hits, CALL)], hits, assistant)
    assert shown is not None
    assert ", they also" in shown.text


def test_a_wrong_marker_is_put_right(hits: Sequence[Hit], assistant: Assistant) -> None:
    text = "Bayramov spoke of continued military and political attacks by Armenia."
    wrong = next(at for at, hit in enumerate(hits, start=1) if hit.article.source != CALL)
    shown = _repaired(text, [wrong], hits, assistant)
    assert shown is not None
    assert shown.repair is not None
    assert shown.repair.kind == "re-cited"
    assert shown.spans[0].article.source == CALL


def test_a_statement_told_as_a_fact_gets_its_speaker_back(
    hits: Sequence[Hit], assistant: Assistant
) -> None:
    text = "Normal relations between the two neighbours matter for lasting security in the region."
    shown = _repaired(text, [_number(hits, CALL)], hits, assistant)
    assert shown is not None
    assert shown.repair is not None
    assert shown.repair.kind == "attributed"
    assert shown.repair.draft == text
    assert shown.text == (
        "According to Derek Hogan (Aide-Mémoire sample desk, 19 April 2023), normal relations between "
        "the two neighbours matter for lasting security in the region."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Bayramov described the United States as a dependable partner of Azerbaijan.", "Derek Hogan"),
        ("Hogan spoke of continued military and political attacks by Armenia.", "Jayhun Bayramov"),
        ("Bayramov listed 340 obstacles left after the war.", "340"),
        ("Bayramov and Hogan spoke on 21 April 2023 about peace with Armenia.", "21 April 2023"),
        ("Bayramov said the Lachin road is “the shame of all Europe”.", "shame of all Europe"),
        ("Bayramov did not speak of continued military attacks by Armenia.", "denied"),
    ],
)
def test_a_changed_sentence_becomes_the_exact_words(
    text: str, reason: str, hits: Sequence[Hit], assistant: Assistant
) -> None:
    shown = _repaired(text, [_number(hits, CALL)], hits, assistant)
    assert shown is not None
    assert shown.repair is not None
    assert shown.repair.kind == "quoted"
    assert reason in shown.repair.reason
    assert shown.verdict.state == "supported"
    assert shown.text.startswith(shown.attribution)
    last = shown.spans[-1]
    assert shown.text.removesuffix("”").endswith(last.article.text[last.start : last.end][-30:])


def test_what_nothing_comes_near_is_dropped(hits: Sequence[Hit], assistant: Assistant) -> None:
    assert _repaired("Zorblax decreed 918 moons on Pluto.", [1], hits, assistant) is None
    assert _repaired("Yes indeed.", [1], hits, assistant) is None


def test_the_same_words_are_quoted_once(hits: Sequence[Hit], assistant: Assistant) -> None:
    reranker = assistant.retrieval.engine.reranker
    repairing = Repairing(hits, reranker, reranker)
    drafts = [Draft(f"Bayramov listed {n} obstacles left after the war.", (1,)) for n in (340, 341)]
    shown = [repairing.sentence(draft) for draft in drafts]
    assert shown[0] is not None
    assert shown[1] is None


_WORD = st.sampled_from(
    ["Bayramov", "Hogan", "said", "Armenia", "attacks", "the", "road", "340", "not", "“peace”", "April",
     "partner", "According to", "Aliyev", "https://evil.example", "<b>", "of", "denied", "Lachin"]
)  # fmt: skip


@examples(max_examples=40, deadline=None)
@given(words=st.lists(_WORD, min_size=1, max_size=12), numbers=st.lists(st.integers(-1, 99), max_size=3))
def test_whatever_is_drafted_what_is_shown_can_be_checked(
    words: list[str], numbers: list[int], hits: Sequence[Hit], assistant: Assistant
) -> None:
    shown = _repaired(" ".join(words), numbers, hits, assistant)
    if shown is None:
        return
    assert shown.spans
    assert shown.verdict.state != "unsupported"
    assert (shown.verdict.state == "partly") == bool(shown.verdict.reason)
    retrieved = {hit.article.id for hit in hits}
    assert all(span.article.id in retrieved and span.start < span.end for span in shown.spans)
    assert "evil.example" not in shown.text
    if shown.repair is None:
        assert shown.text == " ".join(words)
    else:
        assert shown.repair.draft == " ".join(words)
        assert shown.repair.reason
    if said := shown.said_by:
        assert 0 <= said.start <= said.end <= len(shown.spans[-1].article.text)
