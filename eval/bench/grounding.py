"""How well the grounding check tells true sentences from changed ones: thresholds and figures.

`python -m eval.bench.grounding BENCH_FOLDER [ARTICLES_FOLDER] [--most N]`. The folder holds
clapnq_dev_answerable.jsonl, ramdocs.jsonl and mtrag-un.jsonl. Thresholds are chosen on one half of the
questions (by a hash) and every figure is of the other half. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import argparse
import itertools
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.grounding.check import Scorer, Thresholds, judge
from eval.bench import grounding_pairs as pairs
from eval.bench.grounding_pairs import TRUE
from eval.statistics import share_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.bench.grounding_pairs import Pair
    from index.models import Reranker

_SHARES = (0.25, 0.35, 0.5)
_SCORES = (-6.0, -3.0, 0.0)
_FITTED = 150  # pairs of each corpus that thresholds are chosen on


def main() -> None:
    """Choose thresholds on one half and print what they do on the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path)
    parser.add_argument("articles", type=Path, nargs="?")
    parser.add_argument("--most", type=int, default=10**9, help="pairs of each corpus")
    options = parser.parse_args()
    every = list(_all(options.bench, options.articles, options.most))
    reranker = _reranker()
    fitted = [
        pair
        for corpus in ("clapnq", "ramdocs", "articles")
        for pair in [p for p in every if p.corpus == corpus and not p.held_out][:_FITTED]
    ]
    at = _chosen(fitted, reranker)
    print(f"chosen on {len(fitted)} pairs: {at}", flush=True)
    held_out = [pair for pair in every if pair.held_out]
    states = [(pair, judge(pair.claim, pair.hits, reranker, at).verdict.state) for pair in held_out]
    judged = [(pair, state != "unsupported") for pair, state in states]
    for corpus in ("clapnq", "ramdocs", "articles", "mtrag"):
        _report(corpus, [(pair, kept) for pair, kept in judged if pair.corpus == corpus])
    _report("all but mtrag", [(pair, kept) for pair, kept in judged if pair.corpus != "mtrag"])
    full = [state == "supported" for pair, state in states if pair.supported and state != "unsupported"]
    print(f"of the true sentences kept, supported in full: {share_text(full)}")


def _reranker() -> Reranker:
    from index.models import Reranker
    from index.settings import load_settings

    return Reranker(load_settings())


def _all(bench: Path, articles: Path | None, most: int) -> Iterator[Pair]:
    for found in (
        pairs.clapnq(bench / "clapnq_dev_answerable.jsonl"),
        pairs.ramdocs(bench / "ramdocs.jsonl"),
        pairs.mtrag(bench / "mtrag-un.jsonl"),
        pairs.articles(sorted(articles.glob("*.md")) if articles else ()),
    ):
        yield from itertools.islice(found, most)


def _kept(pair: Pair, at: Thresholds, reranker: Scorer) -> bool:
    """Whether a reader would see the sentence as it is, fully or partly supported."""
    return judge(pair.claim, pair.hits, reranker, at).verdict.state != "unsupported"


def _chosen(fitted: Sequence[Pair], reranker: Reranker) -> Thresholds:
    """The thresholds with the best balanced accuracy; of equals the strictest."""
    cached = _Cached(reranker)
    found: list[tuple[float, float, float, Thresholds]] = []
    for share, score in itertools.product(_SHARES, _SCORES):
        at = Thresholds(partly_share=share, partly_score=score)
        judged = [(pair, _kept(pair, at, cached)) for pair in fitted]
        found.append((round(_balanced(judged), 3), share, score, at))
    return max(found, key=lambda one: one[:3])[3]


def _balanced(judged: Sequence[tuple[Pair, bool]]) -> float:
    """The mean of the shares of true sentences kept and of false ones noticed."""
    true = [kept for pair, kept in judged if pair.supported]
    false = [not kept for pair, kept in judged if not pair.supported]
    return (sum(true) / len(true) + sum(false) / len(false)) / 2


def _report(name: str, judged: Sequence[tuple[Pair, bool]]) -> None:
    if not judged:
        return
    kinds: dict[str, list[bool]] = defaultdict(list)
    for pair, kept in judged:
        kinds[pair.kind].append(kept == pair.supported)
    flagged = [not pair.supported for pair, kept in judged if not kept]
    print(f"{name}: balanced accuracy {_balanced(judged):.3f}, n = {len(judged)}")
    print(f"  of what was called false, false: {share_text(flagged)}")
    for kind, right in kinds.items():
        print(f"  {kind:10} {'kept' if kind in TRUE else 'noticed'} {share_text(right)}")


class _Cached:
    """The reranker with its answers kept: the same pairs are asked at every threshold."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self._kept: dict[tuple[str, str], float] = {}

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one logit a text."""
        unknown = [text for text in dict.fromkeys(texts) if (query, text) not in self._kept]
        if unknown:
            for text, score in zip(unknown, self._reranker.score(query, unknown), strict=True):
                self._kept[query, text] = float(score)
        return [self._kept[query, text] for text in texts]


if __name__ == "__main__":
    main()
