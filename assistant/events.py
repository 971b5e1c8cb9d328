"""What `Assistant.stream` yields, in this order: SearchedFor, then Notice and ClaimWritten, Finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answers import Answer, Claim


@dataclass(frozen=True, slots=True)
class SearchedFor:
    """The standalone query that is searched; `sides` are the parties whose accounts it asks for."""

    text: str
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know about how the answer came to be."""

    text: str


@dataclass(frozen=True, slots=True)
class ClaimWritten:
    """A claim, final: neither its text nor its citations change. `side` is the place of whose it is."""

    claim: Claim
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The complete answer, holding exactly the claims that were streamed."""

    answer: Answer


Event = SearchedFor | Notice | ClaimWritten | Finished
