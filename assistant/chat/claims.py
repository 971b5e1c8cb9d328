"""The sentences of an answer as they are drawn: citations, grounding, who is set beside whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from assistant.chat.words import byline, claim_html, grounding_html, relation_html
from assistant.text import as_html, as_label, reads_right_to_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from assistant.answers import Accounts, Citation, Claim
    from assistant.chat.tab import Conversation

_WORD = re.compile(r"\w+")


def show_claims(held: Conversation, number: int, claims: Sequence[Claim]) -> None:
    """Draw claims one below the other."""
    place = 0
    for at, claim in enumerate(claims):
        show_claim(held, number, at, place, claim)
        place += len(claim.citations)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the claims of two accounts go: those of no side, how they relate, and a column a party."""

    shared: DeltaGenerator
    relation: DeltaGenerator
    columns: Sequence[DeltaGenerator]

    @classmethod
    def drawn(cls, number: int, parties: Sequence[str]) -> Frame:
        """Draw the columns' headings for a turn; the claims may come one by one."""
        shared = st.container()
        with st.container(key=f"accounts-{number}"):
            relation, columns = st.empty(), st.columns(len(parties), gap="medium")
            relation.html('<p class="relation">Setting the accounts side by side …</p>')
        for column, party in zip(columns, parties, strict=True):
            column.html(f'<h3 class="party" dir="auto">{as_html(party)}</h3>')
        return cls(shared, relation, columns)

    def show(self, held: Conversation, number: int, at: int, place: int, claim: Claim,
             side: int | None) -> None:  # fmt: skip
        """Draw a claim in the column of its side."""
        with self.shared if side is None else self.columns[side]:
            show_claim(held, number, at, place, claim)
            if side is not None and (quotes := _quotes(claim)):
                st.html(quotes)


def show_accounts(
    held: Conversation, number: int, claims: tuple[Claim, ...], accounts: Accounts
) -> None:
    """Draw what each party says beside the other; what no party says comes before."""
    frame = Frame.drawn(number, [side.party for side in accounts.sides])
    frame.relation.html(relation_html(accounts))
    owners = {at: side for side, account in enumerate(accounts.sides) for at in reversed(account.claims)}
    place = 0
    for at, claim in enumerate(claims):
        frame.show(held, number, at, place, claim, owners.get(at))
        place += len(claim.citations)
    for column, side in zip(frame.columns, accounts.sides, strict=True):
        if not side.claims:
            column.html('<p class="unheard">Not heard in the articles found.</p>')


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
        if not _holds(claim.text, citation.quote):
            parts.append(f'<blockquote dir="auto">{as_html(citation.quote)}</blockquote>')
        if not claim.attribution:
            parts.append(f'<p class="when" dir="auto">{as_html(byline(citation))}</p>')
    return "".join(dict.fromkeys(parts))


def _holds(text: str, quote: str) -> bool:
    """Whether the text holds the quote's words, but for a pronoun that a name was put for."""
    words = set(_WORD.findall(quote.lower()))
    lacking = words - set(_WORD.findall(text.lower()))
    return len(lacking) <= len(words) // 8


def notice_html(text: str) -> str:
    """Return what the reader should know of how the answer came to be."""
    return f'<p class="notice">{as_html(text)}</p>'
