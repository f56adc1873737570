"""The laboratory of the worked patient: a sample every morning, and every 12 h in intensive care; results come 70 min later."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Every panel at its hours, and the platelets of hour 46: first misread as 24, corrected after 2 h."""
    for source, panel in PANELS.items():
        for index, hour in enumerate(HOURS):
            readings = [measured(code, panel[code], index) for code in panel if panel[code][1][index] is not None]
            if source == "blood count" and hour == 46:
                yield from misread(source, readings)
            elif readings:
                yield {"type": "labs", "at": hour, "known": hour + RESULT, "source": source, "readings": readings}


def measured(code: str, row: tuple[str, tuple[float | None, ...], float | None, float | None], index: int) -> dict[str, Any]:
    """One reading with its unit and the laboratory's range."""
    unit, values, low, high = row
    return {"code": code, "value": values[index], "unit": unit, "low": low, "high": high}


def misread(source: str, readings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A count clumped in the tube: the wrong value, then the same id corrected."""
    clumped = [reading | {"value": 24} if reading["code"] == "platelets" else reading for reading in readings]
    sample = {"type": "labs", "id": "cbc-day-3", "at": 46, "source": source}
    yield sample | {"known": 46 + RESULT, "readings": clumped}
    yield sample | {"known": 48 + RESULT, "status": "corrected", "readings": readings}
