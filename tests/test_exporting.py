"""What leaves the chat says what the answer says, in every script, and nothing in it is markup."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from pypdf import PdfReader

from assistant.answers import (
    Abstention,
    Account,
    Accounts,
    Answer,
    Citation,
    Claim,
    Limits,
    Question,
    Reading,
    Reference,
    Repair,
    SaidBy,
    Verdict,
)
from assistant.exports.exporting import MEDIA_TYPES, Form, clipboard, export, file_name
from assistant.exports.paper import plain
from assistant.records.conversations import Draft, Problem, StoredTurn

BAKU = ZoneInfo("Asia/Baku")
ASKED = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
LIVELY = "<b>now</b> [1](x) *or* `never` | &amp; $x$ ~~so~~ www.evil.example https://evil.example :cat:"
SCRIPTS = {
    "ru": "Министр иностранных дел заявил, что переговоры продолжатся",
    "az": "Azərbaycan xarici işlər naziri ABŞ rəsmisi ilə görüşüb",
    "hy": "Արտաքին գործերի նախարարը հանդիպել է Երևանում",
    "ka": "მინისტრი შეხვდა კოლეგას",
    "el": "Ο υπουργός συναντήθηκε",
}
ARABIC, HEBREW = "قال الوزير إن المحادثات ستستمر", "שר החוץ אמר כי השיחות יימשכו"
TEXTS = st.text(min_size=1, max_size=60).filter(lambda text: any(c.isalnum() for c in plain(text)))
MARKUP = st.lists(
    st.sampled_from([*"*_`[]()<>!#|~&\\$^=+-.:@>1", " ", "\n", "a", "<i>", "](", "http://a.b", "1."]),
    min_size=1,
    max_size=20,
).map(lambda parts: "x".join(["".join(parts), ""]))
BLOCKS = st.sampled_from(["# ", "1. ", "12) ", "- ", "+ ", "* ", "> ", "===", "---", "~~~", "[^1]: "])
ENDS = st.sampled_from([" #", "##", "\\", " \\", "  ", "*", "_", "]:", "<"])
OTHERS = TEXTS | MARKUP | st.tuples(BLOCKS, TEXTS, ENDS).map("".join)


def cited(quote: str, number: int = 1, **changes: Any) -> Citation:
    facts: dict[str, Any] = {
        "article_id": f"article-{number}", "source": f"{number}.md", "title": "A meeting",
        "outlet": "Azertag", "published": "2023-04-19", "url": f"https://azertag.example/{number}",
        "number": number, "start": 0, "end": len(quote), "quote": quote,
    }  # fmt: skip
    return Citation(**facts | changes)


def answer(*claims: Claim, **changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "id": None, "question": "Who met?", "abstained": not claims, "reason": None, "claims": claims,
        "searched_for": "Who met?", "as_of": "2023-04-19", "writer": "openai:gpt-5-mini",
        "prompt": "answer@v1", "index_hash": "3ab1", "seconds": 1.0,
    }  # fmt: skip
    return Answer(**facts | changes)


def turn(given: Answer | None = None, question: str = "Who met?", **changes: Any) -> StoredTurn:
    facts: dict[str, Any] = {
        "id": "0cfca3ec", "conversation_id": "c", "question": Question(text=question), "asked": ASKED,
        "state": "answered", "answer": given,
    }  # fmt: skip
    return StoredTurn(**facts | changes)


def rich() -> StoredTurn:
    first = cited("They met on Tuesday.")
    return turn(
        answer(
            Claim(
                text="Azertag, 19 April 2023: They met on Tuesday.",
                attribution="Azertag, 19 April 2023",
                citations=(first,),
            ),
            Claim(
                text="The talks were long.",
                citations=(cited("Talks lasted.", 2, url=None, published="2023-04"), first),
                verdict=Verdict(state="partly", reason="“long” is not in the passage"),
                said_by=SaidBy(
                    person="Sergey Lavrov",
                    office="minister",
                    party="Russia",
                    verb="said",
                    start=0,
                    end=1,
                ),
            ),
            Claim(
                text="They will meet again.",
                citations=(cited("They will meet again.", 3, url="javascript:alert(1)"),),
                repair=Repair(kind="quoted", draft="They may meet.", reason="the draft was weaker"),
            ),
            Claim(text="We will not sign.", citations=(cited("We will not sign.", 4),)),
            Claim(text="They must sign.", citations=(cited("They must sign.", 5),)),
            accounts=Accounts(
                sides=(
                    Account(party="Armenia", claims=(3,)),
                    Account(party="Azerbaijan", claims=(4,)),
                    Account(party="Iran", claims=()),
                ),
                relation="disputed",
            ),
            missing=("who paid",),
            reading=Reading(query="Who met?", spellings=("Əliyev",), time="April 2023"),
            limits=Limits(since="2023-01-01", until="2023-12-31", outlets=("Azertag", "TASS")),
        )
    )


def abstention() -> StoredTurn:
    closest = Reference(
        article_id="a", source="a.md", title="On Mars", outlet=None, published=None, url=None
    )
    step = Abstention(kind="nothing on topic", next_step="Ask about the Caucasus.")
    given = answer(reason="Nothing here answers this.", closest=(closest,), abstention=step)
    return turn(given, question="What of Mars?")


def as_text_of(form: Form, turns: list[StoredTurn], **more: Any) -> str:
    """The words of an export as a reader of that form finds them, on one line."""
    made = export(turns, form, **more)
    if form == "pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    elif form == "docx":
        document = Document(io.BytesIO(made))
        cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
        body = [p.text for p in document.paragraphs] + [c.text for c in cells]
        text = "\n".join([*body, *(note_text for _, note_text in docx_notes(made))])
    else:
        text = made.decode()
    return " ".join(text.split())


def docx_notes(made: bytes) -> list[tuple[int, str]]:
    package = Document(io.BytesIO(made)).part.package
    (part,) = [p for p in package.iter_parts() if p.partname == "/word/footnotes.xml"]
    found = []
    for note in part.element.iter(qn("w:footnote")) if hasattr(part, "element") else _notes(part.blob):
        number = int(note.get(qn("w:id")))
        if number > 0:
            found.append((number, "".join(node.text or "" for node in note.iter(qn("w:t"))).strip()))
    return found


def _notes(blob: bytes) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(blob).iter(qn("w:footnote"))


# -- everything that is asked for is there ---------------------------------------------------------


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_an_answer_leaves_whole(form: Form) -> None:
    text = as_text_of(form, [rich()], zone=BAKU).replace("\\", "")
    for said in (
        "Who met?",
        "25 November 2026, 00:30 UTC+04",
        "They met on Tuesday.",
        "Sergey Lavrov, minister, for Russia:",
        "Partly supported: “long” is not in the passage",
        "Repaired: quoted word for word (the draft was weaker). As first written: “They may meet.”",
        "Armenia",
        "We will not sign.",
        "Azerbaijan",
        "They must sign.",
        "No statement of theirs was found.",
        "Disputed: these accounts contradict each other.",
        "Left open:",
        "who paid",
        "As of 19 April 2023",
        "Written by openai:gpt-5-mini with the prompt answer@v1",
        "also spelled Əliyev; April 2023",
        "Only articles from 1 January 2023, until 31 December 2023, of Azertag or TASS",
        "Answer 0cfca3ec from the library 3ab1",
        "Azertag, “A meeting”, 19 April 2023: “They met on Tuesday.”",
        "https://azertag.example/1",
        "“A meeting”, April 2023, 2.md: “Talks lasted.”",
    ):
        assert said in text, said
    assert "javascript" not in text
    assert text.count("Azertag, “A meeting”, 19 April 2023: “They met on Tuesday.”") == 1


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_conversation_leaves_whole(form: Form) -> None:
    shown = Draft(claims=(Claim(text="Half an", citations=(cited("Half an answer.", 9),)),))
    problem = Problem(problem="The endpoint is down.", remedy="Try again.")
    turns = [
        rich(),
        abstention(),
        turn(question="Stopped?", state="stopped", draft=shown),
        turn(question="Failed?", state="failed", problem=problem),
        turn(question="Cut off?", state="asking"),
    ]
    text = as_text_of(form, turns, title="Peace talks")
    for said in (
        "Peace talks",
        "Nothing here answers this. Ask about the Caucasus.",
        "The closest articles:",
        "“On Mars”, date unknown, a.md",
        "Articles up to 19 April 2023",
        "Half an",
        "Half an answer.",
        "Stopped before the end.",
        "The endpoint is down. Try again.",
        "The answer was not finished.",
        "24 November 2026, 20:30 UTC",
    ):
        assert said in text, said


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_script_arrives(form: Form) -> None:
    claims = [
        Claim(text=text, citations=(cited(text, n),)) for n, text in enumerate(SCRIPTS.values(), 1)
    ]
    found = as_text_of(form, [turn(answer(*claims), question=SCRIPTS["hy"])])
    for text in SCRIPTS.values():
        assert found.count(text) >= 2, text


def test_pdf_has_a_glyph_for_every_letter() -> None:
    texts = [*SCRIPTS.values(), ARABIC, HEBREW]
    claims = [Claim(text=text, citations=(cited(text, n),)) for n, text in enumerate(texts, 1)]
    reader = PdfReader(io.BytesIO(export([turn(answer(*claims))], "pdf")))
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("Libertinus" in name for name in fonts)
    assert any("DejaVu" in name for name in fonts)
    assert not any("LastResort" in name for name in fonts)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    links = [
        note.get_object()["/A"]["/URI"]
        for page in reader.pages
        for note in page.get("/Annots", ())
        if "/URI" in note.get_object().get("/A", {})
    ]
    assert f"https://azertag.example/{len(texts)}" in links


def test_right_to_left_is_marked_in_word() -> None:
    claims = [
        Claim(text=text, citations=(cited(text, n),)) for n, text in enumerate((ARABIC, "Yes."), 1)
    ]
    made = export([turn(answer(*claims))], "docx")
    paragraphs = {p.text: p for p in Document(io.BytesIO(made)).paragraphs}
    rtl, ltr = paragraphs[ARABIC], paragraphs["Yes."]
    assert rtl.runs[0].font.rtl
    assert rtl._p.pPr.find(qn("w:bidi")) is not None
    assert ltr.runs[0].font.rtl is None
    assert ltr._p.pPr is None or ltr._p.pPr.find(qn("w:bidi")) is None


def test_word_numbers_the_notes_and_refers_again() -> None:
    made = export([rich()], "docx")
    document = Document(io.BytesIO(made))
    references = [int(r.get(qn("w:id"))) for r in document.element.iter(qn("w:footnoteReference"))]
    assert references == [number for number, _ in docx_notes(made)] == [1, 2, 3, 4, 5]
    fields = [node.text for node in document.element.iter(qn("w:instrText"))]
    assert fields == [" NOTEREF note_1 \\h "]
    marks = {mark.get(qn("w:name")) for mark in document.element.iter(qn("w:bookmarkStart"))}
    assert "note_1" in marks


# -- others' text is text --------------------------------------------------------------------------


def _markdown(document: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    return parser.use(footnote_plugin).enable(["table", "strikethrough"])


def _inline_texts(document: str) -> list[str]:
    """The text of every inline block; fails on markup that an export does not make itself."""
    tokens = _markdown(document).parse(document)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    ours = "heading paragraph inline bullet_list list_item table thead tbody tr th td"
    assert kinds <= {*ours.split(), "footnote", "footnote_block", "footnote_anchor"}
    texts = []
    for token in tokens:
        text = ""
        for child in token.children or ():
            if child.type == "text" or child.type == "text_special":
                text += child.content
            elif child.type in ("link_open", "link_close"):
                assert child.markup == "autolink"
                if child.type == "link_open":
                    assert str(child.attrs["href"]).startswith("https://azertag.example/")
            else:
                assert child.type in {
                    "strong_open", "strong_close", "em_open", "em_close", "footnote_ref",
                    "footnote_anchor", "hardbreak", "softbreak",
                }, child.type  # fmt: skip
        if token.type == "inline":
            texts.append(text)
    return texts


@settings(max_examples=150, deadline=None)
@given(text=OTHERS)
def test_markdown_reads_as_the_text_it_was_made_of(text: str) -> None:
    claim = Claim(text=text, citations=(cited(text, title=text, outlet=text),))
    sides = Accounts(sides=(Account(party=text, claims=(1,)), Account(party="B", claims=())))
    given = answer(claim, claim, accounts=sides, missing=(text,), writer=text, searched_for=text)
    made = export([turn(given, question=text)], "md", title=text).decode()
    wanted = plain(text)
    found = _inline_texts(made)
    assert found[:4] == [wanted, wanted, "Asked 24 November 2026, 20:30 UTC", wanted]
    assert [wanted, "B", wanted, "No statement of theirs was found."] == found[4:8]
    note = f"{wanted}, “{wanted}”, 19 April 2023: “{wanted}” https://azertag.example/1"
    assert found[-1] == note


@settings(max_examples=40, deadline=None)
@given(text=OTHERS)
def test_word_reads_as_the_text_it_was_made_of(text: str) -> None:
    claim = Claim(text=text, citations=(cited(text, title=text, outlet=text),))
    made = export([turn(answer(claim), question=text)], "docx")
    wanted = plain(text)
    paragraphs = [p.text for p in Document(io.BytesIO(made)).paragraphs]
    assert (paragraphs[0], paragraphs[2]) == (wanted, wanted)
    note = f"{wanted}, “{wanted}”, 19 April 2023: “{wanted}” https://azertag.example/1"
    assert docx_notes(made) == [(1, note)]


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1, max_size=200))
def test_any_text_can_be_printed(text: str) -> None:
    claim = Claim(text=text, citations=(cited(text, title=text, outlet=text),))
    made = export([turn(answer(claim), question=text)], "pdf", title=text)
    assert len(PdfReader(io.BytesIO(made)).pages) >= 1


def test_lively_text_is_dead_everywhere() -> None:
    claim = Claim(text=LIVELY, citations=(cited(LIVELY, title=LIVELY),))
    given = turn(answer(claim), question=f"#import {LIVELY}")
    assert LIVELY in as_text_of("txt", [given])
    assert LIVELY in as_text_of("docx", [given])
    pdf = re.sub(r"\s", "", as_text_of("pdf", [given]))
    assert re.sub(r"\s", "", LIVELY) in pdf
    _inline_texts(export([given], "md").decode())


def test_an_address_with_brackets_stays_one_link() -> None:
    url = "https://azertag.example/a b<c>(d)?e=[f]&g=ж"
    claim = Claim(text="Yes.", citations=(cited("Yes.", url=url),))
    made = export([turn(answer(claim))], "md").decode()
    assert "<https://azertag.example/a%20b%3Cc%3E(d)?e=[f]&g=%D0%B6>" in made
    _inline_texts(made)
    links = Document(io.BytesIO(export([turn(answer(claim))], "docx"))).part.package.iter_parts()
    (notes,) = [part for part in links if part.partname == "/word/footnotes.xml"]
    (link,) = notes.rels.values()
    assert link.target_ref == "https://azertag.example/a%20b%3Cc%3E(d)?e=[f]&g=%D0%B6"


# -- and the rest ----------------------------------------------------------------------------------


def test_the_clipboard_holds_the_text() -> None:
    assert clipboard([rich()], zone=BAKU) == export([rich()], "txt", zone=BAKU).decode()
    assert clipboard([rich()]).startswith("Who met?\n--------\n\nAsked 24 November 2026, 20:30 UTC\n")


@given(title=st.text())
def test_file_names_are_taken_anywhere(title: str) -> None:
    name = file_name(title, "pdf")
    assert name.endswith(".pdf")
    assert re.fullmatch(r"[\w-]{1,60}\.pdf", name)
    assert name == file_name(title, "pdf")


def test_a_long_conversation_is_set_whole() -> None:
    turns = [rich().model_copy(update={"id": str(number)}) for number in range(100)]
    reader = PdfReader(io.BytesIO(export(turns, "pdf", title="Long")))
    assert f"{len(reader.pages)} / {len(reader.pages)}" in reader.pages[-1].extract_text()
    assert "Answer 99 from the library" in "".join(page.extract_text() for page in reader.pages[-3:])
