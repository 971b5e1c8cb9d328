"""An answer to take along: copied as text or Markdown with footnotes, or as a link to its turn."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat_text import date_text, web_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.answers import Answer, Citation

_HTML = '<div class="copies"></div><span class="said" role="status"></span>'
_CSS = """
.copies { display: flex; flex-wrap: wrap; gap: 0.25rem; }
button {
  background: none; border: 1px solid transparent; border-radius: 0.4rem; color: inherit;
  cursor: pointer; font: inherit; font-size: 0.875rem; padding: 0.3rem 0.5rem; text-align: start;
}
button:hover { background: var(--st-secondary-background-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
.said { display: block; font-size: 0.8rem; min-height: 1.2rem; padding-inline: 0.5rem; }
"""
_JS = """
async function copy(text) {
  try { await navigator.clipboard.writeText(text); return true; } catch { /* no secure context */ }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".copies");
  const said = parentElement.querySelector(".said");
  const link = new URL(data.link, location.origin + location.pathname).href;
  const offers = [["Text with footnotes", data.text], ["Markdown", data.markdown],
                  ["Link to this turn", link]];
  box.replaceChildren(...offers.map(([name, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = async () => {
      said.textContent = (await copy(text)) ? `Copied: ${name.toLowerCase()}` : "The browser refused";
    };
    return button;
  }));
}
"""


def show_copies(answer: Answer, key: str, link: str) -> None:
    """Draw the ways to copy an answer; `link` is the turn's query string."""
    st.components.v2.component("copy_answer", html=_HTML, css=_CSS, js=_JS)(
        data={"text": as_text(answer), "markdown": as_markdown(answer), "link": link}, key=key
    )


def as_text(answer: Answer) -> str:
    """Return question, answer with [numbers], and a footnote for every quote, as plain text."""
    notes = [f"[{c.number}] {_note(c)}: “{c.quote}”" for c in _footnotes(answer)]
    parts = [answer.question, _body(answer, "[{}]"), "\n".join(notes), _as_of(answer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_markdown(answer: Answer) -> str:
    """Return the same as Markdown with footnotes; others' text is no markup in it."""
    notes = []
    for number, same in groupby(_footnotes(answer), key=lambda c: c.number):
        cited = list(same)
        quotes = " … ".join(f"“{_escaped(c.quote)}”" for c in cited)
        link = web_link(cited[0].url)
        notes.append(f"[^{number}]: {_escaped(_note(cited[0], url=not link))}: {quotes}"
                     + (f" <{link}>" if link else ""))  # fmt: skip
    body = _body(answer, "[^{}]", escaped=True)
    parts = [f"**{_escaped(answer.question)}**", body, "\n".join(notes), _as_of(answer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(answer: Answer, marker: str, *, escaped: bool = False) -> str:
    lines = []
    for claim in answer.claims:
        numbers = dict.fromkeys(citation.number for citation in claim.citations)
        text = _escaped(claim.text) if escaped else claim.text
        lines.append(" ".join([text, *(marker.format(number) for number in numbers)]))
    return "\n\n".join(lines) or answer.reason or ""


def _footnotes(answer: Answer) -> Iterator[Citation]:
    cited = {(c.number, c.start, c.end): c for claim in answer.claims for c in claim.citations}
    yield from (cited[place] for place in sorted(cited))


def _note(citation: Citation, *, url: bool = True) -> str:
    parts = [citation.outlet, citation.title, date_text(citation.published)]
    if url:
        parts.append(citation.url or citation.source)
    return ", ".join(part for part in parts if part)


def _as_of(answer: Answer) -> str:
    return f"As of {date_text(answer.as_of)}." if answer.as_of and answer.claims else ""


def _escaped(text: str) -> str:
    folded = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|~" else char for char in folded)
