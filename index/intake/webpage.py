"""A web page as an article: its main text in paragraphs, and what its head says of it.

The text is found by trafilatura. What publishers put within the article's own element is taken out
before (share boxes, paywalls, newsletter forms), and tables that only lay out a page are undone.
"""

from __future__ import annotations

import re
from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING, Any

from index.intake.metadata import UnreadableError, article_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from index.articles import Article

_STATED_DATES: dict[str, Any] = {"original_date": True, "extensive_search": False}
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
_CLUTTER = frozenset(
    "ad ads advert advertisement sponsored banner share sharing sharer social addtoany sharedaddy"
    " paywall regwall newsletter subscribe subscription cookie cookies consent promo related recirc"
    " breadcrumb breadcrumbs comments toolbar print".split()
)
_MOST_CLUTTER = 600  # characters: a larger box of that name may hold the article
_HOLDS_BLOCKS = "boolean(.//p or .//div or .//h1 or .//h2 or .//h3 or .//table or .//article)"
_DATE = frozenset("date datetime pubdate published time".split())
_OTHER_DATE = frozenset(
    "current today now update updated modified event comment clock copyright".split()
)
_AROUND = "boolean(ancestor-or-self::nav or ancestor-or-self::aside or ancestor-or-self::footer)"
_MOST_DATE = 40  # characters
# Persian and Urdu join and part letters by characters that trafilatura drops as not printable.
_JOINERS = {"\u200c": "\u2e2f", "\u200d": "\ua717"}  # what stands for them meanwhile is in no news
_HIDDEN = str.maketrans(_JOINERS)
_SHOWN = str.maketrans({stand_in: joiner for joiner, stand_in in _JOINERS.items()})


def article_of_page(page: bytes, source: str, url: str | None = None) -> Article:
    """Return the article of a web page: its main text in paragraphs, and what its head says of it.

    `url` is where it was fetched, if it was; else the page's canonical address is taken.

    Raises:
        UnreadableError: no article's text is found in it.
    """
    import trafilatura

    root = trafilatura.load_html(page)
    if root is None:
        raise UnreadableError("no article's text was found in the page")
    _hide_joiners(root)
    said = trafilatura.extract_metadata(deepcopy(root), default_url=url, date_config=_STATED_DATES)
    day = said.date if said.date and _states(root, url, said.date) else _named_day(root)
    cleaned = deepcopy(root)
    _clean(cleaned)
    text = _text(cleaned) or _text(root)  # a page whose whole article is in a box of such a name
    if not text:
        raise UnreadableError("no article's text was found in the page")
    about = {
        "title": said.title,
        "author": said.author,
        "outlet": said.sitename,
        "url": url or said.url,
        "published": day,
        "language": said.language,
    }
    shown = {name: value.translate(_SHOWN) if value else None for name, value in about.items()}
    paragraphs = "\n\n".join(line for line in text.splitlines() if line.strip())
    return article_from(shown, paragraphs.translate(_SHOWN) + "\n", source)


def _hide_joiners(root: HtmlElement) -> None:
    for element in root.iter():
        for name, value in element.attrib.items():
            if any(joiner in value for joiner in _JOINERS):
                element.set(name, value.translate(_HIDDEN))
        if element.tag == "script" and element.text:  # JSON-LD may write them as escapes
            for joiner, stand_in in _JOINERS.items():
                element.text = element.text.replace(f"\\u{ord(joiner):04x}", stand_in)
        element.text = element.text and element.text.translate(_HIDDEN)
        element.tail = element.tail and element.tail.translate(_HIDDEN)


def _text(root: HtmlElement) -> str:
    import trafilatura

    found = trafilatura.bare_extraction(root, include_comments=False)
    return "" if found is None or isinstance(found, dict) else found.text or ""


def _clean(root: HtmlElement) -> None:
    """Take out what stands within an article and is none of it; make layout tables plain boxes."""
    for element in list(root.iter("button", "li", "div", "section", "aside", "ul", "p", "span")):
        if element.tag == "button" or (
            _names(element) & _CLUTTER
            and len(element.text_content()) < _MOST_CLUTTER
            and element.find(".//h1") is None
        ):
            element.drop_tree()
    for element in list(_dated(root)):
        element.drop_tree()
    for table in list(root.iter("table")):
        if any(cell.xpath(_HOLDS_BLOCKS) for cell in table.iter("td")):
            for part in table.iter("table", "tbody", "tr", "td", "th"):
                part.tag = "div"


def _names(element: HtmlElement) -> set[str]:
    """The words of an element's class and id, however they are put together."""
    named = f"{element.get('class', '')} {element.get('id', '')}"
    return {word.lower() for word in _WORDS.findall(named)}


def _dated(root: HtmlElement) -> Iterator[HtmlElement]:
    """The short elements whose name says that they hold the article's date, outside menus and boxes."""
    for element in root.iter("span", "div", "p", "time", "td", "li", "em", "small"):
        names = _names(element)
        text = element.text_content().strip()
        if (
            (element.tag == "time" or names & _DATE)
            and not names & _OTHER_DATE
            and len(text) <= _MOST_DATE
            and any(char.isdigit() for char in text)
            and not element.xpath(_AROUND)
        ):
            yield element


def _states(root: HtmlElement, url: str | None, day: str) -> bool:
    """Tell whether a page states a day as its date.

    That is: in its address, in its metadata or in a time element. The extractor also takes the first
    date of a text or a footer for it, which is a guess.
    """
    if url and re.search(day.replace("-", "[/-]?"), url):
        return True
    stated = root.xpath("//meta/@content | //time/@datetime")
    linked = "\n".join(root.xpath("//script[@type='application/ld+json']/text()"))
    if any(value.strip().startswith(day) for value in stated):
        return True
    return bool(re.search(rf'"date(?:Published|Created)"\s*:\s*"{day}', linked))


def _named_day(root: HtmlElement) -> str | None:
    """Return the day that elements named for a date hold; None where they hold none, or two."""
    from htmldate import find_date

    named = {element.text_content().strip() for element in _dated(root)}
    days = set()
    for text in named:
        day = find_date(f"<html><body><p class='date'>{escape(text)}</p></body></html>")
        days.add(day if day and _says(text, day) else None)
    return days.pop() if len(days) == 1 else None


def _says(text: str, day: str) -> bool:
    """Tell whether a short text is that day's date and cannot be another's.

    With its month in figures the year must come first, or a full stop stand between, or the day be none
    of a month's number: 03/05/2024 is two days.
    """
    year, month, date = (int(part) for part in day.split("-"))
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if re.search(r"[^\W\d_]{3,}", text):  # the month by its name, in whatever language
        return year in numbers and date in numbers
    first = numbers[:3]
    if first == [year, month, date]:
        return True
    european = "." in text or date > 12 or date == month
    return european and first == [date, month, year]
