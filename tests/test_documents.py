"""Saved pages, PDF and DOCX: the text a reader sees, what the document states, and reasons why not."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from index.articles import Article
from index.errors import InputError
from index.intake.files import READERS, find_files, read_file
from index.intake.metadata import Rejection

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 2_000_000
PAGE = """<!doctype html><html lang="en"><head><title>Ferry talks resume | Zembla Post</title>
<meta property="og:title" content="Ferry talks resume">
<meta property="og:site_name" content="Zembla Post">
<meta name="author" content="Ada Shade">
<meta property="article:published_time" content="2024-05-03T10:00:00Z">
<link rel="canonical" href="https://zembla.example/ferry"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav><script>window.hacked = 1</script>
<article><h1>Ferry talks resume</h1>
<p>The ministers of Zembla and Onhava met on Tuesday to talk about
the ferry that has not sailed since March.</p>
<p>Both sides said that the talks &lt;b&gt;would&lt;/b&gt; go on next week, and that a date
for the first crossing would be named before the summer ends. <img src=x onerror="alert(1)"></p>
<p>The harbour of Onhava has been closed since a storm broke its northern wall in the spring.</p>
</article>
<aside>Subscribe to our newsletter</aside><footer>© Zembla Post</footer></body></html>"""


def _read(path: Path, content: bytes) -> Article | Rejection:
    path.write_bytes(content)
    (item,) = read_file(path, LIMIT)
    return item


def _article(path: Path, content: bytes) -> Article:
    item = _read(path, content)
    assert isinstance(item, Article), item
    return item


def _reason(path: Path, content: bytes) -> str:
    item = _read(path, content)
    assert isinstance(item, Rejection), item
    return item.reason


def _pdf(*pages: str, title: str = "") -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    if title:
        canvas.setTitle(title)
    for page in pages:
        for number, line in enumerate(page.split("\n")):
            canvas.drawString(72, 780 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_a_saved_page(tmp_path: Path) -> None:
    article = _article(tmp_path / "page.html", PAGE.encode())
    assert article.title == "Ferry talks resume"
    assert (article.outlet, article.author) == ("Zembla Post", "Ada Shade")
    assert article.url == "https://zembla.example/ferry"
    assert article.published is not None
    assert article.published.iso == "2024-05-03"
    assert "has not sailed since March.\n\nBoth sides" in article.text
    for noise in ("hacked", "onerror", "newsletter", "World", "<p"):
        assert noise not in article.text


def test_a_page_without_a_date_has_none(tmp_path: Path) -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2024-05-03T10:00:00Z">', "")
    assert _article(tmp_path / "page.html", page.encode()).published is None


def test_a_date_in_the_text_or_the_footer_is_not_the_page_s(tmp_path: Path) -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2024-05-03T10:00:00Z">', "")
    page = page.replace("© Zembla Post", "© 2019 Zembla Post. Last updated 12 June 2021")
    page = page.replace("on Tuesday", "on 3 May 2024")
    assert _article(tmp_path / "page.html", page.encode()).published is None


@pytest.mark.parametrize(
    "stated",
    [
        '<time datetime="2024-05-03T10:00">3 May</time>',
        '<script type="application/ld+json">{"datePublished": "2024-05-03"}</script>',
    ],
)
def test_a_date_that_the_markup_states(stated: str, tmp_path: Path) -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2024-05-03T10:00:00Z">', "")
    page = page.replace("<article>", f"<article>{stated}")
    published = _article(tmp_path / "page.html", page.encode()).published
    assert published is not None
    assert published.iso == "2024-05-03"


def test_a_page_without_an_article(tmp_path: Path) -> None:
    assert "no article" in _reason(tmp_path / "page.html", b"<html><body></body></html>")


def test_a_pdf(tmp_path: Path) -> None:
    lines = "The ferry of Zembla sailed\nfrom the harbour on Tues-\nday and came back."
    article = _article(tmp_path / "communique.pdf", _pdf(lines, "The end.", title="Communiqué"))
    assert article.title == "Communiqué"
    assert "sailed from the harbour on Tuesday and came back." in article.text
    assert article.text.rstrip().endswith("The end.")
    assert article.published is None, "when a file was made is not when it was published"


def test_a_pdf_without_text(tmp_path: Path) -> None:
    assert "OCR" in _reason(tmp_path / "scan.pdf", _pdf(""))


def test_a_docx(tmp_path: Path) -> None:
    document = Document()
    document.core_properties.title = "Note"
    document.add_paragraph("The ferry sailed.")
    document.add_table(rows=1, cols=2).rows[0].cells[1].text = "Onhava"
    document.add_paragraph("It came back.")
    file = io.BytesIO()
    document.save(file)
    article = _article(tmp_path / "note.docx", file.getvalue())
    assert article.title == "Note"
    assert article.text.startswith("The ferry sailed.\n\n")
    assert article.text.index("Onhava") < article.text.index("It came back.")
    assert article.published is None


def test_a_docx_that_names_a_file_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password", "utf-8")
    file = io.BytesIO()
    Document().save(file)
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    body = ('<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:body><w:p><w:r><w:t>Ferry &e;</w:t></w:r></w:p></w:body></w:document>")  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(made, "w") as copy:
        for part in parts.infolist():
            data = parts.read(part)
            copy.writestr(part, entity + body if part.filename == "word/document.xml" else data)
    item = _read(tmp_path / "x.docx", made.getvalue())
    assert "password" not in (item.text if isinstance(item, Article) else item.reason)


def test_a_docx_that_unpacks_without_end(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b" " * (LIMIT * 21))
    assert "unpacks" in _reason(tmp_path / "bomb.docx", made.getvalue())


@pytest.mark.parametrize("suffix", [".html", ".pdf", ".docx"])
def test_too_large(suffix: str, tmp_path: Path) -> None:
    assert "larger than 2 MB" in _reason(tmp_path / f"x{suffix}", b"x" * (LIMIT + 1))


@given(content=st.binary(max_size=200), cut=st.integers(0, 600))
@settings(max_examples=40, deadline=None)
def test_any_bytes_give_an_article_or_a_reason(
    content: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    pdf = _pdf("The ferry sailed.")
    for suffix in (".html", ".pdf", ".docx"):
        assert isinstance(_read(folder / f"any{suffix}", content), Article | Rejection)
    assert isinstance(
        _read(folder / "any.pdf", pdf[:cut] + content + pdf[cut + 9 :]), Article | Rejection
    )


def test_globs(tmp_path: Path) -> None:
    for name in ("a.md", "drafts/b.md", "drafts/c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")

    def found(include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
        return [path.name for path in find_files([tmp_path], include, exclude)]

    assert found() == ["a.md", "b.md", "c.pdf"]
    assert found(include=("*.md",)) == ["a.md", "b.md"]
    assert found(exclude=("drafts/*",)) == ["a.md"]
    assert found(include=("*.md", "*.pdf"), exclude=("a.*",)) == ["b.md", "c.pdf"]
    with pytest.raises(InputError, match="globs"):
        found(include=("*.docx",))
    assert ".pdf" in READERS
