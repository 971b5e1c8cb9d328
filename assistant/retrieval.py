"""Question → evidence, as a LangChain chain: standalone query, then passages."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import Limits, Question, Reading
from assistant.asked import content_words, stems
from assistant.conversation import Conversation
from assistant.evidence import Evidence, Side
from assistant.grounding.attribution import speakers
from assistant.grounding.speech import names_party, party_of
from assistant.writers.choice import VERBATIM
from index.countries import country_code, usual_name
from index.dates import PartialDate, parse_published
from index.errors import InputError
from index.filters import Filters, Window
from index.search.named import is_group
from index.search.names import gazetteer
from index.search.neutral import naming
from index.search.parties import NONE
from index.search.search import MATCHES, SearchEngine, in_turn
from index.search.times import year_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.rewriting import Rewriter
    from index.articles import Hit
    from index.search.query import Query
    from index.search.voices import Voice, Voices
    from index.settings import Settings
    from index.store.library import Library

_HITS = 10
_OF_A_SIDE = 4
_OF_A_SPEECH = 2  # of these, from what a person signs
_SIDE_BUDGET = 12  # passages the reranker reads for one side, beside those for the whole question
_SAID_THEN = 3.0  # logits that an account of the time asked about is worth: parties repeat themselves
_TOLD_WITHIN = 120  # days after what a question dates in which parties still tell of it
_NEWS_DAYS = 31  # "latest": an article this much older than the newest that matches still tells of it


class Retrieval:
    """Finds the evidence for a question in one library as it was when first asked."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self.engine = SearchEngine(library, settings)
        self.conversation = Conversation(self.engine)
        self._settings = settings
        self._naming = naming(settings.neutral_names)

    @cached_property
    def chain(self) -> Runnable[Question, Evidence]:
        """The chain; compose it with others, stream it, batch it."""
        return RunnableLambda(self._with_query) | RunnableLambda(self._search)

    def gather(self, question: Question) -> Evidence:
        """Return the passages found for the question as it stands in its conversation.

        Raises:
            InputError: the question's limits are no dates, or out of order.
        """
        return self.chain.invoke(question)

    @cached_property
    def _rewriter(self) -> Rewriter | None:
        if self._settings.rewrite is None or self._settings.writer == VERBATIM:
            return None
        from assistant.rewriting import Rewriter

        return Rewriter(self._settings)

    def _with_query(self, question: Question) -> tuple[Question, str, Filters]:
        filters = filters_of(question.limits)
        written = self._rewriter.rewrite(question) if self._rewriter else None
        return question, self.conversation.standalone(question, filters, written), filters

    def _search(self, asked: tuple[Question, str, Filters]) -> Evidence:
        question, query, filters = asked
        rarity = self.engine.library.words.rarity(content_words(query))
        understood = self.engine.understand(query, filters, literal=question.literal)
        budget = _HITS if understood.sides.wanted else None  # the parties' own passages come first
        hits = self.engine.search(replace(understood, sides=NONE), _HITS, budget=budget)
        if understood.newest:
            hits = _of_the_newest(hits, understood.window)
        sides = self._apart(understood, hits)
        asked_of_each = replace(understood, window=_when_told(understood), sides=NONE)
        heard = [self._hits_of(side, asked_of_each) for side in sides]
        unheard = [side.party for side, found in zip(sides, heard, strict=True) if not found]
        reading = Reading(
            query=query,
            spellings=understood.spellings,
            time=understood.window.text if understood.window else None,
            newest=understood.newest,
            parties=tuple(side.party for side in sides),
            notes=(*understood.notes, *self._notes(understood, unheard)),
        )
        return Evidence(question, understood, _with_places(hits, heard), rarity, sides, reading)

    def _notes(self, understood: Query, unheard: Sequence[str]) -> list[str]:
        notes = [f"No account by {party} was found." for party in unheard]
        newest = self.engine.library.newest(understood.filters) if understood.newest else None
        if newest:
            within = " within the limits" if understood.filters else " here"
            notes.append(f"The newest article{within} is of {PartialDate.of(newest).text}.")
        return notes

    def _apart(self, understood: Query, hits: Sequence[Hit]) -> list[Side]:
        """Whose accounts are asked for: the likeliest two that both speak in this library.

        Where none do, whom the passages found tell of; failing those, the likeliest two. A country and
        one who speaks for it are no two.
        """
        if not understood.sides.wanted:
            return []
        apart = (sides for pair in understood.sides.pairs if not _one(sides := self._sides(pair)))
        close = list(islice(apart, understood.sides.close))
        for sides in close:
            if all(side.articles for side in sides):
                return sides
        likeliest = close[0] if close else []
        if any(side.articles for side in likeliest):
            return likeliest
        return self._sides(_telling(hits, understood.countries)) or likeliest

    def _sides(self, apart: Sequence[str]) -> list[Side]:
        """The parties with the articles that speak for each; for a group, all but the other's."""
        own = {
            party: frozenset(line.article_id for line in self._voices.lines if speaks_for(line, party))
            for party in apart
        }
        return [
            Side(
                self._naming.neutral(party),
                self._every - _others(own, party) if is_group(party) else own[party],
                *self._of_a_person(party),
            )
            for party in apart
        ]

    def _of_a_person(self, party: str) -> tuple[frozenset[str], str | None]:
        """The articles of which a person is the speaker, and the country that he speaks for in most."""
        if party_of(party) or is_group(party):
            return frozenset(), None
        signed = frozenset(line.article_id for line in self._voices.lines if signs(line, party))
        code = self._voices.country_of(party)
        return signed, party_of(usual_name(code)) if code else None

    def _hits_of(self, side: Side, asked: Query) -> list[Hit]:
        """The best of a side's own articles, and of others' reports of what it says.

        A person's own speech comes before what he only takes part in.
        """
        speech = self._own(asked, side.signed)[:_OF_A_SPEECH] if side.signed < side.articles else []
        told = self.engine.search(asked, _OF_A_SIDE, self._reports - side.articles, _OF_A_SIDE)
        told = [hit for hit in told if _tells_of(hit, side)]
        rest = sorted(
            [*self._own(asked, side.articles), *told], key=lambda hit: -_of_the_time(hit, asked)
        )
        return list({hit.passage.id: hit for hit in (*speech, *rest)}.values())[:_OF_A_SIDE]

    def _own(self, asked: Query, articles: frozenset[str]) -> list[Hit]:
        """The best of some articles: of the time asked about, if there are any of it."""
        if not articles:
            return []
        then = _then(asked)
        found = self.engine.search(then, _OF_A_SIDE, articles, _SIDE_BUDGET) if then else []
        return found or self.engine.search(asked, _OF_A_SIDE, articles, _SIDE_BUDGET)

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(line.article_id for line in self._voices.lines)

    @cached_property
    def _reports(self) -> frozenset[str]:
        """The articles that no one signs: they tell what several say."""
        return frozenset(line.article_id for line in self._voices.lines if not line.speaker)

    @property
    def _voices(self) -> Voices:
        return self.engine.voices


def _telling(hits: Sequence[Hit], named: Sequence[str]) -> tuple[str, ...]:
    """Whose accounts a question asks for that does not name both, from what was found.

    Those that it names, then whose own article was found first, then whom that one names most.
    """
    own = [hit for hit in hits if hit.article.countries]
    first = own[0].article.countries[0] if own else ""
    theirs = " ".join(hit.text for hit in own if hit.article.countries[0] == first)
    counted = Counter(name.forms[0] for name in gazetteer().find(theirs) if name.forms)
    others = [name for name, _ in counted.most_common()]
    found: dict[str, str] = {}
    for country in (*named, first, *others):
        if code := country_code(country):
            found.setdefault(code, country)
    return tuple(found.values())[:2] if len(found) > 1 else ()


def _when_told(understood: Query) -> Window | None:
    """When the parties told of it: the time asked about; of "the 2022 clashes" that year."""
    window = understood.window
    return window if window and window.start else year_of(understood.text) or window


def _tells_of(hit: Hit, side: Side) -> bool:
    """Tell whether a passage reports words of a party that is a country, or names another."""
    if not names_party(hit.text, side.party):
        return False
    heard = speakers(hit.article, hit.passage.start, hit.passage.end)
    known = party_of(side.party)
    return known is None or any(one.party == known for one in heard)


def _then(asked: Query) -> Query | None:
    """The question limited to when those who speak told of the time it names; None if it names none.

    Of what was so "by 2020" that is 2020.
    """
    if asked.window is None or asked.filters.window:
        return None
    start, end = asked.window.start, asked.window.end
    if end and not start:
        start = end.replace(month=1, day=1)
    window = Window(start, end + timedelta(_TOLD_WITHIN) if end else None)
    return replace(asked, filters=replace(asked.filters, window=window))


def _others(own: Mapping[str, frozenset[str]], party: str) -> frozenset[str]:
    return frozenset().union(*(articles for other, articles in own.items() if other != party))


def _of_the_time(hit: Hit, asked: Query) -> float:
    return hit.score + _SAID_THEN * bool(asked.window and asked.window.holds(hit.article.published))


def filters_of(limits: Limits) -> Filters:
    """Return the limits as the search takes them; a reduced date means its whole month or year.

    Raises:
        InputError: one of the dates is none, or they are out of order.
    """
    since, until = _day("first", limits.since), _day("last", limits.until)
    start, end = since.first if since else None, until.last if until else None
    if start and end and start > end:
        raise InputError(f"The first day, {limits.since}, is after the last, {limits.until}.")
    return Filters(
        window=Window(start, end) if start or end else None,
        outlets=limits.outlets,
        countries=limits.countries,
        sources=limits.sources,
        undated=limits.undated,
    )


def _day(which: str, written: str | None) -> PartialDate | None:
    try:
        return parse_published(written)
    except ValueError as exc:
        raise InputError(
            f"The {which} day asked for, {written!r}, is no date.",
            "Write it like 2023-04-19 or 2023-04.",
        ) from exc


def speaks_for(voice: Voice, party: str) -> bool:
    """Tell whether an article gives a party's account: its speaker's, or that of its country."""
    code = country_code(party)
    if code is not None and voice.country:
        return code == voice.country
    heading = _stems(f"{voice.speaker} {voice.title if code is None else ''}")
    return any(form <= heading for form in _forms(party))


def signs(voice: Voice, person: str) -> bool:
    """Tell whether a person is an article's speaker."""
    speaker = _stems(voice.speaker.partition(", ")[0])
    return any(form <= speaker for form in _forms(person))


def _one(sides: Sequence[Side]) -> bool:
    """Tell whether a party is the country that another one speaks for."""
    lands = [party_of(side.party) for side in sides]
    return any(land and land in (lands[at - 1], sides[at - 1].country) for at, land in enumerate(lands))


@lru_cache(maxsize=100_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=1_000)
def _forms(party: str) -> tuple[frozenset[str], ...]:
    forms = (form for name in gazetteer().find(party) for form in name.forms)
    return tuple(_stems(form) for form in (party, *forms))


def _of_the_newest(hits: list[Hit], window: Window | None) -> list[Hit]:
    """Of the articles that match, leave those that tell of the newest: an old account is no news."""
    if window:
        hits = [hit for hit in hits if window.holds(hit.article.published)] or hits
    best = max((hit.score for hit in hits), default=0.0)
    dated = [hit for hit in hits if hit.article.published and hit.score >= best - MATCHES]
    if not dated:
        return hits
    newest = max(hit.article.published.last for hit in dated if hit.article.published)
    oldest = newest - timedelta(_NEWS_DAYS)
    return [hit for hit in hits if hit.article.published and hit.article.published.last >= oldest]


def _with_places(hits: list[Hit], sides: list[list[Hit]]) -> list[Hit]:
    """Give each side the first places in turn, the other hits those behind them."""
    placed = {hit.passage.id: hit for hit in chain(in_turn(sides), hits)}
    return [replace(hit, rank=rank) for rank, hit in enumerate(list(placed.values())[:_HITS], start=1)]
