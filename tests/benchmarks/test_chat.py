"""The chat benchmark's arithmetic; the run itself takes half a minute and is for people."""

from __future__ import annotations

import pytest

from benchmarks.chat import FIRST, PACE_SECONDS, REST, Moments, figures_of, note_said, note_shown, quantile


def test_a_quantile_is_one_of_the_values() -> None:
    """Quantiles are in milliseconds, by nearest rank, and of nothing there is none."""
    assert quantile([0.1, 0.3, 0.2], 0.5) == 200.0
    assert quantile([n / 1000 for n in range(200)], 0.99) == 198.0
    assert str(quantile([], 0.5)) == "nan"


def test_the_added_delay_is_between_the_model_and_telegram() -> None:
    """What the service adds begins when the model has said the first sentence and ends when Telegram first has it."""
    moments = Moments(handed={1001: 10.0}, confirmed={1001: 10.02})
    first = FIRST.format(number=7)
    note_said("chatcmpl-a", "", moments, 10.1 + PACE_SECONDS)
    note_said("chatcmpl-a", "Student 7, a sorted", moments, 10.3)
    note_said("chatcmpl-a", first, moments, 10.6)
    note_shown("sendchataction", "", 10.2, moments)
    note_shown("sendmessagedraft", first, 10.65, moments)
    note_shown("sendmessage", (first + REST).strip(), 12.0, moments)
    figures = figures_of(moments, {7: 1001})
    wanted = {"ack": 20.0, "model": 500.0, "added": 50.0, "waited": 650.0, "whole": 2000.0}
    assert {name: figures[f"{name}_p99_ms"] for name in wanted} == pytest.approx(wanted)
    assert figures["added_to_model_ratio"] == pytest.approx(0.1)
