"""An answer being written: its sentences as they come, what is being done, ways to end it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.again import offer_quoting
from assistant.chat.claims import Frame, notice_html, show_claim
from assistant.events import ClaimWritten, Notice, SearchedFor
from assistant.text import as_html
from assistant.writers.choice import VERBATIM

if TYPE_CHECKING:
    from assistant.chat.library import Reading
    from assistant.chat.tab import Conversation
    from assistant.events import Event

_PATIENCE = 8  # seconds without a word after which the reader is told who is waited for


def follow(reading: Reading, held: Conversation, number: int) -> None:
    """Draw the answer of a turn until it has ended, then the page anew."""
    turn = held.turns[number]
    asked = reading.quoting if turn.quoting else reading
    turn.writer = asked.settings.writer
    notices, claims = st.container(), st.container()
    progress = _Progress(asked, held, number)
    progress.show(None)
    turn.start(asked.assistant)
    frame: Frame | None = None
    written = places = 0
    for event in turn.follow():
        match event:
            case Notice(text):
                notices.html(notice_html(text))
            case SearchedFor(_, sides) if sides:
                with claims:
                    frame = Frame.drawn(number, sides)
            case ClaimWritten(claim, side):
                with claims:
                    if frame:
                        frame.show(held, number, written, places, claim, side)
                    else:
                        show_claim(held, number, written, places, claim)
                written += 1
                places += len(claim.citations)
        progress.show(event)
    progress.clear()
    st.rerun()  # what was drawn before (the panel, the list of conversations) knows only of then


class _Progress:
    """What is being done, for how long, and ways to end it, below the claims."""

    def __init__(self, reading: Reading, held: Conversation, number: int) -> None:
        self._reading, self._held, self._number = reading, held, number
        self._turn = held.turns[number]
        self._stage: Event | None = None
        self._since = time.monotonic()
        self._offered = False
        with st.container(key=f"progress-{number}", horizontal=True, vertical_alignment="center"):
            self._line, self._stop, self._quote = st.empty(), st.empty(), st.empty()
        self._stop.button("Stop", key=f"stop-{number}", type="tertiary", on_click=self._turn.stop)

    def show(self, event: Event | None) -> None:
        """Say what follows the event; saying it again lets Streamlit end a run it has replaced."""
        if event:
            self._stage, self._since = event, time.monotonic()
        waited = int(time.monotonic() - self._since)
        self._line.html(f'<p class="status" role="status">{as_html(self._words(waited))}</p>')
        if self._waits_for_model and waited >= _PATIENCE and not self._offered:
            self._offered = True
            with self._quote:
                offer_quoting(self._held, self._number)

    @property
    def _waits_for_model(self) -> bool:
        return self._stage is not None and self._reading.settings.writer != VERBATIM

    def _words(self, waited: int) -> str:
        if self._stage is None:
            return "Searching …" if self._reading.ready else "Loading the models, this once …"
        if self._waits_for_model and waited >= _PATIENCE:
            settings = self._reading.settings
            return (
                f"{settings.writer} has said nothing for {waited} s. "
                f"At {settings.timeout:.0f} s it is given up and the articles are quoted."
            )
        if isinstance(self._stage, SearchedFor):
            return f"Reading what was found for “{self._stage.text}” …"
        return "Writing …"

    def clear(self) -> None:
        """Say nothing any more."""
        for slot in (self._line, self._stop, self._quote):
            slot.empty()
