"""Names as people give them to themselves on platforms."""

from __future__ import annotations

import pytest

from store.names import clean_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("José  Ñandú", "José Ñandú"),
        ("李雷", "李雷"),
        ("محمد", "محمد"),
        ("Ada 🚀", "Ada 🚀"),
        ("Ada\u202egnp.exe", "Adagnp.exe"),
        ("\u2066Ada\u2069\u200f\u200e\u061c", "Ada"),
        ("A\u200bd\u200ca\u200d\ufeff\u2060\u00ad", "Ada"),
        ("\x1b[31mAda\x1b[0m", "Ada"),
        ("\x1b]0;title\x07Ada\x1b]8;;https://evil.example\x1b\\", "Ada"),
        ("\x9b31mAda\x07\x00", "Ada"),
        ("Ada\nLovelace\u2028x\ty", "Ada Lovelace x y"),
        ("Ada\U000e0041\U000e0042\U000e0100", "Ada"),
        ("\u3164\u2800\u115f", ""),
        ("A\u0301\u0301\u0301\u0301\u0301\u0301da", "Á\u0301\u0301da"),
        ("Ada\ue000\ud800", "Ada"),
        ("A" * 200, "A" * 100),
        ("  ", ""),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(given: str, shown: str) -> None:
    """What turns directions, shows nothing, or commands a terminal is gone; letters of all scripts stay."""
    assert clean_name(given) == shown
