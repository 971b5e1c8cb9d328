"""Files → articles: the text as it stands in the file, the metadata, and reasons why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.articles import Article
from index.intake.files import find_files, read_file
from index.intake.metadata import Rejection

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 5_000_000
WRITABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def _read(path: Path, content: bytes) -> Article | Rejection:
    path.write_bytes(content)
    (item,) = read_file(path, LIMIT)
    return item


def _article(path: Path, content: str) -> Article:
    item = _read(path, content.encode())
    assert isinstance(item, Article), item
    return item


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("intake") / "a-ferry-line.md"


@given(body=WRITABLE, front=st.sampled_from(["", "---\ntitle: T\n---\n", "---\r\ntitle: T\r\n---\r\n"]))
@examples(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_text_is_the_file_s(body: str, front: str, path: Path) -> None:
    item = _read(path, (front + body).encode())
    if isinstance(item, Article) and (front or not body.startswith(("---", "\ufeff"))):
        assert item.text.encode() == body.encode()
    elif front:
        assert not body.strip()


@given(content=st.binary(max_size=300))
@examples(max_examples=300, deadline=None)
def test_any_bytes_give_an_article_or_a_reason(content: bytes, path: Path) -> None:
    for prefix in (b"", b"---\n", b"---\ntitle: "):
        assert isinstance(_read(path, prefix + content), Article | Rejection)
    lines = path.with_suffix(".jsonl")
    lines.write_bytes(content)
    assert all(isinstance(item, Article | Rejection) for item in read_file(lines, LIMIT))


@given(front=st.dictionaries(
    st.sampled_from(["title", "published", "url", "outlet", "speaker", "language", "country"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=4,
    ),
))  # fmt: skip
@examples(max_examples=300, deadline=None)
def test_any_metadata_gives_an_article_or_a_reason(front: dict[str, object], path: Path) -> None:
    lines = path.with_suffix(".jsonl")
    lines.write_text(json.dumps({**front, "text": "The ferry sailed."}), "utf-8")
    (item,) = read_file(lines, LIMIT)
    if isinstance(item, Article):
        assert item.title == " ".join(item.title.split())
        assert len(item.id) == 16


def test_metadata(path: Path) -> None:
    article = _article(
        path,
        "---\ntitle: Ferry &amp; harbour\npublisher: Zembla Post\ndate: 2024-05\n"
        "url: https://www.zembla.example/a\nspeaker: Kinbote\nspeaker_post: President\n"
        "country: Zembla\nlang: en\n---\nThe ferry sailed.\n",
    )
    assert article.title == "Ferry & harbour"
    assert article.outlet == "Zembla Post"
    assert article.speaker == "Kinbote, President of Zembla"
    assert article.published is not None
    assert (article.published.iso, article.published.text) == ("2024-05", "May 2024")
    assert (article.source, article.language) == ("a-ferry-line.md", "en")
    assert article.heading == "Ferry & harbour — Kinbote, President of Zembla — May 2024"


def test_what_is_missing_is_not_guessed(path: Path) -> None:
    article = _article(path, "The ferry sailed in May 2024.\n")
    assert article.title == "A ferry line"
    assert (article.published, article.outlet, article.url) == (None, None, None)
    dated = _article(path.with_name("2024-05-03-ferry.md"), "The ferry sailed.\n")
    assert dated.published is not None
    assert (dated.published.iso, dated.title) == ("2024-05-03", "Ferry")


def test_empty_front_matter(path: Path) -> None:
    assert _article(path, "---\n---\nThe ferry sailed.\n---\nEnd.\n").text == (
        "The ferry sailed.\n---\nEnd.\n"
    )


def test_a_list_of_outlets(path: Path) -> None:
    assert _article(path, "---\noutlet: [A, B]\n---\nThe ferry sailed.\n").outlet == "A, B"


def test_json_lines(path: Path) -> None:
    lines = path.with_suffix(".jsonl")
    rows = [{"url": "https://www.z.example/1", "body": "One.\n"}, {"text": "Two.", "source": "s"}]
    lines.write_text("\n\n".join(map(json.dumps, rows)) + "\nnot JSON\n", "utf-8")
    first, second, third = read_file(lines, LIMIT)
    assert isinstance(first, Article)
    assert (first.source, first.outlet, first.text) == ("https://www.z.example/1", "z.example", "One.\n")
    assert isinstance(second, Article)
    assert second.source == "s"
    assert isinstance(third, Rejection)
    assert third.location.endswith("line 4")


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/1.txt", "a.jsonl", ".hidden/x.md", ".x.md", "c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    names = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path, tmp_path / "b"])]
    assert names == ["a.jsonl", "b/1.txt", "b/2.md"]
