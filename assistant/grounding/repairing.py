"""A model's sentence → what a reader may see of it: as written, repaired, or nothing.

Unsupported: cited anew from the evidence, else replaced by the exact words that come nearest, else
dropped. Supported by somebody's statement but told as a fact: given its speaker back; quoted where it
says "we" or "you". What was changed goes with the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.answers import Repair
from assistant.evidence import Sentence
from assistant.excerpts import Excerpt
from assistant.grounding.attribution import said_by, speakers_in
from assistant.grounding.check import judge, nearest_quote
from assistant.grounding.quoting import quotation
from assistant.grounding.speech import names_speaker, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answers import SaidBy
    from assistant.evidence import Span
    from assistant.grounding.check import Judgement, Scorer
    from assistant.markers import Draft
    from index.articles import Article, Hit

_MOST_QUOTED = 2  # sentences of one draft that quotations stand in for
_PLAIN = re.compile(r"[\w .,'’-]+")
_OWN_VOICE = "it speaks as the one it reports"
_SPEAKING = re.compile(r"\b(?:I|[Ww]e|[Yy]ou(?! [A-Z])|[Mm]y(?! Lai)|[Oo]ur|[Yy]our|us|me)\b")
# Quotations, "A.I.", "World War I".
_NO_VOICE = re.compile(
    r"[“\"][^”\"]*[”\"]|«[^»]*»|(?<!\w)‘[^’]*(?:’\w[^’]*)*’|\b(?:[A-Z]\.){2,}"
    r"|\b(?!(?:When|If|But|And|As|That|What|Then|So|Yesterday|Today)\b)[A-Z][\w.]+ I\b"
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|the (?:minister|president|spokes\w+|leader|official))\b", re.I
)
_NEVER_NAMES = frozenset(
    "a an the in on at by for from after before since during as if when while both all some many most "
    "he she it they we this that these those there here his her its their our however also".split()
)
_WITH_ARTICLE = re.compile(r"United|Netherlands|Philippines|Maldives|Bahamas|Gambia")


@dataclass(slots=True)
class Repairing:
    """Checks the sentences of one draft against the passages the model was given.

    `scorer` is the semantic test; `nearness` finds the quotation to put in a sentence's place.
    """

    hits: Sequence[Hit]
    scorer: Scorer
    nearness: Scorer
    _quoted: set[tuple[str, int]] = field(default_factory=set)

    def sentence(self, draft: Draft) -> Sentence | None:
        """Return what is to be shown of a draft's sentence; None where nothing comes near."""
        named = [self.hits[n - 1] for n in draft.numbers if 1 <= n <= len(self.hits)]
        cited = judge(draft.text, named, self.scorer) if named else None
        if cited and cited.verdict.state == "supported":
            return self._shown(draft, cited, None)
        found = judge(draft.text, self.hits, self.scorer)
        if cited and cited.spans and found.verdict.state != "supported":
            return self._shown(draft, cited, None)
        if found.verdict.state == "unsupported":
            return self._quotation(draft, found.verdict.reason)
        reason = f"in the passage it named: {cited.verdict.reason}" if cited else "it named no passage"
        return self._shown(draft, found, Repair(kind="re-cited", draft=draft.text, reason=reason))

    def _shown(self, draft: Draft, judged: Judgement, repair: Repair | None) -> Sentence | None:
        said = _said(judged.spans)
        text = draft.text
        if _SPEAKING.search(_NO_VOICE.sub("", text)):
            return self._quotation(draft, _OWN_VOICE)
        if said and not _keeps(text, said):
            text = f"According to {_source(said, judged.spans[-1].article)}, {_continued(text, judged)}"
            reason = f"the passage has {said.person or said.party} say this"
            repair = Repair(kind="attributed", draft=draft.text, reason=reason)
        return Sentence(text, judged.spans, verdict=judged.verdict, repair=repair, said_by=said)

    def _quotation(self, draft: Draft, reason: str) -> Sentence | None:
        span = nearest_quote(draft.text, self.hits, self.nearness)
        if span is None or len(self._quoted) == _MOST_QUOTED:
            return None
        place = (span.article.id, span.start)
        if place in self._quoted:
            return None
        self._quoted.add(place)
        repair = Repair(kind="quoted", draft=draft.text, reason=reason)
        return quotation(span.article, Excerpt(((span.start, span.end),)), repair)


def _said(spans: Sequence[Span]) -> SaidBy | None:
    """Who says what the spans hold, where one does; a name with marks in it is nobody's."""
    found = [said_by(span.article, span.start, span.end) for span in spans]
    said = next((one for one in reversed(found) if one), None)
    name = (said.person or said.party) if said else None
    return said if name and _PLAIN.fullmatch(name) else None


def _keeps(text: str, said: SaidBy) -> bool:
    """Tell whether a sentence says that somebody says so, and who."""
    if not reports(text):
        return False
    return bool(names_speaker(text, said) or _POINTS_BACK.search(text) or speakers_in(text))


def _source(said: SaidBy, article: Article) -> str:
    party = said.party or ""
    who = said.person or (f"the {party}" if _WITH_ARTICLE.match(party) else party)
    when = article.published.text if article.published else None
    known = ", ".join(part for part in (article.outlet, when) if part)
    return f"{who} ({known})" if known else who


def _continued(text: str, judged: Judgement) -> str:
    """The sentence after a comma: its first word small where the article writes it so."""
    first = text.split()[0]
    there = " ".join(span.article.text for span in judged.spans)
    small = first[:1].lower() + first[1:]
    common = re.search(rf"(?<!\w){re.escape(small)}(?!\w)", there) and first[1:].islower()
    return small + text[len(first) :] if common or small in _NEVER_NAMES else text
