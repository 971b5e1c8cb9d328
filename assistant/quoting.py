"""Exact words of an article as a sentence of an answer, under who said them and when.

A quotation that begins with "He" or "The minister" has the name in brackets instead where the article
leaves no doubt whose it is. The citation still points to the stored words, and to the name's own place
unless the article's title holds it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.attribution import points_to, said_by
from assistant.evidence import Sentence, Span
from assistant.excerpts import Excerpt, attribution, excerpt

if TYPE_CHECKING:
    from assistant.answers import Repair
    from index.articles import Article
    from index.sentences import Sentence as Place

_IN_MARKS = re.compile(r"“[^“”]+”")


def excerpt_of(article: Article, sentence: Place) -> Excerpt:
    """Return what to quote for a sentence: alone where a name can stand for its first word."""
    if points_to(article, sentence.start):
        return Excerpt(((sentence.start, sentence.end),))
    return excerpt(article, sentence)


def quotation(article: Article, quote: Excerpt, repair: Repair | None = None) -> Sentence:
    """Return a quotation as a sentence with its spans and whose words it holds."""
    lead = attribution(article, quote.start)
    text = quote.text(article)
    spans = [Span(article, start, end) for start, end in quote.spans]
    pointing = points_to(article, quote.spans[0][0])
    if pointing:
        written = " ".join(article.text[pointing.start : pointing.end].split())
        text = f"[{pointing.person}]{text.removeprefix(written)}"
        if pointing.person.split()[-1] not in article.title:
            spans = [Span(article, *pointing.named), *spans]
    said = said_by(article, *quote.spans[-1])
    words = text if _IN_MARKS.fullmatch(text) else f"“{text}”"
    return Sentence(f"{lead}: {words}", spans, lead, repair=repair, said_by=said)
