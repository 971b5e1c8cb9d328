"""Question → events → `Answer`: the one way through the assistant."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.abstention.coverage import counted, freshness, missing
from assistant.abstention.reasons import withheld
from assistant.answers import Answer, Claim, Numbering, Question, Reference, reference, source
from assistant.events import ClaimWritten, Event, Finished, Notice, SearchedFor
from assistant.evidence import Byline, Evidence, Sentence
from assistant.grounding.accounts import accounts, side_of
from assistant.origins import origins

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.retrieval import Retrieval
    from assistant.writers.choice import Writer
    from index.settings import Settings
    from index.store.library import Library, Overview

_CLOSEST = 3


@dataclass(slots=True)
class _Draft:
    """What has been shown so far of the answer being written."""

    numbering: Numbering = field(default_factory=Numbering)
    claims: list[Claim] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    byline: Byline = field(default_factory=lambda: Byline("nobody"))

    def take(self, item: Sentence | Notice | Byline) -> Event | None:
        """Keep what the writer gave; return what of it is to be shown."""
        if isinstance(item, Byline):
            self.byline = item
            return None
        if isinstance(item, Notice):
            self.notices.append(item.text)
            return item
        claim = self.numbering.claim(item)
        self.claims.append(claim)
        return ClaimWritten(claim)


class Assistant:
    """Answers questions from one open library with one writer."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raise LibraryMismatch where another model or chunking made the library."""
        library.require(settings)
        self.library = library
        self.settings = settings

    @cached_property
    def retrieval(self) -> Retrieval:
        """Question → evidence."""
        from assistant.retrieval import Retrieval

        return Retrieval(self.library, self.settings)

    @cached_property
    def writer(self) -> Writer:
        """The writer the settings name."""
        from assistant.writers.choice import writer_for

        return writer_for(self.settings, self.retrieval.engine.reranker)

    def warm(self) -> None:
        """Load the models now rather than with the first question."""
        self.retrieval.engine.search("warm", 1)

    def ask(self, question: Question) -> Answer:
        """Return the answer.

        Raises:
            InputError: the question holds no words or is too long.
        """
        *_, last = self.stream(question)
        assert isinstance(last, Finished)  # noqa: S101 - the type of the last event is its contract
        return last.answer

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield the events of an answer; the last is `Finished`.

        Raises:
            InputError: the question holds no words or is too long.
        """
        started = time.perf_counter()
        evidence = self.retrieval.gather(question.checked())
        yield SearchedFor(evidence.searched_for, tuple(side.party for side in evidence.sides))
        draft = _Draft()
        for item in self.writer.write(evidence):
            event = draft.take(item)
            if isinstance(event, ClaimWritten):
                claim = event.claim
                side = side_of(claim.citations[-1].article_id, claim.said_by, evidence.sides)
                yield ClaimWritten(claim, side)
            elif event:
                yield event
        overview = self.library.overview()
        for notice in self._notices(evidence, draft, overview):
            draft.take(notice)
            yield notice
        yield Finished(self._answer(evidence, draft, overview, time.perf_counter() - started))

    def _notices(self, evidence: Evidence, draft: _Draft, overview: Overview) -> list[Notice]:
        """What to say beside the claims: of a count, what it rests on; of the present, as of when."""
        question, stale_days = evidence.searched_for, self.settings.stale_days
        said = freshness(question, draft.claims, overview, stale_days, date.today())
        if draft.claims and (coverage := counted(question, overview)):
            said.append(coverage)
        return [Notice(text) for text in said]

    def _answer(self, evidence: Evidence, draft: _Draft, overview: Overview, seconds: float) -> Answer:
        abstained = not draft.claims
        why = withheld(evidence, overview, date.today()) if abstained else None
        return Answer(
            id=evidence.question.id,
            question=evidence.question.text,
            abstained=abstained,
            reason=why.reason if why else None,
            claims=tuple(draft.claims),
            closest=_closest(evidence) if abstained else (),
            searched_for=evidence.searched_for,
            as_of=_as_of(draft.claims, overview),
            writer=draft.byline.writer,
            prompt=draft.byline.prompt,
            index_hash=overview.index_hash,
            seconds=round(seconds, 3),
            notices=tuple(draft.notices),
            dropped_markers=draft.byline.dropped_markers,
            abstention=why.abstention if why else None,
            accounts=accounts(draft.claims, evidence.sides),
            missing=missing(evidence, draft.claims) if draft.claims else (),
            reading=evidence.reading,
            limits=evidence.question.limits,
            passages=tuple(source(hit) for hit in evidence.hits),
            origins=origins(self.library, _articles(evidence, draft.claims)),
        )


def _articles(evidence: Evidence, claims: Sequence[Claim]) -> Iterator[str]:
    """The ids of the articles that were cited, then of those that were only found."""
    yield from (citation.article_id for claim in claims for citation in claim.citations)
    yield from (hit.article.id for hit in evidence.hits)


def _as_of(claims: Sequence[Claim], overview: Overview) -> str | None:
    cited = [c.published for claim in claims for c in claim.citations if c.published]
    if cited:
        return max(cited)
    return overview.last.iso if overview.last and not claims else None


def _closest(evidence: Evidence) -> tuple[Reference, ...]:
    articles = {hit.article.id: hit.article for hit in evidence.hits}
    return tuple(reference(article) for article in list(articles.values())[:_CLOSEST])
