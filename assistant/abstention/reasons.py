"""Why there is no answer, in words, and what the reader can do next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.abstention.decision import UNSAID
from assistant.abstention.wanted import ACTOR, CLAUSE, Wanted, headed, kinds_of
from assistant.answers import Abstention
from assistant.excerpts import readable, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assistant.evidence import Evidence
    from index.articles import Article, Hit
    from index.store.library import Overview

_OFF_TOPIC = -5.0  # logits of the best passage; see docs/abstention.md
_HITS = 6
_QUOTABLE = 2  # passages whose own word that a thing is not reported is believed
_NEAR = 4  # of so many words of the question, the sentence that is quoted as nearest holds one
_QUOTE_CHARS = 320
_ABOUT = 2  # words of the question that such a sentence holds
_MUTUAL = frozenset({"agreement", "meeting", "call"})
_OTHER = re.compile(r"\b(?:with|and) ([A-ZÀ-ÞА-Я][\w’-]+(?: [A-ZÀ-ÞА-Я][\w’-]+)*)")
# What a question's verb takes for granted, as a thing that may have happened.
_EVENTS = {
    r"sign\w*|treaty|agree\w*|accord|deal|memorandum": "agreement",
    r"recogni[sz]\w*": "recognition", r"withdr\w+|pull\w* out|leave|left|quit": "withdrawal",
    r"join\w*|accession|accede\w*": "accession", r"accept\w*": "acceptance",
    r"return\w*|cede\w*|hand\w* over": "return", r"met|meet\w*": "meeting", r"call\w*|phoned": "call",
    r"visit\w*": "visit", r"lose|lost": "loss", r"hand\w*": "handover", r"lift\w*": "lifting",
    r"drop\w*|abandon\w*|renounce\w*|gives? up|gave up": "renunciation", r"concede\w*": "concession",
    r"admit\w*": "admission", r"invade\w*|attack\w*|struck": "attack", r"surrender\w*": "surrender",
}  # fmt: skip
_PARTY = re.compile(r"(?:the )?[A-ZÀ-ÞА-Я][\w’-]+(?: [A-ZÀ-ÞА-Я][\w’-]+)*")


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why an answer is withheld: a sentence for the reader, and its kind with the next step."""

    reason: str
    abstention: Abstention


def withheld(evidence: Evidence, overview: Overview, today: date) -> Withheld:
    """Return why the evidence does not answer, and what to do next."""
    wanted = Wanted.of(evidence.searched_for, evidence.asked, today)
    if not evidence.hits:
        return _withheld("nothing on topic", "No article here is on this.", _ADD)
    return (
        _off_topic(evidence, wanted)
        or _outside(evidence, wanted, overview)
        or _said_unsaid(evidence, wanted)
        or _false_premise(evidence, wanted)
        or _unsaid(evidence, wanted)
    )


_ADD = "Add articles on it (memoire index PATH, or the Library page), or ask in other words."


def _withheld(kind: str, reason: str, next_step: str) -> Withheld:
    return Withheld(reason, Abstention.model_validate({"kind": kind, "next_step": next_step}))


def _outside(evidence: Evidence, wanted: Wanted, overview: Overview) -> Withheld | None:
    window = wanted.window
    if window is None or overview.first is None or overview.last is None:
        return None
    near = evidence.hits[0]
    if any(not wanted.off_dates(hit.article, hit.text) for hit in evidence.hits[:_HITS]):
        return None
    outside = (window.end and window.end < overview.first.first) or (
        window.start and window.start > overview.last.last
    )
    held = f"The articles here are from {overview.first.text} to {overview.last.text}"
    reason = (
        f"{held}; the question asks about {window.text}."
        if outside
        else f"None of the articles found for this is from the time asked about ({window.text})."
    )
    when = near.article.published
    step = f"Widen the dates: the nearest article found is of {when.text}. " if when else ""
    return _withheld("outside the dates", reason, f"{step}Or add articles from then.")


def _off_topic(evidence: Evidence, wanted: Wanted) -> Withheld | None:
    unknown = _unknown(evidence, wanted)
    if wanted.names and len(unknown) == len(wanted.names):
        named = " and ".join(_written(word, evidence.searched_for) for word in unknown[:3])
        return _withheld("nothing on topic", f"None of the articles found mentions {named}.", _ADD)
    if max(hit.score for hit in evidence.hits) < _OFF_TOPIC:
        reason = f"No article here is on this; the nearest is {_nearest(evidence)}."
        return _withheld("nothing on topic", reason, _ADD)
    return None


def _unknown(evidence: Evidence, wanted: Wanted) -> list[str]:
    """The names of the question that none of the articles found has in any form."""
    texts = [headed(hit.article, hit.article.text) for hit in evidence.hits[:_HITS]]
    lacking = [set(wanted.forms.lacking(wanted.names, text)) for text in texts]
    return [word for word in wanted.names.values() if all(word in some for some in lacking)]


def _false_premise(evidence: Evidence, wanted: Wanted) -> Withheld | None:
    """The question takes something for granted, and no passage tells of all in it together.

    What is counted may be told without its number, so no more is said of it than that.
    """
    granted = wanted.premise or ({} if wanted.counting else wanted.event)
    if not granted or not wanted.names:
        return None
    told = list(_told(evidence.hits[:_HITS]))
    lacks = [
        len(wanted.forms.lacking(wanted.names, one.near)) + len(wanted.forms.lacking(granted, one.text))
        for one in told
    ]
    if any(not lack and wanted.done(one.text) for one, lack in zip(told, lacks, strict=True)):
        return None
    every = {**wanted.names, **wanted.words}
    away = [
        lack + len(wanted.forms.lacking(every, one.text)) for one, lack in zip(told, lacks, strict=True)
    ]
    nearest = told[away.index(min(away))] if told else None
    if nearest and len(wanted.forms.lacking(every, nearest.text)) * _NEAR > len(every) * (_NEAR - 1):
        nearest = None
    quoted = f"“{_shortened(nearest.text)}” — {_of(nearest.article)}" if nearest else _nearest(evidence)
    reason = (
        f"The articles found report no such {_event(evidence.searched_for)}; "
        f"the nearest they report is: {quoted}."
    )
    return _withheld("false premise", reason, _read(evidence))


def _event(question: str) -> str:
    """What is said to have happened, as a noun, and by whom or between whom."""
    clause = CLAUSE.search(question)
    told = (clause["clause"] or clause["asked"]) if clause else question
    found = (
        noun for verb, noun in _EVENTS.items() if re.search(rf"\b(?:{verb})\b", told, re.IGNORECASE)
    )
    noun = next(found, None)
    named, acting = _PARTY.match(told), ACTOR.search(question)
    first = (named[0] if named else acting[1] if acting else "").strip()
    other = _OTHER.search(told)
    if first and other and noun in _MUTUAL:
        return f"{noun} between {first} and {other[1]}"
    if noun is None:
        return f"thing of {first}" if first else "thing"
    return f"{noun} by {first}" if first else noun


def _said_unsaid(evidence: Evidence, wanted: Wanted) -> Withheld | None:
    """An article itself says that what is asked is not reported."""
    about = evidence.asked.terms
    for hit in evidence.hits[:_QUOTABLE]:
        for sentence in sentences_of(hit.article):
            text = readable(hit.article.text[sentence.start : sentence.end])
            if UNSAID.search(text) and len(about) - len(wanted.forms.lacking(about, text)) >= _ABOUT:
                reason = (
                    f"An article says itself that this is not reported: “{text}” — {_of(hit.article)}."
                )
                return _withheld("no answer", reason, _read(evidence))
    return None


def _unsaid(evidence: Evidence, wanted: Wanted) -> Withheld:
    kinds = [words for words, _ in kinds_of(evidence.searched_for)]
    unsaid = f"but do not say {kinds[0]}" if kinds else "but do not answer it"
    if unknown := _unknown(evidence, wanted):
        named = " or ".join(_written(word, evidence.searched_for) for word in unknown[:3])
        unsaid = f"but none mentions {named}"
    reason = f"The articles found are on this matter, {unsaid}. The nearest is {_nearest(evidence)}."
    return _withheld("no answer", reason, _read(evidence))


def _read(evidence: Evidence) -> str:
    return (
        f"Ask about what is reported in “{_title(evidence.hits[0].article)}”, "
        "read the closest articles, or add articles that tell more."
    )


def _nearest(evidence: Evidence) -> str:
    return _of(evidence.hits[0].article)


def _of(article: Article) -> str:
    return f"“{_title(article)}” ({article.published.text if article.published else 'undated'})"


def _title(article: Article) -> str:
    return " ".join(article.title.split())


def _written(word: str, question: str) -> str:
    """A name as the question writes it."""
    match = re.search(rf"\b{re.escape(word)}[\w-]*", question, re.IGNORECASE)
    return f"“{match[0] if match else word}”"


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence of a passage, and the same with its neighbours under its article's heading."""

    article: Article
    text: str
    near: str


def _told(hits: Sequence[Hit]) -> Iterator[_Told]:
    for hit in hits:
        every = sentences_of(hit.article)
        for at, sentence in enumerate(every):
            inside = hit.passage.start <= sentence.start and sentence.end <= hit.passage.end
            if inside and not sentence.heading:
                start = every[max(0, at - 1)].start
                end = every[min(len(every) - 1, at + 1)].end
                text = readable(hit.article.text[sentence.start : sentence.end])
                yield _Told(hit.article, text, headed(hit.article, hit.article.text[start:end]))


def _shortened(text: str) -> str:
    if len(text) <= _QUOTE_CHARS:
        return text
    return f"{text[:_QUOTE_CHARS].rpartition(' ')[0]} …"
