"""How well accounts set side by side are labelled: disputed, changed over time, agreed, or nothing.

`python -m eval.bench.relations [--show]` labels the pairs of eval/sets/relations.jsonl. Half of them are
held out: only their totals are printed, `--show` lists what went wrong in the other half. Intervals are
Wilson's, 95%.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.answers import Claim, Numbering
from assistant.evidence import Side
from assistant.excerpts import Excerpt
from assistant.grounding.accounts import accounts
from assistant.grounding.quoting import quotation
from eval.statistics import share_text
from index.articles import Article
from index.dates import parse_published

SET = Path(__file__).parents[1] / "sets" / "relations.jsonl"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Row):
    """A sentence of a party and when it was said: of an article, or made up for the set."""

    published: str
    text: str


class Told(_Row):
    """One party's account."""

    party: str
    said: tuple[Said, ...]


class Pair(_Row):
    """Two accounts and how a reader says they stand; `made` has countries and sentences made up."""

    id: str
    relation: str | None
    made: bool
    held_out: bool
    sides: tuple[Told, Told]


def load(path: Path = SET) -> list[Pair]:
    """Return the labelled pairs."""
    return [Pair.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def labelled(pair: Pair) -> str | None:
    """Return the relation the assistant gives to a pair's accounts."""
    numbering = Numbering()
    claims = [_claim(side, said, numbering) for side in pair.sides for said in side.said]
    found = accounts(claims, [Side(side.party, frozenset()) for side in pair.sides])
    return found.relation if found else None


def _claim(side: Told, said: Said, numbering: Numbering) -> Claim:
    article = Article(
        f"{side.party}-{said.published}",
        "Speech",
        said.text,
        speaker=f"Speaker of {side.party}, Representative of {side.party}",
        published=parse_published(said.published),
    )
    return numbering.claim(quotation(article, Excerpt(((0, len(said.text)),))))


def main() -> None:
    """Print accuracy with its interval for each half, and with `--show` the open half's errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list the errors of the open half")
    options = parser.parse_args()
    pairs = load()
    found = {pair.id: labelled(pair) for pair in pairs}
    for name, held_out in (("open half", False), ("held-out half", True)):
        half = [pair for pair in pairs if pair.held_out is held_out]
        given = [pair for pair in half if found[pair.id] is not None]
        related = [pair for pair in half if pair.relation is not None]
        print(name)
        print(f"  right label or rightly none: {_share(half, found)}")
        print(f"  of the labels given, right:  {_share(given, found)}")
        print(f"  of the relations, labelled:  {_share(related, found)}")
    for pair in pairs if options.show else ():
        if not pair.held_out and found[pair.id] != pair.relation:
            print(f"{pair.id}: {found[pair.id]}, not {pair.relation}")
            for side in pair.sides:
                for said in side.said:
                    print(f"    {side.party}, {said.published}: {said.text}")


def _share(pairs: list[Pair], found: dict[str, str | None]) -> str:
    return share_text([found[pair.id] == pair.relation for pair in pairs])


if __name__ == "__main__":
    main()
