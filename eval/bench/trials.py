"""What was tried for retrieval: `python -m eval.bench.trials LIBRARY SET --only NAME,…`.

Takes the articles that hold the set's gold and, by chance, as many of the others as make 4,000 passages,
into a library of their own that is deleted after. Each trial changes one thing of the search and prints
hit@5 and MRR@10 with 95% bootstrap intervals over the standalone questions, and p50 and p95 of each:

  base        the heading in the embedded text, passages of 800 characters, 12 reranked
  bare, lead  no heading in the embedded text; the article's first 200 characters as well
  chars-N     passages of up to N characters
  window      passages of about a sentence, each reranked with its surroundings (800 characters)
  merged      the reranker reads a passage with its neighbours among the candidates as one
  merged-20   the same of 20
  rerank-N    N candidates are reranked, at least 10
  colbert-N   late interaction instead of the cross-encoder (eval.bench.late), over N candidates

Right is what holds a gold sentence: of `merged` the passage itself, of `window` what was read. With
--whole the trials that need no index of their own run on all of LIBRARY.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from eval.bench.retrieval import interval, outcome_of
from eval.cases import Case, find_set, load_cases
from index.articles import Article, Passage
from index.indexing import passage_input
from index.intake.chunking import split_passages
from index.search.search import SearchEngine
from index.settings import Settings, load_settings
from index.store.library import Library
from index.store.rows import Entry
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

_PASSAGES = 4_000
_CHARS = 800
_DEPTH = 10
_READ_CHARS = 1_200
_WINDOW_CHARS = 800
_LEAD_CHARS = 200
_GAP = 4  # characters between the paragraphs of two passages that touch

Text = Callable[[Article, Passage], str]
Score = Callable[[list[tuple[str, str]]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to embed, cut, read and rerank passages."""

    embedded: Text = passage_input
    chars: int = _CHARS
    read: Callable[[Sequence[tuple[Passage, Article]]], list[Passage]] | None = None
    reranked: int = 12
    late: bool = False

    @property
    def as_indexed(self) -> bool:
        """Whether it takes the passages of a library as they are."""
        return self.embedded is passage_input and self.chars == _CHARS


def _bare(article: Article, passage: Passage) -> str:
    return article.text[passage.start : passage.end]


def _with_lead(article: Article, passage: Passage) -> str:
    return f"{article.heading[:160]}\n{article.text[:_LEAD_CHARS]}\n{_bare(article, passage)}"


def _windows(found: Sequence[tuple[Passage, Article]]) -> list[Passage]:
    """Each passage with its surroundings, in whole lines where there are any."""
    wide = []
    for passage, article in found:
        spare = max(0, _WINDOW_CHARS - (passage.end - passage.start)) // 2
        start, end = max(0, passage.start - spare), min(len(article.text), passage.end + spare)
        wide.append(replace(passage, start=start, end=end))
    return wide


def _merged(found: Sequence[tuple[Passage, Article]]) -> list[Passage]:
    """Each passage with those of the others that touch it."""
    merged = []
    for passage, article in found:
        beside = [other for other, its in found if its.id == article.id and _touch(other, passage)]
        start, end = min(p.start for p in beside), max(p.end for p in beside)
        merged.append(replace(passage, start=start, end=end))
    return merged


def _touch(one: Passage, other: Passage) -> bool:
    return one.start <= other.end + _GAP and other.start <= one.end + _GAP


TRIALS: Mapping[str, Trial] = {
    "base": Trial(),
    "rerank-20": Trial(reranked=20),
    "rerank-40": Trial(reranked=40),
    "merged": Trial(read=_merged),
    "merged-20": Trial(read=_merged, reranked=20),
    "colbert-12": Trial(late=True),
    "colbert-40": Trial(late=True, reranked=40),
    "bare": Trial(embedded=_bare),
    "lead": Trial(embedded=_with_lead),
    "chars-400": Trial(chars=400),
    "chars-1600": Trial(chars=1_600),
    "window": Trial(chars=200, read=_windows, reranked=20),
}


def main(
    library: Path,
    sets: list[str],
    only: Annotated[str, typer.Option(help="Trials to run, by comma.")] = ",".join(TRIALS),
    whole: Annotated[bool, typer.Option("--whole", help="Not on a part, on all of it.")] = False,  # noqa: FBT002
) -> None:
    """Run the trials on a part of LIBRARY, or the whole, with the questions of SETS."""
    cases = [
        case for name in sets for case in load_cases(find_set(name)) if case.gold and not case.history
    ]
    if whole:
        for name in (name for name in only.split(",") if TRIALS[name].as_indexed):
            _run(name, TRIALS[name], load_settings(library=library), cases)
        return
    with Library.open(library) as opened:
        articles = _chosen(opened, {gold.source for case in cases for gold in case.gold})
    made: dict[tuple[Text, int], Path] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in only.split(","):
            trial = TRIALS[name]
            key = (trial.embedded, trial.chars)
            if key not in made:
                made[key] = Path(folder, str(len(made)))
                _build(made[key], articles, trial)
            _run(name, trial, load_settings(library=made[key], passage_chars=trial.chars), cases)


def _chosen(library: Library, sources: set[str]) -> list[Article]:
    articles = list(library.articles())
    random.Random(0).shuffle(articles)  # noqa: S311 - a sample, no secret
    articles.sort(key=lambda article: article.source not in sources)
    chosen, passages = [], 0
    for article in articles:
        if passages >= _PASSAGES and article.source not in sources:
            break
        passages += len(library.passages(article.id))
        chosen.append(article)
    typer.echo(f"{len(chosen)} articles, {passages:,} passages of 800 characters")
    return chosen


def _build(folder: Path, articles: Sequence[Article], trial: Trial) -> None:
    settings = load_settings(library=folder, passage_chars=trial.chars)
    from index.models import Embedder

    embedder = Embedder(settings)
    with LibraryWriter.exclusive(folder) as library:
        library.sign(settings)
        for article in articles:
            passages = split_passages(article, trial.chars)
            vectors = embedder.encode_passages([trial.embedded(article, p) for p in passages])
            library.add([Entry(article.source, article, passages, vectors)], [])


def _run(name: str, trial: Trial, settings: Settings, cases: Sequence[Case]) -> None:
    with Library.open(settings.library) as library:
        engine = SearchEngine(library, settings)
        score = _late_scores() if trial.late else engine.reranker.score_pairs

        def search(text: str) -> list[tuple[Passage, Article]]:
            return _reranked(engine, trial, score, text)

        search("warm")
        outcomes = [outcome_of(case, case.question, search) for case in cases]
    measures = np.array([outcome.measures for outcome in outcomes]).T
    p50, p95 = np.percentile([outcome.seconds for outcome in outcomes], [50, 95])
    typer.echo(
        f"{name:12} n {len(cases)}  hit@5 {interval(measures[1])}  MRR@10 {interval(measures[3])}"
        f"  p50 {p50:.2f} s, p95 {p95:.2f} s"
    )


def _reranked(
    engine: SearchEngine, trial: Trial, score: Score, text: str
) -> list[tuple[Passage, Article]]:
    query = engine.understand(text, apart=False)
    found = engine.library.resolve(engine.candidates(query)[: max(trial.reranked, _DEPTH)])
    passages = trial.read(found) if trial.read else [passage for passage, _ in found]
    articles = [article for _, article in found]
    texts = [passage_input(a, p)[:_READ_CHARS] for p, a in zip(passages, articles, strict=True)]
    pairs = [(query.as_spelled_in(a, t), t) for a, t in zip(articles, texts, strict=True)]
    order = np.argsort(-score(pairs), kind="stable")[:_DEPTH]
    judged = found if trial.read is _merged else list(zip(passages, articles, strict=True))
    return [judged[at] for at in order]


def _late_scores() -> Score:
    from eval.bench.late import LateInteraction

    return LateInteraction().score_pairs


if __name__ == "__main__":
    typer.run(main)
