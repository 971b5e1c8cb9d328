"""What reaches the terminal: text from articles made harmless, JSON any terminal can take."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from assistant.origins import copies_told, sources_counted
from index.dates import parse_published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.answers import Answer, Citation, Claim, Reference
    from index.articles import Hit

# Control characters, which can drive a terminal, and the marks that reorder what is shown.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def console(*, stderr: bool = False) -> Console:
    """Return a console for text as it is: no markup, no highlighting, lines unbroken when piped."""
    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    made.soft_wrap = not made.is_terminal
    return made


def harmless(text: str) -> str:
    """Return the text with what could drive or deceive a terminal replaced."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def warn(text: str) -> None:
    """Say something on stderr, in one line."""
    console(stderr=True).print(harmless(f"memoire: {' '.join(text.split())}"), soft_wrap=True)


def write_json(document: str) -> None:
    """Print a JSON document as one line, escaping what the terminal could not take as it is."""
    encoding = sys.stdout.encoding or "ascii"
    line = _UNSAFE.sub(_escaped, document)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        line = re.sub(r"[^\x00-\x7f]", _escaped, line)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def print_hits(hits: Iterable[Hit]) -> None:
    """Print the hits of a search, best first, each with its article."""
    screen = console()
    for hit in hits:
        article = hit.article
        date = article.published.text if article.published else None
        heading = _heading(article.title, article.outlet, date)
        screen.print(Text(f"{hit.rank}. {heading}", style="bold"), Text(f"({hit.score:.2f})"))
        screen.print(Text(harmless(f"   {' '.join(hit.text.split())}")))
        screen.print(Text(harmless(f"   {article.url or article.source}"), style="dim"))


def print_claim(claim: Claim) -> None:
    """Print one sentence of an answer and the numbers of the articles it cites."""
    numbers = dict.fromkeys(citation.number for citation in claim.citations)
    marks = "".join(f"[{number}]" for number in numbers)
    console().print(Text.assemble(harmless(claim.text), " ", (marks, "bold cyan")))


def print_ending(answer: Answer) -> None:
    """Print an answer's sources; of an abstention, its reason and what to read instead."""
    screen = console()
    if answer.abstained:
        screen.print(Text(harmless(answer.reason or "")))
        if answer.closest:
            screen.print("\nClosest articles:")
        for article in answer.closest:
            _print_source("-", article)
        return
    sources: dict[int, Citation] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            sources.setdefault(citation.number, citation)
    counted = sources_counted(answer)
    screen.print(f"\nSources ({counted}):" if counted else "\nSources:")
    for number, citation in sources.items():
        _print_source(f"[{number}]", citation, copies_told(answer, citation.article_id))


def _print_source(mark: str, article: Reference, copies: str | None = None) -> None:
    date = parse_published(article.published)
    heading = _heading(article.title, article.outlet, date.text if date else None)
    place = article.url or article.source
    said = f"\n    {harmless(copies)}" if copies else ""
    console().print(
        Text.assemble((mark, "bold cyan"), f" {heading}\n    ", (harmless(place), "dim"), said)
    )


def _heading(title: str, outlet: str | None, date: str | None) -> str:
    return harmless(f"{title} — {', '.join(filter(None, (outlet, date or 'undated')))}")
