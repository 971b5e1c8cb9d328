"""An answer to take along: copied as text, Markdown or a link, or saved as a file, with footnotes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from assistant.exports.exporting import MEDIA_TYPES, export, file_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from assistant.exports.exporting import Form
    from assistant.records.turns import StoredTurn

_TEXTS: tuple[Form, ...] = ("txt", "md")
_FILES: dict[Form, str] = {"md": "Markdown", "docx": "Word", "pdf": "PDF"}
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


def show_copies(turn: StoredTurn, key: str, link: str, zone: tzinfo) -> None:
    """Draw the ways to copy an answer; `link` is the turn's query string."""
    copies = {form: export([turn], form, zone=zone).decode() for form in _TEXTS}
    st.components.v2.component("copy_answer", html=_HTML, css=_CSS, js=_JS)(
        data={"text": copies["txt"], "markdown": copies["md"], "link": link}, key=key
    )


def show_downloads(turns: Sequence[StoredTurn], title: str, zone: tzinfo, key: str) -> None:
    """Draw a button for each form in which turns can be saved; a file is made when it is asked for."""
    heading = title if len(turns) > 1 else None
    with st.container(key=f"{key}-downloads", horizontal=True):
        for form, name in _FILES.items():
            st.download_button(
                name,
                data=partial(export, turns, form, title=heading, zone=zone),
                file_name=file_name(title, form),
                mime=MEDIA_TYPES[form],
                key=f"{key}-{form}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )
