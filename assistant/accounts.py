"""Two parties' accounts set side by side, and how they stand to each other.

The relation is claimed only on what a reader can check: one party accuses or contradicts the other by
name, or a party's later words turn its earlier ones round. Where neither shows, none is claimed.
"""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import TYPE_CHECKING, Literal

from assistant.answers import Account, Accounts
from assistant.asked import stems
from assistant.facts import turned
from assistant.speech import names_party, party_of
from index.parties import is_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import Claim, SaidBy
    from assistant.evidence import Side

_AGAINST = re.compile(
    r"\b(?:accus\w+|blam\w+|den(?:y|ied|ies)|reject\w*|refut\w*|violat\w+|blockad\w+|attack\w*|obstruct\w+"
    r"|aggress\w+|false|illegal\w*|unlawful\w*|occup\w+|provocat\w+|undermin\w+|breach\w*|unprovoked)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:both|the two) (?:sides|countries|parties|leaders|ministers|nations)\b[^.]*\b(?:agreed|signed"
    r"|endorsed|affirmed)\b|\bjoint (?:statement|declaration)\b|\bagreed (?:with|that|on)\b",
    re.IGNORECASE,
)
_OF_ONE_MATTER = 3  # content stems two sentences must share before a turned word counts


def side_of(article_id: str, said: SaidBy | None, sides: Sequence[Side]) -> int | None:
    """Return whose account it is: the party's that says it, else the one its article speaks for."""
    if said and said.party:
        parties = [party_of(side.party) or side.party for side in sides]
        if said.party in parties:
            return parties.index(said.party)
    if said and said.person:
        named = [at for at, side in enumerate(sides) if stems(side.party) <= stems(said.person)]
        if named:
            return named[0]
    groups = [at for at, side in enumerate(sides) if is_group(side.party)]
    if said and said.party:
        return groups[0] if groups else None
    owners = [at for at, side in enumerate(sides) if article_id in side.articles]
    return owners[0] if owners else None


def accounts(claims: Sequence[Claim], sides: Sequence[Side]) -> Accounts | None:
    """Return the parties' accounts among an answer's claims; None where no parties were asked for."""
    if not sides or not claims:
        return None
    owners = [side_of(claim.citations[-1].article_id, claim.said_by, sides) for claim in claims]
    found = tuple(
        Account(party=side.party, claims=tuple(at for at, owner in enumerate(owners) if owner == number))
        for number, side in enumerate(sides)
    )
    return Accounts(sides=found, relation=_relation(claims, found))


def silences(found: Accounts | None) -> list[str]:
    """Return a sentence for each party of which the answer holds nothing."""
    sides = found.sides if found else ()
    return [
        f"The articles found hold nothing by {side.party} on this." for side in sides if not side.claims
    ]


def _relation(
    claims: Sequence[Claim], sides: Sequence[Account]
) -> Literal["disputed", "changed over time", "agreed"] | None:
    told = [[claims[at] for at in side.claims] for side in sides]
    if not all(told):
        return None
    one, other = (side.party for side in sides)
    against = any(_against(claim, other) for claim in told[0]) or any(
        _against(claim, one) for claim in told[1]
    )
    if against or any(_contradict(a, b) for a, b in product(told[0], told[1])):
        return "disputed"
    if any(_contradict(a, b) and _day(a) != _day(b) for own in told for a, b in combinations(own, 2)):
        return "changed over time"
    both = all(
        any(_with(claim, party) for claim in own) for own, party in zip(told, (other, one), strict=True)
    )
    return "agreed" if both else None


def _against(claim: Claim, party: str) -> bool:
    """Accusing words in a sentence that names the other party."""
    words = _own_words(claim)
    return any(
        _AGAINST.search(sentence) and names_party(sentence, party)
        for sentence in re.split(r"(?<=[.!?;])\s", words)
    )


def _with(claim: Claim, party: str) -> bool:
    words = _own_words(claim)
    return bool(_TOGETHER.search(words)) and names_party(words, party)


def _contradict(one: Claim, other: Claim) -> bool:
    """One denies with the same words what the other affirms."""
    a, b = _own_words(one), _own_words(other)
    return len(stems(a) & stems(b)) >= _OF_ONE_MATTER and turned(a, b) is not None


def _own_words(claim: Claim) -> str:
    return claim.text.removeprefix(claim.attribution)


def _day(claim: Claim) -> str:
    return claim.citations[-1].published or ""
