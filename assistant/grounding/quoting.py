"""Exact words of an article as a sentence of an answer, under who said them and when.

A quotation that begins with "He" or "The minister" has the name in brackets instead where the article
leaves no doubt whose it is. One that goes on with what somebody was reported to say before it has his
name in front ("reporting Edda Berg"). The citation still points to the stored words, and to the name's
own place unless the article's title holds it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.evidence import Sentence, Span
from assistant.excerpts import Excerpt, attribution, excerpt, readable, turn_at
from assistant.grounding.attribution import named_at, points_to, said_by, speaker_within
from assistant.grounding.speech import names_speaker

if TYPE_CHECKING:
    from assistant.answers import Repair, SaidBy
    from assistant.grounding.attribution import Pointer
    from index.articles import Article
    from index.intake.sentences import Sentence as Place

REPORTING = ", reporting "  # in a lead, between outlet and date and whose words are quoted
_IN_MARKS = re.compile(r"“[^“”]+”")


def excerpt_of(article: Article, sentence: Place) -> Excerpt:
    """Return what to quote for a sentence: alone where a name can stand for its first word."""
    if points_to(article, sentence.start):
        return Excerpt(((sentence.start, sentence.end),))
    return excerpt(article, sentence)


def quotation(article: Article, quote: Excerpt, repair: Repair | None = None) -> Sentence:
    """Return a quotation as a sentence with its spans and whose words it holds."""
    lead = attribution(article, quote.start)
    text, pointing = _named(article, quote)
    spans = [Span(article, start, end) for start, end in quote.spans]
    said = said_by(article, *quote.spans[-1])
    person, named = (pointing.person, pointing.named) if pointing else (None, None)
    if said and not pointing and (named := _told_before(article, quote, said)):
        person = said.person
        lead = f"{lead}{REPORTING}{person}"
    if person and named and person not in article.title:
        spans = [Span(article, *named), *spans]
    words = text if _IN_MARKS.fullmatch(text) else f"“{text}”"
    return Sentence(f"{lead}: {words}", spans, lead, repair=repair, said_by=said)


def _told_before(article: Article, quote: Excerpt, said: SaidBy) -> tuple[int, int] | None:
    """Where the quotation's speaker is named before it, if neither it nor a label shows him."""
    if not said.person or said.start == said.end or turn_at(article, quote.start):
        return None
    begin = quote.spans[0][0]
    if said.end > begin or names_speaker(quote.text(article), said):
        return None
    return named_at(article.text, said.person, begin)


def named_text(article: Article, sentence: Place) -> str | None:
    """Return a sentence's words with the name for "he" or "the minister"; None where it has neither."""
    quote = Excerpt(((sentence.start, sentence.end),))
    text, pointing = _named(article, quote)
    return text.replace("[", "").replace("]", "") if pointing else None


def _named(article: Article, quote: Excerpt) -> tuple[str, Pointer | None]:
    """The quotation's words, in brackets the name of whom they point to, and what points to him."""
    text = quote.text(article)
    if pointing := points_to(article, quote.spans[0][0]):
        written = _written(article, pointing)
        return f"[{_name_for(written, pointing)}]{text.removeprefix(written)}", pointing
    if pointing := speaker_within(article, *quote.spans[-1]):
        before, written, after = _around(article, quote, pointing)
        return f"{before}{written} [{_name_for(written, pointing)}]{after}", pointing
    return text, None


def _name_for(written: str, pointing: Pointer) -> str:
    """The name of whom the words mean, as an owner's where they are ("his", "the president's")."""
    owns = written in ("His", "Her") or written.endswith(("'s", "’s"))
    return f"{pointing.person}’s" if owns else pointing.person


def _written(article: Article, pointing: Pointer) -> str:
    return " ".join(article.text[pointing.start : pointing.end].split())


def _around(article: Article, quote: Excerpt, pointing: Pointer) -> tuple[str, str, str]:
    """The quotation as it is read: what stands before the pointing words, these, and what follows."""
    *earlier, (start, end) = quote.spans
    before = Excerpt((*earlier, (start, pointing.start))).text(article)
    after = readable(article.text[pointing.end : end])
    gap = " " if before else ""
    return before + gap, _written(article, pointing), ("" if after[:1] in ",.;:!?" else " ") + after
