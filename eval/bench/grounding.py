"""How well changed facts are noticed: `python -m eval.bench.grounding CLAPNQ.jsonl`.

Supported pairs are people's answers with the sentences they chose to rest on; each hard negative changes
one number, one year or the polarity of such an answer. Only `assistant.facts` is measured, not the
semantic test. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.facts import unborne

if TYPE_CHECKING:
    from collections.abc import Iterator

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b(?!(?:1[5-9]|20)\d\d\b)\d{2,}\b")
_POLARITY = re.compile(r"\b(is|was|are|were|has|have|had|can|will|could)\b(?! not)")


def main(path: Path) -> None:
    """Print how many answers are kept and how many changed ones are noticed, per kind of change."""
    kept: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        chosen = " ".join(case["output"][0].get("selected_sentences") or [])
        for kind, claim in _variants(case["output"][0]["answer"]) if chosen else ():
            total[kind] += 1
            kept[kind] += (unborne(claim, chosen) is None) == (kind == "supported")
    for kind, n in total.items():
        low, high = _wilson(kept[kind], n)
        print(f"{kind:10} right {kept[kind] / n:.3f} [{low:.3f}, {high:.3f}] n = {n}")


def _variants(answer: str) -> Iterator[tuple[str, str]]:
    yield "supported", answer
    for kind, pattern in (("year", _YEAR), ("number", _NUMBER)):
        if match := pattern.search(answer):
            changed = str(int(match[0]) + 7)
            yield kind, f"{answer[: match.start()]}{changed}{answer[match.end() :]}"
    if match := _POLARITY.search(answer):
        yield "polarity", f"{answer[: match.end()]} not{answer[match.end() :]}"


def _wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    share, spread = right / n, z * z / n
    middle, half = share + spread / 2, z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
