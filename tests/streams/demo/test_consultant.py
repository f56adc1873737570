"""The consultant of a simulated ward."""

from __future__ import annotations

from typing import Any

import pytest

from rules.decide.dose_clock import DoseClock
from rules.decide.recommendation import Count, Recommendation
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.instants import HOUR, MINUTE, parse, text
from simulators.charting.records import line, reading
from streams.demo.dose_consultant import Consultant, answer, whose

ORIGIN = parse("2026-03-02T07:00:00Z")
START = 3 * 60
"""The minute of cycle start."""


def clock(readiness: str, delayed: float = 0.0, blockers: tuple[str, ...] = ()) -> DoseClock:
    return DoseClock(None, 1, None, delayed, readiness, blockers)


@pytest.mark.parametrize(
    ("readiness", "word", "delayed", "blockers", "expected"),
    [
        ("ready", "proceed", 0, (), "give"),
        ("waiting", "proceed", 0, (), "hold"),
        ("hold", "delay", 3, ("urine-hour",), "hold"),
        ("unknown", "cannot-tell", 3, ("creatinine",), "hold"),
        ("finished", "stop", 0, (), "stop"),
        ("not-started", "cannot-tell", 0, ("creatinine",), "give"),
        ("not-started", "delay", 0, ("infection",), "hold"),
        ("not-started", "stop", 0, ("infection",), "hold"),
        ("decide", "correct", 0.5, ("creatinine",), "hold"),
        ("decide", "correct", 1.0, ("creatinine",), "give"),
        ("hold", "correct", 1.0, ("creatinine", "hypotension"), "hold"),
        ("hold", "proceed", 9.0, ("phenylephrine",), "hold"),
        ("decide", "correct", 9.0, ("hyperkalemia",), "hold"),
        ("decide", "proceed", 1.0, ("dose-count",), "give"),
        ("decide", "proceed", 9.0, ("mental-status-watch",), "hold"),
    ],
)
def test_readiness_becomes_an_answer(
    readiness: str, word: str, delayed: float, blockers: tuple[str, ...], expected: str
) -> None:
    assert answer(clock(readiness, delayed, blockers), Recommendation(word, (), Count())) == expected


class Bed:
    """One patient's records, minute by minute, as they would be charted."""

    def __init__(self) -> None:
        self.records: list[tuple[int, bytes]] = []

    def write(self, type: str, minute: int, more: dict[str, Any] | None = None, /, **fields: Any) -> None:
        self.records.append(
            line(
                type, f"{type}{len(self.records)}", "p1", ORIGIN + minute * MINUTE, {**(more or {}), **fields}
            )
        )

    def vitals(self, minute: int, pressure: int = 118, source: str = "nursing") -> None:
        signs = [
            ("heart-rate", 84, "/min"),
            ("systolic-bp", pressure, "mm[Hg]"),
            ("spo2", 97, "%"),
            ("temperature", 37, "Cel"),
        ]
        self.write("vitals", minute, source=source, readings=[reading(*sign) for sign in signs])

    def looked_at(self, minute: int) -> None:
        """Everything that the least for a dose needs."""
        results = [reading("creatinine", 1.0, "mg/dL"), reading("platelets", 200, "10*3/uL")]
        self.write("labs", minute, readings=results)
        self.write("finding", minute, code="mental-status", value="normal")
        self.write(
            "io",
            minute,
            {"kind": "urine"},
            start=text(ORIGIN + (minute - 60) * MINUTE),
            direction="out",
            volume=80,
            unit="mL",
        )
        self.vitals(minute)

    def treated(self) -> Bed:
        """Admitted, and the first dose given."""
        self.write(
            "encounter",
            0,
            event="baseline",
            location="ward",
            readings=[reading("systolic-bp", 120, "mm[Hg]")],
        )
        self.write("encounter", START, event="cycle-start")
        self.write("dose", START, agent="aldesleukin", given=True, amount=600_000, unit="[iU]/kg")
        return self


def consultant(*beds: Bed) -> Consultant:
    found = Consultant(("p1",), ORIGIN, GUIDELINE)
    for bed in beds:
        found.chart(bed.records)
    return found


def test_a_patient_of_whom_nothing_is_charted_is_given_nothing() -> None:
    assert consultant()(0, 0) == "hold"


def test_a_dose_is_given_when_it_is_due_and_everything_was_looked_at() -> None:
    bed = Bed().treated()
    bed.looked_at(START + 7 * 60 + 1)
    asked = consultant(bed)
    assert [asked(0, START + minutes) for minutes in (8 * 60 - 1, 8 * 60)] == ["hold", "give"]


def test_a_dose_waits_for_a_creatinine() -> None:
    bed = Bed().treated()
    bed.looked_at(START + 7 * 60)
    seen = [record for record in bed.records if b"creatinine" not in record[1]]
    asked = Consultant(("p1",), ORIGIN, GUIDELINE)
    asked.chart(seen)
    assert asked(0, START + 8 * 60) == "hold"


def test_a_low_pressure_holds_the_dose() -> None:
    bed = Bed().treated()
    bed.looked_at(START + 7 * 60)
    for minute in (450, 460, 470, 480):
        bed.vitals(START + minute, pressure=80)
    assert consultant(bed)(0, START + 8 * 60) == "hold"


def test_an_infection_ends_the_course_and_no_record_is_read_after() -> None:
    bed, later = Bed().treated(), Bed()
    bed.looked_at(START + 7 * 60)
    bed.write("finding", START + 7 * 60, code="infection", present=True)
    asked = consultant(bed)
    assert asked(0, START + 8 * 60) == "stop"
    later.looked_at(START + 9 * 60)
    asked.chart(later.records)
    assert asked.patient_states == {}


def test_therapys_end_ends_the_reading() -> None:
    bed = Bed().treated()
    bed.write("encounter", START + 60, event="therapy-end")
    assert consultant(bed).patient_states == {}


def test_of_a_monitor_one_set_in_ten_minutes_is_read_and_of_a_nurse_all() -> None:
    bed = Bed()
    for minute in range(60):
        bed.vitals(minute, source="monitor")
    bed.vitals(57)
    chart = consultant(bed).patient_states["p1"]
    assert chart is not None
    assert [(row.at - ORIGIN) // MINUTE for row in chart.chart.tail.rows] == [0, 10, 20, 30, 40, 50, 57]


def test_of_a_monitor_every_set_is_read_from_20_minutes_before_a_dose_is_due() -> None:
    bed = Bed().treated()
    for minute in range(START + 451, START + 470):
        bed.vitals(minute, source="monitor")
    chart = consultant(bed).patient_states["p1"]
    assert chart is not None
    assert [(row.at - ORIGIN) // MINUTE - START for row in chart.chart.tail.rows] == [*range(460, 470)]


def test_a_record_that_the_rules_refuse_is_passed_over() -> None:
    asked = Consultant(("p1",), ORIGIN, GUIDELINE)
    asked.chart([(ORIGIN, b'{"type":"vitals"'), (ORIGIN + HOUR, b"")])
    assert asked.patient_states == {}


def test_whose_a_line_is_needs_no_decoding() -> None:
    assert whose(b'{"type":"tick","id":"t","patient":"p 1","at":"2026-03-02T07:00:00Z"}') == b"p 1"
