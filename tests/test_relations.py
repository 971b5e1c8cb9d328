"""Copies share an origin, versions of a url replace each other, no store keeps a rest."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.dates import PartialDate
from index.filters import Filters, Window
from index.indexing import Report, index_paths
from index.intake.mentions import find_mentions
from index.settings import load_settings
from index.store.catalogue import Origin, origins_of
from index.store.copies import LIKENESS, likeness, signature
from index.store.database import open_database
from index.store.library import DATABASE, Library
from index.store.writing import LibraryWriter, Pruned

if TYPE_CHECKING:
    from index.articles import Article

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"
WORDS = "envoy border talks ferry harbour treaty minister river customs grain pipeline dawn".split()


def _story(seed: int, sentences: int = 12) -> str:
    chance = random.Random(seed)
    return " ".join(
        " ".join(chance.choices(WORDS, k=9)).capitalize() + f" {seed}{n}." for n in range(sentences)
    )


def _index(library: Path, *rows: dict[str, Any], name: str = "a.jsonl") -> Report:
    path = library.parent / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return index_paths([path], load_settings(library=library))


def _origins(library: Path) -> dict[str, str]:
    """Each article's source with the source of its origin."""
    database = open_database(library / DATABASE, create=False)
    rows = database.execute(
        "SELECT a.source, b.source AS origin FROM article a LEFT JOIN article b ON b.id = a.origin"
    ).fetchall()
    database.close()
    return {row["source"]: row["origin"] for row in rows}


def _consistent(library: Path) -> list[Article]:
    with Library.open(library) as opened:
        assert opened.vectors.ids() == opened.passage_ids()
        return list(opened.articles())


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def test_the_sample_s_editions_are_copies_and_nothing_else_is() -> None:
    signed = {path.name: signature(path.read_text("utf-8").split("---", 2)[2])
              for path in sorted(SAMPLE.glob("*.md"))}  # fmt: skip
    alike = {
        (one, other)
        for one, first in signed.items()
        for other, second in signed.items()
        if one < other and first is not None and second is not None
        and likeness(first, second) >= LIKENESS
    }  # fmt: skip
    assert len(alike) == 6
    for one, other in alike:
        assert any(word in one + other for word in ("second-edition", "update"))


def test_copies_share_an_origin(library: Path) -> None:
    wire, other = _story(1), _story(2)
    _index(
        library,
        {"source": "agency", "text": wire, "published": "2024-05-01"},
        {"source": "paper", "text": "From our wires. " + wire, "published": "2024-05-02"},
        {"source": "other", "text": other, "published": "2024-05-02"},
        {"source": "portal", "text": wire + " More follows.", "published": None},
        {"source": "a year later", "text": wire + " ", "published": "2025-05-01"},
    )
    found = _origins(library)
    assert {found[name] for name in ("agency", "paper", "portal")} == {"agency"}
    assert found["other"] == "other"
    assert found["a year later"] == "a year later"


def test_copies_are_found_of_what_was_signed_otherwise(
    library: Path,
) -> None:
    wire = _story(1)
    _index(library, {"source": "agency", "text": wire}, {"source": "paper", "text": wire + " End."})
    database = open_database(library / DATABASE, create=True)
    with database:
        database.execute("UPDATE signature SET hashes = zeroblob(512)")
        database.execute("DELETE FROM band")
        database.execute("ALTER TABLE feed DROP COLUMN rests_until")
        database.execute("PRAGMA user_version = 2")
    database.close()
    _index(library, {"source": "portal", "text": wire + " More."}, name="b.jsonl")
    assert set(_origins(library).values()) == {"agency"}


def test_an_origin_that_goes_leaves_another(library: Path) -> None:
    wire = _story(1)
    rows = [{"source": f"outlet {n}", "text": wire + " End." * n} for n in range(3)]
    _index(library, *rows)
    _index(library, *rows[1:])
    assert _origins(library) == {"outlet 1": "outlet 1", "outlet 2": "outlet 1"}


def test_short_texts_are_copies_only_where_their_words_are_the_same(library: Path) -> None:
    _index(
        library,
        {"source": "a", "text": "The ferry sailed.", "published": "2024-05-01"},
        {"source": "b", "text": "The ferry SAILED!\n", "published": "2024-05-02"},
        {"source": "c", "text": "The ferry sailed again.", "published": "2024-05-02"},
        {"source": "d", "text": "The ferry sailed.", "published": "2025-05-02"},
        {"source": "e", "text": "…"},
        {"source": "f", "text": "?!"},
    )
    found = _origins(library)
    assert found["b"] == "a"
    assert all(found[name] == name for name in "acdef" if name in found)


def test_an_origin_counts_once_with_its_outlets(library: Path) -> None:
    wire = _story(1)
    _index(
        library,
        {"source": "a", "text": wire, "outlet": "Agency"},
        {"source": "b", "text": wire + " End.", "outlet": "Paper"},
        {"source": "c", "text": wire + " The end.", "outlet": "Paper"},
        {"source": "d", "text": wire + " It ends."},
        {"source": "e", "text": _story(2), "outlet": "Paper"},
    )
    with Library.open(library) as opened:
        ids = {article.source: article.id for article in opened.articles()}
        found = origins_of(opened, [ids["b"], ids["d"], ids["e"], "unknown"])
    assert set(found) == {ids["b"], ids["d"], ids["e"]}
    assert found[ids["b"]] == found[ids["d"]] == Origin(ids["a"], 4, ("Agency", "Paper"))
    assert found[ids["e"]] == Origin(ids["e"], 1, ("Paper",))


def test_a_date_filter_leaves_out_what_has_no_date(library: Path) -> None:
    dates = ("2024-05-01", "2024-05", "2024", "2023-12-31", None)
    rows = [{"source": str(day), "text": _story(n), "published": day} for n, day in enumerate(dates)]
    _index(library, *rows)
    window = Window(date(2024, 5, 1), date(2024, 5, 31))
    with Library.open(library) as opened:
        inside = opened.resolve(opened.passages_within(Filters(window=window)))
        everything = opened.resolve(opened.passages_within(Filters()))
    assert {article.source for _, article in inside} == {"2024-05-01", "2024-05", "2024"}
    assert {article.source for _, article in everything} == {row["source"] for row in rows}


def test_a_correction_becomes_the_version_that_is_searched(library: Path) -> None:
    first = {"url": "https://z.example/1", "title": "Talks", "text": _story(1) + " Seven envoys came."}
    second = {**first, "text": first["text"].replace("Seven", "Nine")}
    _index(library, first)
    (old,) = _consistent(library)
    _index(library, second, name="b.jsonl")
    (new,) = _consistent(library)
    assert "Nine envoys" in new.text
    with Library.open(library) as opened:
        assert opened.article(old.id) == old
        assert opened.words.lexical("seven", 5) == []
    _index(library, first, second, name="c.jsonl")
    assert _consistent(library) == [new]


def test_an_older_version_that_comes_later_is_not_searched(library: Path) -> None:
    row = {"url": "https://z.example/1", "title": "Talks", "text": _story(1)}
    _index(library, {**row, "published": "2024-05-02"})
    (new,) = _consistent(library)
    _index(library, {**row, "published": "2024-05-01", "text": _story(1) + " Old."}, name="b.jsonl")
    assert _consistent(library) == [new]


def test_different_articles_at_one_url_both_stay(library: Path) -> None:
    url = "https://z.example/news"
    titled = [{"url": url, "title": f"Talks {n}", "text": _story(n)} for n in range(2)]
    untitled = [{"url": url, "text": text} for text in (_story(2), _story(3), "Short.", "Brief.")]
    _index(library, *titled, *untitled)
    assert len(_consistent(library)) == 6


def test_removing(library: Path) -> None:
    rows = [{"source": f"s{n}", "url": f"https://z.example/{n}", "text": _story(n)} for n in range(3)]
    _index(library, *rows)
    one = _consistent(library)[0]
    with LibraryWriter.exclusive(library) as writer:
        assert writer.remove([one.id, "unknown"]) == 1
    assert one.id not in {article.id for article in _consistent(library)}
    assert index_paths([library.parent / "a.jsonl"], load_settings(library=library)).unchanged == 1
    assert len(_consistent(library)) == 2
    with Library.open(library) as opened:
        assert opened.article(one.id) is None


def test_pruning(library: Path) -> None:
    _index(library, {"source": "a", "text": _story(1)})
    _index(library, {"source": "b", "text": _story(2)}, name="b.jsonl")
    (library.parent / "a.jsonl").unlink()
    with LibraryWriter.exclusive(library) as writer:
        assert writer.prune() == Pruned(1, 1)
        assert writer.prune() == Pruned(0, 0)
    assert [article.source for article in _consistent(library)] == ["b"]


THURSDAY = PartialDate(2024, 5, 2)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("They met on 19 April 2023.", "2023-04-19", "2023-04-19"),
        ("They met on April 19, 2023.", "2023-04-19", "2023-04-19"),
        ("They met in April 2023.", "2023-04-01", "2023-04-30"),
        ("They met on 28 December.", "2023-12-28", "2023-12-28"),
        ("They met on Tuesday.", "2024-04-30", "2024-04-30"),
        ("They met on Thursday.", "2024-05-02", "2024-05-02"),
        ("They met last Thursday.", "2024-04-25", "2024-04-25"),
        ("They will meet on Tuesday.", "2024-05-07", "2024-05-07"),
        ("They will meet soon. They met on Tuesday.", "2024-04-30", "2024-04-30"),
        ("They meet next Thursday.", "2024-05-09", "2024-05-09"),
        ("The talks go on next week.", "2024-05-06", "2024-05-12"),
        ("They met yesterday.", "2024-05-01", "2024-05-01"),
        ("They met last month.", "2024-04-01", "2024-04-30"),
        ("2024-02-29 was the day.", "2024-02-29", "2024-02-29"),
    ],
)
def test_days_that_a_text_speaks_of(text: str, first: str, last: str) -> None:
    (mention,) = find_mentions(text, THURSDAY)
    assert (mention.first.isoformat(), mention.last.isoformat()) == (first, last)
    assert text[mention.start : mention.end] in text


def test_what_is_relative_needs_a_publication_day() -> None:
    text = "They met on Tuesday, and on 30 February 2024, and may meet next week."
    for published in (None, PartialDate(2024), PartialDate(2024, 5)):
        assert find_mentions(text, published) == []
    assert [m.first for m in find_mentions("On 3 May 2024.", None)] == [date(2024, 5, 3)]


@given(text=st.lists(st.sampled_from(["on Tuesday", "29 February", "next year", "9999-12-31", "May 2024",
                                      "é", "last Monday", "31 April 2024", ". ", "\n"])).map(" ".join),
       published=st.dates(date(1, 1, 1), date(9999, 12, 31)))  # fmt: skip
@examples(max_examples=200, deadline=None)
def test_any_text_gives_mentions_within_it(text: str, published: date) -> None:
    for mention in find_mentions(text, PartialDate(published.year, published.month, published.day)):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last


def test_mentions_are_stored_apart_from_publication(library: Path) -> None:
    _index(library, {"source": "a", "text": "They met on 3 May 2024.", "published": None})
    database = open_database(library / DATABASE, create=False)
    row = database.execute("SELECT published, first, start FROM article JOIN mention").fetchone()
    database.close()
    assert (row["published"], row["first"], row["start"]) == (None, "2024-05-03", 12)
