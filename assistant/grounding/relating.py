"""How two parties' accounts stand to each other: disputed, changed over time, agreed, or not said.

A label is given only on words a reader can point to; where they do not settle it there is none. Measured
by `eval.bench.relations`; figures in `docs/answering.md`.
"""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import TYPE_CHECKING, Literal

from assistant.asked import stems
from assistant.grounding.facts import turned
from assistant.grounding.speech import names_party, party_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.answers import Claim

Relation = Literal["disputed", "changed over time", "agreed"]

_AGAINST = re.compile(
    r"\b(?:accus\w+|blam\w+|den(?:y|ied|ies)|reject\w*|refut\w*|violat\w+|blockad\w+|attack\w*|obstruct\w+"
    r"|aggress\w+|false|illegal\w*|unlawful\w*|occup\w+|provocat\w+|provok\w+|undermin\w+|breach\w*"
    r"|unprovoked|escalat\w+|threat\w*|hostile|invad\w+|invasion|abus\w+|trampl\w+|manipulat\w+|lie|lies"
    r"|fabricat\w+|baseless|failed to|had failed|stopped the|left it no|regime|terror campaign"
    r"|responsib\w+ (?:for|lies)|interfer\w+|campaign against|until \w+ (?:changes|withdraws|stops))\b",
    re.IGNORECASE,
)
# A party that is only mentioned beside the accusing word: "attacks on journalists, in X as elsewhere".
_BESIDE = re.compile(r"\b(?:as elsewhere|among others|as well as in|like)\b", re.IGNORECASE)
# Where something happened, or whose people are spoken of, and not a government that is accused.
_OF_A_PLACE = re.compile(
    r"\b[A-Z]\w+[’']?s? (?:border|frontier|soil|territory|coast|people|airspace|waters)\b"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+")
_DISMISSING = re.compile(
    r"\b(?:talk of|claims? (?:of|that)|allegations? of|charges? of|so-called|artificial|fabricat\w+"
    r"|myth)\b"
    r"|[“\"]so-called",
    re.IGNORECASE,
)
_ANSWERING = re.compile(
    r"\b(?:unlike|contrary to|the other way round|on the contrary|not \w+, (?:had|who|which|but)"
    r"|it (?:was|is) (?:not )?[A-Z]\w+(?: \w+)? (?:that|which|who|constitution))",
)
_DEAL = re.compile(
    r"\b(?:agree(?:d|ments?)|accords?|treat(?:y|ies)|declarations?|conventions?|pacts?|protocols?"
    r"|signed|concluded|ratified|opened a new|opening a new|new (?:chapter|phase)"
    r"|resum\w+ (?:diplomatic )?relations|relations (?:are|were) restored"
    r"|normali[sz]ation|delimitation|demarcation)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:both|the two|all|five) (?:sides|countries|parties|leaders|ministers|nations|littoral \w+)\b"
    r"|\bjoint (?:statement|declaration)\b|\bbilateral\b",
    re.IGNORECASE,
)
_ILL = re.compile(
    r"\b(?:poison\w*|bitter|impos\w+|unjust|hostile|contempt|depraved|to no avail|fruitless|stagnant"
    r"|reckless|suspicious\w*|illegal|unlawful|blockade|not acceptable|final stage of completing"
    r"|threat\w*|no settlement)\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:thank\w*|courage|new era|new chapter|resumed|restored|improve\w*|trust-building|praise\w*"
    r"|resolving differences|acceptable|exceptionally good|neighbouring country|good-neighbourly"
    r"|friendship|dramatic improvement)\b",
    re.IGNORECASE,
)
_DENYING = re.compile(
    r"\b(?:not|never|cannot|unless|until|claims?|obstacles?|refus\w+|missing|demands?|without)\b",
    re.IGNORECASE,
)
_SINCE_THEN = re.compile(
    r"\b(?:compared with (?:19|20)\d\d|unlike in (?:19|20)\d\d"
    r"|(?:now|later) (?:asked|spoke|said)|had (?:put|said|called|told)\b.*\bnow\b)",
    re.IGNORECASE,
)
_OF_ONE_MATTER = 3  # content stems two sentences must share before a turned word counts
_OF_ONE_SENTENCE = 0.3  # and of the shorter one's stems: long sentences share three by chance
_OF_ONE_TURN = 5  # the same for a party's own sentences of two dates: it repeats itself
_OF_ONE_DEAL = 2  # content stems beside the parties' names that tell of one and the same agreement


def relation(told: Sequence[Sequence[Claim]], parties: Sequence[str]) -> Relation | None:
    """Return how two accounts stand; None where either is empty or their words do not settle it."""
    if not all(told):
        return None
    ones, others = ([_own_words(claim) for claim in own] for own in told)
    if _dispute([_sentences(own) for own in (ones, others)], parties):
        return "disputed"
    if any(_changed(own) for own in told):
        return "changed over time"
    return "agreed" if _agreed(ones, others, parties) else None


def _dispute(accounts: Sequence[Sequence[str]], parties: Sequence[str]) -> bool:
    """A sentence of one account stands against the other party, or against a sentence of its account."""
    (ones, others), (one, other) = accounts, parties
    return (
        _accuses(ones, other)
        or _accuses(others, one)
        or any(_contradict(a, b) for a, b in product(ones, others))
        or _answers(ones, others, other)
        or _answers(others, ones, one)
    )


def _sentences(account: Iterable[str]) -> list[str]:
    return [sentence for words in account for sentence in re.split(r"(?<=[.!?])[”\"]?\s", words)]


def _accuses(account: Iterable[str], party: str) -> bool:
    """Accusing words in a sentence that names the other party, and not beside the matter."""
    return any(
        _AGAINST.search(part)
        and names_party(_OF_A_PLACE.sub(" ", part), party)
        and not _BESIDE.search(part)
        for sentence in account
        for part in sentence.split("; ")
    )


def _contradict(one: str, other: str) -> bool:
    """One denies with the same words what the other affirms; countries are what both speak of."""
    a, b = (_NAME.sub(lambda name: " " if party_of(name[0]) else name[0], text) for text in (one, other))
    words, others = stems(a), stems(b)
    shared = len(words & others)
    enough = shared >= max(_OF_ONE_MATTER, _OF_ONE_SENTENCE * min(len(words), len(others)))
    return enough and turned(a, b) is not None


def _answers(account: Sequence[str], other: Sequence[str], party: str) -> bool:
    """An account that dismisses what the other tells of, or sets itself against the other by name."""
    told = stems(" ".join(other))
    return any(
        (_DISMISSING.search(words) and stems(_after(words)) & told)
        or (_ANSWERING.search(words) and names_party(words, party))
        for words in account
    )


def _after(words: str) -> str:
    """What is dismissed: the words from the dismissing one on, or all where it comes last."""
    found = _DISMISSING.search(words)
    rest = words[found.end() :] if found else ""
    return rest if len(rest.split()) > 1 else words


def _changed(own: Sequence[Claim]) -> bool:
    """A party's sentences of two dates turn the earlier into its opposite, or say that they do."""
    for a, b in combinations(own, 2):
        if _day(a) == _day(b):
            continue
        earlier, later = sorted((a, b), key=_day)
        before, after = _own_words(earlier), _own_words(later)
        shared = stems(before) & stems(after)
        if len(shared) >= _OF_ONE_TURN and turned(before, after):
            return True
        if shared and _SINCE_THEN.search(after):
            return True
        turn = (_ILL.search(before) and _WELL.search(after)) or (
            _WELL.search(before) and _ILL.search(after)
        )
        if turn and shared and not (_WELL.search(before) and _ILL.search(before)):
            return True
    return False


def _agreed(ones: Sequence[str], others: Sequence[str], parties: Sequence[str]) -> bool:
    """Both tell of an arrangement: the same one, or the other's part in it; neither speaks ill of it."""
    deals = [[words for words in own if _DEAL.search(words)] for own in (ones, others)]
    if not all(deals) or any(_at_odds(words) for words in (*ones, *others)):
        return False
    named = [
        any(names_party(words, party) or _TOGETHER.search(words) for words in own)
        for own, party in zip(deals, reversed(parties), strict=True)
    ]
    ours, theirs = (stems(" ".join(own)) - stems(" ".join(parties)) for own in deals)
    return all(named) or (any(named) and len(ours & theirs) > _OF_ONE_DEAL)


def _at_odds(words: str) -> bool:
    return bool(_ILL.search(words) or _AGAINST.search(words) or _DENYING.search(words))


def _own_words(claim: Claim) -> str:
    return claim.text.removeprefix(claim.attribution)


def _day(claim: Claim) -> str:
    return claim.citations[-1].published or ""
