"""What is measured of one answer: each metric with its formula and its source.

A metric gives None where it does not apply, never 0; a failed question counts 0 wherever it applies.
All are computed from stored rows without a model, so an old run can be scored by new rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from assistant.writers.choice import VERBATIM
from eval import support
from eval.matching import holds_fact, normalised, same_passage, same_source, token_f1
from eval.ranking import hit, mrr, ndcg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.answers import Answer, Citation
    from eval.cases import Case, Gold
    from eval.runs import Row


@dataclass(frozen=True, slots=True)
class Metric:
    """A measurement of one row. `headline` ones are tested; the others only described."""

    name: str
    title: str
    formula: str
    source: str
    of: Callable[[Case, Row], float | None]
    headline: bool = False
    kind: str = "share"


def score(case: Case, row: Row) -> dict[str, float | None]:
    """Return every metric of a row."""
    return {metric.name: metric.of(case, row) for metric in METRICS}


# -- the answer ------------------------------------------------------------------------------------


def right(case: Case, row: Row) -> float:
    """Whether the answer can be used as it stands."""
    if not case.answerable:
        return float(row.answer is not None and row.answer.abstained)
    if row.answer is None or row.answer.abstained:
        return 0.0
    if case.sides:
        return both_sides(case, row) or 0.0
    return float(fact_recall(case, row) in (None, 1.0) and gold_cited(case, row) == 1.0)


def fact_recall(case: Case, row: Row) -> float | None:
    """The share of the required facts that stand in the answer."""
    if not case.facts:
        return None
    text = _text(row.answer)
    return sum(holds_fact(fact, text) for fact in case.facts) / len(case.facts)


def exact(case: Case, row: Row) -> float | None:
    """Whether the answer is one of the gold sentences."""
    if not case.answerable:
        return None
    return float(normalised(_text(row.answer)) in {normalised(gold.quote) for gold in case.gold})


def f1(case: Case, row: Row) -> float | None:
    """Shared words with the nearest gold sentence."""
    if not case.answerable:
        return None
    return max(token_f1(_text(row.answer), gold.quote) for gold in case.gold)


def both_sides(case: Case, row: Row) -> float | None:
    """Whether each side of a dispute is cited."""
    if not case.sides:
        return None
    cited = _citations(row.answer)
    return float(all(_any_cited(side.gold, cited) for side in case.sides))


def sides_heard(case: Case, row: Row) -> float | None:
    """Whether an article of each side is cited, whichever of its sentences."""
    if not case.sides:
        return None
    cited = {citation.source for citation in _citations(row.answer)}
    sources = [{gold.source for gold in side.gold} for side in case.sides]
    return float(all(any(same_source(c, s) for c in cited for s in own) for own in sources))


def abstained_right(case: Case, row: Row) -> float:
    """Whether the answer was given or withheld as it should be."""
    return float(row.answer is not None and row.answer.abstained != case.answerable)


# -- citations -------------------------------------------------------------------------------------


def gold_cited(case: Case, row: Row) -> float | None:
    """Whether any gold sentence is cited."""
    return float(_any_cited(case.gold, _citations(row.answer))) if case.answerable else None


def citation_recall(_: Case, row: Row) -> float | None:
    """ALCE's citation recall: the share of sentences that all their citations together hold."""
    if row.answer is None:
        return 0.0
    claims = row.answer.claims
    return sum(support.holds(claim) for claim in claims) / len(claims) if claims else None


def citation_precision(_: Case, row: Row) -> float | None:
    """ALCE's citation precision: the share of citations their sentence needs."""
    if row.answer is None:
        return 0.0
    needed = [
        support.needed(claim, at) for claim in row.answer.claims for at in range(len(claim.citations))
    ]
    return sum(needed) / len(needed) if needed else None


def attribution(_: Case, row: Row) -> float | None:
    """The share of sentences resting on reported speech that say who said it."""
    if row.answer is None:
        return None
    reported = (c for c in row.answer.claims if c.said_by is not None or support.reports_speech(c))
    kept = [support.attributed(claim) for claim in reported]
    return sum(kept) / len(kept) if kept else None


# -- what the answer says of itself ----------------------------------------------------------------


def grounded(_: Case, row: Row) -> float | None:
    """The share of sentences that the assistant's own check found supported; partly counts half."""
    worth = {"supported": 1.0, "partly": 0.5, "unsupported": 0.0}
    found = [worth[claim.verdict.state] for claim in row.answer.claims] if row.answer else []
    return sum(found) / len(found) if found else None


def own_words(_: Case, row: Row) -> float | None:
    """Whether the model's own sentences were shown, where a model was asked; else it was quoted over."""
    if row.answer is None or row.answer.abstained or not row.tokens_in:
        return None
    return float(row.answer.writer != VERBATIM)


def repaired(_: Case, row: Row) -> float | None:
    """The share of sentences that were changed before they were shown."""
    claims = row.answer.claims if row.answer else ()
    return sum(claim.repair is not None for claim in claims) / len(claims) if claims else None


def sides_apart(case: Case, row: Row) -> float | None:
    """Whether each side's gold is cited in an account of its own, where there are accounts."""
    if not case.sides or row.answer is None or row.answer.accounts is None:
        return None
    claims = row.answer.claims
    accounts = [
        [citation for at in account.claims for citation in claims[at].citations]
        for account in row.answer.accounts.sides
    ]
    holders = [
        {at for at, cited in enumerate(accounts) if _any_cited(side.gold, cited)} for side in case.sides
    ]
    return float(any(len(set(chosen)) == len(chosen) for chosen in product(*holders)))


def abstention_kind(case: Case, row: Row) -> float | None:
    """Whether an abstention from an unanswerable question gives the right kind of reason."""
    if case.answerable or row.answer is None or row.answer.abstention is None:
        return None
    return float((row.answer.abstention.kind == "false premise") == (case.slice == "false-premise"))


# -- cost ------------------------------------------------------------------------------------------


def seconds(_: Case, row: Row) -> float | None:
    """Seconds from the evidence to the complete answer."""
    return row.seconds if row.answer else None


def first_seconds(_: Case, row: Row) -> float | None:
    """Seconds from the evidence to the first sentence shown."""
    return row.first_seconds


def tokens(_: Case, row: Row) -> float | None:
    """Tokens read and written by the model."""
    return float(row.tokens_in + row.tokens_out) or None


_ALCE = "ALCE (Gao et al., EMNLP 2023), words in place of its NLI model"


def judged(_: Case, __: Row) -> None:
    """Nothing: only a model judge gives it, from outside the rows."""


JUDGED = "judged"

METRICS: tuple[Metric, ...] = (
    Metric("right", "Right answers", "all required facts and a gold citation; of a dispute, every side "
           "cited; of an unanswerable question, an abstention", "this project", right, headline=True),
    Metric("facts", "Required facts", "facts that stand in the answer / facts required",
           "nugget recall (Voorhees, TREC 2003)", fact_recall, headline=True),
    Metric("gold_cited", "Cites a gold sentence", "1 if any citation is about a gold sentence",
           "this project", gold_cited, headline=True),
    Metric("citation_recall", "Sentences held by their citations", "sentences that their citations "
           "together hold / sentences; held: numbers, names and half the words stand there",
           _ALCE, citation_recall, headline=True),
    Metric("citation_precision", "Citations needed", "citations whose sentence is held and that hold it "
           "alone or without which it would not be / citations",
           _ALCE, citation_precision, headline=True),
    Metric("attribution", "Attribution kept", "sentences resting on reported speech that name a "
           "speaker, office, country or outlet of it / sentences resting on reported speech",
           "this project", attribution,
           headline=True),
    Metric("both_sides", "Both sides present", "1 if each side has a citation", "this project",
           both_sides, headline=True),
    Metric("abstained_right", "Answered or withheld rightly", "1 if abstained exactly where "
           "unanswerable", "SQuAD 2.0 (Rajpurkar et al., ACL 2018)", abstained_right, headline=True),
    Metric("own_words", "Written by the model", "1 if sentences of the model were shown, 0 if all were "
           "withheld and articles quoted instead", "this project", own_words),
    Metric("grounded", "Supported by the own check", "sentences the assistant's grounding check found "
           "supported / sentences; partly counts half", "this project", grounded),
    Metric("repaired", "Repaired sentences", "sentences re-cited, quoted or attributed before they were "
           "shown / sentences", "this project", repaired),
    Metric("sides_heard", "Both sides heard", "1 if each side's article is cited, be it another "
           "sentence", "this project", sides_heard),
    Metric("sides_apart", "Sides set apart", "1 if each side is cited in an account of its own, where "
           "accounts are set side by side", "this project", sides_apart),
    Metric("abstention_kind", "Right kind of abstention", "1 if a false premise is called one, and "
           "nothing else is, where an abstention says its kind", "this project", abstention_kind),
    Metric(JUDGED, "Judge: the cited passages answer", "1 if a model says that the passages cited hold "
           "the answer to the question; an abstention or failure is 0",
           "MTRAG's label of the same (Katsis et al., TACL 2025)", judged),
    Metric("exact", "Exact match", "1 if the normalised answer is a gold sentence",
           "SQuAD (Rajpurkar et al., EMNLP 2016)", exact),
    Metric("f1", "Word overlap (F1)", "2PR / (P + R) over words, with the best gold sentence",
           "SQuAD (Rajpurkar et al., EMNLP 2016)", f1),
    Metric("hit@1", "Gold in the first passage", "1 if the first passage holds a gold sentence whole",
           "TREC", hit(1)),
    Metric("hit@5", "Gold in five passages", "1 if one of five does", "TREC", hit(5)),
    Metric("mrr", "Reciprocal rank", "1 / rank of the first passage with a gold sentence, of ten",
           "Voorhees, TREC 1999", mrr),
    Metric("ndcg", "nDCG@10", "Σ gain / log₂(rank + 1) over the best order's; a sentence gains once",
           "Järvelin and Kekäläinen, TOIS 2002", ndcg),
    Metric("seconds", "Seconds to the answer", "wall clock, without the search", "",
           seconds, kind="seconds"),
    Metric("first_seconds", "Seconds to the first sentence", "wall clock, without the search", "",
           first_seconds, kind="seconds"),
    Metric("tokens", "Tokens", "read + written, as reported or at four characters each", "", tokens,
           kind="count"),
)  # fmt: skip


def _text(answer: Answer | None) -> str:
    return " ".join(claim.text for claim in answer.claims) if answer else ""


def _citations(answer: Answer | None) -> list[Citation]:
    return [citation for claim in answer.claims for citation in claim.citations] if answer else []


def _any_cited(gold: Iterable[Gold], cited: Sequence[Citation]) -> bool:
    return any(
        same_source(citation.source, one.source) and same_passage(citation.quote, one.quote)
        for one in gold
        for citation in cited
    )
