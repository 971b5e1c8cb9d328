"""Two runs compared question by question: verdicts, intervals, and the questions that flipped."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from eval import statistics
from eval.metrics import JUDGED, METRICS, score
from eval.statistics import Pairs, Verdict
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.cases import Case
    from eval.metrics import Metric
    from eval.runs import Identity, Row, Run

EVERY = "all"
MARGIN = 0.05  # five of a hundred questions: the smallest difference that matters unless told otherwise

METRICS_BY_NAME = {metric.name: metric for metric in METRICS}
Scores = dict[str, dict[str, list[float]]]  # metric → case → one value a repeat


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Result(_Model):
    """One metric of two runs over the questions it applies to in both.

    `p` is None where a metric is only described. `n` counts questions. `needed` is how many more
    would find a difference of the margin's size; `detectable` the smallest found with this many.
    """

    metric: str
    slice: str
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float | None = None
    p_adjusted: float | None = None
    verdict: Verdict | None = None
    needed: int | None = None
    detectable: float | None = None


class Flip(_Model):
    """A question whose answer was right in one run and not in the other."""

    case: str
    slice: str
    gained: bool


class Spread(_Model):
    """The variance of right answers over repeats: between questions, and within one question."""

    questions: int
    repeats: int
    between: float
    within: float

    @property
    def error(self) -> float:
        """The standard error of the mean that both together leave."""
        n, k = self.questions, self.repeats
        return math.sqrt(self.between / n + self.within / (n * k))

    @property
    def sampled(self) -> float:
        """The share of the mean's variance that more repeats would shrink."""
        n, k = self.questions, self.repeats
        return self.within / (n * k) / self.error**2 if self.error else 0.0


class JudgeNote(_Model):
    """The model judge of a comparison: who it is, and how far people agree with it, if that is known."""

    name: str
    agreement: str | None
    trusted: bool


class Opinion(NamedTuple):
    """What a judge said of both runs, by case."""

    note: JudgeNote
    before: dict[str, list[float]]
    after: dict[str, list[float]]
    leads: bool = False


class Comparison(_Model):
    """Everything that two runs say about each other.

    `across` names what differs besides the prompt. `searched_apart` is true of two rewrite prompts: the
    question that is searched is what differs, so each found its own passages.
    """

    before: str
    after: str
    margin: float
    across: tuple[str, ...]
    searched_apart: bool
    judge: JudgeNote | None = None
    spreads: tuple[Spread | None, Spread | None] = (None, None)
    questions: int
    missing: int
    failures: tuple[int, int]
    results: tuple[Result, ...]
    flips: tuple[Flip, ...]

    @property
    def headline(self) -> Result:
        """The result that leads: right answers over all questions, or what a trusted judge says."""
        return self.results[0]

    @property
    def exit_code(self) -> int:
        """For a gate: 0 pass, 1 worse, 3 incomplete or not enough evidence."""
        if any(result.verdict == "worse" for result in self.results):
            return 1
        incomplete = self.missing or any(self.failures)
        return 3 if incomplete or self.headline.verdict == "not enough evidence" else 0


def check_pair(before: Identity, after: Identity, *, across: bool = False) -> tuple[str, ...]:
    """Return what differs besides the prompt.

    Raises:
        InputError: something does, and `across` is not asked for.
    """
    other = tuple(_differences(before, after))
    if other and not across:
        raise InputError(
            f"The runs differ in {', '.join(other)}, not only in the prompt.",
            "Run both again, or compare all the same with --across.",
        )
    return other


def check_trusted(judge: JudgeNote) -> None:
    """Refuse to let a judge lead whom people's labels do not bear out.

    Raises:
        InputError: it is not calibrated, or agrees too little.
    """
    if not judge.trusted:
        raise InputError(
            f"The judge {judge.name} may not lead: {judge.agreement or 'it has not been calibrated'}.",
            "Calibrate one against people's labels: memoire eval calibrate; or leave out --lead judged.",
        )


def scored(cases: Sequence[Case], rows: Sequence[Row]) -> Scores:
    """Return every value of every metric, by case; what does not apply is left out."""
    by_id = {case.id: case for case in cases}
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: (row.case, row.repeat)):
        if row.case in by_id:
            for name, value in score(by_id[row.case], row).items():
                if value is not None:
                    scores[name][row.case].append(value)
    return scores


def compare(
    cases: Sequence[Case],
    before: Run,
    after: Run,
    *,
    margin: float = MARGIN,
    across: bool = False,
    opinion: Opinion | None = None,
) -> Comparison:
    """Compare two runs of one set, with a model judge's opinion of them if there is one.

    Raises:
        InputError: more than the prompt differs and `across` is not asked for, no question was answered
            in both, or a judge that is not calibrated is to lead.
    """
    if opinion and opinion.leads:
        check_trusted(opinion.note)
    other = check_pair(before.identity, after.identity, across=across)
    rows = before.rows(), after.rows()
    both = {row.case for row in rows[0]} & {row.case for row in rows[1]}
    common = [case for case in cases if case.id in both]
    if not common:
        raise InputError("No question was run in both.", "Finish the runs with memoire eval run.")
    scores = scored(common, rows[0]), scored(common, rows[1])
    if opinion:
        scores[0][JUDGED].update(opinion.before)
        scores[1][JUDGED].update(opinion.after)
    lead = METRICS_BY_NAME[JUDGED if opinion and opinion.leads else "right"]
    return Comparison(
        before=before.id,
        after=after.id,
        margin=margin,
        across=other,
        searched_apart=before.identity.rewrite_sha != after.identity.rewrite_sha,
        questions=len(common),
        missing=len(cases) - len(common),
        failures=(_failures(rows[0]), _failures(rows[1])),
        judge=opinion.note if opinion else None,
        spreads=(spread(scores[0]), spread(scores[1])),
        results=tuple(results(common, *scores, margin, lead)),
        flips=tuple(_flips(common, *scores)),
    )


def spread(scores: Scores) -> Spread | None:
    """Return how right answers vary between questions and within them; None without repeats.

    Questions that were not answered as often as the others are left out.
    """
    values = scores["right"].values()
    repeats = max(map(len, values), default=1)
    table = [found for found in values if len(found) == repeats]
    if repeats < 2 or len(table) < 2:
        return None
    between, within = statistics.variance_split(table)
    return Spread(questions=len(table), repeats=repeats, between=between, within=within)


def results(
    cases: Sequence[Case], before: Scores, after: Scores, margin: float, lead: Metric = METRICS[0]
) -> list[Result]:
    """Return the tested results, the leading one first, then those that are only described.

    The family is every headline metric over all questions and the leading one in each slice; the
    p-values are Holm's over all of them.
    """
    headline = [lead, *(metric for metric in METRICS if metric.headline and metric is not lead)]
    slices = list(dict.fromkeys(case.slice for case in cases))
    wanted = [(metric, EVERY) for metric in headline] + [(lead, name) for name in slices]
    tested = [
        (metric, name, pairs)
        for metric, name in wanted
        if len((pairs := _pairs(metric, _of_slice(cases, name), before, after)).before) > 1
    ]
    p_values = [statistics.p_value(pairs) for _, _, pairs in tested]
    adjusted = statistics.holm(p_values)
    found = [
        _judged(_described(metric, name, pairs), pairs, p, p_adjusted, margin)
        for (metric, name, pairs), p, p_adjusted in zip(tested, p_values, adjusted, strict=True)
    ]
    rest = ((m, _pairs(m, cases, before, after)) for m in METRICS if m not in headline)
    return found + [_described(m, EVERY, pairs) for m, pairs in rest if pairs.before]


def _of_slice(cases: Sequence[Case], name: str) -> list[Case]:
    return [case for case in cases if name in (EVERY, case.slice)]


def _pairs(metric: Metric, cases: Sequence[Case], before: Scores, after: Scores) -> Pairs:
    ours, theirs = before[metric.name], after[metric.name]
    both = [case for case in cases if case.id in ours and case.id in theirs]
    return Pairs(
        [float(np.mean(ours[case.id])) for case in both],
        [float(np.mean(theirs[case.id])) for case in both],
        [cluster_of(case) for case in both],
    )


def cluster_of(case: Case) -> str:
    """Name what questions are dependent through: the first gold article, else the question itself."""
    return case.gold[0].source if case.gold else case.derived_from or case.id


def _described(metric: Metric, name: str, pairs: Pairs) -> Result:
    low, high = statistics.interval(list(pairs.differences), pairs.clusters)
    if metric.kind == "share":
        low, high = max(-1.0, low), min(1.0, high)
    return Result(
        metric=metric.name,
        slice=name,
        n=len(pairs.before),
        before=float(np.mean(pairs.before)),
        after=float(np.mean(pairs.after)),
        difference=float(pairs.differences.mean()),
        low=low,
        high=high,
    )


def _judged(result: Result, pairs: Pairs, p: float, p_adjusted: float, margin: float) -> Result:
    verdict = statistics.verdict(result.difference, result.low, result.high, p_adjusted, margin)
    deviation = float(pairs.differences.std(ddof=1))
    more = None
    if verdict == "not enough evidence":
        more = max(1, statistics.needed(deviation, margin) - result.n)
    return result.model_copy(
        update={
            "p": p,
            "p_adjusted": p_adjusted,
            "verdict": verdict,
            "needed": more,
            "detectable": statistics.detectable(deviation, result.n),
        }
    )


def _flips(cases: Sequence[Case], before: Scores, after: Scores) -> Iterator[Flip]:
    for case in cases:
        was, now = (float(np.mean(scores["right"][case.id])) for scores in (before, after))
        if was != now:
            yield Flip(case=case.id, slice=case.slice, gained=now > was)


def _differences(before: Identity, after: Identity) -> list[str]:
    return before.differences(after)


def _failures(rows: Sequence[Row]) -> int:
    return sum(row.error is not None for row in rows)


class Abstention(_Model):
    """Abstentions as a detector of unanswerable questions; None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


def abstention(cases: Sequence[Case], rows: Sequence[Row]) -> Abstention:
    """Return precision, recall and F1 of abstaining (a failed question is no abstention)."""
    by_id = {case.id: case for case in cases}
    withheld = [by_id[r.case] for r in rows if r.case in by_id and r.answer and r.answer.abstained]
    true = sum(not case.answerable for case in withheld)
    wanted = sum(not by_id[row.case].answerable for row in rows if row.case in by_id)
    precision = true / len(withheld) if withheld else None
    recall = true / wanted if wanted else None
    whole = len(withheld) + wanted
    return Abstention(precision=precision, recall=recall, f1=2 * true / whole if whole else None)


def risk_coverage(cases: Sequence[Case], rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return (coverage, risk) as answers are kept from the most confident down.

    Confidence is the reranker's logit of the best passage; risk the share of the kept answers that are
    not right (El-Yaniv and Wiener, JMLR 2010). Abstentions keep nothing.
    """
    by_id: Mapping[str, Case] = {case.id: case for case in cases}
    given = [r for r in rows if r.case in by_id and r.answer and not r.answer.abstained]
    given.sort(key=lambda row: -(row.seen[0].score if row.seen else -100.0))
    curve, wrong = [], 0.0
    for count, row in enumerate(given, 1):
        wrong += 1 - (score(by_id[row.case], row)["right"] or 0.0)
        curve.append((count / len(rows), wrong / count))
    return curve
