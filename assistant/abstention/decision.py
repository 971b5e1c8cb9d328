"""Whether the evidence answers the question: a decision of its own, and the signals it rests on.

No one score tells a passage about the matter from one that answers: a cross-encoder likes both. So the
decision weighs what the best sentences hold of what was asked: how well they score and whether the
passage agrees, the names and rare words close together, the kind of answer wanted, who is to have acted,
the dates, and how far the score falls without the question's most telling words. The weights are those
of a logistic regression, kept in `decision.json` and fitted by `python -m eval.bench.abstention fit`.
Where two parties' accounts are asked for, whether any of them speaks on the matter decides (`hearing`).
Data, figures and failures are in `docs/abstention.md`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.abstention.hearing import hearing
from assistant.abstention.logistic import Logistic
from assistant.abstention.wanted import Wanted, headed
from assistant.abstention.wordforms import share
from assistant.asked import stems
from assistant.excerpts import around, sentences_of
from assistant.grounding.attribution import same_speaker, speakers
from assistant.grounding.speech import asked_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.answers import SaidBy
    from assistant.asked import Asked
    from assistant.evidence import Evidence
    from assistant.selection import Candidate
    from index.models import Reranker

_MODEL = Path(__file__).with_suffix(".json")
_QUOTED = 3  # sentences: as many as an answer quotes
_MARGIN = 3.0  # logits below the best within which a sentence is quoted
_BACK = 8  # sentences in which "he" is named
_TELLING = 2  # words whose absence is tried
_PARTS = re.compile(r",? and (?:what|how|who|whom|why|when|which|where)\b", re.IGNORECASE)
# An article that says itself that the matter is not reported.
UNSAID = re.compile(
    r"\b(?:do(?:es)?|did|has|have) not (?:yet )?(?:say|said|state[ds]?|give|given|name|named"
    r"|specif(?:y|ied)|disclosed?|describe|explain|appear|reveal(?:ed)?|publish(?:ed)?)\b"
    r"|\b(?:gives?|gave|given) no (?:reasons?|dates?|figures?|sums?|details?|views?|reply)\b"
    r"|\bdeclined to (?:say|comment|give|name)\b|\b(?:undisclosed|unpublished|not made public)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What the evidence holds of what was asked.

    Logits of the cross-encoder: the `best` sentence, its `passage`, and the best sentence `alone`
    without its article's heading. `falls` is how far the best falls without the question's rarest word,
    `falls_next` without the next. `agree` is the share of the best sentences that lie in one passage.

    Of the sentence that lacks least: `names_off` is the share of the question's names, by rarity, that
    its passage lacks, `names_gone` its whole article (`name_gone`: any at all); `words_there` is the
    share of the other words that the article holds; `premise_off` is the share lacking close by of those
    that the question takes for granted, `event_off` of those whose time or reason it asks; `deed_off`
    tells that what is said to be done is lacking there, `deed_apart` that it is denied there, or that
    somebody else did it; `off_dates` tells that neither its article nor its words are of the time asked
    about.

    Of the sentences that would be quoted: `kind_missing` tells that none has the kind of answer asked
    for; `thing_missing`, that no number in them counts what is to be counted (of either only those whose
    articles lack no more names); `actor_missing`, that in
    none whoever is to have acted speaks or does anything (`reply_missing` where their words are asked
    for); `unsaid`, that the best one itself says that the matter is not reported.
    """

    best: float
    passage: float
    alone: float
    falls: float
    falls_next: float
    agree: float
    names_off: float
    names_gone: float
    name_gone: float
    words_there: float
    premise_off: float
    event_off: float
    deed_off: float
    deed_apart: float
    kind_missing: float
    thing_missing: float
    actor_missing: float
    reply_missing: float
    off_dates: float
    unsaid: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the evidence is said to answer, with the estimated chance that it does, and why.

    Of parties' accounts, `heard` tells which are there; there are no signals of the whole.
    """

    answers: bool
    chance: float
    signals: Signals | None
    heard: tuple[bool, ...] = ()


def decide(evidence: Evidence, asked: Asked, found: Sequence[Candidate], reranker: Reranker) -> Decision:
    """Return whether the candidates hold an answer."""
    if not found:
        return Decision(answers=False, chance=0.0, signals=None)
    if evidence.sides:
        wanted = Wanted.of(evidence.searched_for, asked, date.today())
        told = hearing(evidence, found, wanted)
        return Decision(told.answers, max(told.chances), None, told.heard)
    signals = signals_of(evidence, asked, found, reranker)
    chance = chance_of(signals)
    return Decision(chance >= threshold(), chance, signals)


def chance_of(signals: Signals | None) -> float:
    """Return the estimated chance that evidence with these signals answers; None: nothing was found."""
    if signals is None:
        return 0.0
    return _model().chance(asdict(signals))


def threshold() -> float:
    """Return the chance from which an answer is given."""
    return _model().threshold


def signals_of(
    evidence: Evidence, asked: Asked, found: Sequence[Candidate], reranker: Reranker
) -> Signals:
    """Return the signals of at least one candidate."""
    ordered = sorted(found, key=lambda c: -c.score)
    quoted = [c for c in ordered[:_QUOTED] if c.score >= ordered[0].score - _MARGIN]
    telling = sorted(asked.terms.values(), key=lambda word: -evidence.rarity.get(word, 0.0))[:_TELLING]
    spelled = evidence.query.as_spelled_in
    pairs = [(spelled(c.article, c.input, word), c.input) for word in (*telling, "") for c in quoted]
    pairs += [(spelled(c.article, c.text), c.text) for c in quoted]
    scores = [float(score) for score in reranker.score_pairs(pairs)]
    rows = [scores[at : at + len(quoted)] for at in range(0, len(scores), len(quoted))]
    *less, whole, alone = rows
    return _signals(evidence, asked, quoted, [max(whole) - max(row) for row in less], max(alone))


def _signals(
    evidence: Evidence, asked: Asked, quoted: Sequence[Candidate], falls: Sequence[float], alone: float
) -> Signals:
    best = quoted[0]
    wanted = Wanted.of(evidence.searched_for, asked, date.today())
    names = _names_required(evidence, wanted)
    whose = asked_of(evidence.searched_for)
    held = [_Held.of(c, wanted, names, whose, evidence.rarity) for c in quoted]
    actors = [h.actor for h in held]
    most = min(held, key=lambda h: h.lack)  # one sentence must hold names, time and premise together
    off, gone = most.names_off, most.names_gone
    near = [h for h in held if h.names_gone <= gone]  # no number of an article on somebody else
    parts = evidence.searched_for.count("?") > 1 or bool(_PARTS.search(evidence.searched_for))
    if asked.sides or parts:  # no one article need hold all
        near = held
        whole = " ".join(headed(c.article, c.article.text) for c in quoted)
        off = gone = wanted.forms.names_off(names, whole, evidence.rarity)
    kinds = [h.kind for h in near if h.kind is not None]
    return Signals(
        best=best.score,
        passage=best.hit.score,
        alone=alone,
        falls=falls[0] if falls else 0.0,
        falls_next=falls[1] if len(falls) > 1 else 0.0,
        agree=sum(c.hit.rank == best.hit.rank for c in quoted) / len(quoted),
        names_off=off,
        names_gone=gone,
        name_gone=float(gone > 0),
        words_there=most.words_there,
        premise_off=most.premise_off,
        event_off=most.event_off,
        deed_off=float(most.deed_off),
        deed_apart=float(most.deed_apart and not most.deed_off),
        kind_missing=float(bool(kinds) and not any(kinds)),
        thing_missing=float(bool(wanted.thing) and not any(h.counts for h in near)),
        actor_missing=float(not wanted.reply and all(actor is False for actor in actors)),
        reply_missing=float(wanted.reply and True not in actors and not parts),
        off_dates=float(most.off_dates),
        unsaid=float(bool(UNSAID.search(best.text)) and not asked.sides),
    )


def _names_required(evidence: Evidence, wanted: Wanted) -> dict[str, str]:
    """The names that the evidence must hold.

    Not what was carried over from an earlier turn, if neither a list nor an article found knows it: it
    need be no name.
    """
    carried = set(wanted.names) - stems(evidence.question.text) - set(wanted.forms.of_name)
    there = set().union(*(stems(hit.article.text) for hit in evidence.hits)) if carried else set()
    return {s: w for s, w in wanted.names.items() if s not in carried - there}


@dataclass(frozen=True, slots=True)
class _Held:
    """What one candidate, its neighbours and its article hold."""

    names_off: float
    names_gone: float
    words_there: float
    premise_off: float
    event_off: float
    deed_off: bool
    deed_apart: bool
    kind: bool | None
    counts: bool
    actor: bool | None
    off_dates: bool

    @property
    def lack(self) -> float:
        """How much of what must stand together is lacking."""
        return 2 * self.names_gone + self.names_off + self.off_dates + self.premise_off + self.event_off

    @classmethod
    def of(
        cls,
        candidate: Candidate,
        wanted: Wanted,
        names: Mapping[str, str],
        whose: SaidBy | None,
        rarity: Mapping[str, float],
    ) -> _Held:
        article = candidate.article
        every = sentences_of(article)
        at = every.index(candidate.sentence)
        before, earlier = every[max(0, at - 1)], every[max(0, at - _BACK)]
        acts = wanted.actor_acts(article, candidate.text, article.text[earlier.start : before.end])
        beside = around(article, candidate.sentence)
        near = headed(article, beside)
        heard = speakers(article, candidate.sentence.start, candidate.sentence.end)
        voices = " ".join(one.person for one in heard if one.person)
        passage = headed(article, f"{candidate.hit.text} {beside} {voices}")
        whole = headed(article, article.text)
        return cls(
            names_off=wanted.forms.names_off(names, passage, rarity),
            names_gone=wanted.forms.names_off(names, whole, rarity),
            words_there=wanted.words_held(whole, rarity),
            kind=wanted.kind_in(candidate.text),
            counts=wanted.counts(candidate.text),
            premise_off=share(
                wanted.forms.lacking(wanted.premise, near), wanted.premise.values(), rarity
            ),
            event_off=share(wanted.forms.lacking(wanted.event, near), wanted.event.values(), rarity),
            deed_off=bool(wanted.forms.lacking(wanted.deed, near)),
            deed_apart=not any(
                wanted.done(article.text[s.start : s.end]) for s in every[max(0, at - 1) : at + 2]
            ),
            actor=acts if acts is not False else _says(heard, whose),
            off_dates=wanted.off_dates(article, near),
        )


def _says(heard: Sequence[SaidBy], whose: SaidBy | None) -> bool:
    """Tell whether the one whose words are asked for is among those heard."""
    return whose is not None and any(same_speaker(one, whose) for one in heard)


@cache
def _model() -> Logistic:
    return Logistic.load(_MODEL)
