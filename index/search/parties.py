"""The two parties whose accounts a question asks for, if it asks for two.

Of the parties that a question names, each pair is tried: the question is read with the two, and whoever
else is named, made nameless, and a regression tells from its meaning (the sentence embedding) and its
build (its words, and runs of function words around the names) whether it wants an account of each. The
weights are in `parties.json`, fitted by `python -m eval.bench.wordings fit` on questions that many hands
wrote; figures are in `docs/answering.md`.
"""

from __future__ import annotations

import json
import re
from calendar import month_name
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.search.named import Named, named, spelt_out
from index.search.names import fold, land_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from index.search.named import CountryOf

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

ENCODER = "packaged:bge-small-en-v1.5"
MODEL = Path(__file__).with_suffix(".json")
_PAIRS = 10  # at most so many are tried: those named first
_NAMELESS = ("Alpha", "Beta")
_ANOTHER = "Gamma"
_RUN = 3  # words
_CLOSE = 1.5  # logits below the likeliest pair within which another may be meant
MEANING = 8.0
"""What the embedding, of length one, is multiplied by beside counts of words, for one regularisation."""

_TOKEN = re.compile(r"[\w'-]+|[,;:?.!+/]")
_THE = re.compile(r"\bthe $", re.IGNORECASE)
_MONTHS = frozenset(name.lower() for name in month_name[1:])
_BUILD = frozenset(
    """
    what how why who whom whose which when where did do does has have had is are was were will would
    can could should and or but while whereas as by to of in on at over about from for with against
    versus vs v than between before after during since each both either other another one two the a an
    its their his her that this it they them not n't 's according per so if then back own respectively
    , ; ? : . ! + /
    """.split()
)


@dataclass(frozen=True, slots=True)
class Apart:
    """Whose accounts a question asks for; `wanted` where it asks for two.

    Of the `pairs` the likeliest is first, and the first `close` ones may be meant as well as it.
    """

    pairs: tuple[tuple[str, ...], ...] = ()
    wanted: bool = False
    close: int = 0

    @property
    def parties(self) -> tuple[str, ...]:
        """The likeliest two, in the question's order; none where it names no two or wants none."""
        return self.pairs[0] if self.pairs else ()


NONE = Apart()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question read as asking of two of those it names; of one or none where it names no two."""

    pair: tuple[Named, ...]
    nameless: str
    runs: Mapping[str, int]


def parties(question: str, encode: Encode, country_of: CountryOf = land_of) -> Apart:
    """Return whose accounts are asked for; `encode` gives unit vectors.

    `country_of` gives the code of the country that a person speaks for: the two are one party.
    One who holds an office is there by the country named with it, a capital by its own name. Where two
    accounts are wanted and no two named, there are no parties.
    """
    found = readings(question, country_of)
    logits = weights().logits(found, encode([reading.nameless for reading in found]))
    if max(logits) < weights().threshold:
        return NONE
    least = max(weights().threshold, max(logits) - _CLOSE)
    pairs = [found[at].pair for at in np.argsort(logits)[::-1]]
    names = tuple(tuple(one.party for one in pair) for pair in pairs if len(pair) > 1)
    return Apart(names, wanted=True, close=sum(logit >= least for logit in logits))


def readings(question: str, country_of: CountryOf = land_of) -> list[Reading]:
    """Return the ways to read a question as asking for two accounts, at least one."""
    question = spelt_out(question)
    every = named(question, country_of)
    known: dict[str, Named] = {}
    for one in every:
        if one.key not in known or (one.land and not known[one.key].land):
            known[one.key] = one  # by its country's name rather than by a person's
    pairs: list[tuple[Named, ...]] = [*combinations(known.values(), 2), *_compatriots(every)]
    return [_reading(question, every, pair) for pair in pairs[:_PAIRS] or [every[:1]]]


def _compatriots(every: Sequence[Named]) -> Iterator[tuple[Named, Named]]:
    """Each two persons who speak for one country."""
    persons = {_surname(one): one for one in every if not one.land and one.key != fold(one.party)}
    yield from (pair for pair in combinations(persons.values(), 2) if pair[0].key == pair[1].key)


def _whose(one: Named, pair: Sequence[Named]) -> int | None:
    """Which of a pair is named, by country or, where that is the same, by surname; None: another."""
    by = _surname if len(pair) > 1 and pair[0].key == pair[1].key else _key
    meant = [by(party) for party in pair]
    return meant.index(by(one)) if by(one) in meant else None


def _key(one: Named) -> str:
    return one.key


def _surname(one: Named) -> str:
    return fold(one.party).split()[-1]


def _reading(question: str, every: Sequence[Named], pair: tuple[Named, ...]) -> Reading:
    parts, masked, at = [], [], 0
    for one in every:
        before = _THE.sub("", question[at : one.start])
        if (place := _whose(one, pair)) is not None:
            parts += [before, _NAMELESS[place]]
            masked += [before, " PARTY "]
        else:
            parts += [before, _ANOTHER]
            masked += [before, " OTHER "]
        at = one.end
    rest = question[at:]
    return Reading(pair, "".join([*parts, rest]), _runs("".join([*masked, rest])))


def _runs(masked: str) -> Mapping[str, int]:
    """Runs of up to three function words and names, a `_` for any other word; those words alone.

    A run that tells of the two is counted twice at most, another once.
    """
    spaced = re.sub(r"['’]s?\b", " 's ", masked)
    found = _TOKEN.findall(spaced)
    words = [_plain(word) for word in found]
    others = (word.lower() for word, plain in zip(found, words, strict=True) if plain == "_")
    runs = Counter(others)
    for length in range(1, _RUN + 1):
        runs.update(" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
    return {run: min(count, 2 if "PARTY" in run else 1) for run, count in runs.items()}


def _plain(word: str) -> str:
    if word in ("PARTY", "OTHER"):
        return word
    word = word.lower()
    if word in _BUILD:
        return word
    if word[0].isdigit():
        return "NUMBER"
    return "MONTH" if word in _MONTHS else "_"


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the regression; `threshold` is the logit from which two accounts are wanted."""

    intercept: float
    threshold: float
    runs: Mapping[str, float]
    meaning: NDArray[np.float32]

    def logits(self, found: Sequence[Reading], meanings: NDArray[np.float32]) -> list[float]:
        """Return for each reading the logit that the question is to be read so."""
        return [
            self.intercept
            + sum(self.runs.get(run, 0.0) * count for run, count in reading.runs.items())
            + MEANING * float(meaning @ self.meaning)
            for reading, meaning in zip(found, meanings, strict=True)
        ]


@cache
def weights() -> Weights:
    """The weights that are shipped."""
    read = json.loads(MODEL.read_text("utf-8"))
    return Weights(
        read["intercept"],
        read["threshold"],
        read["runs"],
        np.asarray(read["meaning"], np.float32),
    )
