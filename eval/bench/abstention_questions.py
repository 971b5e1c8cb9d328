"""Questions made by machine from a library of read-outs and speeches, with and without an answer.

A question is made from one sentence; its counterpart changes one thing (the partner, the year, what was
done, what it was about, what kind of answer is wanted, whose words are asked for) to something that no
article of those concerned holds by its words. So its label needs no reading, and no model's opinion.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.asked import stems
from assistant.excerpts import readable, sentences_of
from index.countries import country_code
from index.search.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.articles import Article

_READOUT = re.compile(
    r"Readout of (?:[\w.’' ]*?)(?P<actor>Biden|Harris|Sullivan)\S* .*?(?P<event>call|meeting) with "
    r"(?P<office>(?:Prime Minister|President|Chancellor|King|Foreign Minister|Crown Prince"
    r"|Foreign Secretary|National Security Advis[eo]r|Minister of \w+(?: \w+)?|Emir|Sultan)) "
    r"(?P<name>[^,]+?) of (?:the )?(?P<country>[A-Z][\w ]+)$",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"(?P<country>.+) at the United Nations General Debate")
_MONTHS = "January February March April May June July August September October November December".split()
# What a text says → how a reader asks, in other words than the text's where there are any.
_ASKED_AS = {
    "welcomed": "applaud", "condemned": "denounce", "thanked": "thank the other side for",
    "congratulated": "congratulate the other side on", "underscored": "stress",
    "emphasized": "stress", "reaffirmed": "restate", "reiterated": "repeat", "announced": "announce",
    "urged": "press for", "encouraged": "encourage", "commended": "praise", "praised": "praise",
    "affirmed": "confirm", "reviewed": "go over", "noted": "point out", "highlighted": "point to",
    "invited": "invite the other side to", "raised": "bring up", "shared": "share",
}  # fmt: skip
_PREMISES = {
    "denounce": "condemn denounc deplor", "reject": "reject refus declin rebuff",
    "apologise for": "apolog sorri regret", "threaten": "threaten threat warn",
    "protest against": "protest object complain", "deny": "deni denial", "veto": "veto",
    "withdraw": "withdraw withdrew pull", "sign": "sign signatur", "promise to pay": "pay fund provid",
    "bring up": "rais brought mention", "praise": "prais commend applaud welcom congratul thank",
}  # fmt: skip
_SAID_OF_STATE = {
    "called for": "call for", "condemn": "condemn", "support": "back", "welcome": "welcome",
    "proposed": "suggest", "established": "set up", "launched": "start", "adopted": "adopt",
    "signed": "sign", "ratified": "ratify", "hosted": "host", "joined": "join",
}  # fmt: skip
_STATE_SENTENCE = re.compile(
    rf"\b(?:We|we|I|[Mm]y country) (?:have |has )?({'|'.join(_SAID_OF_STATE)})\b"
)
_STATE_PREMISES = {
    "sign a treaty with": "sign treati", "recognise the independence of": "recogn independ",
    "break off relations with": "relat break sever", "declare war on": "war declar",
    "accept the rule of": "accept rule", "lift its sanctions on": "sanction lift",
    "close its embassy in": "embassi close", "sell weapons to": "weapon arm sell",
}  # fmt: skip
_TOPIC = re.compile(
    r"\b(?:on|about|regarding|of|for|against|including) (?:the )?(?!this|that|the[smi]|our|his|her|its)"
    r"((?:[A-Z][\w’-]+|[a-z]{4,})(?: (?:[A-Z][\w’-]+|[a-z]{4,}|of|and)){0,2} (?:[A-Z][\w’-]+|[a-z]{4,}))"
    r"(?=[,.;]| in | to | and )"
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]{3,}\b")
_COUNTED = re.compile(r"\b(\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|dozen)\b")
_PLURAL = re.compile(r"\b((?:(?!many|more|most|these|those|both|all)[a-z]{4,} )?[a-z]{4,}s)\b")
_NO_THING = frozenset(
    "talks relations leaders efforts times years days views ties issues this status process progress"
    " focus basis crisis access discussions developments values affairs countries".split()
)
_FORM_OF_STATE = re.compile(
    r"^(?:the )?(?:[A-Z][a-z]+ ){0,2}(?:Republic|Kingdom|Commonwealth|State|Federation) of (?:the )?"
)
_OF_A_KIND = 60  # at most, of a corpus's questions with or without an answer


@dataclass(frozen=True, slots=True)
class Made:
    """A question made by machine. `group` is whom it is about: questions of one are not independent.

    `source` and `quote` are the article and the sentence it was made from.
    """

    question: str
    answerable: bool
    kind: str
    group: str
    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class _Account:
    """An article that tells of one party: its words by sentence, and in all articles on the party."""

    article: Article
    party: str
    actor: str
    office_name: str
    event: str
    sentences: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        return stems(self.article.text) | stems(self.article.title)

    @property
    def when(self) -> str:
        day = self.article.published
        assert day is not None  # noqa: S101 - those without a date are left out
        return f"{_MONTHS[day.month - 1]} {day.year}" if day.month else str(day.year)


def make(articles: Iterable[Article], seed: int = 0) -> list[Made]:
    """Return questions made from the articles that are read-outs or speeches; the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    accounts = [account for article in articles if (account := _account(article))]
    of_party: dict[str, list[_Account]] = defaultdict(list)
    for account in accounts:
        of_party[account.party].append(account)
    chance.shuffle(accounts)
    made = [one for account in accounts for one in _questions(account, of_party, accounts, chance)]
    by_kind: dict[tuple[str, bool], list[Made]] = defaultdict(list)
    for one in made:
        by_kind[one.kind, one.answerable].append(one)
    return [one for some in by_kind.values() for one in some[:_OF_A_KIND]]


def _account(article: Article) -> _Account | None:
    title = " ".join(article.title.replace("\xa0", " ").split())
    if article.published is None:
        return None
    sentences = tuple(
        readable(article.text[s.start : s.end]) for s in sentences_of(article) if not s.heading
    )
    if match := _READOUT.search(title):
        who = f"{match['office']} {match['name']}".strip()
        actor = match["actor"].capitalize()
        party = _FORM_OF_STATE.sub("", match["country"].strip())
        return _Account(article, party, actor, who, match["event"].lower(), sentences)
    if match := _SPEECH.match(title):
        party = _FORM_OF_STATE.sub("", match["country"])
        return _Account(article, party, "", article.speaker or "", "speech", sentences)
    return None


def _questions(
    account: _Account,
    of_party: dict[str, list[_Account]],
    everything: Sequence[_Account],
    chance: random.Random,
) -> Iterator[Made]:
    found = _of_readout if account.actor else _of_speech
    shuffled = list(account.sentences)
    chance.shuffle(shuffled)
    yield from found(account, shuffled, of_party[account.party], chance.choice(everything), chance)


def _of_readout(
    account: _Account,
    sentences: Sequence[str],
    others: Sequence[_Account],
    stranger: _Account,
    chance: random.Random,
) -> Iterator[Made]:
    actor, event, party = account.actor, account.event, account.party
    partner = chance.choice([account.office_name.split()[-1], account.office_name, party])
    when = account.when
    about = _Maker(account)
    done = stems(" ".join(other.article.text for other in others))
    first = sentences[0] if sentences else ""
    yield about.made(
        f"What did {actor} and {partner} discuss in {when}?", answerable=True, kind="talks", quote=first
    )
    if stranger.party != party and all(o.when != when for o in others if o is not account):
        away = stranger.office_name.split()[-1] if stranger.actor else stranger.party
        if away and not stems(f"{away} {stranger.party}") & account.words:
            yield about.made(
                f"What did {actor} and {away} discuss in {when}?",
                answerable=False,
                kind="partner",
                quote=first,
            )
    years = {o.article.published.year for o in others if o.article.published}
    if absent := [year for year in range(2012, 2027) if year not in years]:
        then = f"{chance.choice(_MONTHS)} {chance.choice(absent)}"
        yield about.made(
            f"What did {actor} and {partner} discuss in {then}?",
            answerable=False,
            kind="year",
            quote=first,
        )
    for sentence in sentences:
        if (verb := re.search(rf"\b({'|'.join(_ASKED_AS)})\b", sentence)) and "President" in sentence:
            asked = _ASKED_AS[verb[1]]
            question = f"What did {actor} {asked} in the {event} with {partner} in {when}?"
            yield about.made(question, answerable=True, kind="done", quote=sentence)
            break
    premise, words = chance.choice(sorted(_PREMISES.items()))
    if not set(words.split()) & done:
        question = f"What did {actor} {premise} in the {event} with {partner} in {when}?"
        yield about.made(question, answerable=False, kind="done", quote=first)
    yield from about.topics(sentences, stranger, others, f"tell {partner}", actor)
    yield from about.counts(sentences, f"{actor} mention to {partner} in {when}")
    surname = fold(account.office_name.split()[-1])
    titles = re.compile(rf"^(?:{account.office_name.split()[0]}|The (?:Prime|King|Crown|Foreign))\b")
    speaks = [s for s in account.sentences if titles.match(s) or fold(s).find(surname) in range(30)]
    if not speaks and (topic := _topic(sentences)):
        does = chance.choice(["reply to", "answer", "tell", "say to"])
        question = f"What did {partner} {does} {actor} about {topic[0]}?"
        yield about.made(question, answerable=False, kind="reply", quote=topic[1])


def _of_speech(
    account: _Account,
    sentences: Sequence[str],
    others: Sequence[_Account],
    stranger: _Account,
    chance: random.Random,
) -> Iterator[Made]:
    about = _Maker(account)
    party, when = account.party, str(account.when).split()[-1]
    who = chance.choice([party, account.office_name.split()[-1] if account.office_name else party])
    yield from about.topics(sentences, stranger, others, "", who)
    yield from about.counts(sentences, f"{who} mention in {when}")
    for sentence in sentences:
        if verb := _STATE_SENTENCE.search(sentence):
            question = f"What did {who} {_SAID_OF_STATE[verb[1]]} in its {when} speech?"
            yield about.made(question, answerable=True, kind="done", quote=sentence)
            break
    for away, kind in ((stranger.party, "premise"), (_country_in(sentences, party), "near-premise")):
        premise, words = chance.choice(sorted(_STATE_PREMISES.items()))
        if (
            away
            and away != party
            and not any(
                stems(away) <= stems(s) and set(words.split()) & stems(s)
                for o in others
                for s in o.sentences
            )
        ):
            start = chance.choice(["Why did", "When did", "What did the minister say when"])
            does = premise if start != "What did the minister say when" else f"decided to {premise}"
            yield about.made(f"{start} {party} {does} {away}?", answerable=False, kind=kind)
    years = {o.article.published.year for o in others if o.article.published}
    absent = [year for year in range(2008, 2027) if year not in years]
    if topic := _topic(sentences):
        yield about.made(
            f"What did {who} say about {topic[0]} in {when}?",
            answerable=True,
            kind="year",
            quote=topic[1],
        )
        then = str(chance.choice(absent))
        yield about.made(
            f"What did {who} say about {topic[0]} in {then}?",
            answerable=False,
            kind="year",
            quote=topic[1],
        )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes questions of one account."""

    account: _Account

    def made(self, question: str, *, answerable: bool, kind: str, quote: str = "") -> Made:
        """A question of this account."""
        corpus = "readout" if self.account.actor else "speech"
        source = self.account.article.source
        return Made(question, answerable, f"{corpus} {kind}", self.account.party, source, quote)

    def topics(
        self,
        sentences: Sequence[str],
        stranger: _Account,
        others: Sequence[_Account],
        verb: str,
        who: str,
    ) -> Iterator[Made]:
        """What was said on a matter, and on one of another's that nobody here touched on."""
        if topic := _topic(sentences):
            verb_ = verb or "say"
            yield self.made(
                f"What did {who} {verb_} about {topic[0]}?",
                answerable=True,
                kind="topic",
                quote=topic[1],
            )
        if (other := _topic(stranger.sentences)) and stranger.party != self.account.party:
            said = stems(" ".join(f"{o.article.title} {o.article.text}" for o in others))
            if len(stems(other[0]) - said) * 2 >= len(stems(other[0])):
                question = f"What did {who} {verb or 'say'} about {other[0]}?"
                yield self.made(question, answerable=False, kind="topic")

    def counts(self, sentences: Sequence[str], ending: str) -> Iterator[Made]:
        """How many, where the sentence counts, and where no sentence with the thing has a number."""
        counted = [s for s in sentences if _COUNTED.search(s)]
        for sentence in counted:
            number = _COUNTED.search(sentence)
            after = sentence[number.end() :] if number else ""
            if (thing := _PLURAL.match(after.strip())) and thing[1] not in _NO_THING:
                yield self.made(
                    f"How many {thing[1]} did {ending}?", answerable=True, kind="count", quote=sentence
                )
                break
        for sentence in sentences:
            things = [t for t in _PLURAL.findall(sentence) if t.split()[-1] not in _NO_THING]
            for thing in things[-1:]:
                if not any(stems(thing.split()[-1]) & stems(s) for s in counted):
                    yield self.made(
                        f"How many {thing} did {ending}?", answerable=False, kind="count", quote=sentence
                    )
                    return


def _country_in(sentences: Sequence[str], party: str) -> str | None:
    """Another country that the sentences name."""
    words = (word for sentence in sentences for word in _CAPITALISED.findall(sentence))
    other = (w for w in words if (code := country_code(w)) and code != country_code(party))
    return next((w for w in other if w not in party), None)


def _topic(sentences: Sequence[str]) -> tuple[str, str] | None:
    """The first matter that a sentence names, and the sentence."""
    for sentence in sentences:
        if match := _TOPIC.search(sentence):
            return match[1], sentence
    return None
