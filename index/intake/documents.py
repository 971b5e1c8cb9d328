"""Formats that wrap their text: saved web pages, PDF and DOCX, brought down to plain text.

A document's own dates of creation say when the file was made, not when it was published, and are
left alone. No reader follows a link, resolves an external entity or keeps markup.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO, TYPE_CHECKING, Any

from index.intake.formats import read_whole
from index.intake.metadata import UnreadableError, article_from
from index.intake.webpage import article_of_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.articles import Article
    from index.intake.metadata import Rejection

_MOST_PAGES = 500
_INFLATION = 20  # a DOCX of plain prose unpacks to 4–8 times its size
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_WRAPPED = re.compile(r"(?<=[\w,;’'\"”)])[ \t]*\n(?=[ \t]*[\w(“\"‘])")


def read_html(file: IO[bytes], name: str, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the article of a saved web page."""
    yield article_of_page(read_whole(file, max_bytes), name)


def read_pdf(file: IO[bytes], name: str, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the article of a PDF that holds text (not pictures of text)."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    data = read_whole(file, max_bytes)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("is encrypted; save it without a password")
        if len(reader.pages) > _MOST_PAGES:
            raise UnreadableError(f"has more than {_MOST_PAGES} pages; split it")
        text = "\n\n".join(page.extract_text() for page in reader.pages)
        about = {
            "title": _stated(reader.metadata, "title"),
            "author": _stated(reader.metadata, "author"),
        }
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        raise UnreadableError(f"is not a PDF that can be read: {exc or type(exc).__name__}") from exc
    if not text.strip():
        raise UnreadableError("holds no text; a scan must go through text recognition (OCR) first")
    yield article_from(about, _unwrapped(text), name)


def _stated(metadata: object, name: str) -> str | None:
    value = getattr(metadata, name, None)
    return str(value).strip() or None if value else None


def _unwrapped(text: str) -> str:
    """Lines that a page's width broke are put together again; paragraphs stay apart."""
    text = text.replace("\0", "").replace("\r\n", "\n")
    return _WRAPPED.sub(" ", _HYPHENATED.sub("", text))


def read_docx(file: IO[bytes], name: str, max_bytes: int) -> Iterator[Article | Rejection]:
    """Yield the article of a DOCX: its paragraphs and tables' cells in order."""
    data = read_whole(file, max_bytes)
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _INFLATION * max_bytes:
                raise UnreadableError("unpacks to far more than a document holds")
        document = Document(io.BytesIO(data))
        blocks = [_block_text(block) for block in document.iter_inner_content()]
        core = document.core_properties
        about: Mapping[str, Any] = {"title": core.title or None, "author": core.author or None}
    except (zipfile.BadZipFile, PackageNotFoundError, ValueError, LookupError, SyntaxError) as exc:
        raise UnreadableError("is not a DOCX that can be read") from exc
    yield article_from(about, "\n\n".join(filter(None, blocks)), name)


def _block_text(block: Any) -> str:  # noqa: ANN401 - python-docx's paragraph or table
    if hasattr(block, "rows"):
        rows = (" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows)
        return "\n".join(rows)
    return str(block.text).strip()


def text_of_fragment(markup: str) -> str:
    """Return the text of a piece of HTML, its blocks as paragraphs; what is no text is dropped."""
    from lxml import etree, html

    if not markup.strip():
        return ""
    try:
        root = html.fragment_fromstring(_CONTROL.sub("", markup), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    blocks: list[str] = [""]
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        block = element.tag in _BLOCKS
        if event == "start":
            blocks += [""] if block else []
            blocks[-1] += "" if element.tag in _NO_TEXT else element.text or ""
        else:
            blocks += [""] if block else []
            blocks[-1] += element.tail or ""
    return "\n\n".join(filter(None, (" ".join(block.split()) for block in blocks)))


_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f]")
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "iframe", "object"})
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header"
    " hr li main nav ol p pre section table td th tr ul".split()
)
