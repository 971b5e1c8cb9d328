"""What readers thought of answers: thumbs, and citations that do not support what they stand behind."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer, Question
from assistant.records.database import Records
from index.errors import InputError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from assistant.answers import Citation, Claim
    from assistant.records.turns import StoredTurn

Opinion = Literal["good", "bad", "unsupported"]


class Target(BaseModel):
    """What of an answer is meant: all of it, the claim at a place (from 0), one of its citations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: int | None = None
    citation: int | None = None

    @property
    def key(self) -> str:
        """Names the target within its turn."""
        return ".".join(str(place) for place in (self.claim, self.citation) if place is not None)


WHOLE = Target()


class Review(BaseModel):
    """One reader's opinion, complete: it outlives the conversation that it was given in.

    `unsupported` says that the citation, or all citations of the claim, do not support the claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    turn_id: str
    owner: str
    made: datetime
    opinion: Opinion
    target: Target
    question: Question
    answer: Answer
    comment: str = ""
    settled: datetime | None = None

    @property
    def claim(self) -> Claim | None:
        """The claim that is meant; None for the whole answer."""
        return None if self.target.claim is None else self.answer.claims[self.target.claim]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations that are meant: one, all of the claim, or all of the answer."""
        if self.claim is None:
            return tuple(c for claim in self.answer.claims for c in claim.citations)
        if self.target.citation is None:
            return self.claim.citations
        return (self.claim.citations[self.target.citation],)


class ReviewList:
    """Reviews of one owner, and for those who look after the answers, of everyone."""

    def __init__(self, path: Path, owner: str) -> None:
        self._records = Records(path)
        self.owner = owner

    def give(
        self, turn: StoredTurn, opinion: Opinion, target: Target = WHOLE, comment: str = ""
    ) -> Review:
        """Keep an opinion; it takes the place of what the owner said of the same target before.

        Raises:
            InputError: the turn has no complete answer, or the answer no such claim or citation.
        """
        if turn.answer is None:
            raise InputError("Only a complete answer can be reviewed.", "Ask again.")
        _check(turn.answer, opinion, target)
        review = Review(
            id=secrets.token_hex(8),
            turn_id=turn.id,
            owner=self.owner,
            made=datetime.now(UTC),
            opinion=opinion,
            target=target,
            question=turn.question,
            answer=turn.answer,
            comment=comment.strip(),
        )
        with self._records.writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO review (id, owner, turn, target, made, body)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (review.id, self.owner, turn.id, target.key, _iso(review.made), _body(review)),
            )
        return review

    def withdraw(self, turn_id: str, target: Target = WHOLE) -> None:
        """Take back what the owner said of a target, if anything."""
        with self._records.writing() as database:
            database.execute(
                "DELETE FROM review WHERE owner = ? AND turn = ? AND target = ?",
                (self.owner, turn_id, target.key),
            )

    def of_turn(self, turn_id: str) -> dict[Target, Review]:
        """Return what the owner said of a turn, by target."""
        with self._records.reading() as database:
            sql = "SELECT * FROM review WHERE owner = ? AND turn = ? ORDER BY key"
            reviews = [_review(row) for row in database.execute(sql, (self.owner, turn_id))]
        return {review.target: review for review in reviews}

    def waiting(self, *, everyone: bool = False) -> list[Review]:
        """Return the reviews that nobody has dealt with, oldest first."""
        with self._records.reading() as database:
            sql = "SELECT * FROM review WHERE settled IS NULL AND (? OR owner = ?) ORDER BY key"
            return [_review(row) for row in database.execute(sql, (everyone, self.owner))]

    def settle(self, review_id: str) -> None:
        """Take a review off the list of those waiting; it is kept."""
        with self._records.writing() as database:
            now = _iso(datetime.now(UTC))
            database.execute("UPDATE review SET settled = ? WHERE id = ?", (now, review_id))


def _check(answer: Answer, opinion: Opinion, target: Target) -> None:
    if target.claim is None:
        if opinion == "unsupported" or target.citation is not None:
            raise InputError("Say which claim is not supported.")
        return
    claims = answer.claims[target.claim : target.claim + 1] if target.claim >= 0 else ()
    if not claims:
        raise InputError(f"The answer has no claim {target.claim}.")
    if target.citation is not None and not 0 <= target.citation < len(claims[0].citations):
        raise InputError(f"The claim has no citation {target.citation}.")


def _body(review: Review) -> str:
    return review.model_dump_json(exclude={"settled"})


def _review(row: sqlite3.Row) -> Review:
    review = Review.model_validate_json(row["body"])
    settled = datetime.fromisoformat(row["settled"]) if row["settled"] else None
    return review.model_copy(update={"settled": settled})


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
