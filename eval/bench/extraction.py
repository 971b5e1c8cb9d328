"""What extraction gets wrong: `python -m eval.bench.extraction FOLDER`.

Takes articles whose text is known, puts them into pages as publishers build them (ten layouts, with
menus, advertisements, related links and cookie notices around), and compares what comes out. The pages
are made, not gathered: they show errors of structure, not how often real sites cause them.
"""

from __future__ import annotations

import argparse
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles import Article
from index.documents import article_of_page
from index.intake import find_files, read_file
from index.metadata import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

_NOISE = "Subscribe to our newsletter. Accept all cookies. Read more: ministers, markets and weather."
_MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li></ul></nav>"
_RELATED = "<aside><h3>Related</h3><ul><li><a href='/a'>Another story entirely</a></li></ul></aside>"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Scored:
    """Shares of words, 0 to 1, and whether the metadata came through."""

    layout: str
    recall: float
    precision: float
    title: bool
    date: bool


def _paragraphs(article: Article, tag: str = "p") -> str:
    blocks = (block for block in article.text.split("\n\n") if block.strip())
    return "".join(f"<{tag}>{html.escape(block.strip())}</{tag}>" for block in blocks)


def _page(article: Article, head: str, body: str) -> str:
    title = f"<title>{html.escape(article.title)} | The Outlet</title>"
    foot = f"<footer><p>{_NOISE}</p></footer>"
    return f"<html lang=en><head>{title}{head}</head><body>{_MENU}{body}{_RELATED}{foot}</body></html>"


def _meta(article: Article) -> str:
    day = article.published.first.isoformat() if article.published else ""
    return f'<meta property="article:published_time" content="{day}T08:00:00Z">'


def _ld(article: Article) -> str:
    day = article.published.first.isoformat() if article.published else ""
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "'
        f'{day}"' + "}</script>"
    )


def _time(article: Article) -> str:
    day = article.published.first.isoformat() if article.published else ""
    return f'<time datetime="{day}">{day}</time>'


def _h1(article: Article) -> str:
    return f"<h1>{html.escape(article.title)}</h1>"


_LAYOUTS: dict[str, Callable[[Article], str]] = {
    "article element, meta date": lambda a: _page(
        a, _meta(a), f"<article>{_h1(a)}{_paragraphs(a)}</article>"
    ),
    "JSON-LD date": lambda a: _page(a, _ld(a), f"<article>{_h1(a)}{_paragraphs(a)}</article>"),
    "time element": lambda a: _page(a, "", f"<main>{_h1(a)}{_time(a)}{_paragraphs(a)}</main>"),
    "div soup": lambda a: _page(
        a, _meta(a), f"<div><div class=x1>{_h1(a)}<div class=x2>{_paragraphs(a)}</div></div></div>"
    ),
    "div for each paragraph": lambda a: _page(
        a, _meta(a), f"<div class=content>{_h1(a)}{_paragraphs(a, 'div')}</div>"
    ),
    "line breaks only": lambda a: _page(
        a,
        _meta(a),
        f"<div class=post>{_h1(a)}{html.escape(a.text).replace(chr(10) * 2, '<br><br>')}</div>",
    ),
    "WordPress": lambda a: _page(
        a,
        _meta(a),
        f"<div class=entry>{_h1(a)}<div class=entry-content>{_paragraphs(a)}"
        f"<div class=sharedaddy>Share this: Twitter Facebook</div></div></div>",
    ),
    "layout table": lambda a: _page(
        a, "", f"<table><tr><td>{_MENU}</td><td>{_h1(a)}{_time(a)}{_paragraphs(a)}</td></tr></table>"
    ),
    "advertisement between paragraphs": lambda a: _page(
        a,
        _meta(a),
        "<article>"
        + _h1(a)
        + _paragraphs(a).replace("</p><p>", f"</p><div class=ad>{_NOISE}</div><p>")
        + "</article>",
    ),
    "cookie banner first": lambda a: _page(
        a, _meta(a), f"<div id=cookie-consent><p>{_NOISE}</p></div><main>{_h1(a)}{_paragraphs(a)}</main>"
    ),
}


def score(layout: str, article: Article) -> Scored:
    """Return how much of an article comes out of a page of that layout."""
    try:
        found = article_of_page(_LAYOUTS[layout](article).encode(), "page")
    except UnreadableError:
        return Scored(layout, 0.0, 0.0, title=False, date=False)
    wanted, got = _words(article.text), _words(found.text)
    shared = sum(min(wanted.get(word, 0), count) for word, count in got.items())
    return Scored(
        layout,
        shared / max(sum(wanted.values()), 1),
        shared / max(sum(got.values()), 1),
        title=found.title == article.title,
        date=found.published == article.published,
    )


def _words(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in _WORD.findall(text.lower()):
        counts[word] = counts.get(word, 0) + 1
    return counts


def main() -> None:
    """Score each layout over some articles and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=4, help="articles for each layout")
    chosen = parser.parse_args()
    items = (item for file in find_files([chosen.folder]) for item in read_file(file, 5_000_000))
    articles = [i for i in items if isinstance(i, Article) and i.published and i.published.day]
    step = max(1, len(articles) // chosen.articles)
    print(f"{'layout':34} pages  recall precision  titles  dates")
    for layout in _LAYOUTS:
        scores = [score(layout, article) for article in articles[::step][: chosen.articles]]
        count = len(scores)
        print(
            f"{layout:34} {count:5} {sum(s.recall for s in scores) / count:7.3f}"
            f" {sum(s.precision for s in scores) / count:9.3f}"
            f" {sum(s.title for s in scores):4}/{count} {sum(s.date for s in scores):3}/{count}"
        )


if __name__ == "__main__":
    main()
