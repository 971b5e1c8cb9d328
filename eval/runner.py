"""Runs a set: retrieval frozen per question and index, answers cached by content, rows appended.

Of two prompts only the prompt differs: both writers are given the very same evidence, which is
searched once for each question, library and code and then kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from diskcache import Cache
from langchain_core.rate_limiters import InMemoryRateLimiter
from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_exponential_jitter

from assistant.assistant import Assistant
from assistant.events import ClaimWritten, Finished
from assistant.writers.choice import VERBATIM
from eval.metering import Meter, metered
from eval.runs import Row, Run, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.answers import Answer, Question
    from assistant.evidence import Evidence
    from assistant.retrieval import Retrieval
    from eval.cases import Case
    from index.search.search import SearchEngine
    from index.settings import Settings
    from index.store.library import Library

_CACHE_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard an endpoint may be pressed: calls at once, calls a second, tries a question.

    `workers` None is one, or one a core where no endpoint writes.
    """

    workers: int | None = None
    per_second: float | None = None
    attempts: int = 3

    def at_once(self, writer: str) -> int:
        """Return how many questions this writer is asked at once."""
        return self.workers or (_cores() if writer == VERBATIM else 1)


class FrozenRetrieval:
    """Retrieval whose result for a question is kept: the same evidence for every prompt.

    The models behind it are loaded with the first question that was not asked before, once however
    many threads ask.
    """

    def __init__(self, make_live: Callable[[], Retrieval], cache: Cache, key: str) -> None:
        self._make_live = make_live
        self._cache = cache
        self._key = key
        self._loading = threading.Lock()
        self._loaded: Retrieval | None = None

    @property
    def _live(self) -> Retrieval:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._make_live()
                self._loaded.engine.search("warm", 1)
        return self._loaded

    @property
    def engine(self) -> SearchEngine:
        """The search behind it, whose models a writer may use."""
        return self._live.engine

    def gather(self, question: Question) -> Evidence:
        """Return the evidence first found for this question with this library and code."""
        key = _digest("evidence", self._key, _of(question))
        evidence: Evidence | None = self._cache.get(key)
        if evidence is None:
            evidence = self._live.gather(question)
            self._cache.set(key, evidence)
        return evidence


class Runner:
    """Answers the questions of one run."""

    def __init__(self, run: Run, library: Library, settings: Settings, pace: Pace) -> None:
        self.run = run
        self._settings = settings
        self._pace = pace
        self._cache = Cache(str(_cache_folder(run)), size_limit=_CACHE_BYTES)
        self._assistant = Assistant(library, settings)
        identity = run.identity
        searched = _digest(identity.index_hash, identity.settings, identity.code)
        if identity.rewrite:  # the model and its prompt then decide what is searched
            searched = _digest(searched, identity.writer, identity.rewrite_sha)
        frozen = FrozenRetrieval(lambda: _retrieval(library, settings), self._cache, searched)
        self._assistant.retrieval = cast("Retrieval", frozen)

    @cached_property
    def _limiter(self) -> InMemoryRateLimiter | None:
        if self._pace.per_second is None:
            return None
        return InMemoryRateLimiter(requests_per_second=self._pace.per_second)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._cache.close()

    def finish(self, cases: Sequence[Case], on_row: Callable[[Row], None] = lambda _: None) -> None:
        """Answer what the run still lacks, appending each row as it comes."""
        by_id = {case.id: case for case in cases}
        missing = self.run.missing([case.id for case in cases])
        with ThreadPoolExecutor(self._pace.at_once(self._settings.writer)) as pool:
            try:
                waiting = [pool.submit(self._row, by_id[case], repeat) for case, repeat in missing]
                for done in as_completed(waiting):
                    row = done.result()
                    self.run.append([row])
                    on_row(row)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _row(self, case: Case, repeat: int) -> Row:
        evidence = self._assistant.retrieval.gather(case.asked.checked())
        identity = self.run.identity
        key = _digest(
            "answer",
            identity.writer,
            identity.prompt_sha,
            identity.settings,
            identity.code,
            identity.index_hash,
            _of(evidence.question),
            evidence.searched_for,
            [[hit.passage.id, hit.score] for hit in evidence.hits],
            repeat,
        )
        kept = self._cache.get(key)
        if kept is not None:
            return Row.model_validate_json(kept).model_copy(update={"case": case.id})
        tries = Retrying(
            stop=stop_after_attempt(self._pace.attempts),
            wait=wait_exponential_jitter(multiplier=0.5, max=20),
            retry=retry_if_result(lambda row: row.error is not None),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        row: Row = tries(self._attempt, case, repeat, evidence)
        if row.error is None:
            self._cache.set(key, row.model_dump_json())
        return row

    def _attempt(self, case: Case, repeat: int, evidence: Evidence) -> Row:
        if self._limiter and self._settings.writer != VERBATIM:
            self._limiter.acquire()
        started = time.perf_counter()
        answer: Answer | None = None
        first: float | None = None
        problem: str | None = None
        with metered() as meter:
            try:
                for event in self._assistant.stream(case.asked):
                    if isinstance(event, ClaimWritten) and first is None:
                        first = time.perf_counter() - started
                    if isinstance(event, Finished):
                        answer = event.answer
            except Exception as exc:  # noqa: BLE001 - whatever it was, it is this question's failure
                problem = f"{type(exc).__name__}: {exc}"
        seconds = time.perf_counter() - started
        problem = problem or self._hidden_failure(meter, answer, seconds)
        used_in, used_out = meter.used
        return Row(
            case=case.id,
            repeat=repeat,
            answer=None if problem else answer,
            error=problem,
            seen=tuple(_seen(evidence)),
            seconds=round(seconds, 4),
            first_seconds=None if first is None else round(first, 4),
            tokens_in=used_in,
            tokens_out=used_out,
        )

    def _hidden_failure(self, meter: Meter, answer: Answer | None, seconds: float) -> str | None:
        """What the assistant kept from the reader by quoting instead: a dead or a slow endpoint."""
        if meter.error:
            return meter.error
        fell_back = answer is not None and answer.writer != self._settings.writer
        if fell_back and seconds >= self._settings.timeout:
            return f"the model took longer than {self._settings.timeout:g} s"
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _retrieval(library: Library, settings: Settings) -> Retrieval:
    from assistant.retrieval import Retrieval

    return Retrieval(library, settings)


def _cache_folder(run: Run) -> Path:
    return run.folder.parent / "cache"


def _seen(evidence: Evidence) -> list[Seen]:
    return [
        Seen(
            source=hit.article.source,
            start=hit.passage.start,
            end=hit.passage.end,
            score=round(hit.score, 4),
            text=hit.text,
        )
        for hit in evidence.hits
    ]


def _of(question: Question) -> str:
    return question.model_dump_json(exclude={"id"})


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
