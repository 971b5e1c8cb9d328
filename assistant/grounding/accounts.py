"""Two parties' accounts set side by side: whose a claim is, and who is not heard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.answers import Account, Accounts
from assistant.asked import stems
from assistant.grounding.relating import relation
from assistant.grounding.speech import names_party, party_of
from index.search.named import is_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Claim, SaidBy
    from assistant.evidence import Side


# "In Tirana Begaj", "President Vučić": what a sentence begins with, to the end of the first names.
_FIRST = re.compile(
    r"(?:(?:On|In|At|For)\b[^,;:“”\"]{2,40}?,? )?(?:[Tt]he )?(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]* ?)+"
)


def side_of(article_id: str, said: SaidBy | None, sides: Sequence[Side], text: str = "") -> int | None:
    """Return whose account it is: the party's that says it, else the one its article speaks for.

    Of an article that speaks for both, it is the one whom the `text` is about: whom it begins with.
    """
    if said and said.party:
        parties = [party_of(side.party) or side.party for side in sides]
        if said.party in parties:
            return parties.index(said.party)
    if said and said.person:
        named = [at for at, side in enumerate(sides) if stems(side.party) <= stems(said.person)]
        if named:
            return named[0]
    groups = [at for at, side in enumerate(sides) if is_group(side.party)]
    owners = [at for at, side in enumerate(sides) if article_id in side.articles]
    if said and said.party and not said.person and not any(party_of(s.party) for s in sides):
        return owners[0] if len(owners) == 1 else None  # "the Greek leader", of a person asked
    if said and said.party:
        return groups[0] if groups else None
    if len(owners) > 1:
        begins = _FIRST.match(text)
        owners = [at for at in owners if begins and names_party(begins[0], sides[at].party)]
        return owners[0] if len(owners) == 1 else None
    return owners[0] if owners else None


def accounts(claims: Sequence[Claim], sides: Sequence[Side]) -> Accounts | None:
    """Return the parties' accounts among an answer's claims; None where no parties were asked for."""
    if not sides or not claims:
        return None
    owners = [
        side_of(claim.citations[-1].article_id, claim.said_by, sides, claim.text) for claim in claims
    ]
    found = tuple(
        Account(party=side.party, claims=tuple(at for at, owner in enumerate(owners) if owner == number))
        for number, side in enumerate(sides)
    )
    told = [[claims[at] for at in side.claims] for side in found]
    return Accounts(sides=found, relation=relation(told, [side.party for side in sides]))


def silences(found: Accounts | None) -> list[str]:
    """Return a sentence for each party of which the answer holds nothing."""
    sides = found.sides if found else ()
    return [
        f"The articles found hold nothing by {side.party} on this." for side in sides if not side.claims
    ]
