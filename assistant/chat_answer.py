"""A turn as it is drawn: the question, its answer sentence by sentence, and who is set beside whom."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import streamlit as st

from assistant.answers import MAX_QUESTION_CHARS
from assistant.chat_end import show_end
from assistant.chat_text import as_html, as_label, reads_right_to_left
from assistant.chat_timeline import show_timeline
from assistant.chat_words import byline, claim_html, grounding_html, relation_html
from assistant.events import ClaimWritten, Notice, SearchedFor
from index.errors import MemoireError

if TYPE_CHECKING:
    from assistant.answers import Accounts, Citation, Claim
    from assistant.chat_library import Reading
    from assistant.chat_tab import Conversation
    from assistant.chat_turns import Turn
    from assistant.events import Event


def show_turn(reading: Reading, held: Conversation, number: int) -> None:
    """Draw a turn; follow its answer while it is being written."""
    turn = held.turns[number]
    with st.chat_message("user"):
        _show_question(held, number, turn)
    with st.chat_message("assistant"):
        if turn.live:
            _follow(reading, held, number, turn)
        else:
            _show_ended(reading, held, number, turn)


def _show_question(held: Conversation, number: int, turn: Turn) -> None:
    if held.editing == number:
        _show_editor(held, number, turn)
        return
    with st.container(key=f"question-{number}", horizontal=True, vertical_alignment="bottom"):
        st.html(f'<h2 class="asked" dir="auto" id="t{number + 1}">{as_html(turn.question.text)}</h2>')
        st.button(
            "Edit",
            key=f"edit-{number}",
            type="tertiary",
            help="Change the question and ask it again",
            on_click=held.edit,
            args=(number,),
        )
    if turn.versions > 1:
        _show_versions(held, number, turn)


def _show_versions(held: Conversation, number: int, turn: Turn) -> None:
    with st.container(key=f"versions-{number}", horizontal=True, vertical_alignment="center"):
        for step, icon, name in ((-1, "chevron_left", "Earlier"), (1, "chevron_right", "Later")):
            st.button(
                f"{name} version",
                key=f"version-{number}{step:+d}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=not 1 <= turn.version + step <= turn.versions,
                on_click=held.show_version,
                args=(number, turn.version + step),
            )
            if step < 0:
                st.caption(f"{turn.version} of {turn.versions}")


def _show_editor(held: Conversation, number: int, turn: Turn) -> None:
    later = len(held.turns) - number - 1
    with st.form(f"editor-{number}", border=False):
        key = f"edited-{number}"
        st.text_area("Question", turn.question.text, key=key, max_chars=MAX_QUESTION_CHARS)
        if later:
            st.caption(f"Its answer and the {later} question(s) after it stay as an earlier version.")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Ask again",
                type="primary",
                on_click=lambda: held.ask_again(number, st.session_state[key]),
            )
            st.form_submit_button("Leave as it is", on_click=held.edit, args=(None,))


# -- while it is written ---------------------------------------------------------------------------


def _follow(reading: Reading, held: Conversation, number: int, turn: Turn) -> None:
    notices, claims = st.container(), st.container()
    progress = _Progress(number, turn)
    progress.show(None)
    _start(reading, turn)
    written = places = 0
    for event in turn.follow():
        match event:
            case Notice(text):
                notices.html(_notice(text))
            case ClaimWritten(claim):
                with claims:
                    _show_claim(held, number, written, places, claim)
                written += 1
                places += len(claim.citations)
        progress.show(event)
    progress.clear()
    st.rerun()  # what was drawn before (the panel, the list of conversations) knows only of then


class _Progress:
    """What is being done, and a way to stop it, below the claims."""

    def __init__(self, number: int, turn: Turn) -> None:
        self._text = f"Searching for “{turn.question.text}” …"
        with st.container(key=f"progress-{number}", horizontal=True, vertical_alignment="center"):
            self._line, self._stop = st.empty(), st.empty()
        self._stop.button("Stop", key=f"stop-{number}", type="tertiary", on_click=turn.stop)

    def show(self, event: Event | None) -> None:
        """Say what follows the event; saying it again lets Streamlit end a run it has replaced."""
        if isinstance(event, SearchedFor):
            self._text = f"Reading what was found for “{event.text}” …"
        elif isinstance(event, ClaimWritten):
            self._text = "Writing …"
        self._line.html(f'<p class="status" role="status">{as_html(self._text)}</p>')

    def clear(self) -> None:
        """Say nothing any more."""
        self._line.empty()
        self._stop.empty()


def _start(reading: Reading, turn: Turn) -> None:
    try:
        turn.writer = reading.settings.writer
        turn.start(reading.assistant())
    except MemoireError as exc:
        turn.fail(exc)


# -- when it has ended -----------------------------------------------------------------------------


def _show_ended(reading: Reading, held: Conversation, number: int, turn: Turn) -> None:
    notices, claims = st.container(), st.container()
    answer = turn.so_far
    for text in answer.notices:
        notices.html(_notice(text))
    with claims:
        if answer.accounts:
            _show_accounts(held, number, answer.claims, answer.accounts)
        else:
            _show_claims(held, number, answer.claims, range(len(answer.claims)))
    show_timeline(reading.library, held, number, answer.claims)
    show_end(held, number, turn)


def _show_claims(
    held: Conversation, number: int, claims: tuple[Claim, ...], chosen: range | tuple[int, ...]
) -> None:
    first = [0, *accumulate(len(claim.citations) for claim in claims)]
    for at in chosen:
        _show_claim(held, number, at, first[at], claims[at])


def _show_accounts(
    held: Conversation, number: int, claims: tuple[Claim, ...], accounts: Accounts
) -> None:
    """Draw what each party says beside the other; what no party says comes before."""
    shared = {at for side in accounts.sides for at in side.claims}
    _show_claims(held, number, claims, tuple(at for at in range(len(claims)) if at not in shared))
    drawn: set[int] = set()
    with st.container(key=f"accounts-{number}"):
        st.html(relation_html(accounts))
        for column, side in zip(st.columns(len(accounts.sides), gap="medium"), accounts.sides,
                                strict=True):  # fmt: skip
            with column:
                st.html(f'<h3 class="party" dir="auto">{as_html(side.party)}</h3>')
                own = tuple(at for at in side.claims if at not in drawn and at < len(claims))
                drawn.update(own)
                for at in own:
                    _show_claims(held, number, claims, (at,))
                    if quotes := _quotes(claims[at]):
                        st.html(quotes)
                if not side.claims:
                    st.html('<p class="unheard">Not heard in the articles found.</p>')


def _show_claim(held: Conversation, number: int, at: int, place: int, claim: Claim) -> None:
    kind = "claim-rtl" if reads_right_to_left(claim.text) else "claim"
    with st.container(key=f"{kind}-{number}-{at}"):
        st.html(claim_html(claim))
        for offset, citation in enumerate(claim.citations):
            _show_chip(held, number, place + offset, citation)
        st.html(grounding_html(claim))


def _show_chip(held: Conversation, number: int, place: int, citation: Citation) -> None:
    st.button(
        str(citation.number),
        key=f"citation-{number}-{place}",
        help=as_label(byline(citation)),
        on_click=held.open_citation,
        args=(number, place),
    )


def _quotes(claim: Claim) -> str:
    """When and where it was said, and the words themselves, where the claim does not hold them."""
    parts = []
    for citation in claim.citations:
        if citation.quote.strip() not in claim.text:
            parts.append(f'<blockquote dir="auto">{as_html(citation.quote)}</blockquote>')
        if not claim.attribution:
            parts.append(f'<p class="when" dir="auto">{as_html(byline(citation))}</p>')
    return "".join(dict.fromkeys(parts))


def _notice(text: str) -> str:
    return f'<p class="notice">{as_html(text)}</p>'
