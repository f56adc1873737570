"""The benchmark of the review runs from end to end and prints its line.

What the figures are is not asserted: the machine decides that.
"""

from __future__ import annotations

import re

import pytest

from tests.bench import review


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [("MEASURED 20.0 400", "met"), ("MEASURED 61.0 400", "NOT met"), ("MEASURED 20.0 501", "NOT met")],
    ids=["within both", "too slow", "too large"],
)
def test_the_aim_is_met_only_within_seconds_and_megabytes(measured: str, verdict: str) -> None:
    assert review.line(10, f"other\n{measured}\n").endswith(f": {verdict}")


@pytest.mark.slow
def test_a_small_one_prints_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["bench-review", "--alerts", "4000"])
    assert review.main() == 0
    assert re.match(r"review of 4,000 alerts: [0-9.]+ s of the processor", capsys.readouterr().out)
