"""A paper as DOCX."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx import Document
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt, RGBColor

from assistant.exports.footnotes import Footnotes
from assistant.text import reads_right_to_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as Docx
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

    from assistant.exports.paper import Paper, Part, Side, Statement

_ACCENT = RGBColor(0x7A, 0x1F, 0x2B)
_DIM = RGBColor(0x55, 0x55, 0x55)
_AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc")


def as_docx(paper: Paper) -> bytes:
    """Return the paper as a Word document with Word's own footnotes."""
    document: Docx = Document()
    _style(document)
    properties = document.core_properties
    properties.title = (paper.title or paper.parts[0].question)[:255]
    properties.author, properties.comments = "Aide-Mémoire", ""
    writer = _Writer(document)
    if paper.title:
        writer.heading(paper.title, 1)
    for part in paper.parts:
        writer.part(part, 2 if paper.title else 1)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _style(document: Docx) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Cambria", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for level, size in ((1, 15), (2, 12.5)):
        heading = document.styles[f"Heading {level}"]
        heading.font.name, heading.font.size = normal.font.name, Pt(size)
        heading.font.color.rgb = _ACCENT
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)


class _Writer:
    """Adds to a document."""

    def __init__(self, document: Docx) -> None:
        self._document = document
        self._footnotes = Footnotes(document)

    def heading(self, text: str, level: int) -> None:
        _add(_directed(self._document.add_heading("", level), text), text)

    def part(self, part: Part, level: int) -> None:
        self.heading(part.question, level)
        self._small(part.asked).paragraph_format.space_after = Pt(6)
        for statement in part.statements:
            self._statement(self._document.add_paragraph(), statement)
        if part.sides:
            self._sides(part.sides)
        if part.relation:
            self._line(part.relation).italic = True
        if part.remark:
            self._line(part.remark).bold = True
        for heading, texts in (("Left open:", part.missing), ("The closest articles:", part.closest)):
            if texts:
                self._line(heading)
            for text in texts:
                self._line(text, "List Bullet")
        for line in part.foot:
            self._small(line)

    def _line(self, text: str, style: str | None = None) -> Run:
        return _add(_directed(self._document.add_paragraph(style=style), text), text)

    def _small(self, text: str) -> Paragraph:
        paragraph = _directed(self._document.add_paragraph(), text)
        paragraph.paragraph_format.space_after = Pt(1)
        _dim(_add(paragraph, text))
        return paragraph

    def _sides(self, sides: Sequence[Side]) -> None:
        table = self._document.add_table(rows=2, cols=len(sides), style="Table Grid")
        for column, side in enumerate(sides):
            head = table.cell(0, column).paragraphs[0]
            _add(_directed(head, side.party), side.party).bold = True
            self._side(table.cell(1, column), side)
        self._document.add_paragraph()

    def _side(self, cell: _Cell, side: Side) -> None:
        paragraph = cell.paragraphs[0]
        if side.told:
            _add(paragraph, side.told).italic = True
        for place, statement in enumerate(side.statements):
            self._statement(cell.add_paragraph() if place else paragraph, statement)

    def _statement(self, paragraph: Paragraph, statement: Statement) -> None:
        _directed(paragraph, statement.text)
        if statement.lead:
            _add(paragraph, statement.lead).bold = True
            paragraph.add_run(" ")
        _add(paragraph, statement.text)
        for place, note in enumerate(statement.notes):
            if place:
                paragraph.add_run(",").font.superscript = True
            self._footnotes.refer(paragraph, note)
        if statement.mark:
            run = _add(paragraph, f" ({statement.mark})")
            run.italic = True
            _dim(run)


def _directed(paragraph: Paragraph, text: str) -> Paragraph:
    """Let a paragraph run from right to left if its text does."""
    if reads_right_to_left(text):
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)
    return paragraph


def _dim(run: Run) -> None:
    run.font.size, run.font.color.rgb = Pt(9), _DIM


def _add(paragraph: Paragraph, text: str) -> Run:
    run = paragraph.add_run(text)
    if reads_right_to_left(text):
        run.font.rtl = True
    return run
