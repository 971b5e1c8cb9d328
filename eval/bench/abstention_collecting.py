"""The signals of questions, asked of a library: of question sets, of CLAPNQ, or made by machine."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.abstention.decision import signals_of
from assistant.answers import Question
from assistant.asked import Asked, stems
from assistant.retrieval import Retrieval
from assistant.selection import candidates
from eval.bench.abstention_questions import make
from eval.bench.abstention_rows import UNSEEN, Row, hash_of, in_other_half
from eval.cases import find_set, load_cases
from eval.checking import texts_by_source
from eval.growing import grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.evidence import Evidence
    from assistant.selection import Candidate
    from eval.cases import Gold
    from index.settings import Settings
    from index.store.library import Library

_NOTHING = -9.0  # below any score that the rule before gave


@dataclass(frozen=True, slots=True)
class Asking:
    """A question to collect the signals of; `group` is what it is about."""

    question: Question
    answerable: bool
    kind: str
    group: str
    gold: Sequence[Gold] = ()


def questions(library: Library, sets: Sequence[str], made: int | None, most: int) -> Iterator[Asking]:
    """Yield the questions of sets with those derived from them, then those made by machine.

    A set may be a file of CLAPNQ. With `made`, a seed, there are at most `most` questions made from the
    library: with 0 of parties that are fitted, else of the others.
    """
    yield from _of_sets(library, sets)
    if made is not None:
        yield from list(_made(library, made))[:most]


def collected(library: Library, settings: Settings, askings: Iterable[Asking]) -> Iterator[Row]:
    """Yield the signals of each question, asked of a library; not of those that ask for two accounts."""
    retrieval = Retrieval(library, settings)
    reranker = retrieval.engine.reranker
    for one in askings:
        evidence = retrieval.gather(one.question.checked())
        if evidence.sides:
            continue
        asked = evidence.asked
        found = candidates(evidence, asked, reranker)
        signals = signals_of(evidence, asked, found, reranker) if found else None
        held = _held_in(found, one.gold) if one.gold else None
        before = _rule_before(evidence, asked, found)
        yield Row(one.kind, hash_of(one.group), one.answerable, held, before, signals)


def _of_sets(library: Library, sets: Sequence[str]) -> Iterator[Asking]:
    for name in sets:
        if "clapnq" in name:
            for line in Path(name).read_text("utf-8").splitlines():
                case = json.loads(line)
                asked = Question(text=case["input"])
                yield Asking(asked, "_answerable" in name, "clapnq", case["id"])
            continue
        path = find_set(name)
        cases = load_cases(path)
        for case in [*cases, *grow(cases, texts_by_source(library.articles()))]:
            kind = f"{path.stem}{'-grown' if case.derived_from else ''} {case.slice}"
            yield Asking(case.asked, case.answerable, kind, case.derived_from or case.id, case.gold)


def _made(library: Library, seed: int) -> Iterator[Asking]:
    made = make(library.articles(), seed)
    random.Random(0).shuffle(made)  # noqa: S311 - an order, no secret
    for one in made:
        if in_other_half(hash_of(one.group)) == bool(seed):
            kind = f"{UNSEEN}{one.kind}" if seed else one.kind
            yield Asking(Question(text=one.question), one.answerable, kind, one.group)


def _held_in(found: Sequence[Candidate], gold: Sequence[Gold]) -> bool:
    """Tell whether a candidate is a gold sentence, or part of one, or has one in it."""
    quotes = {one.source: one.quote for one in gold}
    texts = ((c.article, c.sentence) for c in found if c.article.source in quotes)
    pairs = ((article.text[s.start : s.end], quotes[article.source]) for article, s in texts)
    return any(text in quote or quote in text for text, quote in pairs)


def _rule_before(evidence: Evidence, asked: Asked, found: Sequence[Candidate]) -> float:
    """Three signals: the best sentence, its passage, and the names that its article lacks, by rarity."""
    if not found:
        return _NOTHING
    best = max(found, key=lambda c: c.score)
    there = stems(f"{best.article.heading} {best.article.text}")
    parties = stems(" ".join(side.party for side in evidence.sides if side.articles))
    names = {stem: word for stem, word in asked.terms.items() if stem in asked.names - parties}
    lacking = sum(evidence.rarity.get(word, 0.0) for stem, word in names.items() if stem not in there)
    return 0.10 * best.score + 0.26 * best.hit.score - 0.092 * lacking
