"""A switch from one guideline pack to another is judged before a ward makes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from rules.wire.alerts import Alert
from streams.cli import main
from streams.scoring.decision_points import Compared, Opinion, Point, Side
from streams.scoring.switch_gate import EXCEEDED, NOT_JUDGED, WITHIN, Gate, Truth, exit_code, judge, pages
from tests.browser import excess
from tests.packs.moments import MOMENTS, NOW, at
from tests.packs.support import folded

Capture = pytest.CaptureFixture[str]
A = "schwartzentruber-2001/2"
LABEL = "proleukin-us-label/2024-12"
LOOSE = Gate(min_patients=0, min_doses=0, require_verified=False, max_blind_share=1.0)


@pytest.fixture
def ward(tmp_path: Path) -> str:
    path = tmp_path / "ward.jsonl"
    lines = (json.dumps(event) for moment in MOMENTS[:6] for event in moment.events)
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_a_pack_against_itself_differs_in_nothing(ward: str, capsys: Capture) -> None:
    assert main.main(["backtest", ward, "--edition", A, "--against", A]) == 0
    page = capsys.readouterr().out
    assert "## Examples\n\nNone." in page
    assert "## First divergence of each patient\n\n\n##" in page


@pytest.mark.parametrize("key", [LABEL, "til-2024/1", "dutcher-2014/1"])
def test_a_draft_is_not_compared_without_leave(ward: str, key: str, capsys: Capture) -> None:
    assert main.main(["backtest", ward, "--edition", A, "--against", key]) == 2
    assert "--allow-draft" in capsys.readouterr().err


def test_the_dose_table_adds_up_to_the_decision_points(ward: str, capsys: Capture) -> None:
    arguments = ["backtest", ward, "--edition", A, "--against", LABEL, "--allow-draft", "-o", "json"]
    assert main.main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(sum(row.values()) for row in found["doses"].values()) == found["decision_points"] >= 30


def test_the_page_says_in_words_who_withholds_and_why(ward: str, tmp_path: Path, capsys: Capture) -> None:
    gate, html = tmp_path / "gate.toml", tmp_path / "page.html"
    gate.write_text("[gate]\nmin_patients = 1\nmin_doses = 1\n")
    arguments = ["backtest", ward, "--edition", A, "--against", LABEL, "--allow-draft"]
    assert main.main([*arguments, "--gate", str(gate), "--html", str(html)]) == 1
    page = capsys.readouterr().out
    assert "| require_verified | draft | verified | exceeded |" in page
    assert "US label 2024-12 does not see: Renal row of section 2" in page
    assert "US label 2024-12 withholds, systolic 86 (below 90)" in page
    assert "DRAFT GUIDELINE PACK" in html.read_text()
    assert MOMENTS[0].events[0]["patient"] not in page


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_no_table_makes_the_page_wider_than_the_screen(
    ward: str, tmp_path: Path, chromium: Any, width: int
) -> None:
    arguments = ["backtest", ward, "--edition", A, "--against", LABEL, "--allow-draft"]
    main.main([*arguments, "--html", str(tmp_path / "page.html")])
    assert excess(chromium, tmp_path / "page.html", width) <= 0


def compared(points: list[Point], patients: int = 30, days: float = 10.0, extra: int = 0) -> Compared:
    sides = [Side(with_packs(SCHWARTZENTRUBER_2001, PACKS[key])) for key in (A, LABEL)]
    sides[1].alerts = opened(extra)
    return Compared(points, [], sides[0], sides[1], patients, days)


def opened(number: int) -> list[Alert]:
    """So many alerts that page: the first one that a course opens, again and again."""
    moment = next(one for one in MOMENTS if one.name == "platelets 25")
    alerts = folded(moment.events, SCHWARTZENTRUBER_2001).alerts
    return [next(one for one in alerts if pages([one]))] * number


def points(*words: tuple[str, str]) -> list[Point]:
    return [Point("p", i, i, True, Opinion(a, ()), Opinion(b, ())) for i, (a, b) in enumerate(words)]


def code(gate: Gate, found: Compared, truth: Truth | None = None) -> int:
    return exit_code(judge(gate, found, truth))


GIVES, WITHHOLDS, BLIND = ("give", "give"), ("give", "withhold"), ("give", "blind")
LOOSER = ("withhold", "no-objection")


@pytest.mark.parametrize(
    ("limit", "words", "expected"),
    [
        ({"max_doses_b_gives_a_withholds": 1}, [LOOSER], WITHIN),
        ({"max_doses_b_gives_a_withholds": 1}, [LOOSER, LOOSER], EXCEEDED),
        ({"max_share_doses_b_withholds_a_gives": 0.5}, [GIVES, WITHHOLDS], WITHIN),
        ({"max_share_doses_b_withholds_a_gives": 0.5}, [GIVES, WITHHOLDS, WITHHOLDS], EXCEEDED),
        ({"max_blind_share": 0.5}, [GIVES, BLIND], WITHIN),
        ({"max_blind_share": 0.5}, [GIVES, BLIND, BLIND], EXCEEDED),
        ({"min_doses": 2}, [GIVES, GIVES], WITHIN),
        ({"min_doses": 2}, [GIVES], NOT_JUDGED),
        ({"min_patients": 30}, [GIVES], WITHIN),
        ({"min_patients": 31}, [GIVES], NOT_JUDGED),
        ({"require_verified": True}, [GIVES], EXCEEDED),
    ],
)
def test_each_limit_holds_at_it_and_not_just_beyond(
    limit: dict[str, float], words: list[tuple[str, str]], expected: int
) -> None:
    stated = {name: getattr(LOOSE, name) for name in Gate.__struct_fields__}
    assert code(Gate(**{**stated, **limit}), compared(points(*words))) == expected


@pytest.mark.parametrize(
    ("unsafe", "missed", "expected"),
    [(2.0, 1, WITHIN), (2.1, 1, EXCEEDED), (2.0, 2, EXCEEDED)],
)
def test_what_needs_the_truth_is_judged_by_it_and_not_without(
    unsafe: float, missed: int, expected: int
) -> None:
    stated = {name: getattr(LOOSE, name) for name in Gate.__struct_fields__}
    gate = Gate(**{**stated, "max_unsafe_readiness_min": 2.0, "max_missed_absolute": 1})
    assert code(gate, compared(points(GIVES)), Truth(unsafe, missed, 0.0)) == expected
    assert code(gate, compared(points(GIVES))) == NOT_JUDGED


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (None, WITHIN),
        (Truth(0.0, 0, 9.0), WITHIN),
        (Truth(0.1, 0, 9.0), EXCEEDED),
        (Truth(0.0, 1, 9.0), EXCEEDED),
    ],
)
def test_a_gate_that_is_silent_on_the_truth_allows_nothing_unsafe_where_there_is_one(
    truth: Truth | None, expected: int
) -> None:
    stated = {name: getattr(LOOSE, name) for name in Gate.__struct_fields__}
    gate = Gate(**{**stated, "max_unsafe_readiness_min": None, "max_missed_absolute": None})
    assert code(gate, compared(points(GIVES)), truth) == expected


@pytest.mark.parametrize(
    ("days", "extra", "expected"), [(10.0, 3, WITHIN), (10.0, 4, EXCEEDED), (0.0, 0, NOT_JUDGED)]
)
def test_pages_are_limited_a_patient_day_and_not_judged_without_one(
    days: float, extra: int, expected: int
) -> None:
    stated = {name: getattr(LOOSE, name) for name in Gate.__struct_fields__}
    gate = Gate(**{**stated, "max_unsafe_readiness_min": None, "max_missed_absolute": None})
    assert code(gate, compared(points(GIVES), days=days, extra=extra)) == expected


def test_the_days_of_a_discharged_patient_count(tmp_path: Path, capsys: Capture) -> None:
    moment = MOMENTS[0].events
    gone = {**moment[0], "type": "encounter", "id": "gone", "at": at(72), "event": "discharge"}
    path = tmp_path / "left.jsonl"
    for events, hours in ((moment, NOW), ([*moment, gone], 72)):
        path.write_text("\n".join(json.dumps(one) for one in events) + "\n")
        assert main.main(["backtest", str(path), "--edition", A, "--against", A, "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["patient_days"] == pytest.approx(hours / 24, rel=1e-3)


@pytest.mark.campaign("rules")
def test_by_the_truth_the_label_is_ready_while_kidneys_fail_and_the_page_says_why(
    tmp_path: Path, capsys: Capture
) -> None:
    log, truth, gate = tmp_path / "ward.jsonl", tmp_path / "truth.jsonl", tmp_path / "gate.toml"
    gate.write_text("[gate]\nmax_unsafe_readiness_min = 0\nmin_patients = 1\nmin_doses = 1\n")
    course = ["oliguria-renal-failure", "--patients", "1", "--days", "3", "--vitals", "hourly"]
    assert main.main(["simulate", *course, "-o", str(log), "--truth", str(truth)]) == 0
    chosen = ["--edition", A, "--against", LABEL, "--allow-draft", "--truth", str(truth)]
    assert main.main(["backtest", str(log), *chosen, "--gate", str(gate), "-o", "text"]) == EXCEEDED
    page = capsys.readouterr().out
    (line,) = (one for one in page.splitlines() if one.startswith("| max_unsafe_readiness_min"))
    assert line.endswith("exceeded |")
    assert "| Schwartzentruber 2001: creatinine | 3 |" in page
    assert "| minutes of unsafe readiness | 0 | 1411 |" in page
    assert "US label 2024-12 does not see: Renal row of section 2" in page
