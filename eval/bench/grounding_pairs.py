"""Labelled pairs for the grounding check: sentences that a passage holds, and the same made false.

Supported: people's answers with the passage they rest on (CLAPNQ), sentences of documents that hold the
right answer (RAMDocs), models' reference answers marked answerable (MTRAG; noisier), and attributed
sentences of articles. Hard negatives change one thing: a number, a year, a date, a name, the speaker,
the polarity, the answer (RAMDocs' own wrong one), or put the sentence before another question's passage.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.excerpts import readable, sentences_of
from assistant.grounding.attribution import said_by
from assistant.grounding.reporting import attributed
from index.articles import Article, Hit, Passage
from index.intake.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\d.,])\b(?!(?:1[5-9]|20)\d\d\b)\d{2,}\b(?![.,]\d)")
_DIGITS = re.compile(r"\d+")
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)}) \d{{1,2}}\b|\b\d{{1,2}} (?:{'|'.join(_MONTHS)})\b")
_POLARITY = re.compile(r"\b(?:is|was|are|were|has|have|had|can|will|could)\b(?! not)")
_NAME = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ][\w’-]{2,}(?: [A-ZÀ-Þ][\w’-]{2,})*")
TRUE = ("supported", "attributed")
_FEWEST = 5  # words of a sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and the article it is held against; `kind` says whether and how it was made false."""

    group: str
    corpus: str
    kind: str
    claim: str
    hits: tuple[Hit, ...]

    @property
    def supported(self) -> bool:
        """Whether it is true of the article."""
        return self.kind in TRUE

    @property
    def held_out(self) -> bool:
        """Half of the questions, by a hash: thresholds never saw them."""
        return hashlib.sha256(self.group.encode()).digest()[0] % 2 == 1


def clapnq(path: Path) -> Iterator[Pair]:
    """Pairs of CLAPNQ's answerable questions, one a sentence of the answer."""
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = [
        (str(c["id"]), _untokenised(c["passages"][0]["text"]), c["passages"][0]["title"]) for c in cases
    ]
    for at, case in enumerate(cases):
        hits = _hits(*texts[at])
        other = _hits(*texts[at - 1])
        for claim in _sentences(_untokenised(case["output"][0]["answer"])):
            yield from _variants(str(case["input"]), "clapnq", claim, hits)
            yield Pair(str(case["input"]), "clapnq", "elsewhere", claim, other)


def ramdocs(path: Path) -> Iterator[Pair]:
    """Pairs of RAMDocs: a sentence with the right answer, and with the wrong one in its place."""
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        right = next((d for d in case["documents"] if d["type"] == "correct"), None)
        if right is None:
            continue
        hits = _hits(case["question"], right["text"], (case["disambig_entity"] or [""])[0])
        claim = next((s for s in _sentences(right["text"]) if right["answer"] in s), None)
        if claim is None:
            continue
        yield Pair(case["question"], "ramdocs", "supported", claim, hits)
        for wrong in case["wrong_answers"][:1]:
            if wrong not in right["text"]:
                false = claim.replace(right["answer"], wrong)
                yield Pair(case["question"], "ramdocs", "answer", false, hits)


def mtrag(path: Path) -> Iterator[Pair]:
    """Pairs of MTRAG's references to answerable turns; written by models, checked by people."""
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["answerability"] != ["ANSWERABLE"] or not case["contexts"]:
            continue
        passages = enumerate(case["contexts"])
        hits = tuple(h for n, c in passages for h in _hits(f"{case['task_id']}-{n}", c["text"], ""))
        for claim in _sentences(case["targets"][0]["text"])[:3]:
            yield from _variants(case["task_id"], "mtrag", claim, hits)


def articles(files: Iterable[Path]) -> Iterator[Pair]:
    """Pairs of attributed sentences: as they stand, and with another person of the article speaking."""
    for file in files:
        for article in read_file(file, 10**6):
            if isinstance(article, Article):
                yield from _speakers(article)


def _speakers(article: Article) -> Iterator[Pair]:
    whole = (Hit(1, 1.0, Passage(article.id, 0, len(article.text)), article),)
    said = [(s, said_by(article, s.start, s.end)) for s in sentences_of(article) if not s.heading]
    people = list(
        dict.fromkeys(who.person for _, who in said if who and who.person and " " in who.person)
    )
    for sentence, who in said:
        text = readable(article.text[sentence.start : sentence.end])
        mine = next((a for a in attributed(text, 0) if a.person), None)
        if not (who and who.person and mine and len(text.split()) >= _FEWEST):
            continue
        others = [person for person in people if person.split()[-1] != who.person.split()[-1]]
        if mine.person and mine.person in text:
            yield Pair(article.source, "articles", "supported", text, whole)
            yield Pair(
                article.source, "articles", "attributed", _told(text, mine.person, who.person), whole
            )
            for other in others[:1]:
                false = text.replace(mine.person, other, 1)
                yield Pair(article.source, "articles", "speaker", false, whole)


def _told(text: str, written: str, person: str) -> str:
    """The sentence with its speaker by his full name."""
    return text.replace(written, person, 1) if person.endswith(written) else text


def _variants(group: str, corpus: str, claim: str, hits: tuple[Hit, ...]) -> Iterator[Pair]:
    yield Pair(group, corpus, "supported", claim, hits)
    there = " ".join(hit.article.text for hit in hits)
    for kind, false in (
        ("year", _changed(claim, _YEAR, lambda old: str(int(old) + 7))),
        ("number", _changed(claim, _NUMBER, lambda old: str(int(old) + 7))),
        ("date", _changed(claim, _DATE, _other_date)),
        ("polarity", _changed(claim, _POLARITY, lambda old: f"{old} not")),
        ("name", _renamed(claim, there)),
    ):
        if false and not (kind in ("year", "number") and _added(claim, false) in there):
            yield Pair(group, corpus, kind, false, hits)


def _changed(claim: str, pattern: re.Pattern[str], change: Callable[[str], str]) -> str | None:
    match = pattern.search(claim)
    return claim[: match.start()] + change(match[0]) + claim[match.end() :] if match else None


def _added(claim: str, false: str) -> str:
    """The number that only the changed sentence holds; empty, so held everywhere, where none is."""
    own: list[str] = _DIGITS.findall(claim)
    return next((match[0] for match in _DIGITS.finditer(false) if match[0] not in own), "")


def _other_date(old: str) -> str:
    month = next(m for m in _MONTHS if m in old)
    return old.replace(month, _MONTHS[(_MONTHS.index(month) + 5) % 12])


def _renamed(claim: str, there: str) -> str | None:
    """The sentence with one name exchanged for another of the passage that it does not hold."""
    names = [name for name in _NAME.findall(there) if not set(name.split()) & set(_MONTHS)]
    own = [name for name in names if name in claim]
    others = [name for name in names if not any(word in claim for word in name.split())]
    return claim.replace(own[0], others[-1], 1) if own and others else None


def _hits(source: str, text: str, title: str) -> tuple[Hit, ...]:
    article = Article(source, title or "Untitled", text)
    return (Hit(1, 1.0, Passage(article.id, 0, len(text)), article),)


def _sentences(text: str) -> Sequence[str]:
    article = Article("answer", "", text)
    found = (" ".join(text[s.start : s.end].split()) for s in sentences_of(article))
    return [sentence for sentence in found if len(sentence.split()) >= _FEWEST]


def _untokenised(text: str) -> str:
    """Undo the spaces that CLAPNQ's passages have around punctuation."""
    text = text.replace("`` ", "“").replace(" ''", "”").replace(" -- ", " — ")
    text = re.sub(r" ([.,;:!?%)\]])", r"\1", re.sub(r"([(\[$]) ", r"\1", text))
    return re.sub(r" ('s|n't|'re|'ve)\b", r"\1", re.sub(r"(\w) ([-–]) (\w)", r"\1\2\3", text))
