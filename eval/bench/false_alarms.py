"""How often the bench calls a difference where there is none: `python -m eval.bench.false_alarms`.

Two runs of one scripted writer over sample questions, each answer drawn anew: right, resting on another
question's article, or withheld, every question with a difficulty of its own and questions about one
article alike. Both go through the whole comparison; any metric or slice called better or worse is an
alarm. With `--harm 0.4` the second writer is worse by that much: alarms are then the bench's power.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answers import Answer, Citation, Claim
from eval.cases import find_set, hash_of, load_cases
from eval.comparing import cluster_of, compare
from eval.runs import Identity, Row, Run
from eval.statistics import ALPHA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.cases import Case, Gold

_WITHHELD = 0.1  # of the answers that are not right


def alarms(trials: int, questions: int, harm: float = 0.0, seed: int = 7) -> int:
    """Return in how many of the trials the comparison called anything better or worse."""
    every = load_cases(find_set("sample"))
    cases = [every[at * len(every) // questions] for at in range(questions)]
    rng = random.Random(seed)  # noqa: S311 - noise, not a secret
    called = 0
    with tempfile.TemporaryDirectory() as folder:
        for trial in range(trials):
            hard = {name: rng.uniform(0.3, 0.95) for name in dict.fromkeys(map(cluster_of, cases))}
            runs = [
                _run(Path(folder), f"{trial}-{which}", cases, hard, less, rng)
                for which, less in enumerate((0.0, harm))
            ]
            told = compare(cases, *runs)
            called += any(result.verdict in ("better", "worse") for result in told.results)
    return called


def _run(
    folder: Path,
    name: str,
    cases: Sequence[Case],
    hard: dict[str, float],
    less: float,
    rng: random.Random,
) -> Run:
    identity = Identity(
        set_name="sample", set_hash=hash_of(cases), index_hash="", writer="scripted", prompt=name,
        prompt_sha=name, settings="", code="", repeats=1,
    )  # fmt: skip
    run = Run.create(folder, identity, cases)
    run.append(_row(case, cases, rng.random() < hard[cluster_of(case)] - less, rng) for case in cases)
    return run


def _row(case: Case, cases: Sequence[Case], succeeds: bool, rng: random.Random) -> Row:  # noqa: FBT001
    other = rng.choice([one for one in cases if one.gold])
    gold = [side.gold[0] for side in case.sides] or case.gold[:1]
    if not succeeds:
        gold = [] if rng.random() < _WITHHELD and case.answerable else [other.gold[0]]
    facts = [fact if isinstance(fact, str) else fact[0] for fact in case.facts]
    claims = tuple(_claim(one, " ".join(facts) if succeeds else "") for one in gold)
    answer = Answer(
        id=case.id, question=case.question, abstained=not claims, reason=None, claims=claims,
        searched_for=case.question, as_of=None, writer="scripted", prompt=None, index_hash="", seconds=0,
    )  # fmt: skip
    return Row(
        case=case.id, repeat=0, answer=answer, error=None, seen=(), seconds=0, first_seconds=0,
        tokens_in=0, tokens_out=0,
    )  # fmt: skip


def _claim(gold: Gold, facts: str) -> Claim:
    citation = Citation(
        article_id=gold.source, source=gold.source, title="", outlet=None, published=None, url=None,
        number=1, start=0, end=len(gold.quote), quote=gold.quote,
    )  # fmt: skip
    return Claim(text=f"{gold.quote} {facts}".strip(), citations=(citation,))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--harm", type=float, default=0.0)
    chosen = parser.parse_args()
    found = alarms(chosen.trials, chosen.questions, chosen.harm)
    print(f"{found} of {chosen.trials} comparisons called a difference (stated level {ALPHA:.0%})")
