"""Questions worth asking of a library: drawn from who speaks in it, of what, and when.

`drawn` makes them of the newest articles' own names; `answered` keeps those that the library answers
from the very article they were drawn from, so that none that is offered ends in "not answered".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from assistant.answers import Question
from index.countries import country_code, country_stated
from index.search.names import fold, gazetteer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.answers import Answer
    from index.articles import Article
    from index.search.names import Name
    from index.store.catalogue import Catalogue

_ARTICLES = 100  # the newest ones that are read for names
_SPEECHES = 40  # beside them, of all that have a speaker
_READ = 2_500  # characters of each
_NEAR = 160  # characters after the verb within which what is spoken of is looked for
_SAID = re.compile(r"\s+(?:said|says|told|warned|warns|accused|accuses|called|calls|offered|rejected)\b")
_TOGETHER = re.compile(r"\b(?:signed|sign|agreed|agree)\b")
_ARTICLED = re.compile(r"^United |s$|\b(?:Union|Court|Council|Organi[sz]ation|Agency|Sea|Strait)\b")
_EVERYONE = "United Nations"
_HONORIFIC = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Sir|H\.E)\.?\s+")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question, and the article it was drawn from."""

    question: str
    article_id: str


def drawn(library: Catalogue) -> Iterator[Drawn]:
    """Yield questions of several kinds in turn, those of the newest articles first."""
    newest = [listed.id for listed in library.listing(most=_ARTICLES) if listed.published]
    speeches = [byline.article_id for byline in library.bylines() if byline.speaker]
    ids = dict.fromkeys([*newest, *speeches[:: max(1, len(speeches) // _SPEECHES)]])
    articles = [article for key in ids if (article := library.article(key))]
    kinds = [chain.from_iterable(map(kind, articles)) for kind in (_said, _agreed, _spoke, _places)]
    seen: set[str] = set()
    for one in filter(None, chain.from_iterable(zip_longest(*kinds))):
        about = " ".join(one.question.split()[:5])  # one of a kind about one person or pair
        if about not in seen:
            seen.add(about)
            yield one


def answered(
    some: Iterator[Drawn], ask: Callable[[Question], Answer], most: int, tries: int
) -> Iterator[str]:
    """Yield up to `most` questions that are answered from the article each was drawn from."""
    found = 0
    for _, one in zip(range(tries), some, strict=False):
        answer = ask(Question(text=one.question))
        cited = {citation.article_id for claim in answer.claims for citation in claim.citations}
        if not answer.abstained and one.article_id in cited:
            yield one.question
            found += 1
            if found == most:
                return


def _said(article: Article) -> Iterator[Drawn]:
    """Who is said to have said something of a country."""
    text, names = _names(article)
    for at, name in enumerate(names):
        if not name.forms or country_code(name.forms[0]) or not (verb := _SAID.match(text, name.end)):
            continue
        spoken_of = [n for n in names[at + 1 :] if n.forms and n.start < verb.end() + _NEAR]
        for other in spoken_of:
            code = _country(other)
            if code and code != _homes().get(fold(text[name.start : name.end]).split()[-1]):
                who, what = text[name.start : name.end], other.forms[0]
                yield _of(article, f"What did {who} say about {_the(what)}{_when(article)}?")
                return


def _agreed(article: Article) -> Iterator[Drawn]:
    """Which two of the title have signed or agreed on something."""
    heading = article.title
    names = [n for n in gazetteer().find(heading) if n.forms]
    if _TOGETHER.search(heading) and len(names) > 1:
        one, other = (heading[n.start : n.end] for n in names[:2])
        yield _of(article, f"What did {one} and {other} sign or agree{_when(article)}?")


def _spoke(article: Article) -> Iterator[Drawn]:
    """What the article's own speaker said of the country named most after their own."""
    if not article.speaker:
        return
    who = _HONORIFIC.sub("", article.speaker.split(",")[0]).strip()
    own = {country_stated(name) or name for name in article.countries}
    counts: dict[str, int] = {}
    for name in _names(article)[1]:
        code = _country(name)
        if code and code not in own:
            counts[name.forms[0]] = counts.get(name.forms[0], 0) + 1
    if counts:
        what = max(counts, key=lambda name: counts[name])
        yield _of(article, f"What did {who} say about {_the(what)}{_when(article)}?")


def _places(article: Article) -> Iterator[Drawn]:
    """What is said of a place or body of the title that is no country."""
    for name in gazetteer().find(article.title):
        written = article.title[name.start : name.end]
        known = country_code(name.forms[0]) if name.forms else "an office"
        person = fold(written).split()[-1] in _homes()
        if not known and not person and len(written.split()) > 1:
            yield _of(article, f"What is said about {_the(written)}{_when(article)}?")


@cache
def _homes() -> dict[str, str]:
    """The country that each known office-holder speaks for, by surname."""
    return {
        fold(holder.surname): country
        for (_, country), holders in gazetteer().holders.items()
        for holder in holders
    }


def _names(article: Article) -> tuple[str, list[Name]]:
    text = article.text[:_READ]
    return text, list(gazetteer().find(text))


def _country(name: Name) -> str | None:
    """The code of the country that is named, which the United Nations is not."""
    return country_code(name.forms[0]) if name.forms and name.forms[0] != _EVERYONE else None


def _of(article: Article, question: str) -> Drawn:
    return Drawn(question, article.id)


def _when(article: Article) -> str:
    day = article.published
    if day is None:
        return ""
    return f" in {day.first:%B %Y}" if day.month else f" in {day.year}"


def _the(name: str) -> str:
    return f"the {name}" if _ARTICLED.search(name) else name
