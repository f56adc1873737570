"""Which alerts are shown, and how a line of them reads."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from streams.replay.replay_display import alert_of
from streams.show.alerts import show_lines
from tests.streams.samples import alert, alert_record


@pytest.mark.parametrize("value", [None, b"", b"x", b"[]", b"null"])
def test_what_is_no_alert_is_passed_over(value: bytes | None) -> None:
    assert alert_of(value) is None


def test_an_alert_is_read_from_its_record() -> None:
    assert alert_of(json.dumps(alert()).encode()) == alert_record()


def test_each_alert_is_a_line_that_no_text_can_break() -> None:
    screen = Console(file=io.StringIO(), width=200, markup=False, emoji=False, highlight=False)
    show_lines([alert_record(), alert_record(patient="p\n[red]2")], screen)
    first, second = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert first.startswith("2026-03-02 10:00Z  p1  ")
    assert "urine-hour" in first
    assert "p\\n[red]2" in second
