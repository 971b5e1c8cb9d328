"""The sentences of an answer as they are drawn: citations, grounding, who is set beside whom."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat_text import as_html, as_label, reads_right_to_left
from assistant.chat_words import byline, claim_html, grounding_html, relation_html

if TYPE_CHECKING:
    from assistant.answers import Accounts, Citation, Claim
    from assistant.chat_tab import Conversation


def show_claims(
    held: Conversation, number: int, claims: tuple[Claim, ...], chosen: range | tuple[int, ...]
) -> None:
    """Draw the claims at the chosen places."""
    first = [0, *accumulate(len(claim.citations) for claim in claims)]
    for at in chosen:
        show_claim(held, number, at, first[at], claims[at])


def show_accounts(
    held: Conversation, number: int, claims: tuple[Claim, ...], accounts: Accounts
) -> None:
    """Draw what each party says beside the other; what no party says comes before."""
    shared = {at for side in accounts.sides for at in side.claims}
    show_claims(held, number, claims, tuple(at for at in range(len(claims)) if at not in shared))
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
                    show_claims(held, number, claims, (at,))
                    if quotes := _quotes(claims[at]):
                        st.html(quotes)
                if not side.claims:
                    st.html('<p class="unheard">Not heard in the articles found.</p>')


def show_claim(held: Conversation, number: int, at: int, place: int, claim: Claim) -> None:
    """Draw a claim; `place` is that of its first citation among all of the turn's."""
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


def notice_html(text: str) -> str:
    """Return what the reader should know of how the answer came to be."""
    return f'<p class="notice">{as_html(text)}</p>'
