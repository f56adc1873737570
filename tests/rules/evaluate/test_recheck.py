"""A reading that asks to be repeated: `recheck/<signal>` (criteria.md section 3.1)."""

from __future__ import annotations

from rules.evaluate.recheck import ASKED, recheck
from rules.evaluate.result import CLEAR, Memory
from rules.wire.instants import text
from tests.rules.courses import Course, alerts, clock, folded, ms, table, timed

HEART, PRESSURE, SATURATION = "heart-rate", "systolic-bp", "spo2"
NAMES = {HEART: "hr", PRESSURE: "sbp", SATURATION: "spo2"}


def read(code: str, *readings: tuple[str, float], **baseline: float) -> Course:
    """Readings of a signal by time, on the ward, from a normal one at 06:00 on; a dose was given at 04:00."""
    drawn = (
        Course().start("00:00", **baseline).dose("04:00").vitals("06:00", hr=90, sbp=118, spo2=98, temp=37)
    )
    for time, value in readings:
        drawn.vitals(time, id=time, **{NAMES[code]: value})
    return drawn


def asked(course: Course, signal: str, at: str) -> str:
    """`technical 08:15`, `clear until 08:15` where it will open by time alone, or `clear`."""
    (patient,) = folded(course, at).patients.values()
    result = recheck(signal, patient.chart, ms(at), Memory())
    assert bool(result.flags & ASKED) == (result.state != CLEAR or result.next is not None)
    if result.state != CLEAR:
        return f"{result.state} {clock(None if result.at is None else text(result.at))}"
    return "clear" if result.next is None else f"clear until {clock(text(result.next))}"


def heart(*readings: tuple[str, float]) -> Course:
    return read(HEART, *readings)


HEART_RATES = {
    "119 asks for nothing": (heart(("08:00", 119)), "08:20", "clear"),
    "120 once waits for 15 min": (heart(("08:00", 120)), "08:14:59.999", "clear until 08:15"),
    "120 once opens it after 15 min": (heart(("08:00", 120)), "08:15", "technical 08:15"),
    "a newer reading within them opens nothing": (heart(("08:00", 130), ("08:10", 100)), "08:20", "clear"),
    "a newer one at the very instant too": (heart(("08:00", 130), ("08:15", 100)), "08:15", "clear"),
    "the next normal one resolves it": (heart(("08:00", 130), ("08:20", 119)), "08:20", "clear"),
    "a tripped condition asks for nothing": (heart(("08:00", 125), ("08:30", 125)), "09:00", "clear"),
    "one that is high too keeps it open": (
        heart(("08:00", 130), ("08:20", 130)),
        "08:21",
        "technical 08:15",
    ),
    "until the condition trips": (heart(("08:00", 130), ("08:20", 130), ("08:30", 130)), "08:30", "clear"),
    "one within the 15 min begins them again": (
        heart(("08:00", 130), ("08:10", 130)),
        "08:21",
        "clear until 08:25",
    ),
    "150 unconfirmed waits for 15 min": (heart(("07:59", 90), ("08:00", 150)), "08:03", "clear until 08:15"),
    "over 150 unconfirmed opens it after 3 min": (
        heart(("07:59", 90), ("08:00", 150.1)),
        "08:03",
        "technical 08:03",
    ),
    "not before": (heart(("07:59", 90), ("08:00", 155)), "08:02:59.999", "clear until 08:03"),
    "over 150 by hand opens it at once, absolute": (heart(("08:00", 155)), "08:00", "absolute 08:00"),
    "a confirmed one opens it at once": (
        heart(("07:59", 90), ("08:00", 155), ("08:01", 156)),
        "08:01",
        "absolute 08:01",
    ),
    "a confirmed one raises it": (
        heart(("07:59", 90), ("08:00", 155), ("08:04", 156)),
        "08:04",
        "absolute 08:04",
    ),
    "a lower one keeps it open, at its level": (
        heart(("08:00", 155), ("08:10", 140)),
        "08:10",
        "absolute 08:00",
    ),
    "a row that is absolute asks for nothing": (
        heart(("08:00", 135), ("08:30", 135), ("09:00", 160)),
        "09:10",
        "clear",
    ),
    "an excused one asks": (
        heart(("08:00", 135), ("08:30", 135)).vitals("08:40", temp=39).vitals("09:00", hr=160),
        "09:00",
        "absolute 09:00",
    ),
    "judged with the causes at the reading": (
        heart(("08:00", 135), ("08:30", 135)).vitals("09:00", hr=160).vitals("09:01", temp=39),
        "09:10",
        "clear",
    ),
    "40 asks for nothing": (heart(("08:00", 40)), "08:20", "clear"),
    "below 40 opens it at once, absolute": (heart(("08:00", 39.9)), "08:00", "absolute 08:00"),
    "below 40 unconfirmed opens it after 3 min": (
        heart(("07:59", 90), ("08:00", 39)),
        "08:03",
        "technical 08:03",
    ),
    "before the cycle it is asked too": (
        Course().baseline("00:00").vitals("08:00", hr=136).encounter("cycle-start", "09:00"),
        "08:30",
        "technical 08:15",
    ),
    "learned late it opens at its own deadline": (
        heart().vitals("08:00", known="08:40", hr=136),
        "08:40",
        "technical 08:15",
    ),
    "learned together with a newer one it opens nothing": (
        heart().vitals("08:00", known="08:40", hr=136).vitals("08:26", known="08:40", hr=130),
        "08:40",
        "clear until 08:41",
    ),
    "a newer one that becomes known when it is open keeps it open": (
        heart(("08:00", 136)).vitals("08:10", known="08:16", hr=130),
        "08:16",
        "technical 08:15",
    ),
    "corrected it never was": (heart(("08:00", 136)).correct("08:00", "08:20", hr=100), "08:20", "clear"),
    "a stale one, when it becomes known, asks for nothing": (
        heart().transfer("06:00", "icu").vitals("08:00", known="10:00", hr=136),
        "10:30",
        "clear",
    ),
}


@table(HEART_RATES)
def test_a_heart_rate_that_asks_to_be_repeated(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: past a trip limit that is not tripped, or extreme."""
    assert asked(course, HEART, at) == expected


def pressure(*readings: tuple[str, float]) -> Course:
    return read(PRESSURE, *readings)


PRESSURES = {
    "91 asks for nothing": (pressure(("08:00", 91)), "08:20", "clear"),
    "90 once opens it after 15 min": (pressure(("08:00", 90)), "08:15", "technical 08:15"),
    "twice it is tripped": (pressure(("08:00", 90), ("08:05", 90)), "08:30", "clear"),
    "80 by hand is tripped": (pressure(("08:00", 80)), "08:30", "clear"),
    "80 unconfirmed opens it after 3 min": (
        pressure(("07:58", 120), ("08:00", 80)),
        "08:03",
        "technical 08:03",
    ),
    "81 unconfirmed after 15 min": (pressure(("07:58", 120), ("08:00", 81)), "08:03", "clear until 08:15"),
    "80 unconfirmed while the row is relative after 3 min": (
        pressure(("08:00", 90), ("08:05", 90), ("08:08", 80)),
        "08:11",
        "technical 08:11",
    ),
    "confirmed it is tripped": (
        pressure(("07:58", 120), ("08:00", 80), ("08:04", 80)),
        "08:04",
        "clear",
    ),
    "a mean that stands in asks too": (pressure().vitals("08:00", mean_bp=58), "08:15", "technical 08:15"),
    "a mean of 60 does not": (pressure().vitals("08:00", mean_bp=60), "08:15", "clear"),
}


@table(PRESSURES)
def test_a_pressure_that_asks_to_be_repeated(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: at or below target, a mean that stands in too."""
    assert asked(course, PRESSURE, at) == expected


def saturation(*readings: tuple[str, float], **before: float) -> Course:
    return read(SATURATION, *readings, **({"readings": before} if before else {}))


SATURATIONS = {
    "95 asks for nothing": (saturation(("08:00", 95)), "08:20", "clear"),
    "94 once opens it after 15 min": (saturation(("08:00", 94.9)), "08:15", "technical 08:15"),
    "with a baseline of 93 % 91 asks for nothing": (saturation(("08:00", 91), spo2=93), "08:20", "clear"),
    "twice it is tripped": (saturation(("08:00", 94), ("08:05", 94)), "08:30", "clear"),
    "tripped by the device alone it asks": (
        saturation().vitals("07:00", device="mask").vitals("08:00", spo2=93),
        "08:15",
        "technical 08:15",
    ),
    "89 by hand is tripped": (saturation(("08:00", 89)), "08:30", "clear"),
    "88 unconfirmed opens it after 15 min": (
        saturation(("07:58", 96), ("08:00", 88)),
        "08:03",
        "clear until 08:15",
    ),
    "below 88 unconfirmed after 3 min": (
        saturation(("07:58", 96), ("08:00", 87.9)),
        "08:03",
        "technical 08:03",
    ),
    "with a row absolute by its device after 15 min": (
        saturation().vitals("07:00", device="mask").vitals("07:58", spo2=96).vitals("08:00", spo2=87),
        "08:03",
        "clear until 08:15",
    ),
}


@table(SATURATIONS)
def test_a_saturation_that_asks_to_be_repeated(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: below the patient's limit, and the saturation's condition is not tripped."""
    assert asked(course, SATURATION, at) == expected


ALERTS = {
    "opened at its deadline, resolved by the next reading": (
        heart(("08:00", 136), ("09:00", 95)),
        ["opened technical 08:15", "resolved clear 09:00"],
    ),
    "raised by one that is confirmed": (
        heart(("07:59", 90), ("08:00", 155), ("08:04", 156), ("08:10", 100)),
        ["opened technical 08:03", "worsened absolute 08:04", "resolved clear 08:10"],
    ),
    "resolved when the condition trips": (
        heart(("08:00", 130), ("08:20", 130), ("08:30", 130)),
        ["opened technical 08:15", "resolved clear 08:30"],
    ),
    "told when the cycle begins": (
        Course().baseline("00:00").vitals("08:00", hr=136).encounter("cycle-start", "09:00"),
        ["opened technical 09:00"],
    ),
    "withdrawn is amended": (
        heart(("08:00", 136)).withdraw("08:00", "08:20"),
        ["opened technical 08:15", "amended clear 08:15 @08:20"],
    ),
    "nothing between readings in time": (heart(("08:00", 136), ("08:10", 100)).tick("09:00"), []),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_a_reading_to_be_repeated(course: Course, expected: list[str]) -> None:
    """criteria.md sections 3.1 and 9."""
    assert timed(course, f"recheck/{HEART}") == expected


def test_the_message_names_reading_and_time() -> None:
    """criteria.md section 3.1: "Heart rate 136 at 20:00: repeat now"."""
    opened = next(
        a for a in alerts(heart(("08:00", 136)).tick("09:00")) if a["subject"] == f"recheck/{HEART}"
    )
    assert opened["message"] == "Heart rate 136 at 08:00: repeat now"
    mean = pressure().vitals("08:00", mean_bp=58).tick("09:00")
    opened = next(a for a in alerts(mean) if a["subject"] == f"recheck/{PRESSURE}")
    assert opened["message"] == "Mean pressure 58 at 08:00: repeat now"
