"""Near-copies: one wire story in many outlets, told by the word sequences that two texts share.

A text is the set of its runs of five words. MinHash estimates how much of two sets is shared
(Jaccard); locality-sensitive hashing finds the candidates without comparing every pair
(Broder 1997; Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datasketch import MinHash
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
_SHA1_WORDS = 20 // 4  # of four bytes in a digest; datasketch takes the first
_WORD = re.compile(r"\w+")


def signature(text: str) -> NDArray[np.uint32] | None:
    """Return the MinHash signature of a text, or None where it is too short to compare."""
    words = _WORD.findall(text.lower())
    shingles = set(map(" ".join, zip(*(words[at:] for at in range(_WORDS)), strict=False)))
    if len(shingles) < _LEAST_SHINGLES:
        return None
    # datasketch's own hash of a shingle, but of all at once: one call for each is half of the time.
    digests = b"".join([sha1(shingle.encode(), usedforsecurity=False).digest() for shingle in shingles])
    hashes = np.frombuffer(digests, "<u4")[::_SHA1_WORDS]
    made = _empty().copy()
    made.update_batch(hashes.tolist())
    return np.asarray(made.hashvalues, dtype=np.uint32)


@lru_cache(maxsize=1)
def _empty() -> MinHash:
    """A MinHash of hashes, its permutations drawn."""
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=1, scheme="affine32", hashfunc=int)


def bands(signed: NDArray[np.uint32]) -> list[int]:
    """Return the keys under which a signature is found: alike texts share at least one."""
    rows = signed.reshape(_BANDS, _ROWS)
    return [
        int.from_bytes(
            hashlib.blake2b(bytes([at]) + row.tobytes(), digest_size=8).digest(), "big", signed=True
        )
        for at, row in enumerate(rows)
    ]


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
