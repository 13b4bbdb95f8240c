"""How good predictions are: the measures that the benchmarks share, over plain sequences."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import Final

CLIP: Final = 1e-4  # as near to 0 and 1 as a prediction counts in a log loss


def auc(outcomes: Sequence[bool], predictions: Sequence[float]) -> float | None:
    """Return the chance that a success was predicted above a failure (ties count half); None without both kinds."""
    successes = sum(outcomes)
    failures = len(outcomes) - successes
    if not successes or not failures:
        return None
    rank_sum, before = 0.0, 0
    ranked = sorted(zip(predictions, outcomes, strict=True))
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):
        tie = [outcome for _, outcome in tied]
        rank_sum += sum(tie) * (before + (len(tie) + 1) / 2)
        before += len(tie)
    return (rank_sum - successes * (successes + 1) / 2) / (successes * failures)


def log_loss(outcomes: Sequence[bool], predictions: Sequence[float]) -> float:
    """Return the mean negative log likelihood, in nats, of predictions clipped at 1e-4."""
    total = 0.0
    for outcome, prediction in zip(outcomes, predictions, strict=True):
        p = min(1 - CLIP, max(CLIP, prediction))
        total -= math.log(p if outcome else 1 - p)
    return total / len(outcomes)


def calibration_error(outcomes: Sequence[bool], predictions: Sequence[float], bins: int = 20) -> float:
    """Return the expected calibration error: mean |predicted − observed| over equal-width bins, weighted by size."""
    gaps = [0.0] * bins
    for outcome, prediction in zip(outcomes, predictions, strict=True):
        gaps[min(bins - 1, int(prediction * bins))] += prediction - outcome
    return sum(abs(gap) for gap in gaps) / len(outcomes)


def rmse_bins(outcomes: Sequence[bool], predictions: Sequence[float], bins: Sequence[Hashable]) -> float:
    """Return √ of the mean (predicted − observed)² over the given bins, weighted by size."""
    sums: dict[Hashable, tuple[float, int]] = {}
    for outcome, prediction, key in zip(outcomes, predictions, bins, strict=True):
        gap, count = sums.get(key, (0.0, 0))
        sums[key] = gap + prediction - outcome, count + 1
    return math.sqrt(sum(gap * gap / count for gap, count in sums.values()) / len(outcomes))


def history_bin(days: float, reviews: int, lapses: int) -> tuple[int, int, int]:
    """Return the bin of the srs-benchmark's RMSE(bins) for a review: logarithmic in each of its three figures.

    `days` since the last review (1 or more, whole days count), `reviews` of the card with this one, and `lapses`: its
    earlier failures a day or more after a review. Bases 3.62, 1.89 and 1.73 as there (open-spaced-repetition).
    """
    lapse_bin = 1 + math.floor(math.log(lapses, 1.73)) if lapses else 0
    return math.floor(math.log(math.floor(days), 3.62)), math.floor(math.log(reviews, 1.89)), lapse_bin
