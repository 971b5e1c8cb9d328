"""The writer without a language model: it selects the sentences that answer and quotes them.

The most relevant article comes first; of a two-sided question one side after the other; by date where
the question asks how something changed, and the newest first where it asks for the latest.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from assistant.abstention.decision import decide
from assistant.announcing import announces
from assistant.asked import Asked, stems
from assistant.evidence import Byline
from assistant.evidence import Sentence as Written
from assistant.excerpts import Excerpt, elaborated, sentences_of
from assistant.grounding.accounts import side_of
from assistant.grounding.attribution import said_by, same_speaker
from assistant.grounding.quoting import excerpt_of, named_text, quotation
from assistant.grounding.speech import asked_of, names_party, names_speaker
from assistant.selection import Candidate, candidates, heading_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import SaidBy
    from assistant.events import Notice
    from assistant.evidence import Evidence, Side
    from index.articles import Article
    from index.models import Reranker

NAME = "verbatim"

_MOST = 3
_MOST_OF_MANY = 5  # of a list
_OF_A_SIDE = 4  # sentences a side has at most
_WITHIN_A_SIDE = 4.0  # logits below its best within which a side's sentences are quoted
_UNHEARD = 6.0  # logits below the best sentence at which a side has said nothing on the matter,
_HEARD = -1.0  # unless its best has a logit of this or more
_MARGIN = 3.0  # logits below the best sentence; see docs/answering.md
_ANOTHERS = (
    2.0  # logits off what somebody else says, who does not name the one whose words are asked for
)
_WORTH_NAMING = 7.0  # logits below the best at which a name could still bring a sentence to the front
_SURE = 2.0  # logits from which a party's account need share no word with the question
_ANNOUNCED = 4.0  # logits off a sentence that says nothing itself
_BROKEN = 2.0  # logits off what begins in the middle of a sentence
_OF_THE_OTHER = 1.0  # logits that naming the other party is worth in an account
_TOLD_BESIDE = 1.0  # more off it where two parties' words are
_TOLD = 2.0  # logits off what an article tells of itself, where somebody's words are asked for
_QUOTES = re.compile(r"[“\"][^“”\"]{8,}[”\"]")
_FEWEST_SMALL = 3  # words in small letters of a sentence; "THE WHITE HOUSE, April 15, 2021." has none
_CHANGED = re.compile(
    r"\bhow\b.*(?<!climate )\b(?:chang\w+|evolv\w+|shift\w*|develop(?:ed)?)\b"
    r"|\bover (?:time|the years)\b"
    r"|\b(?:from|between) (?:19|20)\d\d (?:to|and) (?:19|20)\d\d\b",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"(?:by )?(?:who|whom|whose|which (?:\w+ ){0,2}"
    r"(?:minister|president|leader|official|country|state))\b",
    re.IGNORECASE,
)
_SAME = 0.6  # Jaccard of stems above which two sentences say the same


class VerbatimWriter:
    """Quotes. Deterministic; it cannot invent."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def write(self, evidence: Evidence) -> Iterator[Written | Notice | Byline]:
        """Yield the sentences that answer, the most relevant article first; none if none does."""
        asked = evidence.asked
        found = candidates(evidence, asked, self._reranker)
        if decide(evidence, asked, found, self._reranker).answers:
            named = self._with_names(found, evidence)
            chosen = _choose(
                _weighed(named, evidence),
                asked,
                evidence.sides,
                evidence.searched_for,
                changes=_asks_of_change(evidence),
            )
            yield from _quoted(_ordered(chosen, evidence), evidence.sides)
        yield Byline(NAME)

    def _with_names(self, found: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
        """Score a sentence that says "he" or "the minister" as it is quoted, with the name."""
        best = max(candidate.score for candidate in found)
        named = [
            (at, heading_with(c.article, text))
            for at, c in enumerate(found)
            if c.score >= best - _WORTH_NAMING and (text := named_text(c.article, c.sentence))
        ]
        scores = self._reranker.score(evidence.searched_for, [text for _, text in named])
        better = {at: float(score) for (at, _), score in zip(named, scores, strict=True)}
        return [replace(c, score=max(c.score, better.get(at, c.score))) for at, c in enumerate(found)]


def _weighed(found: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """Leave out what is no sentence; where someone's words are asked for, put the others back."""
    whole = [c for c in found if len(re.findall(r"\b[^\W\d_A-Z]{2,}", c.text)) >= _FEWEST_SMALL]
    whose = asked_of(evidence.searched_for)
    asks_of_words = whose is not None or evidence.sides
    return [
        replace(
            c,
            score=c.score
            - _announcing(c, evidence.searched_for)
            - (_not_theirs(c, whose) if asks_of_words else 0.0)
            - (_TOLD_BESIDE if evidence.sides and _said(c) is None else 0.0)
            + (_OF_THE_OTHER if _names_the_other(c, evidence.sides) else 0.0),
        )
        for c in whole or found
    ]


def _names_the_other(candidate: Candidate, sides: Sequence[Side]) -> bool:
    """Tell whether a party's account speaks of the other party."""
    owner = side_of(candidate.article.id, _said(candidate), sides, candidate.text)
    others = [side.party for at, side in enumerate(sides) if at != owner]
    return owner is not None and any(names_party(candidate.text, party) for party in others)


def _announcing(candidate: Candidate, question: str) -> float:
    if _ASKS_WHO.match(question):
        return 0.0  # it names who
    every = sentences_of(candidate.article)
    first = next((s for s in every if not s.heading), None) == candidate.sentence
    if announces(candidate.text, first=first):
        return _ANNOUNCED
    return _BROKEN if candidate.text[:1].islower() and not candidate.sentence.item else 0.0


def _not_theirs(candidate: Candidate, whose: SaidBy | None) -> float:
    said = _said(candidate)
    if said is None:
        return 0.0 if _QUOTES.search(candidate.text) else _TOLD
    another = whose is not None and same_speaker(said, whose) is False
    return _ANOTHERS if another and whose and not names_speaker(candidate.text, whose) else 0.0


def _ordered(chosen: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """By side, by date or the newest first, as the question asks; else as they are."""
    sides = evidence.sides
    if sides:
        places = {c: side_of(c.article.id, _said(c), sides, c.text) for c in chosen}
        return sorted(chosen, key=lambda c: len(sides) if (at := places[c]) is None else at)
    if _asks_of_change(evidence):
        return sorted(chosen, key=_day)
    if evidence.reading and evidence.reading.newest:
        return sorted(chosen, key=_day, reverse=True)
    return list(chosen)


def _asks_of_change(evidence: Evidence) -> bool:
    return bool(_CHANGED.search(evidence.question.text))


def _said(candidate: Candidate) -> SaidBy | None:
    return said_by(candidate.article, candidate.sentence.start, candidate.sentence.end)


def _day(candidate: Candidate) -> int:
    published = candidate.article.published
    return published.first.toordinal() if published else 0


def _choose(
    found: Sequence[Candidate],
    asked: Asked,
    sides: Sequence[Side],
    question: str,
    *,
    changes: bool,
) -> list[Candidate]:
    ordered = sorted(found, key=lambda c: -c.score)
    most = _MOST_OF_MANY if asked.several or asked.sides else _MOST
    first = ordered[0]
    least = min(first.score - _UNHEARD, _HEARD) if sides else first.score - _UNHEARD
    near = [c for c in ordered if c.score >= least]
    if sides:
        near = [c for c in near if c.score >= _SURE or _on_the_matter(c, asked, sides)]
    if sides:
        return _of_each(near, sides) or _best(ordered, most)
    if changes:
        return _of_each_day(_theirs(near, asked_of(question)))
    if not asked.sides:
        return _best(ordered, most)
    own = [c for c in near if c.article.id == first.article.id]
    chosen = [*_best(own, 2), *_best([c for c in near if c not in own], 2)]
    return [*chosen, *_best([c for c in ordered if c not in chosen], most, chosen)][:most]


def _on_the_matter(candidate: Candidate, asked: Asked, sides: Sequence[Side]) -> bool:
    """Tell whether a sentence or its title has a word of the question but its own party's name."""
    owner = side_of(candidate.article.id, _said(candidate), sides, candidate.text)
    own = set() if owner is None else stems(sides[owner].party)
    there = stems(f"{candidate.article.title} {candidate.text}")
    return bool((set(asked.terms) - own) & there)


def _of_each(near: Sequence[Candidate], sides: Sequence[Side]) -> list[Candidate]:
    """What each party says; nothing that a third says."""
    owners = [side_of(c.article.id, _said(c), sides, c.text) for c in near]
    heard = [
        _best(
            [c for c, owner in zip(near, owners, strict=True) if owner == at],
            _OF_A_SIDE,
            margin=_WITHIN_A_SIDE,
        )
        for at in range(len(sides))
    ]
    return list(chain.from_iterable(heard))


def _theirs(near: Sequence[Candidate], whose: SaidBy | None) -> Sequence[Candidate]:
    """Of whose line is asked about, the words; all where theirs are of one day or none."""
    if whose is None:
        return near
    own = [c for c in near if (said := _said(c)) is None or same_speaker(said, whose) is not False]
    own = [c for c in own if _said(c) is not None or names_speaker(c.text, whose)]
    return own if len({_day(c) for c in own}) > 1 else near


def _of_each_day(near: Sequence[Candidate]) -> list[Candidate]:
    """What was said on different days, two sentences of a day: a change shows beside what was."""
    days: dict[int, list[Candidate]] = {}
    for candidate in near:
        days.setdefault(_day(candidate), []).append(candidate)
    firsts = [own[0] for own in days.values()]
    seconds = [own[1] for own in days.values() if len(own) > 1]
    return _best([*firsts, *seconds], _MOST_OF_MANY, margin=_UNHEARD)


def _best(
    ordered: Sequence[Candidate],
    most: int,
    beside: Sequence[Candidate] = (),
    margin: float = _MARGIN,
) -> list[Candidate]:
    """Return the best candidates within the margin, none saying what another or one `beside` says."""
    chosen: list[Candidate] = []
    for candidate in ordered:
        if len(chosen) == most or candidate.score < ordered[0].score - margin:
            break
        if not any(_same(candidate, other) for other in (*beside, *chosen)):
            chosen.append(candidate)
    return chosen


def _same(one: Candidate, other: Candidate) -> bool:
    a, b = stems(one.text), stems(other.text)
    return len(a & b) > _SAME * len(a | b)


def _quoted(chosen: Sequence[Candidate], sides: Sequence[Side]) -> Iterator[Written]:
    """Quote article by article, in the order of each one's best sentence, then of the text.

    What two parties say in one article is quoted apart.
    """
    by_article: dict[tuple[str, int | None], list[Candidate]] = {}
    for c in chosen:
        whose = side_of(c.article.id, _said(c), sides, c.text) if sides else None
        by_article.setdefault((c.article.id, whose), []).append(c)
    for group in by_article.values():
        article = group[0].article
        quotes = [elaborated(article, c.sentence, excerpt_of(article, c.sentence)) for c in group]
        for quote in _joined(article, quotes):
            yield quotation(article, quote)


def _joined(article: Article, quotes: Sequence[Excerpt]) -> list[Excerpt]:
    """Join quotes that overlap or follow each other in the article."""
    joined: list[Excerpt] = []
    for quote in sorted(quotes, key=lambda q: q.start):
        if joined and len(quote.spans) == len(joined[-1].spans) == 1:
            (start, end), (begin, stop) = joined[-1].spans[0], quote.spans[0]
            if not article.text[end:begin].strip():
                joined[-1] = Excerpt(((start, max(end, stop)),))
                continue
        if joined and quote.spans[0] in joined[-1].spans:
            joined[-1] = Excerpt((*joined[-1].spans, quote.spans[-1]))
            continue
        joined.append(quote)
    return joined
