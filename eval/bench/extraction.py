"""What extraction gets wrong: `python -m eval.bench.extraction FOLDER [--against NAME…]`.

Puts articles whose text is known into 40 pages (20 layouts, nine languages; see `eval.bench.pages`) and
compares what comes out. The pages are made, not gathered: they show errors of structure, not how often
real sites cause them. Twenty more (`eval.bench.templates`), feed entries among them, were written when
extraction was settled, and have a table and a figure of their own. Other extractors are compared where
they are installed; they are no dependency.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.pages import LAYOUTS, articles_in_languages, expected_text
from eval.bench.templates import TEMPLATES
from index.articles import Article
from index.intake.documents import text_of_fragment
from index.intake.feeds import parse_feed
from index.intake.files import find_files, read_file
from index.intake.metadata import UnreadableError
from index.intake.webpage import article_of_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_WORD = re.compile(r"\w+")
_ENOUGH = 0.98  # of the words


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extractor took from a page; `day` is None where it states none, ISO 8601 else."""

    text: str
    title: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Shares of words, 0 to 1, and whether title and day are the article's."""

    layout: str
    recall: float
    precision: float
    title: bool
    day: bool


def _ours(page: str) -> Extracted:
    try:
        found = article_of_page(page.encode(), "page")
    except UnreadableError:
        return Extracted("")
    return Extracted(found.text, found.title, found.published.iso if found.published else None)


def _readability(page: str) -> Extracted:
    from readability import Document

    document = Document(page)
    return Extracted(text_of_fragment(document.summary(html_partial=True)), document.short_title())


def _newspaper(page: str) -> Extracted:
    from newspaper import Article as Page

    found = Page("https://outlet.example/page")
    found.download(input_html=page)
    found.parse()
    day = found.publish_date.date().isoformat() if found.publish_date else None
    return Extracted(found.text, found.title, day)


def _resiliparse(page: str) -> Extracted:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(page)
    return Extracted(extract_plain_text(tree, main_content=True, alt_texts=False), tree.title)


OTHERS: Mapping[str, Callable[[str], Extracted]] = {
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
    "resiliparse": _resiliparse,
}


def score(layout: str, article: Article, extract: Callable[[str], Extracted] = _ours) -> Scored:
    """Return how much of an article comes out of a page of that layout."""
    return _compared(layout, article, expected_text(layout, article), extract(LAYOUTS[layout](article)))


def score_template(name: str, article: Article) -> Scored:
    """Return how much of an article comes out of a page or a feed's entry of that template."""
    made = TEMPLATES[name][1](article)
    found = _entry(made) if made.startswith(("<?xml", "{")) else _ours(made)
    return _compared(name, article, article.text, found)


def _entry(feed: str) -> Extracted:
    (entry,) = parse_feed(feed.encode(), "https://site.example/feed").entries
    return Extracted(entry.text, entry.title, entry.published.iso if entry.published else None)


def _compared(layout: str, article: Article, expected: str, found: Extracted) -> Scored:
    wanted, got = _words(expected), _words(found.text)
    # The heading stands on the page: an extractor that keeps it in the text is not charged for it.
    shared = (got & (wanted + _words(article.title))).total()
    return Scored(
        layout,
        (got & wanted).total() / max(wanted.total(), 1),
        shared / max(got.total(), 1),
        title=found.title == article.title,
        day=found.day == (article.published.iso if article.published else None),
    )


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _wrong(scores: Sequence[Scored]) -> str:
    """What went wrong, in words, over the pages of a layout."""
    count = len(scores)
    lost = 1 - sum(s.recall for s in scores) / count
    noise = 1 - sum(s.precision for s in scores) / count
    titles, days = sum(not s.title for s in scores), sum(not s.day for s in scores)
    said = [f"{lost:.0%} of the text lost"] if lost > 1 - _ENOUGH else []
    said += [f"{noise:.0%} noise"] if noise > 1 - _ENOUGH else []
    said += [f"title {titles}/{count}"] if titles else []
    said += [f"day {days}/{count}"] if days else []
    return ", ".join(said) or "–"


def main() -> None:
    """Score each layout over two articles and print what went wrong, as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=2, help="articles for each layout")
    parser.add_argument("--against", nargs="*", choices=OTHERS, default=[], metavar="NAME")
    chosen = parser.parse_args()
    items = (item for file in find_files([chosen.folder]) for item in read_file(file, 5_000_000))
    articles = [i for i in items if isinstance(i, Article) and i.published and i.published.day]
    extractors = {"this project": _ours, **{name: OTHERS[name] for name in chosen.against}}
    print("| layout | " + " | ".join(extractors) + " |\n|---|" + "---|" * len(extractors))
    every: dict[str, list[Scored]] = {name: [] for name in extractors}
    for number, layout in enumerate(LAYOUTS):
        ours = articles_in_languages() if layout.startswith("ministry") else articles
        at = [(number * chosen.articles + n) * 7 % len(ours) for n in range(chosen.articles)]
        cells = []
        for name, extract in extractors.items():
            scores = [score(layout, ours[index], extract) for index in at]
            every[name] += scores
            cells.append(_wrong(scores))
        print(f"| {layout} | " + " | ".join(cells) + " |")
    print("| **all** | " + " | ".join(_summary(scores) for scores in every.values()) + " |")
    _print_templates(articles)


def _print_templates(articles: Sequence[Article]) -> None:
    spoken = {article.language: article for article in articles_in_languages()}
    scores = []
    print("\n| template | language | this project |\n|---|---|---|")
    for number, (name, (language, _)) in enumerate(TEMPLATES.items()):
        article = spoken.get(language) or articles[number * 7 % len(articles)]
        scores.append(score_template(name, article))
        print(f"| {name} | {language} | {_wrong(scores[-1:])} |")
    print(f"| **all** | | {_summary(scores)} |")


def _summary(scores: Sequence[Scored]) -> str:
    whole = sum(s.recall >= _ENOUGH and s.precision >= _ENOUGH for s in scores)
    titles, days = sum(s.title for s in scores), sum(s.day for s in scores)
    return f"text whole and clean {whole}/{len(scores)}, titles {titles}, days {days}"


if __name__ == "__main__":
    main()
