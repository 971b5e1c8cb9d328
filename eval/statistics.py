"""The statistics of paired comparisons: intervals, tests, corrections, and how much n is needed.

Everything rests on scipy and statsmodels; `tests/test_statistics.py` holds each function to a worked
example from the literature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Verdict = Literal["better", "worse", "no difference that matters", "not enough evidence"]

CONFIDENCE = 0.95
ALPHA = 0.05  # the chance, over a whole family of tests, that any calls a difference where none is
POWER = 0.8
RULE_OF_THREE = 3.0
_RESAMPLES = 4000
_SAME = 1e-12
_SEED = 20_261_124


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two measurements of each question, and the article its answer stands in (its cluster)."""

    before: Sequence[float]
    after: Sequence[float]
    clusters: Sequence[str]

    @property
    def differences(self) -> NDArray[np.float64]:
        """After minus before, a question each."""
        return np.subtract(self.after, self.before, dtype=np.float64)

    @property
    def binary(self) -> bool:
        """Whether every measurement is yes or no."""
        return set(self.before) | set(self.after) <= {0.0, 1.0}

    @property
    def independent(self) -> bool:
        """Whether no two questions share an article."""
        return len(set(self.clusters)) == len(self.clusters)


def bca(
    samples: Sequence[NDArray[np.float64]],
    statistic: Callable[..., NDArray[np.float64]],
    confidence: float = CONFIDENCE,
    resamples: int = _RESAMPLES,
) -> tuple[float, float]:
    """Return the bias-corrected and accelerated bootstrap interval of a statistic of paired samples.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 14.3.
    """
    from scipy import stats

    result = stats.bootstrap(
        tuple(samples),
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(_SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def interval(values: Sequence[float], clusters: Sequence[str]) -> tuple[float, float]:
    """Return the 95% BCa interval of the mean, whole articles resampled together.

    Questions about one article are not independent (Miller, "Adding Error Bars to Evals",
    arXiv 2411.00640, section 2.2), so the bootstrap draws articles, not questions. Where all of m
    articles agree there is nothing to resample, which is no proof that all others would: the interval is
    then the rule of three's, 3 / m to each side (Hanley and Lippman-Hand, JAMA 1983; for shares).
    """
    sums, counts = _by_cluster(values, clusters)
    means = sums / counts
    mean = float(sums.sum() / counts.sum())
    unseen = RULE_OF_THREE / len(means)
    if np.ptp(means) < _SAME:
        return mean - unseen, mean + unseen
    low, high = bca([sums, counts], lambda s, c, axis: s.sum(axis) / c.sum(axis))
    return (mean - unseen, mean + unseen) if math.isnan(low) else (low, high)


def share_text(right: Sequence[bool]) -> str:
    """Return the share of what is right with Wilson's 95% interval and n (JASA 1927), or "none"."""
    from scipy.stats import binomtest

    if not right:
        return "none"
    found = binomtest(sum(right), len(right)).proportion_ci(method="wilson")
    return f"{sum(right) / len(right):.3f} [{found.low:.3f}, {found.high:.3f}] n = {len(right)}"


def p_value(pairs: Pairs) -> float:
    """Return the two-sided p-value of no difference.

    Yes-or-no measurements of independent questions: McNemar's exact test (Biometrika 1947). All else:
    a sign-flip permutation test over articles, exact where they are few.
    """
    from scipy import stats
    from statsmodels.stats.contingency_tables import mcnemar

    differences = pairs.differences
    if not differences.any():
        return 1.0
    if pairs.binary and pairs.independent:
        gained, lost = int((differences > 0).sum()), int((differences < 0).sum())
        same = len(differences) - gained - lost
        return float(mcnemar([[same, gained], [lost, 0]], exact=True).pvalue)
    sums, _ = _by_cluster(differences, pairs.clusters)
    if len(sums) == 1:
        return 1.0  # one article can show nothing about others
    result = stats.permutation_test(
        (sums, np.zeros_like(sums)),
        lambda a, b, axis: (a - b).sum(axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=_RESAMPLES,
        rng=np.random.default_rng(_SEED),
    )
    return float(result.pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for their number (Holm, Scand. J. Stat. 1979)."""
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="holm")[1]] if p_values else []


def detectable(deviation: float, n: int) -> float:
    """Return the smallest mean difference found with 80% power at the 5% level from n pairs.

    (z₁₋α/2 + z_power) · s / √n, with s the standard deviation of the pairs' differences.
    """
    from scipy import stats

    return float((stats.norm.ppf(1 - ALPHA / 2) + stats.norm.ppf(POWER)) * deviation / math.sqrt(n))


def needed(deviation: float, effect: float) -> int:
    """Return how many pairs find a mean difference of `effect` with 80% power (paired t-test)."""
    from statsmodels.stats.power import TTestPower

    if deviation == 0:
        return math.ceil(RULE_OF_THREE / effect)
    size = effect / deviation
    return math.ceil(float(TTestPower().solve_power(size, alpha=ALPHA, power=POWER)))


def verdict(difference: float, low: float, high: float, p: float, margin: float) -> Verdict:
    """Say what a difference means.

    `p` is adjusted for the number of tests; `margin` is the smallest difference that matters. An
    interval wholly inside ±margin shows that none does, significant or not.
    """
    if -margin <= low and high <= margin:
        return "no difference that matters"
    if p < ALPHA:
        return "better" if difference > 0 else "worse"
    return "not enough evidence"


def kappa(table: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Return Cohen's κ of two raters' square table of counts, with its 95% interval.

    Cohen, Educ. Psychol. Meas. 1960. One who always says the same agrees by chance: 0.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.asarray(table)
    if (counts.sum(0) > 0).sum() < 2 or (counts.sum(1) > 0).sum() < 2:
        return 0.0, 0.0, 0.0
    result = cohens_kappa(counts)
    return float(result.kappa), float(result.kappa_low), float(result.kappa_upp)


def variance_split(values: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Split the variance of repeated measurements: between questions, and within them.

    One-way analysis of variance with k repeats: within = MSW, between = max(0, (MSB − MSW) / k). The
    mean's variance is between / n + within / (n · k): more repeats shrink only the second part.
    """
    table = np.asarray(values, float)
    n, k = table.shape
    if n < 2 or k < 2:
        return float(table.mean(axis=1).var(ddof=1)) if n > 1 else 0.0, 0.0
    within = float(table.var(axis=1, ddof=1).mean())
    between = k * float(table.mean(axis=1).var(ddof=1))
    return max(0.0, (between - within) / k), within


def _by_cluster(
    values: Sequence[float] | NDArray[np.float64], clusters: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    names = {name: at for at, name in enumerate(dict.fromkeys(clusters))}
    where = np.array([names[name] for name in clusters])
    sums = np.bincount(where, weights=np.asarray(values, float))
    counts = np.bincount(where)
    return sums.astype(np.float64), counts.astype(np.float64)
