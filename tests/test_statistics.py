"""The statistics held to worked examples from the literature, and to their own false alarm rate."""

from __future__ import annotations

import numpy as np
import pytest

from eval import statistics
from eval.statistics import Pairs

# Efron and Tibshirani (1993), table 14.1: 26 children's spatial test A.
SPATIAL = [
    *(48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6),
    *(0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41),
]


def _pairs(both: int, lost: int, gained: int, neither: int) -> Pairs:
    before = [1.0] * both + [1.0] * lost + [0.0] * gained + [0.0] * neither
    after = [1.0] * both + [0.0] * lost + [1.0] * gained + [0.0] * neither
    return Pairs(before, after, [str(at) for at in range(len(before))])


def test_bca_is_efron_and_tibshiranis() -> None:
    # Table 14.2 gives (115.8, 259.6) for the variance at 90% from 2,000 resamples, and the exact
    # endpoints (118.4, 305.2) differ by design; ours may differ by resampling error.
    low, high = statistics.bca(
        [np.array(SPATIAL, float)], lambda x, axis: x.var(axis), confidence=0.9, resamples=20_000
    )
    assert low == pytest.approx(115.8, abs=3)
    assert high == pytest.approx(259.6, abs=4)


def test_exact_mcnemar_is_fagerlands() -> None:
    # Fagerland, Lydersen and Laake (BMC Med. Res. Methodol. 2013), table 1: airway hyper-
    # responsiveness before and after stem cell transplantation; exact conditional p = 0.070.
    p = statistics.p_value(_pairs(both=1, lost=1, gained=7, neither=12))
    assert p == pytest.approx(0.0703, abs=1e-4)


def test_exact_mcnemar_counts_only_discordant_pairs() -> None:
    few, many = _pairs(5, 1, 9, 5), _pairs(500, 1, 9, 500)
    assert statistics.p_value(few) == statistics.p_value(many) == pytest.approx(22 / 1024)


def test_holm() -> None:
    # p = .01, .04, .03, .005: sorted and times 4, 3, 2, 1, made monotone.
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_needed_is_cohens() -> None:
    # Cohen (1988) and G*Power: a paired t-test of d = 0.5 at 5% with 80% power takes 34 pairs.
    assert statistics.needed(deviation=1.0, effect=0.5) == 34
    assert statistics.detectable(1.0, 34) == pytest.approx(0.48, abs=0.01)


def test_kappa_is_cohens() -> None:
    # The standard textbook table: 20 yes/yes, 5, 10, 15 no/no of 50 give 0.4.
    value, low, high = statistics.kappa([[20, 5], [10, 15]])
    assert value == pytest.approx(0.4)
    assert low < 0.4 < high
    assert statistics.kappa([[10, 0], [10, 0]]) == (0, 0, 0)  # always yes


def test_variance_split_adds_up() -> None:
    # Rows are questions. All the variance between: within is 0. All within: between is 0.
    assert statistics.variance_split([[1, 1], [0, 0], [1, 1]]) == pytest.approx((1 / 3, 0))
    between, within = statistics.variance_split([[1, 0], [0, 1], [1, 0]])
    assert between == 0
    assert within == pytest.approx(0.5)


def test_questions_about_one_article_count_as_one() -> None:
    rng = np.random.default_rng(3)
    effects = np.repeat(rng.normal(size=12), 10)
    together = statistics.interval(list(effects), [str(at // 10) for at in range(120)])
    apart = statistics.interval(list(effects), [str(at) for at in range(120)])
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])


@pytest.mark.parametrize(
    ("difference", "low", "high", "p", "said"),
    [
        (0.2, 0.1, 0.3, 0.001, "better"),
        (-0.2, -0.3, -0.1, 0.001, "worse"),
        (0.2, 0.01, 0.4, 0.2, "not enough evidence"),
        (0.01, -0.02, 0.04, 0.5, "no difference that matters"),
        (0.02, 0.01, 0.03, 0.001, "no difference that matters"),
    ],
)
def test_verdicts(difference: float, low: float, high: float, p: float, said: str) -> None:
    assert statistics.verdict(difference, low, high, p, margin=0.05) == said


def test_no_difference_at_all() -> None:
    pairs = Pairs([1.0, 0.0, 1.0], [1.0, 0.0, 1.0], ["a", "b", "c"])
    assert statistics.p_value(pairs) == 1
    assert statistics.interval(list(pairs.differences), pairs.clusters) == (-1, 1)  # 3 / 3: the rule


def test_one_article_shows_nothing_about_others() -> None:
    assert statistics.p_value(Pairs([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], ["a", "a", "a"])) == 1


@pytest.mark.parametrize("cluster", [1, 3])
def test_false_alarms_stay_under_the_level(cluster: int) -> None:
    """Two equal systems a hundred times: binary and shares, with and without shared articles."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(100):
        hard = np.repeat(rng.uniform(0.3, 0.95, 60 // cluster), cluster)
        shift = np.repeat(rng.normal(0, 0.15, 60 // cluster), cluster) * (cluster > 1)
        names = [str(at // cluster) for at in range(60)]
        before = (rng.random(60) < hard).astype(float)
        after = (rng.random(60) < np.clip(hard + shift, 0, 1)).astype(float)
        alarms += statistics.p_value(Pairs(list(before), list(after), names)) < statistics.ALPHA
    # 95% of samples of 100 with a true rate of 5% hold at most 9.
    assert alarms <= 9
