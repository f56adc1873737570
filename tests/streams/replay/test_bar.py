"""What a replay says of itself: the bar's words, and the line at its end."""

from __future__ import annotations

import io
import sys

import pytest

from rules.wire.instants import parse
from streams.replay.publish import Counts
from streams.replay.replay_display import bar, progress_line, summary


def counts(records: int, ticks: int = 0, lag: float = 0.0) -> Counts:
    found = Counts()
    found.records, found.ticks, found.lag, found.known = (
        records,
        ticks,
        lag,
        parse("2026-03-02T10:00:00.250Z"),
    )
    return found


@pytest.mark.parametrize(
    ("done", "total", "seconds", "line"),
    [
        (
            counts(36_912, 361),
            36_912,
            4.1,
            "36,912 of 36,912 records acknowledged in 4.1 s (9,003/s), 361 ticks",
        ),
        (counts(0), 5, 0.0, "0 of 5 records acknowledged in 0.0 s (-/s), 0 ticks"),
    ],
)
def test_the_end_is_one_exact_line(done: Counts, total: int, seconds: float, line: str) -> None:
    assert summary(done, total, seconds) == line


@pytest.mark.parametrize(("lag", "late"), [(0.4, ""), (2.5, "  2.5 s late")])
def test_the_bar_tells_rate_event_time_and_lateness(lag: float, late: str) -> None:
    assert progress_line(counts(9_003, lag=lag), 1.0) == f"9,003/s  at 2026-03-02 10:00Z{late}"


def test_no_bar_is_drawn_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(10, lambda: 0.0) as watch:
        watch(counts(5))
    assert capsys.readouterr().err == ""


def test_the_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    screen.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    clock = iter([0.0, 1.0])
    with bar(10, lambda: next(clock)) as watch:
        watch(counts(5))
    assert "5/10" in screen.getvalue()
    assert "at 2026-03-02 10:00Z" in screen.getvalue()
