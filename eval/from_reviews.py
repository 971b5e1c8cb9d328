"""A reader's review of an answer → a question of an evaluation set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from eval.cases import Case, Gold, Side, Slice, dump_cases, load_cases
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.answers import Answer, Citation
    from assistant.records.reviews import Review

Expected = Literal["abstention"]


def case_of(review: Review, expected: Expected | None = None) -> Case:
    """Return the question a review stands for.

    A good answer's citations become gold, a good abstention an unanswerable question. Citations that do
    not support their claim are left out of the gold. What a bad answer should have been only a person
    knows: `expected` says that it should have been none.

    Raises:
        InputError: the review does not tell what a right answer rests on.
    """
    answer = review.answer
    if expected == "abstention" or (review.opinion == "good" and answer.abstained):
        return _case(review, "unanswerable")
    if review.opinion == "bad" or not (gold := _gold(_trusted(review))):
        raise InputError(
            f"Review {review.id} of “{review.question.text}” does not tell what is right.",
            f"If there is none, give --abstain {review.id}; else write the question with its gold.",
        )
    sides = _sides(answer) if review.opinion == "good" else ()
    return _case(review, _slice(review, sides), gold=gold, sides=sides)


def add_to_set(path: Path, case: Case) -> bool:
    """Add a case to a set's file, which is made if there is none; False where it is in it already.

    Raises:
        InputError: the file is no set, or cannot be written.
    """
    cases = load_cases(path) if path.exists() and path.stat().st_size else []
    if any(known.id == case.id for known in cases):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(dump_cases([case]))
    except OSError as exc:
        raise InputError(f"The set {path} cannot be written: {exc.strerror or exc}.") from exc
    return True


def _case(
    review: Review, kind: Slice, gold: tuple[Gold, ...] = (), sides: tuple[Side, ...] = ()
) -> Case:
    said = {"good": "a reader found the answer good", "bad": "a reader found the answer bad"}
    notes = said.get(review.opinion, "a reader found a citation that does not support its claim")
    return Case(
        id=f"review-{review.id}",
        question=review.question.text,
        slice=kind,
        history=review.question.history,
        answerable=bool(gold),
        gold=gold,
        sides=sides,
        as_of=review.made.date().isoformat(),
        notes=f"From review {review.id} of turn {review.turn_id}: {notes}. {review.comment}".strip(),
    )


def _trusted(review: Review) -> Iterable[Citation]:
    """The citations that the review does not doubt."""
    doubted = review.citations if review.opinion == "unsupported" else ()
    for place, claim in enumerate(review.answer.claims):
        for cited in claim.citations:
            if place != review.target.claim or cited not in doubted:
                yield cited


def _gold(citations: Iterable[Citation]) -> tuple[Gold, ...]:
    return tuple(dict.fromkeys(Gold(source=cited.source, quote=cited.quote) for cited in citations))


def _sides(answer: Answer) -> tuple[Side, ...]:
    accounts = answer.accounts.sides if answer.accounts else ()
    golds = {
        side.party: _gold(c for at in side.claims for c in answer.claims[at].citations)
        for side in accounts
    }
    heard = tuple(Side(name=party, gold=gold) for party, gold in golds.items() if gold)
    return heard if len(heard) > 1 else ()


def _slice(review: Review, sides: tuple[Side, ...]) -> Slice:
    reading = review.answer.reading
    kinds: tuple[tuple[Slice, bool], ...] = (
        ("two-sided", bool(sides)),
        ("follow-up", bool(review.question.history)),
        ("latest", bool(reading and reading.newest)),
        ("temporal", bool(reading and reading.time)),
    )
    return next((kind for kind, holds in kinds if holds), "fact")
