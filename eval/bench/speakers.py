"""How well it is told whose words a sentence of a news article reports.

`python -m eval.bench.speakers [--show]` reads the sentences of eval/sets/speakers.jsonl, drawn by chance
from the sample's articles and labelled by a reader who did not see what the program says. Half of the
articles are held out: only their totals are printed, `--show` lists what went wrong in the other half.
Sentences of which the reader was unsure do not count. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from assistant.grounding.attribution import said_by
from assistant.grounding.speech import party_stated, surnames
from eval.statistics import share_text
from index.articles import Article
from index.intake.files import read_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import SaidBy

SET = Path(__file__).parents[1] / "sets" / "speakers.jsonl"
ARTICLES = Path(__file__).parents[2] / "sample" / "articles"


class Sentence(BaseModel):
    """A sentence at `[start, end)` of an article, and who speaks in it by its reader's judgement.

    `person` and `party` are empty where nobody speaks or, as `group` tells, several together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    half: Literal["dev", "held"]
    source: str
    start: int
    end: int
    text: str
    person: str
    party: str
    group: bool
    unsure: bool


def load(path: Path = SET) -> list[Sentence]:
    """Return the labelled sentences of which the reader was sure."""
    every = (Sentence.model_validate_json(line) for line in path.read_text("utf-8").splitlines())
    return [sentence for sentence in every if not sentence.unsure]


def told(sentence: Sentence) -> SaidBy | None:
    """Return whom the assistant takes to speak."""
    return said_by(_article(sentence.source), sentence.start, sentence.end)


@cache
def _article(source: str) -> Article:
    [article] = read_file(ARTICLES / source, 10**6)
    if not isinstance(article, Article):
        raise TypeError(f"{source}: {article.reason}")
    return article


def right(sentence: Sentence, said: SaidBy | None) -> bool:
    """Tell whether the speaker is the reader's: the same person or, without one, the same country."""
    if said is None or not (said.person or said.party):
        return not sentence.person and not sentence.party
    if sentence.person:
        alike = said.person and surnames(said.person) & surnames(sentence.person)
        return bool(alike) or (not said.person and _same_party(sentence, said))
    return not said.person and _same_party(sentence, said)


def _same_party(sentence: Sentence, said: SaidBy) -> bool:
    return bool(said.party) and (party_stated(sentence.party) or sentence.party) == said.party


def main() -> None:
    """Print the shares with their intervals for each half, and with `--show` the open half's errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list the errors of the open half")
    options = parser.parse_args()
    every = load()
    for name, half in (("open half", "dev"), ("held-out half", "held")):
        own = [sentence for sentence in every if sentence.half == half]
        spoken = [s for s in own if s.person or s.party]
        given = [s for s in own if (said := told(s)) and (said.person or said.party)]
        print(name)
        print(f"  of the speakers given, right:     {_share(given)}")
        print(f"  of those who speak, told:         {_share(spoken)}")
        print(f"  of nobody's words, left so:       {_share([s for s in own if s not in spoken])}")
    for sentence in every if options.show else ():
        said = told(sentence)
        if sentence.half == "dev" and not right(sentence, said):
            found = f"{said.person or '–'}, {said.party or '–'}" if said else "nobody"
            print(
                f"{sentence.id} {sentence.source}: {found}, not {sentence.person or '–'},"
                f" {sentence.party or '–'}{' (group)' * sentence.group}\n    {sentence.text}"
            )


def _share(sentences: Sequence[Sentence]) -> str:
    return share_text([right(sentence, told(sentence)) for sentence in sentences])


if __name__ == "__main__":
    main()
