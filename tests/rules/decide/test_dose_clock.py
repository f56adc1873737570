"""The dose clock: due, delay, readiness and blockers (criteria.md section 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.decide.assessment import assess
from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from tests.rules.courses import NORMAL, Course, clock, iso, ms, states_at, table

ELIGIBLE = {
    "ecg-normal": True,
    "recent-steroid": False,
    "recent-infection": False,
    "chest-xray-clear": True,
    "family-history-cardiac": False,
    "heavy-smoker": False,
    "heavy-lung-burden": False,
    "antihypertensives-stopped": True,
    "major-organ-disease": False,
}


def fine(*hours: str, **baseline: Any) -> Course:
    """Started at midnight, eligible, and everything seen and normal at midnight and at each hour."""
    known: dict[str, Any] = {"age": 45, "findings": ELIGIBLE}
    drawn = whole(Course().start("00:00", **known | baseline), "00:00")
    for hour in hours:
        whole(drawn, hour)
    return drawn


def whole(drawn: Course, at: str) -> Course:
    """Everything that is asked for before a dose, seen and normal at one time."""
    return drawn.complete(at).labs(at, hematocrit=38, potassium=4.2, urea=15, glucose=100)


def dose(course: Course, at: str) -> dict[str, Any]:
    return states_at(course, at)["dose"]


READINESS = {
    "no cycle-start": (Course().baseline("00:00").complete("00:00"), "01:00", "not-started"),
    "at cycle-start the first dose is due": (fine(), "00:00", "ready"),
    "before the dose is due": (fine("07:30").dose("00:00"), "07:59:59.999", "waiting"),
    "due and nothing in the way": (fine("07:30").dose("00:00"), "08:00", "ready"),
    "waiting though an absolute stands": (
        fine("07:30").dose("00:00").finding("ecg-ischemia", "07:30"),
        "07:45",
        "waiting",
    ),
    "delay holds": (fine("07:30").dose("00:00").finding("ecg-ischemia", "07:30"), "08:00", "hold"),
    "correct is to decide": (fine("07:30").dose("00:00").finding("vivid-dreams", "07:30"), "08:00", "decide"),
    "correct with a holding blocker holds": (
        fine("07:30").dose("00:00").vitals("07:40", sbp=88).vitals("07:50", sbp=88),
        "08:00",
        "hold",
    ),
    "correct with a blind blocker is unknown": (
        fine("06:30").dose("00:00").finding("vivid-dreams", "07:30"),
        "08:00",
        "unknown",
    ),
    "holding before blind": (
        fine("06:30").dose("00:00").phenylephrine("07:30", 0.6),
        "08:00",
        "hold",
    ),
    "cannot-tell is unknown": (Course().start("00:00"), "00:00", "unknown"),
    "proceed with a blocker is to decide": (
        fine("07:30").dose("00:00").mental("07:40", "changed"),
        "08:00",
        "decide",
    ),
    "stop is finished": (fine("07:30").dose("00:00").finding("infection", "07:40"), "07:45", "finished"),
    "therapy-end is finished": (fine("07:30").dose("00:00").end("07:40"), "08:00", "finished"),
    "just before therapy-end it is not": (
        fine("07:00").dose("00:00").end("07:30"),
        "07:29:59.999",
        "waiting",
    ),
    "a second cycle-start starts afresh": (
        fine("19:30").dose("00:00").end("07:00").encounter("cycle-start", "20:00"),
        "20:00",
        "ready",
    ),
    "stop before the first cycle-start is not-started": (
        Course().finding("infection", "01:00"),
        "02:00",
        "not-started",
    ),
}


@table(READINESS)
def test_dose_readiness(course: Course, at: str, expected: str) -> None:
    """criteria.md section 4, dose readiness: the first that holds."""
    assert dose(course, at)["readiness"] == expected


PRE_DOSE = ["pre-dose/heart-rate", "pre-dose/systolic-bp", "pre-dose/spo2", "pre-dose/temperature"]


def due(**baseline: Any) -> Course:
    """A dose at midnight, all seen at 07:30: the next is due at 08:00."""
    return fine("07:30", **baseline).dose("00:00")


BLOCKERS = {
    "none": (due(), "08:00", []),
    "reasons without stop rules": (
        due().finding("infection", "07:40").finding("vivid-dreams", "07:40"),
        "08:00",
        ["infection", "vivid-dreams"],
    ),
    "what cannot be told": (
        fine().dose("00:00"),
        "08:00",
        [
            "sinus-tachycardia",
            "oxygen-requirement",
            "urine-hour",
            "blood-pressure",
            "overdue/vital-signs",
            "overdue/intake-output",
            *PRE_DOSE,
        ],
    ),
    "what cannot be told beside what is to be corrected": (
        fine().dose("00:00").finding("vivid-dreams", "07:30"),
        "08:00",
        [
            "vivid-dreams",
            "sinus-tachycardia",
            "oxygen-requirement",
            "urine-hour",
            "blood-pressure",
            "overdue/vital-signs",
            "overdue/intake-output",
            *PRE_DOSE,
        ],
    ),
    "one pressure at target": (due().vitals("07:40", sbp=90), "08:00", ["hypotension"]),
    "one pressure above target does not": (due().vitals("07:40", sbp=90.1), "08:00", []),
    "an open hypotension though the latest is above": (
        due().vitals("07:40", sbp=75).vitals("07:50", sbp=110),
        "08:00",
        ["hypotension"],
    ),
    "urine relative": (
        fine("07:00").dose("00:00").urine("08:00", 15, start="07:00"),
        "07:59:59.999",
        [],
    ),
    "urine relative from the end of its collection": (
        fine("06:50").dose("00:00").urine("07:50", 15, start="06:50"),
        "07:50",
        ["urine-hour", "urine"],
    ),
    "urine absolute is its own reason": (
        fine("06:50").dose("00:00").urine("07:50", 5, start="06:50"),
        "07:50",
        ["urine-hour"],
    ),
    "pressors above 0.5": (due().phenylephrine("07:45", 0.51), "07:59:59.999", ["phenylephrine"]),
    "pressors at 0.5 do not": (due().phenylephrine("07:45", 0.5), "07:59:59.999", []),
    "another pressor by its equivalent": (
        due().infusion("norepinephrine", "07:45", 0.06),
        "07:50",
        ["phenylephrine"],
    ),
    "and by their row from the due instant on": (
        due().phenylephrine("07:45", 0.51),
        "08:00",
        ["phenylephrine-minimum", "phenylephrine"],
    ),
    "also before the first dose": (fine().phenylephrine("00:30", 0.6), "00:45", ["phenylephrine"]),
    "stopped just under half an hour ago they do": (
        due().phenylephrine("07:10", 0.9).phenylephrine("07:25:00.001", 0),
        "07:55",
        ["phenylephrine"],
    ),
    "stopped half an hour ago they do not": (
        due().phenylephrine("07:10", 0.9).phenylephrine("07:25", 0),
        "07:55",
        [],
    ),
    "a reading just under 1 h old does not": (fine("07:00:00.001").dose("00:00"), "08:00", []),
    "readings 1 h old, from the due instant on": (fine("07:00").dose("00:00"), "08:00", PRE_DOSE),
    "not before it": (fine("06:00").dose("00:00"), "07:59:59.999", []),
    "nor after therapy-end": (fine("06:00").dose("00:00").end("07:00"), "08:00", []),
    "each by its own": (
        fine("07:00").dose("00:00").vitals("07:30", hr=90, spo2=98),
        "08:00",
        ["pre-dose/systolic-bp", "pre-dose/temperature"],
    ),
    "changed, not yet 2 h": (due().mental("07:40", "changed"), "08:00", ["mental-status-watch"]),
    "after 2 h the criterion itself": (
        fine("07:00").dose("00:00").mental("07:10", "changed").vitals("09:00", **NORMAL),
        "09:10",
        ["mental-status"],
    ),
    "open advice": (
        due().labs("07:40", potassium=3.6, hematocrit=28, ck={"value": 300, "high": 200}),
        "08:00",
        ["cardiac-enzymes", "ck-elevated", "anemia", "hypokalemia"],
    ),
    "what is not recorded before dose 1": (
        fine(findings={key: value for key, value in ELIGIBLE.items() if key != "ecg-normal"}),
        "00:00",
        ["eligibility/ecg"],
    ),
    "what is not met before dose 1": (
        fine(findings=ELIGIBLE | {"recent-steroid": True}),
        "00:00",
        ["eligibility/steroid"],
    ),
    "after dose 1 no more": (due(findings={}), "08:00", []),
    "all, in order": (
        due()
        .vitals("07:40", sbp=85)
        .phenylephrine("07:45", 0.7)
        .mental("07:40", "changed")
        .finding("vivid-dreams", "07:40"),
        "08:30",
        [
            "phenylephrine-minimum",
            "vivid-dreams",
            "hypotension",
            "phenylephrine",
            "pre-dose/heart-rate",
            "pre-dose/spo2",
            "pre-dose/temperature",
            "mental-status-watch",
        ],
    ),
}


@table(BLOCKERS)
def test_dose_blockers(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4: each once, where it comes first: reasons, holding, blind, others."""
    assert dose(course, at)["blockers"] == expected


def test_a_rate_that_needs_a_weight_blocks() -> None:
    """criteria.md section 4: or at a rate that needs a weight."""
    drawn = fine(weight=None).phenylephrine("00:30", 20, "ug/min").tick("00:31")
    assert "phenylephrine" in dose(drawn, "00:31")["blockers"]


def test_a_reading_to_be_repeated_blocks_until_it_is() -> None:
    """criteria.md section 4: also one that asks for it only after its delay."""
    drawn = due().vitals("07:50", hr=125)
    assert dose(drawn, "08:00")["blockers"] == ["recheck/heart-rate"]
    assert dose(drawn, "08:00")["readiness"] == "unknown"
    assert dose(drawn.vitals("08:00", hr=90), "08:00")["blockers"] == []


def test_an_infusion_that_nobody_knows_blocks_until_it_is_off() -> None:
    """criteria.md section 4: `not-understood/<name>` of each infusion."""
    drawn = due().infusion("novel-agent", "07:40", 1)
    off = due().infusion("novel-agent", "07:40", 1).infusion("novel-agent", "08:00", 0)
    assert [blockers_with_unknown(one) for one in (drawn, off)] == [["not-understood/novel-agent"], []]


def blockers_with_unknown(course: Course, at: str = "08:00") -> list[str]:
    """The blockers where a code nobody knows was decoded, which the other courses do not have."""
    log = [event for record in course.records if (event := decode(json.dumps(record))[0]) is not None]
    patient = fold(log, SCHWARTZENTRUBER_2001, ms(at)).patients["p1"]
    return list(assess(patient).dose.blockers)


def test_a_dose_planned_later_is_due_then() -> None:
    """criteria.md section 1: the first at `cycle-start`, or at the baseline's `dose-1-planned` if later."""
    later = fine(**{"dose-1-planned": iso("02:00")})
    assert [dose(later, at)["readiness"] for at in ("01:59:59.999", "02:00")] == ["waiting", "unknown"]
    assert clock(dose(later, "01:00")["due"]) == "02:00"
    assert clock(dose(fine(**{"dose-1-planned": iso("-02:00")}), "01:00")["due"]) == "00:00"


CLOCK = {
    "not started": (Course().baseline("00:00"), "09:00", (None, 0, None, 0.0)),
    "before the first dose": (fine(), "00:00", (None, 0, "00:00", 0.0)),
    "the first dose is late from cycle-start": (fine(), "01:30", (None, 0, "00:00", 1.5)),
    "after a dose": (fine().dose("01:00"), "02:00", ("01:00", 1, "09:00", 0.0)),
    "at the due time": (fine().dose("01:00"), "09:00", ("01:00", 1, "09:00", 0.0)),
    "late": (fine().dose("01:00"), "10:15", ("01:00", 1, "09:00", 1.25)),
    "a held dose is none": (
        fine().dose("01:00").dose("09:00", given=False),
        "10:00",
        ("01:00", 1, "09:00", 1.0),
    ),
    "two doses": (fine().dose("01:00").dose("10:00"), "11:00", ("10:00", 2, "18:00", 0.0)),
    "a late charted dose counts by its at": (
        fine().dose("10:00").dose("01:00", known="11:00"),
        "11:00",
        ("10:00", 2, "18:00", 0.0),
    ),
    "a dose shortly before cycle-start is the first of its cycle": (
        Course().dose("-01:00").start("00:00"),
        "01:00",
        ("-01:00", 1, "07:00", 0.0),
    ),
    "one longer before it is of the cycle before": (
        Course().dose("-08:00:00.001").start("00:00"),
        "01:00",
        (None, 0, "00:00", 1.0),
    ),
    "a dose at the instant of cycle-start is of it": (
        fine().dose("00:00"),
        "01:00",
        ("00:00", 1, "08:00", 0.0),
    ),
    "a second cycle counts afresh": (
        fine().dose("01:00").encounter("cycle-start", "20:00"),
        "21:00",
        (None, 0, "20:00", 1.0),
    ),
    "a duplicate is no second dose": (
        fine().dose("01:00", id="d").dose("01:30", id="d"),
        "02:00",
        ("01:00", 1, "09:00", 0.0),
    ),
    "withdrawn it was not given": (
        fine().dose("01:00", id="d").withdraw("d", "02:00"),
        "02:00",
        (None, 0, "00:00", 2.0),
    ),
}


@table(CLOCK)
def test_the_dose_clock(course: Course, at: str, expected: tuple[Any, ...]) -> None:
    """criteria.md sections 1 and 4: last, number, due, and delayed_h, which is 0 when not started, not due or
    finished.
    """
    found = dose(course, at)
    assert (clock(found["last"]), found["number"], clock(found["due"]), found["delayed_h"]) == expected


def test_a_finished_dose_is_not_delayed_by_therapy_end() -> None:
    """criteria.md section 4: `delayed_h` is 0 when finished."""
    assert dose(fine().dose("01:00").end("12:00"), "13:00")["delayed_h"] == 0.0


def test_a_finished_dose_is_not_delayed_by_a_stop() -> None:
    """criteria.md section 4: `finished` is therapy-end or recommendation `stop`; `delayed_h` is 0 when
    finished.
    """
    assert dose(fine().dose("01:00").finding("infection", "02:00"), "13:00")["delayed_h"] == 0.0


def test_the_first_therapy_end_of_the_cycle_counts() -> None:
    """criteria.md section 4."""
    drawn = fine("11:00").dose("01:00").end("12:00").end("20:00")
    assert dose(drawn, "13:00")["readiness"] == "finished"


@pytest.mark.parametrize("at", ["08:00", "31:00"])
def test_therapy_end_before_the_cycle_ends_nothing_in_it(at: str) -> None:
    """criteria.md section 4: the first `therapy-end` of the cycle; one before cycle-start is of another."""
    drawn = whole(Course().end("-05:00").start("00:00", age=45, findings=ELIGIBLE), at)
    assert dose(drawn, at)["readiness"] == "ready"
