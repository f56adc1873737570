"""Script one patient's typical first cycle, three days: `python -m simulators.scenarios.worked >
worked.jsonl`.

The course is the one the paper describes: fever after the first doses, pressure lowest 4 to 6 h after each,
oliguria answered by boluses, a pressor on the second day, oxygen and falling platelets on the third, then
recovery. Nothing is random: every run writes the same lines. Hours count from `cycle-start`, 2026-03-02
08:00Z.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

HOURS = (-2, 22, 38, 46, 58, 70)
RESULT = 70 / 60

# code -> unit, the values at HOURS (None: not asked), low and high of the laboratory
PANELS: dict[str, dict[str, tuple[str, tuple[float | None, ...], float | None, float | None]]] = {
    "blood count": {
        "platelets": ("10*3/uL", (231, 128, 79, 42, 38, 61), 150, 400),
        "hematocrit": ("%", (39, 35, 33, 31, 30, 31), 36, 48),
        "wbc": ("10*3/uL", (6.1, 3.2, 2.4, 2.9, 4.8, 9.6), 4, 10),
    },
    "chemistry": {
        "sodium": ("mmol/L", (139, 135, 133, 132, 134, 136), 135, 145),
        "potassium": ("mmol/L", (4.1, 3.4, 3.8, 3.9, 4.0, 4.1), 3.5, 5.1),
        "bicarbonate": ("mmol/L", (25, 21, 19, 17, 20, 22), 22, 29),
        "urea": ("mg/dL", (14, 22, 34, 41, 44, 38), 6, 20),
        "creatinine": ("mg/dL", (0.9, 1.5, 2.3, 2.7, 2.6, 2.0), 0.6, 1.2),
        "glucose": ("mg/dL", (98, 112, 124, 118, 109, 104), 70, 140),
    },
    "liver": {
        "alt": ("U/L", (24, 41, None, 88, None, 74), 7, 40),
        "ast": ("U/L", (22, 38, None, 79, None, 61), 8, 40),
        "bilirubin": ("mg/dL", (0.6, 2.1, None, 5.2, None, 4.1), 0.2, 1.2),
        "albumin": ("g/dL", (4.1, 3.4, None, 2.7, None, 2.6), 3.5, 5.0),
    },
    "minerals": {
        "calcium": ("mg/dL", (9.4, 8.7, None, 8.2, None, 8.6), 8.5, 10.5),
        "magnesium": ("mg/dL", (2.0, 1.8, None, 1.5, None, 1.9), 1.6, 2.6),
        "phosphate": ("mg/dL", (3.4, 2.8, None, 2.4, None, 2.9), 2.5, 4.5),
    },
    "coagulation": {
        "inr": ("1", (1.0, 1.1, None, 1.3, None, 1.2), 0.8, 1.2),
        "ptt": ("s", (29, 31, None, 36, None, 33), 25, 36),
    },
    "creatine kinase": {"ck": ("U/L", (70, 88, None, 140, None, 120), 30, 200)},
    "thyroid": {
        "tsh": ("m[iU]/L", (1.8, None, None, None, None, None), 0.4, 4.5),
        "free-t4": ("ng/dL", (1.2, None, None, None, None, None), 0.8, 1.8),
    },
}


def laboratory() -> Iterator[dict[str, Any]]:
    """Yield every panel at its hours; the platelets of hour 46 are first misread as 24, corrected
    after 2 h.
    """
    for source, panel in PANELS.items():
        for index, hour in enumerate(HOURS):
            readings = [
                measured(code, panel[code], index) for code in panel if panel[code][1][index] is not None
            ]
            if source == "blood count" and hour == 46:
                yield from misread(source, readings)
            elif readings:
                yield {
                    "type": "labs",
                    "at": hour,
                    "known": hour + RESULT,
                    "source": source,
                    "readings": readings,
                }


def measured(
    code: str, row: tuple[str, tuple[float | None, ...], float | None, float | None], index: int
) -> dict[str, Any]:
    """Return one reading with its unit and the laboratory's range."""
    unit, values, low, high = row
    return {"code": code, "value": values[index], "unit": unit, "low": low, "high": high}


def misread(source: str, readings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a count that clumped in the tube: the wrong value, then the same id corrected."""
    clumped = [reading | {"value": 24} if reading["code"] == "platelets" else reading for reading in readings]
    sample = {"type": "labs", "id": "cbc-day-3", "at": 46, "source": source}
    yield sample | {"known": 46 + RESULT, "readings": clumped}
    yield sample | {"known": 48 + RESULT, "status": "corrected", "readings": readings}


PATIENT = "worked"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DOSES = (0, 8, 16, 24, 32, 44)
HELD, THERAPY_END, LAST = 52, 53, 72

Event = dict[str, Any]


def events(patient: str = PATIENT, start: datetime = START) -> list[Event]:
    """Return the whole course in the order in which it became known: about 300 events of `wire.md`."""
    parts = (encounters, doses, vitals, urine, intake, stool, infusions, laboratory, findings, medication)
    facts = sorted(
        (fact for part in parts for fact in part()),
        key=lambda fact: float(fact["known"] if "known" in fact else fact["at"]),
    )
    return [on_wire(fact, f"w{number:03}", patient, start) for number, fact in enumerate(facts, 1)]


def on_wire(fact: Event, identity: str, patient: str, start: datetime) -> Event:
    """Return the fact with its id and patient, its hours turned into times."""
    times = {key: time(fact[key], start) for key in ("at", "start", "known") if key in fact}
    return {"type": fact["type"], "id": identity, "patient": patient} | fact | times


def time(hours: float, start: datetime) -> str:
    """Return hours since the start as RFC 3339, to the minute."""
    return f"{start + timedelta(minutes=round(hours * 60)):%Y-%m-%dT%H:%M:%SZ}"


def encounters() -> Iterator[Event]:
    """Yield admission, baseline, cycle start, transfers and the end of therapy."""
    yield {"type": "encounter", "at": -20, "event": "admit", "location": "ward"}
    yield {
        "type": "encounter", "at": -19, "event": "baseline", "location": "ward", "age": 46,
        "readings": [reading("systolic-bp", 124, "mm[Hg]"), reading("weight", 72, "kg")],
        "findings": {
            "recent-steroid": False, "recent-infection": False, "ecg-normal": True, "chest-xray-clear": True,
            "heavy-smoker": False, "heavy-lung-burden": False, "antihypertensives-stopped": True,
            "major-organ-disease": False, "family-history-cardiac": False,
        },
    }  # fmt: skip
    yield {"type": "encounter", "at": 0, "event": "cycle-start", "location": "ward"}
    yield {"type": "encounter", "at": 37.5, "event": "transfer", "location": "icu"}
    yield {"type": "encounter", "at": THERAPY_END, "event": "therapy-end", "location": "icu"}
    yield {"type": "encounter", "at": 66, "event": "transfer", "location": "ward"}


def doses() -> Iterator[Event]:
    """Yield the doses given, and the one held."""
    drug = {"type": "dose", "agent": "aldesleukin", "amount": 600000, "unit": "[iU]/kg"}
    yield from (drug | {"at": hour, "given": True} for hour in DOSES)
    yield drug | {
        "at": HELD,
        "given": False,
        "reason": "more than three relative criteria: platelets, creatinine, oxygen among them",
    }


def reading(code: str, value: float | str, unit: str | None = None) -> Event:
    return {"code": code, "value": value} | ({"unit": unit} if unit else {})


# Pressure at the hours at which the script departs from the curve: the falls that a bolus or the pressor
# treats.
PRESSURE = {
    20: 91,
    21: 88,
    22: 98,
    23: 101,
    28: 94,
    29: 87,
    30: 97,
    36: 89,
    37: 78,
    38: 84,
    39: 92,
    40: 98,
    48: 92,
    49: 88,
    50: 96,
}
RECHECKED = {
    21 + 1 / 6: 87,
    21.5: 97,
    21.75: 99,
    29 + 1 / 6: 86,
    29.5: 96,
    36 + 1 / 6: 88,
    37.25: 79,
    37.75: 83,
    49.25: 87,
    49.5: 97,
    49.75: 98,
}
PULSE = {36: 121, 37: 127, 38: 133, 39: 132, 40: 126, 41: 118, 42: 112, 49: 121, 50: 116}
HEAT = {2: 38.2, 3: 38.9, 4: 38.4, 5: 37.9, 10: 38.0, 11: 38.6, 12: 38.3, 13: 37.8}
WEIGHT = {-2: 72.3, 22: 75.4, 46: 80.1, 70: 78.2}
OXYGEN = {41.25: 2, 47.25: 3, 49.25: 4, 56: 3, 60: 2, 66: 0}
SATURATION = {40: 94, 41: 93, 46: 94, 47: 93, 48: 95, 49: 94}


def vitals() -> Iterator[Event]:
    """Yield every second hour on the ward, hourly from the second evening; rechecked when low."""
    hours = [*range(-2, 34, 2), 3, 5, 11, 13, 21, 23, 29, *range(34, LAST + 1)]
    yield from (vital_signs(hour) for hour in sorted(hours))
    yield from (
        vitals_record(hour, reading("systolic-bp", value, "mm[Hg]")) for hour, value in RECHECKED.items()
    )
    yield from (vitals_record(hour, reading("weight", value, "kg")) for hour, value in WEIGHT.items())
    yield from (vitals_record(hour, *oxygen(flow)) for hour, flow in OXYGEN.items())


def vitals_record(hour: float, *readings: Event) -> Event:
    return {"type": "vitals", "at": hour, "source": "bedside monitor", "readings": list(readings)}


def vital_signs(hour: int) -> Event:
    pressure = PRESSURE.get(hour, curve(hour))
    return vitals_record(
        hour,
        reading("heart-rate", PULSE.get(hour, pulse_curve(hour)), "/min"),
        reading("systolic-bp", pressure, "mm[Hg]"),
        reading("diastolic-bp", round(pressure * 0.58), "mm[Hg]"),
        reading("respiratory-rate", 16 + max(hour, 0) // 12 if hour < THERAPY_END else 18, "/min"),
        reading("temperature", HEAT.get(hour, round(37 + wobble(hour) / 10, 1)), "Cel"),
        reading("spo2", SATURATION.get(hour, 98 - max(0, min(hour, 60)) // 24), "%"),
    )


def curve(hour: float) -> int:
    """Return systolic pressure: the new, lower steady state, less the dip that is deepest 5 h after each
    dose.
    """
    steady = 122 - min(max(hour, 0), 48) * 0.3 + max(0, hour - 58) * 1.2
    dip = sum(max(0.0, 1 - abs(hour - dose - 5) / 4) * (12 + number) for number, dose in enumerate(DOSES))
    return round(steady - dip + wobble(hour))


def pulse_curve(hour: float) -> int:
    """Return heart rate, which rises as the pressure falls."""
    return round(84 + (124 - curve(hour)) * 0.72 + wobble(hour + 2) - max(0, hour - 56) * 0.4)


def wobble(hour: float) -> float:
    """Return the deviation of one reading: by a rule, not by chance."""
    return (int(hour) * 7 % 5) - 2


def oxygen(flow: int) -> list[Event]:
    if not flow:
        return [reading("o2-device", "room-air")]
    return [reading("o2-device", "nasal-cannula"), reading("o2-flow", flow, "L/min")]


FOUR_HOURLY = {0: 320, 4: 260, 8: 170, 12: 96, 16: 58, 20: 128, 24: 168, 28: 120, 32: 112, 36: 110}
CATHETER = 36
HOURLY = (
    16, 12, 8, 6, 14, 26, 32, 38, 36, 33, 30, 28,
    24, 20, 18, 22, 26, 30, 32, 38, 44, 48, 56, 64,
    72, 84, 160, 230, 260, 240, 225, 210, 180, 150, 130, 120,
)  # fmt: skip


def urine() -> Iterator[Event]:
    """Yield every 4 h while voiding, every hour once the catheter is in."""
    collection = {"type": "io", "direction": "out", "kind": "urine", "unit": "mL"}
    yield from (
        collection | {"at": hour, "start": hour - 4, "volume": volume} for hour, volume in FOUR_HOURLY.items()
    )
    yield from (
        collection | {"at": hour + 1, "start": hour, "volume": volume}
        for hour, volume in enumerate(HOURLY, CATHETER)
    )


def intake() -> Iterator[Event]:
    fluid: Event = {"type": "io", "direction": "in", "unit": "mL"}
    yield from (
        fluid | {"at": hour, "start": hour - 4, "kind": "iv-maintenance", "volume": 300}
        for hour in range(4, 60, 4)
    )
    boluses = ((16.5, 500), (21.25, 250), (29.25, 500), (36.5, 250), (37.25, 250), (39.5, 250), (49.25, 250))
    yield from (fluid | {"at": hour, "kind": "iv-bolus", "volume": volume} for hour, volume in boluses)
    yield from (fluid | {"at": hour, "kind": "oral", "volume": 150} for hour in (1, 13, 25, 60, 68))


def stool() -> Iterator[Event]:
    loose = {"type": "io", "direction": "out", "kind": "stool", "unit": "mL"}
    volumes = ((27, 200), (35, 300), (41, 350), (43, 400), (45, 300), (51, 250), (58, 150))
    yield from (loose | {"at": hour, "volume": volume} for hour, volume in volumes)


PHENYLEPHRINE = {
    37.25: 0.5, 37.5: 0.8, 38: 1.1, 39.5: 0.9, 40.5: 0.7, 42: 0.5, 43: 0.3, 48.5: 0.5, 49.5: 0.8, 51: 0.6,
    54: 0.4, 57: 0.2, 59: 0,
}  # fmt: skip
DOPAMINE = {39.75: 2, 58: 0}


def infusions() -> Iterator[Event]:
    """Yield the pressor, raised at the peak of dose 5, weaned for dose 6 and raised at its peak too; and
    dopamine for the kidney.
    """
    for agent, rates in (("phenylephrine", PHENYLEPHRINE), ("dopamine", DOPAMINE)):
        yield from (
            {"type": "infusion", "at": hour, "agent": agent, "rate": rate, "unit": "ug/kg/min"}
            for hour, rate in rates.items()
        )


def findings() -> Iterator[Event]:
    note: Event = {"type": "finding", "source": "nursing"}
    yield from (
        note | {"at": hour, "code": "mental-status", "value": "normal"}
        for hour in (*range(-2, 48, 8), 50.5, 54, 62, 70)
    )
    yield from (note | {"at": hour, "code": "iv-site", "present": True} for hour in range(-1, 72, 8))
    yield from (
        note | {"at": -18, "code": code, "present": True} for code in ("ecg", "chest-xray", "urinalysis")
    )
    yield note | {"at": 49, "code": "mental-status", "value": "changed"}
    for code, seen, gone in (("vivid-dreams", 46.5, 62), ("dyspnea-at-rest", 48, 60)):
        yield note | {"at": seen, "code": code, "present": True}
        yield note | {"at": gone, "code": code, "present": False}


def medication() -> Iterator[Event]:
    drug: Event = {"type": "medication", "unit": "mg"}
    yield from (
        drug | {"at": hour, "agent": "acetaminophen", "amount": 650, "route": "PO"}
        for hour in range(-1, 72, 6)
    )
    yield from (
        drug | {"at": hour, "agent": "indomethacin", "amount": 25, "route": "PO"} for hour in range(-1, 72, 6)
    )
    yield from (
        drug | {"at": hour, "agent": "ranitidine", "amount": 150, "route": "PO"} for hour in range(-1, 72, 12)
    )
    yield drug | {"at": 24, "agent": "potassium-chloride", "amount": 10, "unit": "meq", "route": "IV"}
    yield drug | {"at": 47.5, "agent": "sodium-bicarbonate", "amount": 100, "unit": "meq", "route": "IV"}
    yield from (drug | {"at": hour, "agent": "furosemide", "amount": 20, "route": "IV"} for hour in (62, 66))


def main() -> None:
    """Write the course as JSON Lines on standard output."""
    sys.stdout.writelines(json.dumps(event) + "\n" for event in events())


if __name__ == "__main__":
    main()
