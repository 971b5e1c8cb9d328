"""The chat: questions, answers that stream sentence by sentence, and their citations."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.answers import MAX_QUESTION_CHARS
from assistant.chat_library import open_reading
from assistant.chat_text import as_html, as_label, date_text, reads_right_to_left
from assistant.chat_turns import conversation
from assistant.events import ClaimWritten, Notice, SearchedFor
from assistant.source_panel import show_source
from assistant.writers import VERBATIM
from index.errors import MemoireError, NoLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import Answer, Citation, Claim, Reference
    from assistant.chat_library import Contents, Reading
    from assistant.chat_turns import Conversation, Turn
    from assistant.events import Event

_STYLE = Path(__file__).with_name("chat.css")
_PURPOSE = "Ask about the news. Every sentence of an answer cites the passage it rests on."
_BROKEN = "This answer could not be finished. The terminal the app runs in says why."
_AFTER_ATTRIBUTION = re.compile(r"[\s,:;–—-]*")


def show_chat() -> None:
    """Draw the page; go on with the answer being written, if there is one."""
    st.html(_STYLE)
    try:
        reading = open_reading()
        contents = reading.contents
        if contents.overview.articles:
            _show_desk(reading, contents, conversation())
            reading.warm()
        else:
            _show_empty_library(f"The library {reading.library.folder} holds no article yet.")
    except NoLibrary as exc:
        _show_empty_library(exc.problem)
    except MemoireError as exc:
        _show_problem("The library cannot be read", exc.problem, exc.remedy)


def _show_desk(reading: Reading, contents: Contents, held: Conversation) -> None:
    st.chat_input(
        "Ask about the articles",
        key="typed",
        max_chars=MAX_QUESTION_CHARS,
        on_submit=lambda: held.ask(st.session_state["typed"]),
    )
    with st.container(key="desk"):
        chat, source = st.columns([11, 9], gap="large")
    with source:
        show_source(reading.library, held)
    with chat:
        if not held.turns:
            _show_welcome(contents, held)
        for number, turn in enumerate(held.turns):
            _show_turn(reading, held, number, turn)
        if held.turns:
            st.button(
                "New conversation",
                key="new_conversation",
                icon=":material/add:",
                type="tertiary",
                on_click=held.clear,
            )


# -- before the first question ---------------------------------------------------------------------


def _show_welcome(contents: Contents, held: Conversation) -> None:
    overview = contents.overview
    held_there = f"{overview.articles:,} article{'s' if overview.articles != 1 else ''}"
    if overview.first and overview.last:
        held_there += f", {overview.first.text} to {overview.last.text}"
    if overview.undated:
        held_there += f" ({overview.undated:,} undated)"
    st.html(
        f'<header class="welcome"><h1>Aide-Mémoire</h1><p class="purpose">{_PURPOSE}</p>'
        f'<p class="holding">In the library: {held_there}.</p></header>'
    )
    with st.container(key="suggestions", gap="small"):
        st.html('<p class="try">Try asking</p>')
        for number, question in enumerate(contents.questions):
            st.button(
                as_label(question),
                key=f"suggestion-{number}",
                width="stretch",
                on_click=held.ask,
                args=(question,),
            )


def _show_empty_library(problem: str) -> None:
    st.html(
        '<section class="screen"><h1>No articles yet</h1>'
        f"<p>{as_html(problem)}</p>"
        "<p>Index a file or a folder of Markdown, text or JSON Lines:</p>"
        "<pre>memoire index PATH</pre>"
        "<p>Then reload this page.</p></section>"
    )


def _show_problem(heading: str, problem: str, remedy: str) -> None:
    st.html(
        f'<section class="screen" role="alert"><h1>{as_html(heading)}</h1>'
        f"<p>{as_html(problem)}</p><p>{as_html(remedy)}</p></section>"
    )


# -- a turn ----------------------------------------------------------------------------------------


def _show_turn(reading: Reading, held: Conversation, number: int, turn: Turn) -> None:
    with st.chat_message("user"):
        st.html(f'<p class="asked" dir="auto">{as_html(turn.question.text)}</p>')
    with st.chat_message("assistant"):
        notices, claims = st.container(), st.container()
        progress = _Progress(number, turn)
        live = turn.live
        if live:
            progress.show(None)
            _start(reading, turn)
        claim_numbers, places = count(), count()
        for event in turn.follow():
            match event:
                case Notice(text):
                    notices.html(f'<p class="notice">{as_html(text)}</p>')
                case ClaimWritten(claim):
                    kind = "claim-rtl" if reads_right_to_left(claim.text) else "claim"
                    with claims, st.container(key=f"{kind}-{number}-{next(claim_numbers)}"):
                        st.html(_claim_html(claim))
                        for citation, place in zip(claim.citations, places, strict=False):
                            _show_chip(held, number, place, citation)
            if live:
                progress.show(event)
        progress.clear()
        _show_end(held, number, turn)
        if live and held.opened and held.opened.turn == number:
            st.rerun()  # the panel, drawn before, knows only the citations of then


class _Progress:
    """What is being done, and a way to stop it, below the claims."""

    def __init__(self, number: int, turn: Turn) -> None:
        self._text = f"Searching for “{turn.question.text}” …"
        with st.container(key=f"progress-{number}", horizontal=True, vertical_alignment="center"):
            self._line, self._stop = st.empty(), st.empty()
        if turn.live:
            self._stop.button("Stop", key=f"stop-{number}", type="tertiary", on_click=turn.stop)

    def show(self, event: Event | None) -> None:
        """Say what follows the event; saying it again lets Streamlit end a run it has replaced."""
        if isinstance(event, SearchedFor):
            self._text = f"Searching for “{event.text}” …"
        elif isinstance(event, ClaimWritten):
            self._text = "Writing …"
        self._line.html(f'<p class="status" role="status">{as_html(self._text)}</p>')

    def clear(self) -> None:
        """Say nothing any more."""
        self._line.empty()
        self._stop.empty()


def _start(reading: Reading, turn: Turn) -> None:
    try:
        turn.start(reading.assistant())
    except MemoireError as exc:
        turn.fail(exc)


def _show_chip(held: Conversation, number: int, place: int, citation: Citation) -> None:
    st.button(
        str(citation.number),
        key=f"citation-{number}-{place}",
        help=as_label(_byline(citation)),
        on_click=held.open_citation,
        args=(number, place),
    )


def _claim_html(claim: Claim) -> str:
    who, said = "", claim.text
    if claim.attribution and said.startswith(claim.attribution):
        rest = _AFTER_ATTRIBUTION.match(said, len(claim.attribution))
        cut = rest.end() if rest else len(claim.attribution)
        who, said = said[:cut], said[cut:]
    lead = f'<span class="who" dir="auto">{as_html(who)}</span>' if who else ""
    return f'{lead}<span class="said">{as_html(said)}</span>'


def _byline(reference: Reference) -> str:
    who = () if reference.outlet else (reference.title,)
    return ", ".join((*who, *_origin(reference)))


def _origin(reference: Reference) -> Iterator[str]:
    if reference.outlet:
        yield reference.outlet
    yield date_text(reference.published)


# -- how a turn ended ------------------------------------------------------------------------------


def _show_end(held: Conversation, number: int, turn: Turn) -> None:
    if turn.failure:
        st.html(
            f'<p class="problem" role="alert">{as_html(turn.failure.problem)} '
            f"{as_html(turn.failure.remedy)}</p>"
        )
    elif turn.stopped:
        st.html('<p class="foot">Stopped before the end.</p>')
    elif turn.answer:
        if turn.answer.abstained:
            _show_abstention(held, number, turn.answer)
        parts = " · ".join(_footer(turn.answer))
        st.html(f'<p class="foot">{as_html(parts)}</p>')
    else:
        st.html(f'<p class="problem" role="alert">{_BROKEN}</p>')


def _show_abstention(held: Conversation, number: int, answer: Answer) -> None:
    st.html(f'<p class="abstained">{as_html(answer.reason or "")}</p>')
    if answer.closest:
        st.html('<p class="try">The closest articles</p>')
        _show_reading(held, number, answer.closest)


def _show_reading(held: Conversation, number: int, articles: Sequence[Reference]) -> None:
    with st.container(key=f"reading-{number}", gap="small"):
        for place, article in enumerate(articles):
            st.button(
                as_label(f"{article.title} — {', '.join(_origin(article))}"),
                key=f"reading-{number}-{place}",
                width="stretch",
                on_click=held.open_article,
                args=(number, article.article_id),
            )


def _footer(answer: Answer) -> Iterator[str]:
    if answer.as_of:
        kind = "Articles up to" if answer.abstained else "As of"
        yield f"{kind} {date_text(answer.as_of)}"
    if answer.writer != VERBATIM:
        yield f"written by {answer.writer}"
    elif not answer.abstained:
        yield "quoted word for word"
    if answer.prompt:
        yield f"prompt {answer.prompt}"
    yield f"{answer.seconds:.1f} s"
    if answer.searched_for != answer.question:
        yield f"searched for “{answer.searched_for}”"
