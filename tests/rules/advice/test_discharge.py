"""When a patient may go home (criteria.md section 7.1, `discharge-ready`; paper, Posttherapy Assessment)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table


def ended() -> Course:
    """A cycle from midnight, one dose at 08:00, therapy ended at 20:00."""
    return Course().start("00:00").dose("08:00").end("20:00")


def seen(course: Course, at: str = "40:00", **without: Any) -> Course:
    """The vital signs of the day, normal but for what is named."""
    vital = {"hr": 90, "sbp": 118, "spo2": 95, "device": "room-air", "weight": 73.5} | without
    return course.vitals(at, **{k: v for k, v in vital.items() if v is not None})


def recovered(**without: Any) -> Course:
    """Ready for discharge at 40:00, but for what is named: labs on their way back, the second of two."""
    labs = {"creatinine": without.pop("creatinine", 2.0), "platelets": without.pop("platelets", 60)}
    drawn = ended().labs("10:00", creatinine=2.6, platelets=45)
    return seen(drawn, **without).labs("40:00", **{k: v for k, v in labs.items() if v is not None})


def measured(*values: tuple[str, float, float]) -> Course:
    """(at, creatinine, platelets), with normal vital signs at 40:00."""
    drawn = ended()
    for at, creatinine, platelets in values:
        drawn.labs(at, creatinine=creatinine, platelets=platelets)
    return seen(drawn)


def based(creatinine: float, platelets: float) -> Course:
    """Both labs at their worst now, with these baselines."""
    drawn = (
        Course()
        .start("00:00", readings={"creatinine": creatinine, "platelets": platelets})
        .dose("08:00")
        .end("20:00")
        .labs("20:00", creatinine=1.7, platelets=95)
        .labs("39:00", creatinine=1.8, platelets=90)
    )
    return seen(drawn)


DISCHARGE = {
    "all of it": (recovered(), "40:00", True),
    "not at target": (recovered(sbp=90), "40:00", False),
    "just above target": (recovered(sbp=90.1), "40:00", True),
    "without a pressure": (recovered(sbp=None), "40:00", False),
    "1.05 x baseline is enough": (recovered(weight=73.5), "40:00", True),
    "over it is not": (recovered(weight=73.6), "40:00", False),
    "without a weight": (recovered(weight=None), "40:00", False),
    "creatinine at its highest": (recovered(creatinine=2.6), "40:00", False),
    "platelets at their lowest": (recovered(platelets=45), "40:00", False),
    "a criterion is tripped": (recovered(creatinine=2.5), "40:00", False),
    "not a criterion any more": (recovered(creatinine=2.49, platelets=50.1), "40:00", True),
    "SpO2 just under 95": (recovered(spo2=94.9), "40:00", False),
    "without a saturation": (recovered(spo2=None), "40:00", False),
    "on oxygen": (recovered(device="nasal-cannula", flow=1), "40:00", False),
    "no device charted is room air": (recovered(device=None), "40:00", True),
    "a cannula at flow 0": (recovered(device="nasal-cannula", flow=0), "40:00", True),
    "before therapy-end": (
        seen(Course().start("00:00")).labs("01:00", creatinine=1, platelets=200),
        "40:00",
        False,
    ),
    "one creatinine since the last dose": (measured(("40:00", 1.0, 200)), "40:00", False),
    "two of each": (measured(("20:00", 1.0, 200), ("40:00", 1.0, 200)), "40:00", True),
    "one before the dose does not count": (
        measured(("07:00", 1.0, 200), ("40:00", 1.0, 200)),
        "40:00",
        False,
    ),
    "never beyond 1.6 and 100 at their worst now": (
        measured(("20:00", 1.5, 110), ("39:00", 1.6, 100)),
        "40:00",
        True,
    ),
    "beyond 1.6 at its highest now": (measured(("20:00", 1.5, 110), ("39:00", 1.61, 100)), "40:00", False),
    "beyond 100 at their lowest now": (measured(("20:00", 1.5, 110), ("39:00", 1.6, 99)), "40:00", False),
    "not beyond its baseline": (based(1.8, 90), "40:00", True),
    "beyond its baseline creatinine": (based(1.7, 90), "40:00", False),
    "beyond its baseline platelets": (based(1.8, 91), "40:00", False),
    "a day after the last dose": (
        seen(Course().start("00:00").dose("16:00").end("20:00"), "39:59")
        .labs("20:00", creatinine=1, platelets=200)
        .labs("39:59", creatinine=1, platelets=200),
        "40:00",
        True,
    ),
    "not before": (
        seen(Course().start("00:00").dose("16:00").end("20:00"), "39:59")
        .labs("20:00", creatinine=1, platelets=200)
        .labs("39:59", creatinine=1, platelets=200),
        "39:59:59.999",
        False,
    ),
    "while the pressure is fresh": (recovered(), "47:59:59.999", True),
    "not when it is stale": (recovered(), "48:00", False),
    "while the labs are fresh": (
        seen(measured(("20:00", 1.0, 200), ("30:00", 1.0, 200)), "65:00"),
        "65:59:59.999",
        True,
    ),
    "not when they are stale": (
        seen(measured(("20:00", 1.0, 200), ("30:00", 1.0, 200)), "65:00"),
        "66:00",
        False,
    ),
    "a vasopressor within 24 h": (
        recovered().infusion("norepinephrine", "15:00", 0.1).infusion("norepinephrine", "17:00", 0),
        "40:59:59.999",
        False,
    ),
    "none for 24 h": (
        recovered().infusion("norepinephrine", "15:00", 0.1).infusion("norepinephrine", "17:00", 0),
        "41:00",
        True,
    ),
    "renal dopamine is one": (
        recovered().infusion("dopamine", "15:00", 2).infusion("dopamine", "17:00", 0),
        "40:59:59.999",
        False,
    ),
    "not while a diuretic is advised": (
        recovered().urine("40:00", 100, start="39:00"),
        "40:00",
        False,
    ),
    "urine of 200 mL/h asks for none": (
        recovered().urine("40:00", 200, start="39:00"),
        "40:00",
        True,
    ),
}


@table(DISCHARGE)
def test_discharge_ready(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.1: everything returns to normal, has been seen lately, and no criterion is tripped."""
    assert ("discharge-ready" in states_at(course, at)["advice"]) is expected
