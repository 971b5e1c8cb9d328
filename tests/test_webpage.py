"""Pages as sites really build them: boxes within the article, layout tables, days stated in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench.extraction import score, score_template
from eval.bench.pages import LAYOUTS, articles_in_languages
from eval.bench.templates import TEMPLATES
from index.intake.metadata import UnreadableError
from index.intake.webpage import article_of_page

BODY = "".join(
    f"<p>The envoys of Zembla and Onhava met for the {nth} time and spoke of ferries and grain.</p>"
    for nth in ("first", "second", "third", "fourth")
)


def _page(body: str, head: str = "") -> bytes:
    return f"<html><head><title>Talks</title>{head}</head><body>{body}</body></html>".encode()


def _published(dates: str) -> str | None:
    article = article_of_page(_page(f"<h1>Talks</h1>{dates}<div>{BODY}</div>"), "page")
    return article.published.iso if article.published else None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_text_and_the_day(layout: str) -> None:
    """In eight languages and scripts; a live blog's own headings are on the page as text."""
    for article in articles_in_languages():
        found = score(layout, article)
        assert found.title
        assert found.day
        assert found.recall >= 0.98
        assert found.precision >= (0.85 if layout == "live blog" else 0.98)


@pytest.mark.parametrize("template", TEMPLATES)
def test_public_templates_lose_no_text_and_state_no_wrong_day(template: str) -> None:
    for article in articles_in_languages():
        found = score_template(template, article)
        assert found.title
        assert found.recall >= 0.98
        if template == "Bitrix with other news below":  # two days of one name: neither is taken
            assert not found.day
        else:
            assert found.day


@pytest.mark.parametrize(
    "box",
    [
        "<div class='share-buttons'>Tell your friends of this</div>",
        "<section id=newsletterBox><p>Tell your friends of this</p></section>",
        "<div class='c-paywall__wall'><p>Tell your friends of this</p></div>",
        "<button>Tell your friends of this</button>",
    ],
)
def test_boxes_within_the_article_are_left_out(box: str) -> None:
    text = article_of_page(
        _page(f"<article><h1>Talks</h1>{BODY}{box} And so on.</article>"), "page"
    ).text
    assert "friends" not in text
    assert "fourth time" in text


def test_an_article_in_a_box_of_such_a_name_is_not_lost() -> None:
    short = "<div class=promo><p>The ferry between Zembla and Onhava sails again from Monday.</p></div>"
    assert "sails again" in article_of_page(_page(short), "page").text
    with pytest.raises(UnreadableError):
        article_of_page(_page("<div class=promo></div>"), "page")


def test_a_data_table_stays_a_table() -> None:
    table = "<table><tr><th>Port</th><th>Tons</th></tr><tr><td>Zembla</td><td>412</td></tr></table>"
    text = article_of_page(_page(f"<article><h1>Talks</h1>{BODY}{table}</article>"), "page").text
    assert "| Zembla | 412 |" in text


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("<span class=news-date>3 May 2024</span>", "2024-05-03"),
        ("<span id=lblDate>2024-05-03</span>", "2024-05-03"),
        ("<div class=post_date>03.05.2024, 14:30</div>", "2024-05-03"),
        ("<div class=post-date>03/05/2024</div>", None),
        ("<div class=post-date>23/05/2024</div>", "2024-05-23"),
        ("<div class=current-date>3 May 2024</div>", None),
        ("<div class=last-updated>3 May 2024</div>", None),
        ("<nav><span class=date>3 May 2024</span></nav>", None),
        ("<span class=date>3 May 2024</span><span class=date>1 May 2024</span>", None),
        ("<p>It was signed on 3 May 2024.</p>", None),
    ],
)
def test_a_day_is_stated_by_what_is_named_for_it(dates: str, day: str | None) -> None:
    assert _published(dates) == day


def test_what_joins_and_parts_letters_stays() -> None:
    word = "گفت\u200cوگو"
    page = _page(f"<article><h1>{word}</h1><p>{word} {word}&zwnj;ها</p>{BODY}<!-- {word} --></article>")
    article = article_of_page(page, "page")
    assert article.title == word
    assert f"{word} {word}\u200cها" in article.text


@given(st.text(alphabet="<>/divspanclass=\"'date share h1 2024-05.3\u200c&;", max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_markup_gives_an_article_or_a_reason(markup: str) -> None:
    try:
        article = article_of_page(_page(markup), "page")
    except UnreadableError:
        return
    assert article.text.strip()
