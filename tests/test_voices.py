"""Who speaks in a library, and for which country: as stated, as elsewhere, by the site."""

from __future__ import annotations

import pytest

from index.countries import governing_site
from index.search.voices import Voices
from index.store.library import Byline

BYLINES = [
    Byline("a", "Speech", "Mr. Iván Duque Márquez, President of Colombia", None, ("Colombia",)),
    Byline("b", "Speech", "Mr. Ivan Duque Marquez, President", None, ("Republic of Co",)),
    Byline("c", "Speech", "Ms. Aisha Brandt, Minister of Pakistan", None, ("Pakistan",)),
    Byline("d", "Speech", "Mr. Omar Brandt, Minister of Bangladesh", None, ("Bangladesh",)),
    Byline("e", "On the talks", None, "https://mfa.gov.az/en/news/1", ()),
    Byline("f", "On the talks", None, "https://news.example.az/1", ()),
    Byline("g", "Interview", "Mr. Omar Brandt", "https://mfa.gov.az/en/news/2", ()),
]
VOICES = Voices(BYLINES)


def test_whose_account_an_article_gives() -> None:
    lands = {voice.article_id: voice.country for voice in VOICES.lines}
    assert lands == {"a": "CO", "b": "CO", "c": "PK", "d": "BD", "e": "AZ", "f": None, "g": "BD"}


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("Duque", "CO"), ("Iván Duque", "CO"), ("Duque Márquez", "CO"), ("Lake Duque", None),
        ("Brandt", None), ("Omar Brandt", "BD"), ("Aisha Brandt", "PK"),
        ("Putin", "RU"), ("Mr", None), ("", None),
    ],
)  # fmt: skip
def test_for_which_country_a_person_speaks(person: str, code: str | None) -> None:
    assert VOICES.country_of(person) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.whitehouse.gov/news/1", "US"), ("https://bidenwhitehouse.archives.gov/x", "US"),
        ("https://mid.ru/en/1", "RU"), ("https://www.mfa.gr/1", "GR"), ("https://www.gov.uk/1", "GB"),
        ("https://diplomatie.gouv.fr/1", "FR"), ("https://www.mofa.go.jp/1", "JP"),
        ("https://gov.example.com/1", None), ("https://mygov.az/1", None), ("not a url", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_government_site_is_its_country_s(url: str, code: str | None) -> None:
    assert governing_site(url) == code
