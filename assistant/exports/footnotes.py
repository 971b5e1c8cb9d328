"""Word's own footnotes, which python-docx does not make: their part, styles and references."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from assistant.text import reads_right_to_left

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from assistant.exports.paper import Note

_TEXT, _REFERENCE = "Footnote Text", "Footnote Reference"
_W = nsdecls("w")
_EMPTY = f"""
<w:footnotes {_W}>
  <w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
  <w:footnote w:type="continuationSeparator" w:id="0">
    <w:p><w:r><w:continuationSeparator/></w:r></w:p>
  </w:footnote>
</w:footnotes>
"""
_SETTING = f'<w:footnotePr {_W}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'


class Footnotes:
    """The footnotes of a document. A note cited again refers to the number it got at first."""

    def __init__(self, document: Document) -> None:
        _add_styles(document)
        self._styles = {name: document.styles[name].style_id for name in (_TEXT, _REFERENCE)}
        name = PackURI("/word/footnotes.xml")
        kind = CONTENT_TYPE.WML_FOOTNOTES
        self._part = XmlPart(name, kind, parse_xml(_EMPTY), document.part.package)
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        # The schema wants the setting right before this one, which python-docx's template has.
        document.settings.element.find(qn("w:compat")).addprevious(parse_xml(_SETTING))
        self._placed: set[int] = set()

    def refer(self, paragraph: Paragraph, note: Note) -> None:
        """Put the note's number at the end of the paragraph, and the first time the note itself."""
        mark = f"note_{note.number}"
        if note.number in self._placed:
            content = self._field(f" NOTEREF {mark} \\h ", note.number)
        else:
            self._placed.add(note.number)
            self._part.element.append(self._footnote(note))
            place = f'w:id="{note.number}"'
            content = (
                f'<w:bookmarkStart {place} w:name="{mark}"/>'
                f"{self._run(f'<w:footnoteReference {place}/>')}<w:bookmarkEnd {place}/>"
            )
        paragraph._p.extend(parse_xml(f"<w:p {_W}>{content}</w:p>"))

    def _field(self, instruction: str, shown: int) -> str:
        """A field that Word keeps up to date when notes are added before it."""
        parts = (
            '<w:fldChar w:fldCharType="begin"/>',
            f'<w:instrText xml:space="preserve">{instruction}</w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            f"<w:t>{shown}</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
        return "".join(self._run(part) for part in parts)

    def _run(self, content: str) -> str:
        style = self._styles[_REFERENCE]
        return f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr>{content}</w:r>'

    def _footnote(self, note: Note) -> object:
        described = [" ", *note.described]
        runs = self._run("<w:footnoteRef/>") + "".join(_text_run(text) for text in described)
        if note.url:
            relation = self._part.relate_to(note.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            runs += f"{_text_run(' ')}<w:hyperlink r:id={quoteattr(relation)}>{_text_run(note.url)}"
            runs += "</w:hyperlink>"
        return parse_xml(
            f'<w:footnote {nsdecls("w", "r")} w:id="{note.number}"><w:p><w:pPr>'
            f'<w:pStyle w:val="{self._styles[_TEXT]}"/></w:pPr>{runs}</w:p></w:footnote>'
        )


def _text_run(text: str) -> str:
    direction = "<w:rPr><w:rtl/></w:rPr>" if reads_right_to_left(text) else ""
    return f'<w:r>{direction}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _add_styles(document: Document) -> None:
    text = document.styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH)
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(8.5)
    text.paragraph_format.space_after = Pt(2)
    reference = document.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True
