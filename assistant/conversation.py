"""Follow-up → standalone question: the ways it may be meant, and the one the articles bear out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.asked import content_words
from index.countries import country_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import Question
    from index.articles import Hit
    from index.filters import Filters
    from index.search.search import SearchEngine

_REFERS = re.compile(
    r"^(and|but|so|or|what about|how about|who else|what else|which of|anything)\b"
    r"|\b(he|she|it|they|him|them|those|these|then|this(?! (?:week|month|year|morning))"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )there(?! (?:is|are|was|were|be)\b))\b"
    r"|\bthat (call|meeting|deal|agreement|speech|statement|visit|year|day|time|summit)\b|\bthat\?"
    r"|\b(same|instead|other side|the (two|latter|former|other|minister|president|leaders?|call|meeting"
    r"|deal|agreement|talks|statement|speech|visit|summit)(?! of\b))\b",
    re.IGNORECASE,
)
# "Whom did Baku say it would free?": it refers to Baku.
_OF_ONESELF = re.compile(
    r"(?P<before>.*\b(?:say|said|claim(?:ed)?|promised?|vow(?:ed)?|announced?|admit(?:ted)?|hoped?|expect"
    r"(?:ed)?)(?: that)?) (?:he|she|they|it)\b",
    re.IGNORECASE,
)
_BELONGS = re.compile(r"\b(his|her|hers|its|their|theirs)\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:[A-ZÀ-ÞА-Я][\w’'.-]*|\d{4})(?:(?: (?:of|the|and|al|bin|van|de|for))*"
    r" (?:[A-ZÀ-ÞА-Я][\w’'-]*|\d{4}))*|\b\d{1,2}(?= [A-Z][a-z]+ \d{4})"
)
_OPENING = re.compile(
    r"^(?:(?:And|But|So|Or|Then|Which|What|Whose|Who|Whom|How|Why|When|Where|Did|Does|Do|Has|Have|Was|Were|Is"
    r"|Are|For|In|On|At|By|Of) )+|['’]s$"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEAR_ON = re.compile(
    r"\b(?:the |a )?(?:(?P<later>year (?:after|later)|(?:next|following) year)"
    r"|(?P<earlier>year (?:before|earlier)|(?:previous|preceding) year))(?: that)?\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:(?P<who>he|she|they)|(?P<whose>his|her|their)(?= \w)|(?P<whom>him|them))\b")
_FEW = 3  # passages by which a meaning is judged
_MOST = 6  # meanings tried; each costs a search
_CHARS = 1_200
_MATCHES = 0.0  # logits from which a passage counts as matching: the reranker's even odds
_NAMED = 0.5  # logits that a meaning gains by each name or date it holds
_NOTHING = float("-inf")
_SAME = re.compile(r"\bsame\b", re.IGNORECASE)
_SAYS_ENOUGH = 2  # content words of its own, besides names, with which a follow-up has its own topic


@dataclass(frozen=True, slots=True)
class Conversation:
    """Makes questions stand alone, by what `engine` finds."""

    engine: SearchEngine

    def standalone(
        self, question: Question, filters: Filters | None = None, written: str | None = None
    ) -> str:
        """Return the question with what it leaves unsaid taken from the asker's turns before it.

        Of the ways it may be meant the one wins whose best passages answer both it and the question
        as it was typed: what only matches an old turn does not. A question that refers to nothing
        stays as it is, unless it names nothing either, finds nothing, and the old turns' passages
        answer it better. `written` is a chat model's reading, which competes with the others.
        """
        if question.literal or not question.history:
            return question.text
        meant = rewrites(question)
        if written:
            meant = list(dict.fromkeys([*meant, written]))
        if len(meant) == 1:
            return meant[0]
        if points_back(question.text):
            return max(meant, key=lambda text: self._borne_out(question.text, text, filters))
        return self._carried_or_alone(question.text, meant[1:], filters)

    def _carried_or_alone(self, alone: str, carried: Sequence[str], filters: Filters | None) -> str:
        own = self._found(alone, filters)
        best = max((hit.score for hit in own), default=_NOTHING)
        if best >= _MATCHES or _subjects(alone):
            return alone
        text = max(carried, key=lambda text: self._borne_out(alone, text, filters))
        found = self._found(text, filters)
        return text if self._answers(alone, found) > best else alone

    def _borne_out(self, question: str, meant: str, filters: Filters | None) -> float:
        """The best passage's score for both, in logits; a name left out must be made up for."""
        found = self._found(meant, filters)
        asked = self._scores(question, found)
        both = (hit.score + score for hit, score in zip(found, asked, strict=True))
        return max(both, default=_NOTHING) + _NAMED * len(_subjects(meant))

    def _answers(self, question: str, found: Sequence[Hit]) -> float:
        return max(self._scores(question, found), default=_NOTHING)

    def _scores(self, question: str, found: Sequence[Hit]) -> list[float]:
        texts = [f"{hit.article.heading}\n{hit.text}"[:_CHARS] for hit in found]
        return [float(score) for score in self.engine.reranker.score(question, texts)]

    def _found(self, text: str, filters: Filters | None) -> list[Hit]:
        query = self.engine.understand(text, filters, apart=False)
        return self.engine.search(query, _FEW, budget=_FEW)


def points_back(question: str) -> bool:
    """Tell whether a question's words refer to something said before it."""
    own = _OF_ONESELF.match(question)
    if own and _subjects(own["before"]):
        question = f"{own['before']}{question[own.end() :]}"
    if _REFERS.search(question):
        return True
    owned = _BELONGS.search(question)
    return bool(owned and not _subjects(question[: owned.start()]))


def rewrites(question: Question) -> list[str]:
    """Return the standalone questions that a question may mean in its conversation, at most six.

    One without earlier turns means itself. Else: itself with the names and dates of the asker's
    questions, back to the last that stood on its own; a pronoun replaced by a name of the question
    before; where it has hardly a word of its own, that question with a name exchanged for the new one
    ("And Vučić?"), or both questions. One that refers to nothing said before may mean itself, which
    is then the first.
    """
    earlier = _thread(question)
    if not earlier:
        return [question.text]
    text = _with_year(question.text, earlier)
    carried, before = _with_names(text, earlier), earlier[-1]
    own, brought = _own_words(question.text), _brought(question.text, before)
    if not points_back(question.text):
        found = [question.text, carried]
    elif len(brought) == 1 and (not own or _SAME.search(question.text)):
        found = [*_exchanged(brought[0], before), carried]
    elif not brought and len(own) < _SAYS_ENOUGH:
        found = [f"{earlier[0]} {question.text}", carried]
    else:
        found = [carried, *_resolved(text, earlier)]
    return list(dict.fromkeys(found))[:_MOST]


def _with_year(text: str, earlier: list[str]) -> str:
    """The question with "the year after" written out, where its turns name one year."""
    years = {int(year) for turn in earlier for year in _YEAR.findall(turn)}
    found = _YEAR_ON.search(text)
    if found is None or len(years) != 1:
        return text
    year = years.pop() + (1 if found["later"] else -1)
    return f"{text[: found.start()]}in {year}{text[found.end() :]}"


def _with_names(text: str, earlier: list[str]) -> str:
    carried = dict.fromkeys(name for turn in earlier for name in _subjects(turn))
    if _YEAR.search(text):
        carried = {name: None for name in carried if not _YEAR.fullmatch(name)}
    missing = [name for name in carried if name.casefold() not in text.casefold()]
    return f"{', '.join(missing)}: {text}" if missing else text


def _resolved(text: str, earlier: list[str]) -> Iterator[str]:
    """The question with its first pronoun replaced by whom the question before began with."""
    pronoun = _PERSON.search(text)
    names = (name for name in _subjects(earlier[-1]) if not _is_when_or_where(name))
    name = next(names, None)
    if pronoun and name:
        owner = "’s" if pronoun["whose"] else ""
        resolved = f"{text[: pronoun.start()]}{name}{owner}{text[pronoun.end() :]}"
        if not points_back(resolved):
            yield resolved
        yield _with_names(resolved, earlier)


def _exchanged(brought: str, before: str) -> Iterator[str]:
    """The question before with each of its names exchanged for the one that this one brings."""
    for name in _subjects(before):
        if not any(char.isdigit() for char in name):
            yield before.replace(name, brought, 1)


def _is_when_or_where(name: str) -> bool:
    return country_code(name) is not None or any(char.isdigit() for char in name)


def _brought(text: str, before: str) -> list[str]:
    """The names that a question has and the one before it had not."""
    return [name for name in _subjects(text) if name.casefold() not in before.casefold()]


def _thread(question: Question) -> list[str]:
    """The asker's turns from the last one that stood on its own."""
    asked = [" ".join(t.content.split()) for t in question.history if t.role == "user"]
    for at in range(len(asked) - 1, -1, -1):
        if not points_back(asked[at]):
            return asked[at:]
    return asked


def _subjects(text: str) -> list[str]:
    """Names and dates: capitalised words and years, but for a sentence's first word like What."""
    found = (_OPENING.sub("", match[0]) for match in _SUBJECT.finditer(text))
    return [name for name in found if content_words(name)]


def _own_words(text: str) -> set[str]:
    names = {word for name in _subjects(text) for word in content_words(name)}
    return set(content_words(_REFERS.sub(" ", text))) - names
