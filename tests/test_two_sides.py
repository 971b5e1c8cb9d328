"""Two sides of a question: who they are, what each is asked alone, and what an answer makes of them."""

from __future__ import annotations

import pytest

from assistant.announcing import announces
from assistant.answers import Numbering, SaidBy
from assistant.evidence import Side
from assistant.excerpts import Excerpt, attribution, elaborated, sentences_of
from assistant.grounding.accounts import accounts, side_of
from assistant.grounding.quoting import quotation
from assistant.grounding.reporting import attributed
from eval.bench.relations import labelled, load
from index.articles import Article


def test_a_group_speaks_where_another_than_the_named_party_does() -> None:
    sides = [Side("Qatar", frozenset()), Side("the boycotting states", frozenset())]
    bahrain = SaidBy(person=None, office=None, party="Bahrain", verb="said", start=0, end=0)
    assert side_of("x", bahrain, sides) == 1
    assert side_of("x", bahrain.model_copy(update={"party": "Qatar"}), sides) == 0


def test_of_an_article_on_both_the_one_that_is_named_owns_the_sentence() -> None:
    sides = [Side("Vucic", frozenset({"x"})), Side("Begaj", frozenset({"x"}))]
    assert side_of("x", None, sides, "Begaj praised the treatment of Serbs.") == 1
    assert side_of("x", None, sides, "Both spoke in the same debate.") is None
    assert side_of("x", None, sides, "They called on President Vucic to seize the chance.") is None
    assert side_of("x", None, sides, "If it holds, they said, Vucic will have his way.") is None
    assert side_of("x", None, sides, "In Tirana, Begaj was of another mind.") == 1


def test_a_person_is_named_by_his_country_too() -> None:
    xi = Side("Xi", frozenset(), country="China")
    assert xi.is_named("Beijing must be held accountable.")
    assert not xi.is_named("Tokyo must be held accountable.")
    assert xi.others({"beij": "beijing", "xi": "xi", "tokyo": "tokyo"}) == {"tokyo": "tokyo"}
    assert Side("Baku", frozenset()).others({"azerbaijan": "azerbaijan", "lachin": "lachin"}) == {
        "lachin": "lachin"
    }


def test_in_whose_reading_something_is_so() -> None:
    [found] = attributed("What remains, in the Indian reading, is a withdrawal.", 0)
    assert found.party == "India"


@pytest.mark.parametrize(
    ("text", "first", "only"),
    [
        ("Thank you.", False, True),
        ("Let me say this.", False, True),
        ("You asked about Burma as well.", False, True),
        ("The minister replied in blunt words during the General Debate.", True, True),
        ("The minister replied in blunt words during the General Debate.", False, False),
        ("The minister told the General Assembly that 40 had died.", True, False),
        ("Let me say that we shall never recognise the annexation of the land by whomever it is done.",
         False, False),
    ],
)  # fmt: skip
def test_what_only_announces(text: str, first: bool, only: bool) -> None:
    assert announces(text, first=first) is only


def _quoted(article: Article, at: int) -> str:
    sentence = sentences_of(article)[at]
    return elaborated(article, sentence, Excerpt(((sentence.start, sentence.end),))).text(article)


def test_an_opening_or_a_short_sentence_goes_with_what_elaborates_it() -> None:
    opening = "The two leaders concluded a package of agreements on defence, energy and medicine."
    core = "At its core is a defence agreement with rules on arms sales for the next twenty years."
    article = Article(
        "a.md", "A deal", f"{opening}\n\n{core} Nobody spoke of rights at any of the meetings there."
    )
    assert _quoted(article, 0) == f"{opening} {core}"
    assert _quoted(article, 1) == core


def test_his_is_given_the_name_it_stands_for() -> None:
    text = (
        "Shehbaz Sharif, prime minister of Pakistan, spoke of Kashmir at length in New York. "
        "His conditions for peace were two."
    )
    article = Article("a.md", "Debate", text)
    start = text.index("His")
    assert "[Shehbaz Sharif’s] conditions" in quotation(article, Excerpt(((start, len(text)),))).text


@pytest.mark.parametrize(
    ("speaker", "lead"),
    [
        ("Mr. Benjamin Netanyahu, Prime Minister, Minister for Trade, and Minister of Health of Israel",
         "Benjamin Netanyahu, Prime Minister of Israel, undated"),
        ("Mr. Giorge Ivanov, President of Macedonia, the former Yugoslav Republic of",
         "Giorge Ivanov, President of the former Yugoslav Republic of Macedonia, undated"),
        ("Kim Song", "Kim Song, undated"),
    ],
)  # fmt: skip
def test_a_lead_names_one_office(speaker: str, lead: str) -> None:
    assert attribution(Article("a.md", "Speech", "We agree.", speaker=speaker), 0) == lead


def test_two_who_speak_in_one_article_are_two_claims() -> None:
    text = "Vucic accused Kurti of terror. Begaj praised Kosova."
    article = Article("a.md", "Vucic and Begaj", text)
    cut = text.index("Begaj")
    numbering = Numbering()
    claims = [
        numbering.claim(quotation(article, Excerpt((span,))))
        for span in ((0, cut - 1), (cut, len(text)))
    ]
    sides = [Side(name, frozenset({article.id})) for name in ("Vucic", "Begaj")]
    found = accounts(claims, sides)
    assert found is not None
    assert [side.claims for side in found.sides] == [(0,), (1,)]


def test_the_labelled_pairs_are_labelled_as_they_were() -> None:
    open_half = [pair for pair in load() if not pair.held_out]
    given = [(labelled(pair), pair.relation) for pair in open_half]
    assert all(label == relation for label, relation in given if label)
    assert sum(label == relation for label, relation in given) >= 31


def test_items_of_a_list_have_bullets() -> None:
    text = "The two agreed:\n\n- to open the road\n- to exchange prisoners\n"
    article = Article("a.md", "Deal", text)
    spans = tuple((s.start, s.end) for s in sentences_of(article))
    assert Excerpt(spans).text(article) == "The two agreed: • to open the road • to exchange prisoners"
