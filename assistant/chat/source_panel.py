"""The source beside the chat: the whole article, the cited words marked and scrolled into view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.article_text import article_html
from assistant.chat.reviews import show_objection
from assistant.chat.words import byline
from assistant.text import as_html, as_label, date_text, days_text, web_link
from index.intake.mentions import find_mentions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Answer, Citation, Source
    from assistant.chat.article_text import Range
    from assistant.chat.tab import Conversation, Opened
    from index.articles import Article
    from index.store.catalogue import Catalogue

_DAYS_SHOWN = 4
_BEGINNING = 90  # characters
_CHOSEN = "background: var(--accent); border-color: var(--accent); color: var(--paper);"

_SCROLL = """
let shown = null;
export default function ({ data }) {
  if (data.token === shown) return;
  shown = data.token;
  let frames = 0;
  const scroll = () => {
    if (shown !== data.token) return;
    const text = document.querySelector(`[data-opened="${data.token}"]`);
    const box = text && text.closest(".st-key-source_text");
    if (!box || !box.clientHeight) {
      if (++frames < 300) requestAnimationFrame(scroll);
      return;
    }
    const mark = text.querySelector("mark.cited");
    if (!mark) { box.scrollTop = 0; return; }
    const above = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += above - box.clientHeight / 4;
    hold(40);
  };
  // The chat sticks to its end while its height changes: the chip is held in sight for a moment.
  const hold = (left) => {
    if (shown !== data.token || !left) return;
    const chips = document.querySelectorAll(`${data.chip} button`);
    for (const chip of chips) chip.offsetParent && chip.scrollIntoView({ block: "nearest" });
    requestAnimationFrame(() => hold(left - 1));
  };
  requestAnimationFrame(scroll);
}
"""


def show_source(library: Catalogue, conversation: Conversation) -> None:
    """Draw the panel for the source that is open; nothing when none is."""
    opened = conversation.opened
    if opened is None:
        return
    article = library.article(opened.article_id)
    with st.container(key="source_panel", gap="small"):
        _controls(conversation, opened)
        if article is None:
            _gone(conversation, opened)
            return
        turn = conversation.turns[opened.turn]
        st.html(_head(article, _marked(turn.citations, opened)))
        if link := web_link(article.url):
            icon = ":material/open_in_new:"
            st.link_button("Open the original", link, icon=icon, type="tertiary")
        keeping = conversation.keeping
        if opened.citation is not None and keeping and turn.kept and turn.answer:
            show_objection(keeping, turn, opened.citation)
        with st.container(key="source_text"):
            st.html(article_html(article, turn.citations, opened.citation, opened.token, opened.span))
            _others(library, conversation, opened, turn.so_far)
        _point_at(opened)


def _point_at(opened: Opened) -> None:
    """Scroll to the cited words; mark the chip that was chosen, by style so that it keeps focus."""
    chip = f".st-key-citation-{opened.turn}-{opened.citation}"
    st.html(f"<style>.stApp {chip} button {{ {_CHOSEN} }}</style>")
    st.components.v2.component("scroll_to_citation", js=_SCROLL, isolate_styles=False)(
        data={"token": str(opened.token), "chip": chip}, key="scroll_to_citation"
    )


def _marked(citations: Sequence[Citation], opened: Opened) -> Range | None:
    if opened.citation is None:
        return opened.span
    return citations[opened.citation].start, citations[opened.citation].end


def _head(article: Article, marked: Range | None) -> str:
    date = article.published.text if article.published else None
    facts = [article.outlet, article.speaker, f"published {date}" if date else "date unknown"]
    if days := _spoken_of(article, marked):
        facts.append(f"speaks of {days}")
    meta = '<span class="dot"> · </span>'.join(f"<bdi>{as_html(f)}</bdi>" for f in facts if f)
    return (
        f'<h2 class="source-title" dir="auto">{as_html(article.title)}</h2>'
        f'<p class="source-meta">{meta}</p>'
    )


def _spoken_of(article: Article, marked: Range | None) -> str:
    """The days that the marked words speak of; of an article as such, the first it speaks of."""
    start, end = marked or (0, len(article.text))
    found = find_mentions(article.text[:end], article.published)
    days = dict.fromkeys(days_text(m.first, m.last) for m in found if m.start >= start)
    return ", ".join(list(days)[:_DAYS_SHOWN])


def _others(library: Catalogue, conversation: Conversation, opened: Opened, answer: Answer) -> None:
    """Offer what else was found for the question, and the same story elsewhere."""
    copies = library.copies(opened.article_id)
    if copies:
        count = f"{len(copies) + 1} articles, 1 origin"
        with st.expander(f"The same story elsewhere ({count})", key="copies"):
            for copy in copies:
                date = date_text(copy.published)
                st.button(
                    as_label(f"{copy.outlet or copy.title}, {date}"),
                    key=f"same-{copy.id}",
                    type="tertiary",
                    on_click=conversation.open_article,
                    args=(opened.turn, copy.id),
                )
    if answer.passages:
        with st.expander(f"All passages found ({len(answer.passages)})", key="passages"):
            for found in answer.passages:
                st.button(
                    f"{as_label(f'{found.rank}. {found.title} — {byline(found)}')}"
                    f" *{as_label(_beginning(library, found))}*",
                    key=f"passage-{found.rank}",
                    type="tertiary",
                    on_click=conversation.open_article,
                    args=(opened.turn, found.article_id, (found.start, found.end)),
                )


def _beginning(library: Catalogue, found: Source) -> str:
    """The first words of a passage, by which two of one article are told apart."""
    article = library.article(found.article_id)
    return f"{article.text[found.start : found.end].strip()[:_BEGINNING]} …" if article else "…"


def _controls(conversation: Conversation, opened: Opened) -> None:
    count = len(conversation.turns[opened.turn].citations)
    with st.container(key="source_controls", horizontal=True, vertical_alignment="center"):
        if opened.citation is None:
            kind = "Passage found, not cited" if opened.span else "Article"
            st.html(f'<p class="source-place">{kind}</p>')
        else:
            st.html(f'<p class="source-place">Citation {opened.citation + 1} of {count}</p>')
            _step(conversation, opened.turn, opened.citation - 1, count, "Previous", "Alt+Up")
            _step(conversation, opened.turn, opened.citation + 1, count, "Next", "Alt+Down")
        st.button(
            "Close",
            key="close_source",
            icon=":material/close:",
            type="tertiary",
            shortcut="Esc",
            on_click=conversation.close_source,
        )


def _step(
    conversation: Conversation, turn: int, citation: int, count: int, name: str, keys: str
) -> None:
    st.button(
        name,
        key=f"{name.lower()}_citation",
        type="tertiary",
        disabled=not 0 <= citation < count,
        shortcut=keys,
        on_click=conversation.open_citation,
        args=(turn, citation),
    )


def _gone(conversation: Conversation, opened: Opened) -> None:
    st.html('<p class="problem">This article is no longer in the library as it was cited.</p>')
    if opened.citation is not None:
        citation = conversation.turns[opened.turn].citations[opened.citation]
        st.html(
            f'<h2 class="source-title" dir="auto">{as_html(citation.title)}</h2>'
            f'<div class="source-text" dir="auto"><mark class="cited">{as_html(citation.quote)}'
            "</mark></div>"
        )
