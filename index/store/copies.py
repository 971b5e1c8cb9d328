"""Near-copies: one wire story in many outlets, told by the word sequences that two texts share.

A text is the set of its runs of five words. MinHash estimates how much of two sets is shared
(Jaccard); locality-sensitive hashing finds the candidates without comparing every pair
(Broder 1997; Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIKENESS = 0.6
"""From this estimated share on, two articles are one origin; docs/library.md shows the data."""

DAYS = 7
"""Copies run within days. Alike texts further apart are formulas that return, such as a notice of each
year; where a date is unknown the texts decide alone."""

RELATED = 0.3
"""From this share on, another text at the same url is a version of it, not another article."""

_WORDS = 5
_LEAST_SHINGLES = 20  # below that, two texts are alike by their form ("Readout of the call …")
_PERMUTATIONS = 128
_BANDS, _ROWS = 32, 4  # finds 87% of pairs at 0.5, 99% at 0.6, over 99.9% at 0.7: 1 - (1 - s^4)^32
_PLACES = np.uint64(0x9E3779B97F4A7C15) ** np.arange(_WORDS, dtype=np.uint64)  # odd: no bit is lost
_BAND_NUMBERS = np.arange(_BANDS, dtype=np.uint64) << np.uint64(56)  # like bands at other places differ
_WORD = re.compile(r"\w+")


def signature(text: str) -> NDArray[np.uint32] | None:
    """Return the MinHash signature of a text, or None where it is too short to compare."""
    words = np.fromiter(map(_word_hash, _WORD.findall(text.lower())), np.uint64)
    if len(words) < _WORDS:
        return None
    # Rabin's fingerprint: a run's hash comes from its words', all runs at once, none put together.
    runs = sliding_window_view(words, _WORDS) @ _PLACES
    shingles = np.unique((runs >> np.uint64(32)).astype(np.uint32))
    if len(shingles) < _LEAST_SHINGLES:
        return None
    factors, summands = _permutations()
    return np.asarray((factors * shingles + summands).min(axis=1), dtype=np.uint32)


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=1)
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The permutations h → a·h + b mod 2³², a column of each; applied here, to whole arrays at once."""
    from datasketch import MinHash

    factors, summands = MinHash(num_perm=_PERMUTATIONS, seed=1, scheme="affine32").permutations
    return factors[:, None], summands[:, None]


def bands(signed: NDArray[np.uint32]) -> list[int]:
    """Return the keys under which a signature is found: alike texts share at least one."""
    rows = signed.reshape(_BANDS, _ROWS).astype(np.uint64) @ _PLACES[1 : 1 + _ROWS]
    return [int(key) for key in (rows + _BAND_NUMBERS).view(np.int64)]


def exact_key(text: str) -> int | None:
    """Return the key under which a text too short to compare is found by its twins: the same words.

    None where it has no words.
    """
    words = " ".join(_WORD.findall(text.lower()))
    digest = hashlib.blake2b(words.encode(), digest_size=8, person=b"exact").digest()
    return int.from_bytes(digest, "big", signed=True) if words else None


def likeness(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """Return the estimated share of word runs, 0 to 1; its standard error is at most 0.045."""
    return float(np.mean(one == other))
