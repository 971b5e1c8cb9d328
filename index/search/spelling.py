"""Names that the library does not hold as they are typed: those that it holds and that sound alike."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from index.search.names import Name, fold, gazetteer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.store.library import Library

# The same sound in the Latin spellings of other scripts and of Somali, Azerbaijani or French.
_SOUNDS = (("x", "h"), ("kh", "h"), ("gh", "g"), ("q", "k"), ("ck", "k"), ("ph", "f"), ("w", "v"),
           ("ee", "i"), ("oo", "u"), ("ou", "u"), ("y", "i"), ("z", "s"))  # fmt: skip
_HISSING = re.compile(r"t?s?ch|d?[sz]h|dj|ts|cs|c(?=[ei]|$)|^j")
_SKELETON = str.maketrans("gchf", "kkkv", "aeiouj")
_INITIALS = {
    "a": "aeiouy",
    "k": "ckgqxh",
    "s": "szcjdt",
    "v": "vwf",
}  # letters of what begins to sound so
_ALIKE = 0.82  # likeness of two spellings of one name, by difflib; Esequiba and Essequibo have 0.875
_LETTERS = 5  # of a name at least; shorter ones sound like too many others
_CONSONANTS = 3
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = 3  # that sound like one word at most
_READ = 20  # passages read to see how a name is written


def named_otherwise(text: str, names: Sequence[Name], library: Library) -> list[Name]:
    """Return the capitalised words that the library lacks, each with names there that sound like it.

    What `names` cover is known. A word that any passage holds is left as it is, however rare.
    """
    found = []
    for match in _WORD.finditer(text):
        word, (start, end) = match[0], match.span()
        known = any(name.start < end and start < name.end for name in names)
        if known or not word[0].isupper() or len(word) < _LETTERS or library.words.holding(word):
            continue
        if meant := _meant(word, library):
            listed = gazetteer().forms.get(fold(meant[0]), ())
            found.append(Name(start, end, tuple(dict.fromkeys([*listed, *meant, word]))))
    return found


def _meant(word: str, library: Library) -> list[str]:
    """The names in the library, as written there, that a word may be a spelling of, the likest first."""
    key = skeleton(word)
    if len(key) < _CONSONANTS:
        return []
    known = library.words.vocabulary(_INITIALS.get(key[0], key[0]))
    alike = {term: _likeness(word, term) for term in known if skeleton(term) == key}
    ordered = sorted(alike, key=lambda term: (-alike[term], -library.words.holding(term)))
    written = (_as_written(term, key, library) for term in ordered if alike[term] >= _ALIKE)
    return [name for name in written if name][:_NAMES]


def _as_written(term: str, key: str, library: Library) -> str | None:
    """A name in the library that has the stem in its vocabulary, and sounds so; else None."""
    for passage, article in library.resolve(library.words.lexical(term, _READ)):
        for word in _WORD.findall(f"{article.heading} {article.text[passage.start : passage.end]}"):
            if word.istitle() and fold(word).startswith(term[:-1]) and skeleton(word) == key:
                return str(word)
    return None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, sounded(fold(one)), sounded(fold(other))).ratio()


@lru_cache(maxsize=100_000)
def sounded(word: str) -> str:
    """Return a folded name in one spelling of its sounds: of Maxamuud and Mohamud one vowel differs."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", word)


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Return a name's consonants as they sound, coarsely, behind an a where it begins with a vowel."""
    sound = sounded(_HISSING.sub("s", fold(word)))
    consonants = re.sub(r"(.)\1+", r"\1", sound.translate(_SKELETON))
    return f"a{consonants}" if sound[:1] in tuple("aeiou") else consonants
