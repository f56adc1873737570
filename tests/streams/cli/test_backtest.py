"""Two configurations over one file: what only one of them says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from streams.cli import event_files, main
from streams.config import site
from tests.streams.samples import AT, GUIDELINE, alert_record, vitals

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The alerts of the first fold (now) and of the second (against)."""
    alerts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    turns = iter(alerts)
    monkeypatch.setattr(site, "guideline", lambda path: GUIDELINE)
    monkeypatch.setattr(
        event_files,
        "fold_events",
        lambda events, guideline, until=None, gaps=False: event_files.Folded(
            next(turns), [], Counter(), 0, Any
        ),
    )
    return alerts


def backtest(write: Callable[..., str], *more: str) -> int:
    return main.main(["backtest", write(vitals("v1", AT, heart_rate=90)), "--against", "other.toml", *more])


def test_equal_courses_differ_in_nothing(sides: Any, write: Callable[..., str], capsys: Capture) -> None:
    sides[0].append(alert_record(seq=1))
    sides[1].append(alert_record(seq=7, limit="<12"))
    assert backtest(write) == 0
    assert capsys.readouterr().out == ""


def test_what_only_one_side_says_is_printed_with_its_side_in_order_of_decision(
    sides: Any, write: Callable[..., str], capsys: Capture
) -> None:
    early = "2026-03-02T09:00:00Z"
    sides[0].extend([alert_record(), alert_record("creatinine")])
    sides[1].extend([alert_record(decided=early, at=early), alert_record(), alert_record()])
    assert backtest(write) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["only"], one["subject"], one["decided"]) for one in found] == [
        ("against", "urine-hour", early),
        ("now", "creatinine", AT),
        ("against", "urine-hour", AT),
    ]


def test_text_counts_by_subject_and_names_both_guidelines(
    sides: Any, write: Callable[..., str], capsys: Capture
) -> None:
    sides[1].append(alert_record())
    assert backtest(write, "-o", "text") == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "now schwartzentruber-2001 version 2" in text
    assert "urine-hour 0 1" in text


def test_text_says_when_nothing_differs(sides: Any, write: Callable[..., str], capsys: Capture) -> None:
    assert backtest(write, "-o", "text") == 0
    assert "no difference" in capsys.readouterr().out


def cycle(write: Callable[..., str]) -> str:
    """A patient whose systolic pressure falls."""
    start = {"type": "encounter", "id": "e1", "patient": "p1", "at": AT, "event": "cycle-start"}
    readings = [{"code": "systolic-bp", "value": 60, "unit": "mm[Hg]"}]
    low = {"type": "vitals", "id": "v1", "patient": "p1", "at": "2026-03-02T10:30:00Z", "readings": readings}
    return write(start, low, name="low.jsonl")


def against(
    write: Callable[..., str], file: str, alerts: list[str], capsys: Capture
) -> tuple[int, list[Any]]:
    earlier = write(*map(json.loads, alerts), name="old.jsonl")
    code = main.main(["backtest", file, "--against-alerts", earlier])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_alerts_that_another_version_wrote_are_compared(write: Callable[..., str], capsys: Capture) -> None:
    file = cycle(write)
    assert main.main(["run", file, "-o", "json"]) == 0
    now = capsys.readouterr().out.splitlines()
    assert against(write, file, now, capsys) == (0, [])
    code, found = against(write, file, now[1:], capsys)
    assert (code, [one["only"] for one in found]) == (1, ["now"])
    older = json.dumps(json.loads(now[0]) | {"level": "absolute"})
    code, found = against(write, file, [older, *now[1:]], capsys)
    assert (code, [one["only"] for one in found]) == (1, ["now", "against"])


def test_a_file_that_holds_no_alerts_is_refused_with_its_line(
    write: Callable[..., str], capsys: Capture
) -> None:
    assert main.main(["backtest", cycle(write), "--against-alerts", write({}, name="old.jsonl")]) == 2
    assert "old.jsonl:1: not an alert" in capsys.readouterr().err


def test_one_side_to_compare_with_is_needed(write: Callable[..., str], capsys: Capture) -> None:
    assert main.main(["backtest", cycle(write)]) == 2
    assert "--against" in capsys.readouterr().err
