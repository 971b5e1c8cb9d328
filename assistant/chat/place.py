"""Where the page stands: at the question asked last, or at the turn that a link names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from assistant.chat.tab import Conversation

# Streamlit keeps a chat at its end while it grows; an answer longer than the window would then be
# read from its last line. The question is held at the top instead, until the reader scrolls.
_STAND = """
let at = null, left = 0, gone = false;
const leave = () => { gone = true; };
for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"])
  document.addEventListener(kind, leave, { passive: true, capture: true });

function scroller(element) {
  for (let box = element.parentElement; box; box = box.parentElement)
    if (/auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  return document.scrollingElement;
}
function hold() {
  const turn = document.querySelector(`.st-key-turn-${at.turn}`);
  if (turn) {
    const box = scroller(turn);
    const above = turn.getBoundingClientRect().top - box.getBoundingClientRect().top - at.margin;
    if (Math.abs(above) > 1) box.scrollTop += above;
    if (at.linked && !turn.dataset.linked) {
      for (const other of document.querySelectorAll("[data-linked]")) delete other.dataset.linked;
      turn.dataset.linked = "true";
      const heading = turn.querySelector("h2");
      if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
    }
  }
  const drawing = document.querySelector('.stApp[data-test-script-state="running"]');
  if (!gone && ((drawing && turn) || left-- > 0)) requestAnimationFrame(hold);
  else at.held = false;
}
export default function ({ data }) {
  if (!at || at.token !== data.token) { at = data; gone = false; }
  left = 60;
  const margin = document.querySelector('[data-testid="stHeader"]')?.clientHeight ?? 60;
  at.margin = margin + 4;
  if (!gone && !at.held) { at.held = true; requestAnimationFrame(hold); }
}
"""


def show_place(held: Conversation) -> None:
    """Scroll to the turn that the page is to stand at, once for each time it is chosen."""
    if held.place is None or held.place.turn >= len(held.turns):
        return
    place = held.place
    st.components.v2.component("stand_at_turn", js=_STAND, isolate_styles=False)(
        data={
            "turn": place.turn,
            "token": str(place.token),
            "linked": place.linked,
        },
        key="stand_at_turn",
    )
