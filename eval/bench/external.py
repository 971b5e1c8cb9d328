"""Does the product find the passage on public sets: `python -m eval.bench.external FOLDER`.

FOLDER holds the sets as published, each read if it is there:

- `xquad.en.json`: XQuAD (Artetxe et al., ACL 2020), Wikipedia paragraphs and crowd questions;
- `clapnq_dev_answerable.jsonl` and `clapnq_dev_unanswerable.jsonl`: CLAPNQ (Rosenthal et al., TACL
  2025), web searches; the passages of the unanswerable questions are there to be told from the others;
- `mtrag-un.jsonl`: MTRAG-UN, after MTRAG (Katsis et al., TACL 2025), turns of conversations over four
  collections; only the passages that the set itself gives to some turn, not the whole collections.

All passages of a set are indexed into a library of its own, which is deleted after; questions go through
the conversation and the search as a reader's do. What is ranked are the set's passages, each by the best
of its pieces. Prints hit@1, hit@5, hit@10, MRR@10 and nDCG@10 with 95% intervals that draw whole
passages (of conversations, whole conversations), and the seconds from question to passages.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from assistant.answers import Message
from assistant.cli.index import reporting
from assistant.retrieval import Retrieval
from assistant.terminal import console
from eval.cases import Case, Gold
from eval.metrics import METRICS
from eval.runs import Row, Seen
from eval.statistics import interval
from index.errors import InputError
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_RANKING = {metric.name: metric.of for metric in METRICS}
_COLUMNS = ("hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10")
_ROLES = {"user": "user", "agent": "assistant"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the passages that answer it; questions of one `cluster` are not independent."""

    case: Case
    cluster: str


@dataclass(slots=True)
class PublicSet:
    """A set as it is measured: its passages by the name of their file, and its questions."""

    name: str
    passages: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def passage(self, text: str, title: str = "") -> Gold:
        """Add a passage, once however often it is given; return it as what a question is held to."""
        name = self._names.setdefault(text, f"{len(self._names):05}.md")
        self.passages[name] = text
        if title:
            self.titles[name] = title
        return Gold(source=name, quote=text)

    def ask(
        self, text: str, gold: Sequence[Gold], cluster: str = "", history: Sequence[Message] = ()
    ) -> None:
        """Add a question; without a cluster named, questions about one passage are one."""
        case = Case(
            id=f"{self.name}-{len(self.asked):05}",
            question=text,
            slice="follow-up" if history else "fact",
            history=tuple(history),
            answerable=True,
            gold=tuple(gold),
        )
        self.asked.append(Asked(case, cluster or gold[0].source))


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one question: its measures in the order of the columns, and how long it took."""

    asked: Asked
    measures: tuple[float, ...]
    seconds: float


def main(
    folder: Annotated[Path, typer.Argument(help="The folder that holds the sets.")],
    sets: Annotated[str, typer.Option(help="Sets to measure, by comma.")] = "xquad,clapnq,mtrag-un",
    questions: Annotated[int, typer.Option(min=1, help="Questions of each set, at most.")] = 300,
    seed: Annotated[int, typer.Option(help="Draws the questions, where there are more.")] = 7,
) -> None:
    """Print, as a Markdown table, how well passages of public sets are found."""
    try:
        chosen = [read_set(folder, name.strip()) for name in sets.split(",")]
    except InputError as exc:
        raise typer.BadParameter(str(exc)) from exc
    typer.echo(f"| set | passages | questions | {' | '.join(_COLUMNS)} | p50 | p95 |")
    typer.echo(f"|---|--:|--:|{'---|' * len(_COLUMNS)}--:|--:|")
    for public in chosen:
        found = measure(public, _drawn(public.asked, questions, seed))
        for line in _lines(public, found):
            typer.echo(line)


# -- reading ---------------------------------------------------------------------------------------


def read_set(folder: Path, name: str) -> PublicSet:
    """Return a public set read from its files in the folder.

    Raises:
        InputError: there is no such set, its files are not there, or they are not in its format.
    """
    if name not in _READERS:
        raise InputError(f"There is no public set {name!r}.", f"Name one of: {', '.join(_READERS)}.")
    public = PublicSet(name)
    try:
        _READERS[name](folder, public)
    except OSError as exc:
        raise InputError(f"The set {name} cannot be read: {exc}.") from exc
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise InputError(f"A file of the set {name} in {folder} is not in its format: {exc!r}.") from exc
    return public


def _read_xquad(folder: Path, public: PublicSet) -> None:
    for article in json.loads((folder / "xquad.en.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            gold = public.passage(paragraph["context"], article.get("title", "").replace("_", " "))
            for question in paragraph["qas"]:
                public.ask(question["question"], [gold])


def _read_clapnq(folder: Path, public: PublicSet) -> None:
    for row in _json_lines(folder / "clapnq_dev_answerable.jsonl"):
        public.ask(row["input"], [public.passage(one["text"], one["title"]) for one in row["passages"]])
    for row in _json_lines(folder / "clapnq_dev_unanswerable.jsonl"):
        for one in row["passages"]:
            public.passage(one["text"], one["title"])


def _read_mtrag(folder: Path, public: PublicSet) -> None:
    for row in _json_lines(folder / "mtrag-un.jsonl"):
        gold = [public.passage(context["text"]) for context in row["contexts"]]
        *before, last = row["input"]
        if gold and row["answerability"][0] in ("ANSWERABLE", "PARTIAL"):
            history = [Message(role=_ROLES[turn["speaker"]], content=turn["text"]) for turn in before]  # type: ignore[arg-type]
            public.ask(last["text"], gold, row["conversation_id"], history)


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


_READERS: Mapping[str, Callable[[Path, PublicSet], None]] = {
    "xquad": _read_xquad,
    "clapnq": _read_clapnq,
    "mtrag-un": _read_mtrag,
}


# -- measuring -------------------------------------------------------------------------------------


def measure(public: PublicSet, asked: Sequence[Asked]) -> list[Found]:
    """Index the set's passages into a throwaway library and return what became of each question."""
    from rich.progress import track

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = load_settings(library=folder / "library")
        with reporting("bytes") as on_progress:
            report = index_paths([_written(public, folder / "passages")], settings, on_progress)
        if report.added < len(public.passages):
            typer.echo(
                f"{public.name}: {len(public.passages) - report.added} passages left out", err=True
            )
        with Library.open(settings.library) as library:
            retrieval = Retrieval(library, settings)
            retrieval.engine.search("a first search loads the models")
            screen = console(stderr=True)
            return [
                _found(public, one, retrieval)
                for one in track(asked, f"Asking {public.name}", console=screen)
            ]


def _written(public: PublicSet, folder: Path) -> Path:
    folder.mkdir()
    for name, text in public.passages.items():
        title = public.titles.get(name)
        head = f"---\ntitle: {json.dumps(title)}\n---\n" if title else ""
        (folder / name).write_text(head + text, "utf-8")
    return folder


def _found(public: PublicSet, asked: Asked, retrieval: Retrieval) -> Found:
    started = time.perf_counter()
    hits = retrieval.gather(asked.case.asked).hits
    seconds = time.perf_counter() - started
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(PurePath(hit.article.source).name, hit.score)
    seen = tuple(
        Seen(source=name, start=0, end=len(text), score=score, text=text)
        for name, score in best.items()
        for text in [public.passages[name]]
    )
    return Found(asked, measures_of(asked.case, seen, seconds), seconds)


def measures_of(case: Case, seen: Sequence[Seen], seconds: float = 0.0) -> tuple[float, ...]:
    """Return hit@1, hit@5, hit@10, MRR@10 and nDCG@10 of one ranking, as the evaluation defines them."""
    row = Row(
        case=case.id,
        repeat=0,
        answer=None,
        error=None,
        seen=tuple(seen),
        seconds=seconds,
        first_seconds=None,
        tokens_in=0,
        tokens_out=0,
    )
    first, five, reciprocal, gain = (
        _RANKING[name](case, row) or 0.0 for name in ("hit@1", "hit@5", "mrr", "ndcg")
    )
    return first, five, float(reciprocal > 0), reciprocal, gain


def _drawn(asked: Sequence[Asked], count: int, seed: int) -> list[Asked]:
    if len(asked) <= count:
        return list(asked)
    return random.Random(seed).sample(asked, count)  # noqa: S311 - a sample, not a secret


# -- printing --------------------------------------------------------------------------------------


def _lines(public: PublicSet, found: Sequence[Found]) -> Iterator[str]:
    """A row for the set; where some questions are follow-ups, one for them and one for the rest too."""
    yield _line(public.name, f"{len(public.passages):,}", found)
    later = [one for one in found if one.asked.case.history]
    first = [one for one in found if not one.asked.case.history]
    if later and first:
        yield _line("– first turns", "", first)
        yield _line("– later turns", "", later)


def _line(name: str, passages: str, found: Sequence[Found]) -> str:
    clusters = [one.asked.cluster for one in found]
    cells = []
    for values in zip(*(one.measures for one in found), strict=True):
        low, high = interval(values, clusters)
        cells.append(f"{np.mean(values):.3f} [{max(low, 0.0):.2f}, {min(high, 1.0):.2f}]")
    p50, p95 = np.percentile([one.seconds for one in found], [50, 95])
    return f"| {name} | {passages} | {len(found):,} | {' | '.join(cells)} | {p50:.2f} s | {p95:.2f} s |"


if __name__ == "__main__":
    typer.run(main)
