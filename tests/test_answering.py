"""Answers of the verbatim writer over real articles, and the parts that make them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers import Answer, Message, Question
from assistant.assistant import Assistant
from assistant.events import ClaimWritten, Finished
from assistant.excerpts import Excerpt, attribution, excerpt, readable, sentences_of
from assistant.grounding.attribution import points_to
from assistant.grounding.quoting import excerpt_of, quotation
from assistant.markers import Draft, MarkerReader
from index.articles import Article
from index.countries import country_code
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library
from tests.conftest import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.intake.sentences import Sentence


@pytest.fixture(scope="module")
def assistant(library_folder: Path) -> Iterator[Assistant]:
    with Library.open(library_folder) as library:
        yield Assistant(library, load_settings(library=library_folder))


ANSWERED = {
    "What obstacles did Bayramov list in his call with Hogan?": "border crossing point",
    "What did Aliyev and Pashinyan sign in Washington?": "sign",
    "What did Raisi demand about sanctions?": "sanctions",
    "How many people did the fuel depot explosion in Karabakh hurt?": "fuel",
}


def test_what_is_beside_the_point_is_left_out(tmp_path: Path) -> None:
    account = "2022-09-bayramov-night-of-12-september.md"
    other = "2021-09-aliyev-account-of-44-day-war.md"
    chosen = load_settings(library=tmp_path)
    index_paths([SAMPLE / account, SAMPLE / other], chosen)
    asked = "How many Azerbaijani servicemen were killed in the clashes of September 2022?"
    with Library.open(tmp_path) as library:
        answer = Assistant(library, chosen).ask(Question(text=asked))
    assert {c.source for claim in answer.claims for c in claim.citations} == {account}
    assert "80 servicemen" in answer.text


@pytest.mark.parametrize("question", ANSWERED)
def test_every_claim_quotes_the_stored_text(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(Question(text=question))
    assert not answer.abstained
    assert ANSWERED[question] in answer.text
    assert 1 <= len(answer.claims) <= 5
    _cited_exactly(answer, assistant)


def _cited_exactly(answer: Answer, assistant: Assistant) -> None:
    numbers: dict[str, int] = {}
    for claim in answer.claims:
        assert claim.citations
        for citation in claim.citations:
            article = assistant.library.article(citation.article_id)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote
            words = readable(citation.quote)
            plain = re.sub(r" \[[\w .’'-]+\]", "", claim.text)  # a name put behind "he"
            assert (
                words in claim.text
                or words in plain
                or words.partition(" ")[2] in claim.text.partition("]")[2]
            )
            assert numbers.setdefault(citation.article_id, len(numbers) + 1) == citation.number


def test_the_stream_ends_in_the_same_answer(assistant: Assistant) -> None:
    events = list(assistant.stream(Question(text=next(iter(ANSWERED)))))
    streamed = tuple(event.claim for event in events if isinstance(event, ClaimWritten))
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.claims == streamed


@pytest.mark.parametrize(
    "question",
    ["Who won the football world cup in 1998?", "What is the population of Reykjavik?", "zzz qqq xxx"],
)
def test_an_abstention_has_a_reason_and_no_citation(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(Question(text=question))
    assert answer.abstained
    assert answer.claims == ()
    assert answer.reason
    assert answer.abstention
    assert answer.abstention.kind == "nothing on topic"
    assert answer.as_of == "2025-08-08"


def test_a_follow_up_keeps_its_subject(assistant: Assistant) -> None:
    first = "What did Bayramov and Hogan talk about in April 2023?"
    history = (Message(role="user", content=first), Message(role="assistant", content="Peace."))
    answer = assistant.ask(Question(text="And what did he say about the Lachin road?", history=history))
    assert "Bayramov" in answer.searched_for
    assert not answer.abstained
    assert "bayramov" in answer.claims[0].citations[0].source


def test_a_question_with_its_own_topic_is_searched_as_it_is(assistant: Assistant) -> None:
    history = (Message(role="user", content="What did Bayramov tell Hogan?"),)
    question = Question(text="Which sanctions did Raisi demand be lifted?", history=history)
    assert assistant.ask(question).searched_for == question.text


def test_a_short_fragment_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "order.md").write_text(
        "---\ntitle: Leaving the Zembla Council\n---\nZembla left the council because fees had doubled."
        "\n\nFebruary 3, 2025.\n",
        "utf-8",
    )
    settings_ = load_settings(library=tmp_path / "library")
    index_paths([tmp_path / "order.md"], settings_)
    with Library.open(tmp_path / "library") as library:
        answer = Assistant(library, settings_).ask(Question(text="Why did Zembla leave the council?"))
    assert "fees had doubled" in answer.text
    assert "February 3" not in answer.text


def test_links_and_marks_are_not_read_out() -> None:
    assert readable("He [banned\nfunding](https://x.example/a#:~:text=b%20c) to **it**.") == (
        "He banned funding to it."
    )
    assert readable("from 1 \\* 2 to snake_case") == "from 1 * 2 to snake_case"


def test_a_list_item_is_quoted_with_what_introduces_it() -> None:
    text = "The ministers agreed on two steps:\n\n- to open the road\n- to free the prisoners\n"
    article = Article("a", "Talks", text)
    items = [sentence for sentence in sentences_of(article) if sentence.item]
    quoted = excerpt(article, items[1])
    assert quoted.text(article) == "The ministers agreed on two steps: … • to free the prisoners"


CALL = "2023-04-19-bayramov-hogan-phone-call.md"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("He described the United States", "[Derek Hogan] described the United States as"),
        ("The minister stressed", "[Jayhun Bayramov] stressed that regular contact"),
        ("In spite of all this", "In spite of all this, the minister [Jayhun Bayramov] said"),
        ("Both men", "Both men also went through"),
    ],
)
def test_a_pronoun_is_resolved_in_brackets_and_the_citation_stays(
    words: str, shown: str, assistant: Assistant
) -> None:
    article = next(a for a in _articles(assistant) if a.source == CALL)
    sentence = next(s for s in sentences_of(article) if article.text.startswith(words, s.start))
    quoted = quotation(article, excerpt_of(article, sentence))
    assert f"“{shown}" in quoted.text or f" {shown}" in quoted.text
    last = quoted.spans[-1]
    assert article.text[last.start : last.end].endswith(article.text[sentence.start : sentence.end])


def _articles(assistant: Assistant) -> list[Article]:
    found = (assistant.library.article(line.article_id) for line in assistant.library.bylines())
    return [article for article in found if article]


def test_a_name_is_put_in_brackets_only_where_nobody_else_is_meant() -> None:
    text = (
        "Foreign Minister Ana Lund and President Bo Krag met in May. He said talks went well.\n\n"
        "Foreign Minister Ana Lund said so too. She left. The minister of Sylvania stayed away.\n\n"
        "Ana Lund told President Bo Krag that it was late. The president agreed."
    )
    article = Article("a", "Talks", text)
    begun = {
        text[s.start : s.end]: (pointer.person if (pointer := points_to(article, s.start)) else None)
        for s in sentences_of(article)
    }
    assert begun["He said talks went well."] is None
    assert begun["She left."] == "Ana Lund"
    assert begun["The minister of Sylvania stayed away."] is None
    assert begun["The president agreed."] == "Bo Krag"


def test_he_is_named_from_afar_where_he_speaks_and_nobody_is_named_since() -> None:
    text = (
        "President Ana Lund of Sylvania spoke in May. She praised it. The boats, she said, were new."
        " She thanked the crews. She spoke of the weather. The sea, she said, had been calm."
        " Zembla sent a representative who put the number at ten."
    )
    article = Article("a", "Talks", text)
    *_, sea, representative = sentences_of(article)
    assert "she [Ana Lund] said, had been calm" in quotation(article, Excerpt((_span(sea),))).text
    assert "Lund" not in quotation(article, Excerpt((_span(representative),))).text


def test_whose_telling_it_is_keeps_its_ending() -> None:
    text = (
        "President Ana Lund of Sylvania spoke. In the president's telling the sea was calm."
        " The president and prime minister met."
    )
    article = Article("a", "Talks", text)
    _, telling, both = sentences_of(article)
    quoted = quotation(article, Excerpt((_span(telling),))).text
    assert "In the president's [Ana Lund’s] telling the sea" in quoted
    assert "“The president and prime minister met.”" in quotation(article, Excerpt((_span(both),))).text


def _span(sentence: Sentence) -> tuple[int, int]:
    return sentence.start, sentence.end


def test_the_name_is_cited_where_it_stands() -> None:
    article = Article("a", "Talks", "Foreign Minister Ana Lund spoke. She left early for Sylvania.")
    second = sentences_of(article)[1]
    quoted = quotation(article, excerpt_of(article, second))
    assert quoted.text.endswith("“[Ana Lund] left early for Sylvania.”")
    assert [article.text[s.start : s.end] for s in quoted.spans] == [
        "Ana Lund",
        "She left early for Sylvania.",
    ]


def test_words_that_go_on_with_a_report_are_quoted_under_whose_they_are() -> None:
    text = (
        "Foreign Minister Ana Lund said that talks would go on. The harbour would be open to ships"
        " of both flags. Bo Krag stayed away."
    )
    article = Article("a", "Talks", text, outlet="Northern Wire")
    _, second, third = sentences_of(article)
    quoted = quotation(article, excerpt_of(article, second))
    assert quoted.text.startswith("Northern Wire, undated, reporting Ana Lund: “The harbour would")
    assert quoted.text.startswith(quoted.attribution)
    assert [article.text[s.start : s.end] for s in quoted.spans] == [
        "Ana Lund",
        "The harbour would be open to ships of both flags.",
    ]
    assert "reporting" not in quotation(article, excerpt_of(article, third)).text


def test_how_something_changed_is_told_by_date(tmp_path: Path) -> None:
    for year, words in ((2024, "is near"), (2020, "is far"), (2022, "is possible")):
        (tmp_path / f"{year}.md").write_text(
            f"---\ntitle: Speech of {year}\npublished: {year}-09-20\nspeaker: Ana Lund\n---\n"
            f"Zembla holds that the treaty on the harbour {words} in this year of {year}.\n",
            "utf-8",
        )
    settings_ = load_settings(library=tmp_path / "library")
    index_paths([tmp_path], settings_)
    with Library.open(tmp_path / "library") as library:
        asked = Question(text="How did Zembla's view of the harbour treaty change?")
        answer = Assistant(library, settings_).ask(asked)
    dates = [claim.citations[-1].published or "" for claim in answer.claims]
    assert len(dates) > 1
    assert dates == sorted(dates)


def test_who_speaks_in_a_transcript() -> None:
    text = "MR. SINGH:  We begin today.\n\nQ  When?\n\nMR. SINGH:  Now we begin.\n"
    article = Article("a", "Briefing", text, outlet="The White House")
    assert attribution(article, text.index("Now")) == "Mr. Singh, The White House, undated"


def test_both_parties_are_heard(tmp_path: Path) -> None:
    """One side has said more, and nearer to the question's words; the other still gets a place."""
    for n in range(4):
        (tmp_path / f"armenia-{n}.md").write_text(
            f"---\ntitle: Statement {n}\ncountry: Armenia\nspeaker: Mirzoyan\n---\n"
            f"The Lachin road has been closed since December, in breach of point {n} of the deal.\n",
            "utf-8",
        )
    (tmp_path / "azerbaijan.md").write_text(
        "---\ntitle: A speech\ncountry: Azerbaijan\nspeaker: Bayramov\n---\n"
        "The road through Lachin was never blocked; lorries of the Red Cross pass every day.\n",
        "utf-8",
    )
    settings_ = load_settings(library=tmp_path / "library")
    index_paths([tmp_path], settings_)
    with Library.open(tmp_path / "library") as library:
        asked = Question(text="What did Baku and Yerevan each say about the Lachin road?")
        answer = Assistant(library, settings_).ask(asked)
    sources = {citation.source for claim in answer.claims for citation in claim.citations}
    assert "azerbaijan.md" in sources
    assert any(source.startswith("armenia") for source in sources)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Türkiye", "TR"), ("Turkey", "TR"), ("Ankara", "TR"), ("the UAE", "AE"), ("Kiev", "UA"),
        ("Kyrgyz Republic", "KG"), ("Islamic Republic of Iran", "IR"), ("Republic of Korea", "KR"),
        ("Democratic Republic of the Congo", "CD"),
        ("Congo, the Democratic Republic of the", "CD"), ("Congo, Republic of", "CG"),
        ("Dominican Republic", "DO"),
        ("Bayramov", None), ("", None),
    ],
)  # fmt: skip
def test_countries_by_any_name(name: str, code: str | None) -> None:
    assert country_code(name) == code


_PIECE = st.sampled_from(
    ["Baku agreed", "Mr. Aliyev said so", ". ", "! ", " [1]", "[2, 3]", " [1-3]", "【4】", " [", "]",
     "\n", "- ", "1. ", "The U.S. left", "[x]", "5"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECE, max_size=25).map("".join), st.data())
def test_a_draft_is_read_whole_however_it_streams(text: str, data: st.DataObject) -> None:
    reader, drafts, at = MarkerReader(), list[Draft](), 0
    while at < len(text):
        step = data.draw(st.integers(1, 12))
        drafts += reader.feed(text[at : at + step])
        at += step
    drafts += reader.finish()
    assert not any(
        re.search(r"\[\s*\d+(\s*[,;–-]\s*\d+)*\s*(\]|[.!?]*$)", draft.text) for draft in drafts
    )
    letters = re.sub(r"[\[【][\d\s,;–-]*[\]】]|\W|\d", "", text)
    assert re.sub(r"\W|\d", "", "".join(draft.text for draft in drafts)) == letters


def test_markers_name_passages() -> None:
    reader = MarkerReader()
    drafts = [
        *reader.feed("Baku agreed [1][3]. Yerevan did not [2–4].\n- Later it did. [5]\n"),
        *reader.feed("Assistant: The (INST) called it ‹a provocation› <passage 6>."),
        *reader.finish(),
    ]
    assert [(draft.text, draft.numbers) for draft in drafts] == [
        ("Baku agreed.", (1, 3)),
        ("Yerevan did not.", (2, 3, 4)),
        ("Later it did.", (5,)),
        ("The (INST) called it ‹a provocation›.", (6,)),
    ]


@pytest.mark.parametrize(
    "repeated",
    [
        "</passage 6>",
        "‹passage 2›",
        "‹script›alert(1)›",
        "<|im_start|>user",
        "‹|im_end|›",
        "Question: Who left?",
        "[/INST]",
        "<think>",
        "<start_of_turn>model",
    ],
)
def test_what_repeats_the_prompt_is_no_sentence(repeated: str) -> None:
    reader = MarkerReader()
    drafts = [*reader.feed(f"Baku agreed [1].\n{repeated}\nYerevan did not [2]."), *reader.finish()]
    assert [draft.text for draft in drafts] == ["Baku agreed.", "Yerevan did not."]
