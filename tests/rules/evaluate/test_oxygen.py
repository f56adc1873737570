"""Table 3, pulmonary, row 2: oxygen requirement (criteria.md section 3.1, `oxygen-requirement`)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, seen, table, timed, transitions

CODE = "oxygen-requirement"
BLIND = "indeterminate missing spo2"


def breathing(*records: tuple[str, dict[str, Any]], location: str = "ward") -> Course:
    """Vitals records by time; each is known by its time."""
    drawn = Course().start("00:00", location=location)
    for time, values in records:
        drawn.vitals(time, id=time, **values)
    return drawn


def on(device: str | None = None, spo2: float | None = 98, **more: float) -> dict[str, Any]:
    return {k: v for k, v in {"device": device, "spo2": spo2, **more}.items() if v is not None}


def cannula(flow: float, **more: Any) -> dict[str, Any]:
    return on("nasal-cannula", flow=flow, **more)


DEVICES = {
    "nothing charted is room air, and needs a saturation": (breathing(), "09:00", BLIND),
    "room air with a fresh saturation is clear": (breathing(("08:00", on("room-air"))), "09:00", "clear"),
    "room air without a saturation cannot be told": (
        breathing(("08:00", on("room-air", None))),
        "09:00",
        BLIND,
    ),
    "cannula at just under 3 L/min is clear": (breathing(("08:00", cannula(2.9))), "09:00", "clear"),
    "and needs a saturation": (breathing(("08:00", cannula(2.9, spo2=None))), "09:00", BLIND),
    "cannula at 3 L/min is relative": (breathing(("08:00", cannula(3))), "09:00", "relative"),
    "cannula at 4 L/min is relative": (breathing(("08:00", cannula(4))), "09:00", "relative"),
    "relative needs no saturation": (breathing(("08:00", cannula(3, spo2=None))), "09:00", "relative"),
    "cannula at just over 4 L/min is absolute": (breathing(("08:00", cannula(4.1))), "09:00", "absolute"),
    "cannula at 0 L/min is clear": (breathing(("08:00", cannula(0))), "09:00", "clear"),
    "cannula without a flow cannot be told": (
        breathing(("08:00", on("nasal-cannula"))),
        "09:00",
        "indeterminate missing o2-flow",
    ),
    "mask without FiO2 is absolute": (breathing(("08:00", on("mask"))), "09:00", "absolute"),
    "mask at 40 % is absolute": (breathing(("08:00", on("mask", fio2=40))), "09:00", "absolute"),
    "mask at just under 40 % is relative": (breathing(("08:00", on("mask", fio2=39.9))), "09:00", "relative"),
    "FiO2 as a fraction is converted": (
        breathing(("08:00", on("mask", fio2={"value": 0.39, "unit": "1"}))),
        "09:00",
        "relative",
    ),
    "mask at flow 0 is clear": (breathing(("08:00", on("mask", flow=0))), "09:00", "clear"),
    "mask at flow 0 with a FiO2 above 21 goes by it": (
        breathing(("08:00", on("mask", flow=0, fio2=30))),
        "09:00",
        "relative",
    ),
    "ventilator is absolute": (breathing(("08:00", on("ventilator"))), "09:00", "absolute"),
    "high flow is absolute": (breathing(("08:00", on("high-flow", flow=1))), "09:00", "absolute"),
    "high flow at flow 0 is clear": (breathing(("08:00", on("high-flow", flow=0))), "09:00", "clear"),
    "non-invasive ventilation is absolute": (breathing(("08:00", on("nippv"))), "09:00", "absolute"),
    "non-invasive ventilation at flow 0 too": (
        breathing(("08:00", on("nippv", flow=0))),
        "09:00",
        "absolute",
    ),
    "ventilator at flow 0 is absolute": (breathing(("08:00", on("ventilator", flow=0))), "09:00", "absolute"),
    "other by its flow is as a cannula": (breathing(("08:00", on("other", flow=3))), "09:00", "relative"),
    "other with a FiO2 alone is as a mask": (breathing(("08:00", on("other", fio2=30))), "09:00", "relative"),
    "other with a high FiO2 alone is as a mask": (
        breathing(("08:00", on("other", fio2=40))),
        "09:00",
        "absolute",
    ),
    "other with both goes by the flow": (
        breathing(("08:00", on("other", flow=2, fio2=60))),
        "09:00",
        "clear",
    ),
    "other with neither cannot be told": (
        breathing(("08:00", on("other"))),
        "09:00",
        "indeterminate missing o2-flow",
    ),
}


@table(DEVICES)
def test_oxygen_requirement_by_device(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1, `oxygen-requirement`: the table of devices; wherever it is clear, SpO2 must be
    fresh.
    """
    assert seen(course, at, CODE) == expected


CHARTING = {
    "a flow alone is a cannula": (breathing(("08:00", on(flow=3))), "09:00", "relative"),
    "a FiO2 above 21 alone is a mask": (breathing(("08:00", on(fio2=30))), "09:00", "relative"),
    "a FiO2 of 21 alone is room air": (breathing(("08:00", on(fio2=21))), "09:00", "clear"),
    "a flow of 0 alone is room air": (breathing(("08:00", on(flow=0))), "09:00", "clear"),
    "a flow holds until changed": (breathing(("08:00", cannula(3)), ("09:00", on())), "09:00", "relative"),
    "a flow holds however long": (breathing(("08:00", cannula(3))), "58:00", "relative"),
    "another flow on the device in force": (
        breathing(("08:00", cannula(3)), ("09:00", on(flow=5))),
        "09:00",
        "absolute",
    ),
    "the same device again keeps the flow": (
        breathing(("08:00", cannula(3)), ("09:00", on("nasal-cannula"))),
        "09:00",
        "relative",
    ),
    "a mask after a cannula has no FiO2 of its own": (
        breathing(("08:00", cannula(3)), ("09:00", on("mask"))),
        "09:00",
        "absolute",
    ),
    "a cannula after a mask has no flow of its own: what was tripped is kept": (
        breathing(("08:00", on("mask", flow=6, fio2=35)), ("09:00", on("nasal-cannula"))),
        "09:00",
        "relative stale missing o2-flow",
    ),
    "until its flow is charted": (
        breathing(
            ("08:00", on("mask", flow=6, fio2=35)), ("09:00", on("nasal-cannula")), ("09:10", on(flow=2))
        ),
        "09:10",
        "clear",
    ),
    "a cannula without a flow after room air cannot be told": (
        breathing(("08:00", on("room-air")), ("09:00", on("nasal-cannula"))),
        "09:00",
        "indeterminate missing o2-flow",
    ),
    "room air drops the flow": (
        breathing(("08:00", cannula(5)), ("09:00", on("room-air"))),
        "09:00",
        "clear",
    ),
    "a cannula charted after a flow alone keeps it": (
        breathing(("08:00", on(flow=5)), ("09:00", on("nasal-cannula"))),
        "09:00",
        "absolute",
    ),
    "a flow alone after room air is a cannula": (
        breathing(("08:00", on("room-air")), ("09:00", on(flow=3))),
        "09:00",
        "relative",
    ),
    "a FiO2 alone after room air is a mask": (
        breathing(("08:00", on("room-air")), ("09:00", on(fio2=45))),
        "09:00",
        "absolute",
    ),
    "a flow of 0 after room air is room air": (
        breathing(("08:00", on("room-air")), ("09:00", on(flow=0))),
        "09:00",
        "clear",
    ),
    "a FiO2 after a cannula was turned to 0 is a mask": (
        breathing(("08:00", cannula(0)), ("09:00", on(fio2=35))),
        "09:00",
        "relative",
    ),
    "a flow after a mask was turned to 0 is a cannula": (
        breathing(("08:00", on("mask", fio2=60, flow=0)), ("09:00", on(flow=2))),
        "09:00",
        "clear",
    ),
    "a flow after a ventilator at 0 stays a ventilator": (
        breathing(("08:00", on("ventilator", flow=0)), ("09:00", on(flow=2))),
        "09:00",
        "absolute",
    ),
    "a flow after non-invasive ventilation at 0 stays that": (
        breathing(("08:00", on("nippv", flow=0)), ("09:00", on(flow=2))),
        "09:00",
        "absolute",
    ),
    "a late older device does not rule": (
        breathing(("08:00", cannula(2))).vitals("07:00", known="09:00", device="mask"),
        "09:00",
        "clear",
    ),
    "a late flow of before the device belongs to the device before": (
        breathing(("08:00", on("mask", fio2=30))).vitals("07:00", known="09:00", flow=5),
        "09:00",
        "relative",
    ),
}


@table(CHARTING)
def test_flow_and_fio2_belong_to_the_device_in_force(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: hold until changed; charting another device drops them; by exception."""
    assert seen(course, at, CODE) == expected


def low(*readings: tuple[str, float], flow: float = 4) -> Course:
    return breathing(("07:00", cannula(flow)), *((time, {"spo2": value}) for time, value in readings))


SATURATION = {
    "below 95 % for 5 min on 4 L/min is absolute": (
        low(("08:00", 94.9), ("08:05", 94.9)),
        "08:05",
        "absolute",
    ),
    "for just under 5 min it is not": (low(("08:00", 94), ("08:04:59.999", 94)), "08:05", "relative"),
    "at 95 % it is not": (low(("08:00", 95), ("08:05", 95)), "08:05", "relative"),
    "one reading is no run": (low(("08:00", 90)), "08:05", "relative"),
    "on just under 4 L/min it is not": (low(("08:00", 90), ("08:05", 90), flow=3.9), "08:05", "relative"),
    "one reading in five may be better": (
        low(*((f"08:0{minute}", 96 if minute == 3 else 92) for minute in range(6))),
        "08:05",
        "absolute",
    ),
    "two in six may not": (
        low(*((f"08:0{minute}", 96 if minute in (2, 3) else 92) for minute in range(6))),
        "08:05",
        "relative",
    ),
    "4 L/min may be lacking at a reading that is not low": (
        breathing(
            ("08:00", cannula(4, spo2=90)),
            ("08:01", on(spo2=90)),
            ("08:02", on(spo2=90)),
            ("08:03", cannula(2, spo2=96)),
            ("08:04", cannula(4, spo2=90)),
            ("08:05", on(spo2=90)),
        ),
        "08:05",
        "absolute",
    ),
    "a mask with an assumed FiO2 is as much": (
        breathing(("08:00", on("mask", spo2=90)), ("08:05", on(spo2=90)), ("08:06", on("room-air", spo2=90))),
        "08:06",
        "absolute",
    ),
    "a FiO2 of 40 % is as much": (
        breathing(
            ("08:00", on("other", spo2=90, flow=2, fio2=40)),
            ("08:05", on(spo2=90)),
            ("08:06", on("room-air", spo2=90)),
        ),
        "08:06",
        "absolute",
    ),
    "a FiO2 just under 40 % is not": (
        breathing(
            ("08:00", on("other", spo2=90, flow=2, fio2=39.9)),
            ("08:05", on(spo2=90)),
            ("08:06", on("room-air", spo2=90)),
        ),
        "08:06",
        "relative",
    ),
    "high flow is as much": (
        breathing(
            ("08:00", on("high-flow", spo2=90)), ("08:05", on(spo2=90)), ("08:06", on("room-air", spo2=90))
        ),
        "08:06",
        "absolute",
    ),
    "4 L/min charted together with room air are as much": (
        breathing(("08:00", on("room-air", spo2=90, flow=4)), ("08:05", on(spo2=90))),
        "08:05",
        "absolute",
    ),
    "less than 4 L/min with it are not": (
        breathing(("08:00", on("room-air", spo2=90, flow=3.9)), ("08:05", on(spo2=90))),
        "08:05",
        "relative",
    ),
    "4 L/min must be in force at each reading": (
        breathing(("08:00", cannula(3, spo2=90)), ("08:03", cannula(4, spo2=90)), ("08:06", on(spo2=90))),
        "08:07",
        "relative",
    ),
    "and is from 5 min on": (
        breathing(("08:00", cannula(3, spo2=90)), ("08:03", cannula(4, spo2=90)), ("08:08", on(spo2=90))),
        "08:08",
        "absolute",
    ),
    "it lasts until sustained at 95 %": (
        low(("08:00", 90), ("08:05", 90), ("08:10", 95), ("08:14:59.999", 95)),
        "08:15",
        "absolute",
    ),
    "then the device speaks": (
        low(("08:00", 90), ("08:05", 90), ("08:10", 95), ("08:15", 95)),
        "08:15",
        "relative",
    ),
    "turned down to 2 L/min it lasts": (
        low(("08:00", 90), ("08:05", 90), ("08:10", 97)).vitals("08:11", flow=2),
        "08:11",
        "absolute",
    ),
    "neighbours an interval and a quarter apart join": (
        low(("08:00", 90), ("13:00", 90)),
        "13:00",
        "absolute",
    ),
    "neighbours further apart do not": (low(("08:00", 90), ("13:00:00.001", 90)), "13:01", "relative"),
}


def room_air(*readings: tuple[str, float], baseline: float | None = None) -> Course:
    before = {} if baseline is None else {"spo2": baseline}
    drawn = Course().start("00:00", readings=before)
    for time, value in readings:
        drawn.vitals(time, id=time, spo2=value)
    return drawn


LITTLE = {
    "below 95 % for 5 min is relative": (room_air(("08:00", 94.9), ("08:05", 94.9)), "08:05", "relative"),
    "at 95 % it is clear": (room_air(("08:00", 95), ("08:05", 95)), "08:05", "clear"),
    "once it is clear": (room_air(("08:00", 94)), "08:05", "clear"),
    "it keeps its level on more oxygen": (
        room_air(("08:00", 93), ("08:05", 93)).vitals("08:06", **cannula(2, spo2=96)),
        "08:07",
        "relative",
    ),
    "still low on 4 L/min it is absolute": (
        room_air(("08:00", 93), ("08:05", 93))
        .vitals("08:06", **cannula(4, spo2=93))
        .vitals("08:11", spo2=93)
        .vitals("08:12", device="room-air"),
        "08:12",
        "absolute",
    ),
    "89 once is absolute": (room_air(("08:00", 89.9)), "08:00", "absolute"),
    "90 once is clear": (room_air(("08:00", 90)), "08:00", "clear"),
    "89 unconfirmed is clear": (room_air(("07:58", 96), ("08:00", 89)), "08:00", "clear"),
    "two looks of one moment that differ are unconfirmed": (
        room_air(("08:00", 89)).vitals("08:00", id="2", spo2=94, known="15:59"),
        "15:59",
        "clear",
    ),
    "a look that was stale when known takes no confirmation away": (
        room_air(("08:00", 89)).vitals("08:00", id="2", spo2=94, known="16:00"),
        "16:00",
        "absolute stale",
    ),
    "89 confirmed is absolute": (room_air(("07:58", 96), ("08:00", 89), ("08:01", 88)), "08:01", "absolute"),
    "90 once leaves it absolute": (room_air(("08:00", 89), ("08:06", 90)), "08:06", "absolute"),
    "90 for 5 min leaves it relative": (
        room_air(("08:00", 89), ("08:06", 90), ("08:11", 90)),
        "08:11",
        "relative",
    ),
    "96 for 5 min clears it": (room_air(("08:00", 89), ("08:06", 96), ("08:11", 96)), "08:11", "clear"),
    "a baseline of 97 % leaves the limit at 95": (
        room_air(("08:00", 94.9), ("08:05", 94.9), baseline=97),
        "08:05",
        "relative",
    ),
    "a baseline of 93 % makes it 91": (
        room_air(("08:00", 91), ("08:05", 91), baseline=93),
        "08:05",
        "clear",
    ),
    "below that it is relative": (
        room_air(("08:00", 90.9), ("08:05", 90.9), baseline=93),
        "08:05",
        "relative",
    ),
    "and the 90 is 86": (room_air(("08:00", 86), baseline=93), "08:05", "clear"),
    "below which it is absolute": (room_air(("08:00", 85.9), baseline=93), "08:05", "absolute"),
    "a low saturation goes stale": (
        room_air(("08:00", 93), ("08:05", 93)),
        "16:05",
        "relative stale",
    ),
}


@table(LITTLE)
def test_a_saturation_that_is_low_on_little_oxygen(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: the patient's limit; <90 % confirmed is absolute on anything."""
    assert seen(course, at, CODE) == expected


def test_oxygen_that_cannot_be_read_is_not_nothing() -> None:
    """criteria.md section 2: indeterminate if it was clear, else kept, stale, until a usable newer one."""
    course = breathing(("08:00", on("room-air"))).vitals(
        "08:30", **{"o2-flow": {"value": 900, "unit": "L/min"}}
    )
    assert seen(course, "08:30", CODE) == "indeterminate missing o2-flow.unreadable"
    assert seen(course.vitals("08:40", flow=2), "08:40", CODE) == "clear"
    course = breathing(("08:00", cannula(5))).vitals("08:30", **{"o2-flow": {"value": 900, "unit": "L/min"}})
    assert seen(course, "08:30", CODE) == "absolute stale missing o2-flow.unreadable"
    assert seen(course.vitals("08:40", device="room-air", spo2=98), "08:40", CODE) == "clear"
    course = breathing(("07:00", on())).vitals("08:00", "m", device="mask", flow=900)
    assert seen(course, "08:00", CODE) == "indeterminate missing o2-flow.unreadable"
    assert seen(course.correct("m", "08:30", flow=6), "08:30", CODE) == "absolute"


def test_oxygen_read_since_stays_read_when_the_records_have_left_the_tail() -> None:
    """criteria.md section 2: until a usable newer one."""
    course = breathing(("08:00", on("room-air"))).vitals(
        "08:30", **{"o2-flow": {"value": 900, "unit": "L/min"}}
    )
    course.vitals("08:40", flow=2)
    for hour in range(9, 33):
        course.vitals(f"{hour:02}:00", spo2=98)
    assert seen(course, "32:00", CODE) == "clear"


@table(SATURATION)
def test_a_saturation_that_stays_low_on_high_flow(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: absolute on a sustained run of SpO2 <95 % with >=4 L/min or as much in force at
    each low reading, until sustained >=95 %.
    """
    assert seen(course, at, CODE) == expected


STALE = {
    "clear and less than 8 h old is clear": (
        breathing(("08:00", on("room-air"))),
        "15:59:59.999",
        "clear",
    ),
    "clear and 8 h old cannot be told": (breathing(("08:00", on("room-air"))), "16:00", BLIND),
    "in the ICU less than 2 h old is clear": (
        breathing(("08:00", on("room-air")), location="icu"),
        "09:59:59.999",
        "clear",
    ),
    "in the ICU 2 h old cannot be told": (
        breathing(("08:00", on("room-air")), location="icu"),
        "10:00",
        BLIND,
    ),
    "a low saturation keeps its state, stale": (
        low(("08:00", 90), ("08:05", 90)),
        "16:05",
        "absolute stale",
    ),
    "and is not stale before": (low(("08:00", 90), ("08:05", 90)), "16:04:59.999", "absolute"),
    "a saturation stale when it becomes known is not seen": (
        breathing(("08:00", on("room-air", None))).vitals("01:00", known="09:00", spo2=98),
        "09:00",
        BLIND,
    ),
}


@table(STALE)
def test_oxygen_requirement_goes_stale(course: Course, at: str, expected: str) -> None:
    """criteria.md sections 2 and 3.1: stale when the latest SpO2 is as old as twice the vital-sign interval;
    data loss never clears.
    """
    assert seen(course, at, CODE) == expected


ALERTS = {
    "opened and resolved by device at the fact": (
        breathing(("08:00", cannula(3))).vitals("09:00", known="09:10", flow=2, spo2=98),
        ["opened relative 08:00", "resolved clear 09:00 @09:10"],
    ),
    "opened by saturation at the reading that made the run": (
        low(("08:00", 90), ("08:02", 90), ("08:06", 90)),
        ["opened relative 07:00", "worsened absolute 08:06"],
    ),
    "improved when sustained again": (
        low(("08:00", 90), ("08:05", 90), ("08:10", 96), ("08:15", 96)),
        ["opened relative 07:00", "worsened absolute 08:05", "improved relative 08:15"],
    ),
    "improved when the saturation ends that was worse than the device": (
        breathing(("08:00", cannula(3)))
        .vitals("08:30", spo2=85)
        .vitals("09:00", spo2=98)
        .vitals("09:05", spo2=98),
        ["opened relative 08:00", "worsened absolute 08:30", "improved relative 09:05"],
    ),
    "improved when the device ends that was worse than the saturation": (
        low(("08:00", 94), ("08:05", 94), flow=2)
        .vitals("08:20", device="nasal-cannula", flow=5)
        .vitals("08:40", device="nasal-cannula", flow=2),
        ["opened relative 08:05", "worsened absolute 08:20", "improved relative 08:40"],
    ),
    "learned together: improved when the last that was worse ended": (
        breathing(("08:00", cannula(5)))
        .vitals("09:20", known="10:00", device="nasal-cannula", flow=3)
        .vitals("09:45", known="10:00", spo2=93)
        .vitals("09:50", known="10:00", spo2=93),
        ["opened absolute 08:00", "improved relative 09:20 @10:00"],
    ),
    "learned together: opened when the first began": (
        breathing(("08:00", cannula(2)))
        .vitals("09:00", known="10:00", device="nasal-cannula", flow=3)
        .vitals("09:25", known="10:00", spo2=93)
        .vitals("09:30", known="10:00", spo2=93),
        ["opened relative 09:00 @10:00"],
    ),
    "learned together: absolute when the first to make it so began": (
        breathing(("08:00", cannula(2)))
        .vitals("09:00", known="10:00", spo2=85)
        .vitals("09:30", known="10:00", device="nasal-cannula", flow=5),
        ["opened absolute 09:00 @10:00"],
    ),
    "not confirmed after all: as the device has left it since": (
        breathing(("08:00", cannula(3))).vitals("09:00", spo2=85).vitals("08:58", known="09:10", spo2=98),
        ["opened relative 08:00", "worsened absolute 09:00", "improved relative 09:00 @09:10"],
    ),
    "not confirmed after all: clear since the device that can be read": (
        breathing(("08:00", cannula(81)))
        .vitals("09:00", spo2=85)
        .vitals("08:58", known="09:10", device="room-air", spo2=98),
        ["opened absolute 09:00", "resolved clear 09:00 @09:10"],
    ),
    "not confirmed after all, and nothing else ever was: when that is decided": (
        breathing().vitals("09:00", spo2=85).vitals("08:58", known="09:10", spo2=98),
        ["opened absolute 09:00", "resolved clear 09:10"],
    ),
    "learned together: clear when what could not be read was": (
        breathing(("08:00", cannula(81)))
        .vitals("09:00", spo2=85)
        .vitals("09:05", known="10:00", spo2=98)
        .vitals("09:10", known="10:00", spo2=98)
        .vitals("09:20", known="10:00", device="room-air"),
        ["opened absolute 09:00", "resolved clear 09:20 @10:00"],
    ),
    "a device charted late opens with its own, though a saturation was as bad before it": (
        breathing(("08:00", on("room-air", 87)))
        .vitals("08:20", spo2=95)
        .vitals("08:40", spo2=98)
        .vitals("08:35", known="09:00", device="nasal-cannula", flow=5),
        ["opened absolute 08:00", "resolved clear 08:40", "opened absolute 08:35 @09:00"],
    ),
    "learned together: what ended before it was known is not what opens": (
        breathing()
        .vitals("08:00", known="10:00", device="room-air", spo2=87)
        .vitals("09:10", known="10:00", device="nasal-cannula", flow=5, spo2=98)
        .vitals("09:15", known="10:00", spo2=98),
        ["opened absolute 09:10 @10:00"],
    ),
    "learned together: relative once the saturation that was worse had ended": (
        breathing()
        .vitals("08:00", known="10:00", spo2=87)
        .vitals("08:30", known="10:00", device="nasal-cannula", flow=3)
        .vitals("09:00", known="10:00", spo2=98)
        .vitals("09:05", known="10:00", spo2=98),
        ["opened relative 09:05 @10:00"],
    ),
    "learned together: relative by a saturation once the device that was worse had gone": (
        breathing()
        .vitals("08:00", known="10:00", device="nasal-cannula", flow=5)
        .vitals("08:40", known="10:00", device="nasal-cannula", flow=2)
        .vitals("08:45", known="10:00", spo2=93)
        .vitals("08:50", known="10:00", spo2=93),
        ["opened relative 08:50 @10:00"],
    ),
    "learned together: relative by a saturation since the device fell below absolute": (
        breathing(("07:00", cannula(2)))
        .vitals("08:00", known="10:00", spo2=93)
        .vitals("08:05", known="10:00", spo2=93)
        .vitals("08:20", known="10:00", flow=5)
        .vitals("08:30", known="10:00", flow=3)
        .vitals("08:40", known="10:00", flow=2),
        ["opened relative 08:30 @10:00"],
    ),
    "improved when the device that is left began, after the saturation ended": (
        breathing(("08:00", on("room-air", 85)))
        .vitals("09:00", spo2=98)
        .vitals("09:05", known="10:00", spo2=98)
        .vitals("09:30", known="10:00", device="nasal-cannula", flow=3),
        ["opened absolute 08:00", "improved relative 09:30 @10:00"],
    ),
    "improved by a baseline: by the reading that is left to decide it": (
        room_air(("08:00", 87), ("08:05", 87)).baseline("08:10", readings={"spo2": 93}),
        ["opened absolute 08:00", "improved relative 08:05 @08:10"],
    ),
    "learned late": (
        breathing().vitals("08:00", known="10:00", device="nasal-cannula", flow=3),
        ["opened relative 08:00 @10:00"],
    ),
    "withdrawn is amended": (
        breathing(("08:00", cannula(5))).withdraw("08:00", "08:10"),
        ["opened absolute", "amended clear"],
    ),
    "corrected down is amended to relative": (
        breathing(("08:00", cannula(5))).correct("08:00", "08:10", device="nasal-cannula", flow=4, spo2=98),
        ["opened absolute", "amended relative"],
    ),
    "corrected up is worsened": (
        breathing(("08:00", cannula(4))).correct("08:00", "08:10", device="nasal-cannula", flow=5, spo2=98),
        ["opened relative", "worsened absolute"],
    ),
    "a saturation of the run withdrawn is amended": (
        low(("08:00", 90), ("08:05", 90)).withdraw("08:05", "08:10"),
        ["opened relative", "worsened absolute", "amended relative"],
    ),
    "going stale says nothing": (
        low(("08:00", 90), ("08:05", 90)).tick("30:00"),
        ["opened relative", "worsened absolute"],
    ),
}


MESSAGES = {
    "by cannula": (breathing(("08:00", cannula(5))), "Oxygen by nasal cannula 5 L/min, above 4"),
    "by mask": (breathing(("08:00", on("mask", fio2=50))), "Oxygen by mask 50 %, at or above 40"),
    "by mask without a FiO2": (
        breathing(("08:00", on("mask"))),
        "Oxygen by mask, FiO2 not charted and assumed, at or above 40",
    ),
    "by a device that is absolute by itself": (breathing(("08:00", on("ventilator"))), "Ventilator: present"),
    "by a ventilator, its FiO2": (breathing(("08:00", on("ventilator", fio2=50))), "Ventilator 50 %"),
    "by high flow, its flow": (
        breathing(("08:00", on("high-flow", flow=40, fio2=50))),
        "High-flow oxygen 40 L/min",
    ),
    "by saturation": (room_air(("08:00", 89)), "SpO2 89 %, below 90"),
}


@table(MESSAGES, "course expected")
def test_the_message_names_what_decides(course: Course, expected: str) -> None:
    """criteria.md section 10: what a person reads."""
    (opened,) = [a for a in alerts(course) if a["subject"] == CODE and a["transition"] == "opened"]
    assert opened["message"] == expected


@table(ALERTS, "course expected")
def test_what_is_said_of_oxygen_requirement(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: by device the `at` of the fact; a sustained row the reading that made the run
    long enough.
    """
    assert (timed if any(len(line.split()) > 2 for line in expected) else transitions)(
        course, CODE
    ) == expected
