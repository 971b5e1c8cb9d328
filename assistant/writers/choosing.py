"""Which sentences an answer quotes, and in what order.

The most relevant article comes first; of a two-sided question one side after the other; by date where
the question asks how something changed, and the newest first where it asks for the latest.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from assistant.abstention.hearing import owner
from assistant.asked import stems
from assistant.excerpts import around
from assistant.grounding.attribution import same_speaker
from assistant.grounding.speech import asked_of, names_speaker
from assistant.writers.weighing import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.abstention.wanted import Wanted
    from assistant.answers import SaidBy
    from assistant.evidence import Evidence, Side
    from assistant.selection import Candidate

_MOST = 3
_MOST_OF_MANY = 5  # of a list
_OF_A_SIDE = 4  # sentences a side has at most
_WITHIN_A_SIDE = 4.0  # logits below its best within which a side's sentences are quoted
_FAR = 6.0  # logits below the best sentence within which another day's or account's may stand
_MARGIN = 3.0  # logits below the best sentence; see docs/answering.md
_CLOSE = 1.5  # logits below the best within which a sentence stands whatever its words
_HALF = 0.5  # share, by rarity, of the question's words
_SURE = 2.0  # logits from which a party's sentence need share no word with the question
_SAME = 0.6  # Jaccard of stems above which two sentences say the same
_OF_EACH_OTHER = re.compile(r"\b(?:each other|one another|the other)\b", re.IGNORECASE)
_CHANGED = re.compile(
    r"\bhow\b.*(?<!climate )\b(?:chang\w+|evolv\w+|shift\w*|develop(?:ed)?)\b"
    r"|\bover (?:time|the years)\b"
    r"|\b(?:from|between) (?:19|20)\d\d (?:to|and) (?:19|20)\d\d\b",
    re.IGNORECASE,
)


def chosen(
    found: Sequence[Candidate], evidence: Evidence, wanted: Wanted, heard: Sequence[bool] = ()
) -> list[Candidate]:
    """Return the weighed candidates to quote, in their order; `heard` tells which parties are."""
    best_first = sorted(found, key=lambda c: -c.score)
    if evidence.sides:
        picked = _of_each(best_first, evidence, wanted, heard)
    elif _asks_of_change(evidence):
        near = [c for c in best_first if c.score >= best_first[0].score - _FAR]
        picked = _of_each_day(_theirs(near, asked_of(evidence.searched_for)))
    else:
        picked = _of_all(best_first, evidence, wanted)
    return _ordered(picked, evidence)


def _ordered(picked: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """By side, by date or the newest first, as the question asks; else as they are."""
    sides = evidence.sides
    if sides:
        places = {c: owner(c, evidence) for c in picked}
        return sorted(picked, key=lambda c: len(sides) if (at := places[c]) is None else at)
    if _asks_of_change(evidence):
        return sorted(picked, key=_day)
    if evidence.reading and evidence.reading.newest:
        return sorted(picked, key=_day, reverse=True)
    return list(picked)


def _asks_of_change(evidence: Evidence) -> bool:
    return bool(_CHANGED.search(evidence.question.text))


def _day(candidate: Candidate) -> int:
    published = candidate.article.published
    return published.first.toordinal() if published else 0


def _of_all(best_first: Sequence[Candidate], evidence: Evidence, wanted: Wanted) -> list[Candidate]:
    asked, first = evidence.asked, best_first[0]
    most = _MOST_OF_MANY if asked.several or asked.sides else _MOST
    if not asked.sides:
        picked = _best(best_first, most)
        return [c for c in picked if asked.several or _adds(c, first, evidence, wanted)]
    near = [c for c in best_first if c.score >= first.score - _FAR]
    own = [c for c in near if c.article.id == first.article.id]
    picked = [*_best(own, 2), *_best([c for c in near if c not in own], 2)]
    return [*picked, *_best([c for c in best_first if c not in picked], most, picked)][:most]


def _adds(candidate: Candidate, first: Candidate, evidence: Evidence, wanted: Wanted) -> bool:
    """Tell whether a sentence is worth reading after the best one.

    Nearly as good, or from its article and, with the sentences beside it, with half of what was asked.
    """
    if candidate.score >= first.score - _CLOSE:
        return True
    if candidate.article.id != first.article.id:
        return False
    return wanted.words_held(around(candidate.article, candidate.sentence), evidence.rarity) >= _HALF


def _of_each(
    best_first: Sequence[Candidate], evidence: Evidence, wanted: Wanted, heard: Sequence[bool]
) -> list[Candidate]:
    """What each party that is heard says on the matter; nothing that a third says."""
    owners = [owner(c, evidence) for c in best_first]
    picked = []
    for at, side in enumerate(evidence.sides):
        own = [c for c, whose in zip(best_first, owners, strict=True) if whose == at]
        if own and heard[at]:
            matter = _matter(evidence, wanted, side)
            near = [c for c in own[1:] if c.score >= _SURE or _on(c, matter, wanted)]
            picked.append(_best([own[0], *near], _OF_A_SIDE, margin=_WITHIN_A_SIDE))
    return list(chain.from_iterable(picked)) or _best(best_first, _MOST_OF_MANY)


def _matter(evidence: Evidence, wanted: Wanted, side: Side) -> Mapping[str, str]:
    """The question's words, by their stems: without the parties, unless one is asked of the other."""
    parties, question = "|".join(re.escape(s.party) for s in evidence.sides), evidence.searched_for
    about = re.search(rf"\b(?:of|about|against|with) (?:the )?(?:{parties})\b", question)
    matter: Mapping[str, str] = {**wanted.names, **wanted.words}
    for party in [side] if about or _OF_EACH_OTHER.search(question) else evidence.sides:
        matter = party.others(matter)
    return matter


def _on(candidate: Candidate, matter: Mapping[str, str], wanted: Wanted) -> bool:
    """Tell whether a sentence or its title has a word of the matter; any has where there is none."""
    there = f"{candidate.article.title} {candidate.text}"
    return not matter or len(wanted.forms.lacking(matter, there)) < len(matter)


def _theirs(near: Sequence[Candidate], whose: SaidBy | None) -> Sequence[Candidate]:
    """Of whose line is asked about, the words; all where theirs are of one day or none."""
    if whose is None:
        return near
    own = [c for c in near if (by := said(c)) is None or same_speaker(by, whose) is not False]
    own = [c for c in own if said(c) is not None or names_speaker(c.text, whose)]
    return own if len({_day(c) for c in own}) > 1 else near


def _of_each_day(near: Sequence[Candidate]) -> list[Candidate]:
    """What was said on different days, two sentences of a day: a change shows beside what was."""
    days: dict[int, list[Candidate]] = {}
    for candidate in near:
        days.setdefault(_day(candidate), []).append(candidate)
    firsts = [own[0] for own in days.values()]
    seconds = [own[1] for own in days.values() if len(own) > 1]
    return _best([*firsts, *seconds], _MOST_OF_MANY, margin=_FAR)


def _best(
    ordered: Sequence[Candidate],
    most: int,
    beside: Sequence[Candidate] = (),
    margin: float = _MARGIN,
) -> list[Candidate]:
    """Return the best candidates within the margin, none saying what another or one `beside` says."""
    picked: list[Candidate] = []
    for candidate in ordered:
        if len(picked) == most or candidate.score < ordered[0].score - margin:
            break
        if not any(_same(candidate, other) for other in (*beside, *picked)):
            picked.append(candidate)
    return picked


def _same(one: Candidate, other: Candidate) -> bool:
    a, b = stems(one.text), stems(other.text)
    return len(a & b) > _SAME * len(a | b)
