"""Passages of any Unicode text: in order, whole sentences, nothing left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article
from index.intake.chunking import split_passages
from index.intake.sentences import split_sentences

SIZE = 200
_PIECES = st.sampled_from(
    [
        "\n", "\n\n", "\r\n", "\r\n\r\n", " ", "  ", "\t", ". ", "! ", "? ", "。", "…", "“", "”",
        "- ", "1. ", "# ", "**", "__", ":", "a", "Word", "Dr. ", "U.S. ", "é", "e\u0301", "𝔘", "۱",
        "中文", "\u2028", "\x85", "\u00a0", "\u200b", "\u202e", "word " * 30, "x" * 500, "_",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=400), st.lists(_PIECES, max_size=120).map("".join))


def _article(text: str) -> Article:
    return Article("source", "title", text)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_passages_are_spans_of_the_text(text: str) -> None:
    at = 0
    for passage in split_passages(_article(text), SIZE):
        assert at <= passage.start < passage.end <= len(text)
        assert any(char.isalnum() or char == "_" for char in text[passage.start : passage.end])
        assert passage.end - passage.start <= 3 * SIZE
        at = passage.end


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_every_letter_is_in_a_passage(text: str) -> None:
    """Every digit too, but for the number of a list's item at the start of a passage."""
    covered = {
        at for passage in split_passages(_article(text), SIZE)
        for at in range(passage.start, passage.end)
    }  # fmt: skip
    left = [char for at, char in enumerate(text) if char.isalnum() and at not in covered]
    assert all(char.isdigit() for char in left)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_passages_begin_and_end_with_a_sentence(text: str) -> None:
    sentences = split_sentences(text)
    starts = {sentence.start for sentence in sentences}
    ends = {sentence.end for sentence in sentences}
    long = [s for s in sentences if s.end - s.start > 2 * SIZE]
    for passage in split_passages(_article(text), SIZE):
        for bounds, at in ((starts, passage.start), (ends, passage.end)):
            assert at in bounds or any(s.start < at < s.end for s in long)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_do_not_overlap(text: str) -> None:
    at = 0
    for sentence in split_sentences(text):
        assert at <= sentence.start < sentence.end <= len(text)
        assert not text[sentence.start].isspace()
        assert not text[sentence.end - 1].isspace()
        at = sentence.end


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("As soon as we secured Mr.\nVane's release, he rang. He slept.", 2),
        ("It was told to the U.S.\ngovernment in May.\nThe rest is silence.", 2),
        ("-   **U.S. Oil: **The firm bought oil. It paid.", 2),
        ("The talks ended.\nThe border opened.", 2),
        ("The talks ended in May. “They failed,” he said. On 3 May. 2021 began.", 4),
        ("“It ended in May.” The rest is silence. It began in May. Čapek left.", 4),
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str, sentences: int) -> None:
    found = split_sentences(text)
    assert [text[one.start : one.end] for one in found if one.end - one.start < 5] == []
    assert len(found) == sentences


def test_a_passage_does_not_end_with_a_heading() -> None:
    body = "The ferry sailed from Zembla to Onhava in May. " * 4
    text = f"# One\n\n{body}\n\n# Two\n\n{body}\n\n# Three\n\n{body}\n"
    slices = [text[p.start : p.end] for p in split_passages(_article(text), SIZE)]
    assert len(slices) == 3
    assert [part.split("\n")[0] for part in slices] == ["# One", "# Two", "# Three"]


def test_a_text_of_nothing_but_labels_is_cut_too() -> None:
    text = "\n\n".join(f"Delegate number {n}" for n in range(300))
    lengths = [p.end - p.start for p in split_passages(_article(text), SIZE)]
    assert max(lengths) <= SIZE
    assert min(lengths[:-1]) > SIZE // 2


def test_a_text_without_words_has_no_passage() -> None:
    for text in ("", " \n", "* * *\n\n---\n", "…!?"):
        assert split_passages(_article(text), SIZE) == []
