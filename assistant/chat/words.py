"""What the chat says about an answer, as HTML and words: grounding, speakers, how it was searched."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from assistant.origins import sources_counted
from assistant.text import as_html, date_text
from assistant.writers.choice import VERBATIM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import Accounts, Answer, Claim, Limits, Reading, Reference, SaidBy

_AFTER_ATTRIBUTION = re.compile(r"[\s,:;–—-]*")
_REPAIRS = {
    "re-cited": "Repaired: another passage is cited",
    "quoted": "Repaired: quoted word for word",
    "attributed": "Repaired: who says so was added",
}
_RELATIONS = {
    "disputed": ("≠", "Disputed: these accounts contradict each other."),
    "changed over time": ("→", "Changed over time: the later statement differs from the earlier."),
    "agreed": ("=", "Agreed: both sides say so."),
    None: ("?", "The articles do not settle how these accounts relate."),
}


def byline(reference: Reference) -> str:
    """Return outlet (or title) and date, as a chip's tooltip and a list have them."""
    return f"{reference.outlet or reference.title}, {date_text(reference.published)}"


# -- a claim ---------------------------------------------------------------------------------------


def claim_html(claim: Claim) -> str:
    """Return the sentence, led by who said it where the sentence itself does not say so."""
    who, said = _speaker(claim.said_by) if claim.said_by else "", claim.text
    if claim.attribution and said.startswith(claim.attribution):
        rest = _AFTER_ATTRIBUTION.match(said, len(claim.attribution))
        cut = rest.end() if rest else len(claim.attribution)
        who, said = said[:cut], said[cut:]
    lead = f'<span class="who" dir="auto">{as_html(who)}</span>' if who else ""
    return f'{lead}<span class="said">{as_html(said)}</span>'


def _speaker(said_by: SaidBy) -> str:
    parts = (said_by.person, said_by.office, said_by.party and f"for {said_by.party}")
    return ", ".join(part for part in parts if part)


def grounding_of(claim: Claim) -> str:
    """Name how a claim is grounded: supported, partly, unsupported or repaired."""
    if claim.repair and claim.verdict.state == "supported":
        return "repaired"
    return claim.verdict.state


def grounding_html(claim: Claim) -> str:
    """Return the claim's grounding by sign and words; reason and draft unfold where there are any."""
    state = grounding_of(claim)
    if state == "supported":
        return (
            '<span class="state supported" title="Supported by the cited passage">'
            '<span aria-hidden="true">✓</span><span class="unseen">Supported</span></span>'
        )
    sign, words = {
        "partly": ("◐", "Partly supported"),
        "unsupported": ("○", "Not supported by the cited passage"),
        "repaired": ("✎", _REPAIRS[claim.repair.kind] if claim.repair else ""),
    }[state]
    reasons = [claim.verdict.reason]
    if claim.repair:
        reasons += [claim.repair.reason]
    body = "".join(f"<p>{as_html(reason)}</p>" for reason in dict.fromkeys(reasons) if reason)
    if claim.repair and claim.repair.draft != claim.text:
        body += f'<p>As first written: <q dir="auto">{as_html(claim.repair.draft)}</q></p>'
    label = f'<span aria-hidden="true">{sign}</span> {as_html(words)}'
    if not body:
        return f'<span class="state {state}">{label}</span>'
    return f'<details class="state {state}"><summary>{label}</summary>{body}</details>'


def grounding_line(claims: Sequence[Claim]) -> str:
    """Return how many sentences are grounded in which way, in words."""
    counts = Counter(grounding_of(claim) for claim in claims)
    named = {
        "supported": "✓ {} supported",
        "repaired": "✎ {} repaired",
        "partly": "◐ {} partly supported",
        "unsupported": "○ {} not supported",
    }
    if list(counts) == ["supported"]:
        several = "Both" if len(claims) == 2 else f"All {len(claims)}"
        some = f"{several} sentences are" if len(claims) > 1 else "The sentence is"
        return f"✓ {some} supported by the cited passages"
    return " · ".join(named[state].format(counts[state]) for state in named if counts[state])


def relation_html(accounts: Accounts) -> str:
    """Return how the accounts relate, by sign and words."""
    sign, words = _RELATIONS[accounts.relation]
    kind = (accounts.relation or "open").replace(" ", "-")
    return f'<p class="relation {kind}"><span aria-hidden="true">{sign}</span> {words}</p>'


# -- how it was searched ---------------------------------------------------------------------------


def searched_parts(answer: Answer) -> list[str]:
    """Return what was searched for beyond the question as it stands; nothing where that is all."""
    reading = answer.reading
    query = reading.query if reading else answer.searched_for
    parts = list(_understood(reading)) if reading else []
    if query != answer.question:
        return [f"“{query}”", *parts]
    return ["your words", *parts] if parts else []


def _understood(reading: Reading) -> Iterator[str]:
    if reading.spellings:
        yield f"also spelled {', '.join(reading.spellings)}"
    if reading.time:
        yield f"time: {reading.time}"
    if reading.newest:
        yield "the newest first"
    if reading.parties:
        yield f"the accounts of {' and '.join(reading.parties)}"
    yield from reading.notes


def limits_text(limits: Limits) -> str:
    """Return what the search was limited to, in words; nothing where it was not."""
    parts = [*limits.outlets, *limits.countries, *(f"{name}…" for name in limits.sources)]
    if limits.since and limits.until:
        parts.append(f"{date_text(limits.since)} to {date_text(limits.until)}")
    elif limits.since:
        parts.append(f"since {date_text(limits.since)}")
    elif limits.until:
        parts.append(f"until {date_text(limits.until)}")
    if parts and limits.undated:
        parts.append("undated articles too")
    return ", ".join(parts)


def footer(answer: Answer) -> Iterator[str]:
    """Yield what tells how far the answer reaches and how it came to be."""
    if answer.as_of:
        kind = "Articles up to" if answer.abstained else "As of"
        yield f"{kind} {date_text(answer.as_of)}"
    if counted := sources_counted(answer):
        yield counted
    if limits := limits_text(answer.limits):
        yield f"only {limits}"
    if answer.writer != VERBATIM:
        yield f"written by {answer.writer}"
    elif not answer.abstained:
        yield "quoted word for word"
    if answer.prompt:
        yield f"prompt {answer.prompt}"
    yield f"{answer.seconds:.1f} s"
