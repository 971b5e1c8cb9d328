"""Who says so, read from real articles and made-up ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assistant.excerpts import sentences_of
from assistant.grounding.attribution import said_by, same_speaker, speakers_in
from assistant.grounding.speech import names_speaker, party_of, reports
from index.articles import Article
from index.intake.files import read_file
from tests.conftest import SAMPLE

if TYPE_CHECKING:
    from assistant.answers import SaidBy


def _article(name: str) -> Article:
    [article] = read_file(SAMPLE / name, 10**6)
    assert isinstance(article, Article)
    return article


def _said(article: Article, words: str) -> SaidBy | None:
    start = article.text.index(words)
    return said_by(article, start, start + len(words))


def test_he_said_aside_is_not_whom_the_sentence_is_about() -> None:
    text = "President Joe Biden spoke in Kyiv. President Putin, he said, had chosen this war."
    said = _said(Article("a", "Visit", text), "had chosen this war")
    assert said is not None
    assert said.person == "Joe Biden"


def _verb(article: Article, words: str) -> str:
    said = _said(article, words)
    assert said is not None
    return said.verb


LACHIN = "2023-09-lachin-road-two-accounts.md"
CALL = "2023-04-19-bayramov-hogan-phone-call.md"
STRIKES = "2025-06-25-us-strikes-on-iranian-nuclear-sites.md"
ISLANDS = "2024-09-uae-islands-and-iran-reply.md"
KYRGYZ = "2022-09-20-kyrgyz-president-accuses-tajikistan.md"
KNOWN = (
    (LACHIN, "called the road a lifeline", ("Ararat Mirzoian", "foreign minister", "Armenia")),
    (LACHIN, "made things worse, he said", ("Ararat Mirzoian", "foreign minister", "Armenia")),
    (LACHIN, "Talk of a blockade was part", ("Jeyhun Bayramov", "foreign minister", "Azerbaijan")),
    (LACHIN, "raised the obstructed access", (None, None, "United States")),
    (CALL, "He spoke of continued military", ("Jayhun Bayramov", "foreign minister", "Azerbaijan")),
    (CALL, "He described the United States", ("Derek Hogan", None, None)),
    (CALL, "The minister stressed", ("Jayhun Bayramov", "foreign minister", "Azerbaijan")),
    (STRIKES, "no civilian targets", ("JD Vance", "vice president", None)),
    (STRIKES, "He asked why Iran", ("Marco Rubio", "secretary of state", "United States")),
    (ISLANDS, "He stated in general terms", ("Masoud Pezeshkian", "president", "Iran")),
    (KYRGYZ, "the president said", ("Sadyr Zhaparov", "president", "Kyrgyzstan")),
)


@pytest.mark.parametrize(("name", "words", "who"), KNOWN)
def test_who_says_so_in_a_real_article(
    name: str, words: str, who: tuple[str | None, str | None, str | None]
) -> None:
    said = _said(_article(name), words)
    assert said is not None
    assert (said.person, said.office, said.party) == who


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (CALL, "The two governments have had relations"),
        (KYRGYZ, "His legal case rested"),
        (STRIKES, "How great the damage was"),
    ],
)
def test_an_articles_own_report_is_nobodys_statement(name: str, words: str) -> None:
    assert _said(_article(name), words) is None


def test_the_verb_is_kept() -> None:
    assert _verb(_article(ISLANDS), "denied that his country") == "denied"
    text = "Baku accused Yerevan of shelling. Yerevan rejected this."
    article = Article("a", "Shelling", text)
    assert [_verb(article, words) for words in ("accused", "rejected")] == [
        "accused",
        "denied",
    ]


def test_two_who_speak_together_are_not_one() -> None:
    article = Article("a", "Call", "Putin and Macron stressed the need for talks.")
    assert _said(article, "the need for talks") is None


def test_an_office_that_nobody_is_named_for_points_to_no_one_else() -> None:
    text = "Foreign Minister Ana Lund said it was late. The president spoke next: “No,” he said."
    assert _said(Article("a", "Night", text), "“No,” he said") is None


def test_a_speech_and_a_signed_statement_are_their_speakers() -> None:
    speech = Article("a", "Speech", "The road was open.", speaker="Ana Lund, President of Georgia")
    found = _said(speech, "The road")
    assert found is not None
    assert (found.person, found.office, found.party) == ("Ana Lund", "President of Georgia", "Georgia")
    assert found.start == found.end
    signed = Article("a", "Statement from President Joe Biden on Talks", "We welcome the talks.")
    by = _said(signed, "We welcome")
    assert by is not None
    assert by.person == "Joe Biden"


def test_a_sentence_names_its_speakers() -> None:
    named = [
        (said.person, said.party)
        for text in (
            "“No,” said Lavrov.", "Baku denied this.", "According to Hakan Fidan, talks go on.",
            "Armenian Prime Minister Nikol Pashinyan told the UN that peace is near.", "He said so.",
        )
        for said in speakers_in(text)
    ]  # fmt: skip
    assert named == [
        ("Lavrov", "Russia"),
        (None, "Azerbaijan"),
        ("Hakan Fidan", "Türkiye"),
        ("Nikol Pashinyan", "Armenia"),
    ]


def test_one_speaker_by_any_spelling() -> None:
    bairamov, bayramov, lavrov, baku = (
        speakers_in(f"{name} said so.")[0] for name in ("Bairamov", "Jeyhun Bayramov", "Lavrov", "Baku")
    )
    assert same_speaker(bairamov, bayramov)
    assert not same_speaker(bayramov, lavrov)
    assert same_speaker(baku, bayramov)
    assert names_speaker("The Azerbaijani side was content.", bayramov)
    assert not names_speaker("The Armenian side was content.", bayramov)
    assert reports("According to Baku, it was open.")
    assert not reports("The road was open.")


def test_a_party_by_any_name() -> None:
    assert {party_of(name) for name in ("Yerevan", "Armenian", "Armenia")} == {"Armenia"}
    assert party_of("the moon") is None


_PIECE = st.sampled_from(
    ["Bayramov said", "he said", "President", "Ana Lund", ", ", ". ", "\n", "\n\n", "“", "”", '"',
     "and ", "According to ", "the minister", " of Georgia", "told", "the road was shut",
     "MR. SINGH: ", "Q ", "( )"]
)  # fmt: skip


@examples(max_examples=150, deadline=None)
@given(st.lists(_PIECE, max_size=30).map(" ".join))
def test_attributing_words_stand_in_the_text(text: str) -> None:
    article = Article("a", "Any title", text)
    for sentence in sentences_of(article):
        if said := said_by(article, sentence.start, sentence.end):
            assert 0 <= said.start <= said.end <= len(text)
            assert said.person or said.party
            assert text[said.start : said.end].strip()
