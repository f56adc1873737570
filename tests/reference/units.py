"""Units and plausibility (wire.md, "Vitals codes", "Labs codes"; criteria.md 8)."""

from collections.abc import Callable

SAME: Callable[[float], float] = lambda value: value  # noqa: E731


def times(factor: float) -> Callable[[float], float]:
    """Multiplies, rounded to 4 decimals as every converted value."""
    return lambda value: round(value * factor, 4)


def over(divisor: float) -> Callable[[float], float]:
    """Divides, rounded to 4 decimals as every converted value."""
    return lambda value: round(value / divisor, 4)


PRESSURE = {"mm[hg]": SAME, "mmhg": SAME, "kpa": times(7.50062)}
PER_MINUTE = {"/min": SAME, "bpm": SAME, "{beats}/min": SAME, "{breaths}/min": SAME}
PERCENT = {"%": SAME, "1": times(100)}
CELLS = {"10*3/ul": SAME, "10*9/l": SAME, "k/ul": SAME, "/mm3": over(1000)}
ENZYME = {"u/l": SAME}
ELECTROLYTE = {"mmol/l": SAME, "meq/l": SAME}
TROPONIN = {"ng/ml": SAME, "ng/l": over(1000)}


def mineral(factor: float) -> dict[str, Callable[[float], float]]:
    """mg/dL as it is, mmol/L by its factor."""
    return {"mg/dl": SAME, "mmol/l": times(factor)}


UNITS: dict[str, dict[str, Callable[[float], float]]] = {
    "heart-rate": PER_MINUTE,
    "respiratory-rate": PER_MINUTE,
    "systolic-bp": PRESSURE,
    "diastolic-bp": PRESSURE,
    "mean-bp": PRESSURE,
    "temperature": {
        "cel": SAME,
        "c": SAME,
        "[degf]": lambda f: round((f - 32) * 5 / 9, 4),
        "f": lambda f: round((f - 32) * 5 / 9, 4),
    },
    "spo2": {"%": SAME},
    "o2-flow": {"l/min": SAME},
    "fio2": PERCENT,
    "weight": {"kg": SAME, "g": over(1000), "[lb_av]": times(0.45359237), "lb": times(0.45359237)},
    "creatinine": {"mg/dl": SAME, "umol/l": over(88.42)},
    "bilirubin": {"mg/dl": SAME, "umol/l": over(17.1)},
    "platelets": CELLS,
    "wbc": CELLS,
    "bicarbonate": ELECTROLYTE,
    "potassium": ELECTROLYTE,
    "sodium": ELECTROLYTE,
    "calcium": mineral(4.008),
    "magnesium": mineral(2.431),
    "phosphate": mineral(3.097),
    "urea": mineral(2.801),
    "glucose": mineral(18.016),
    "hematocrit": PERCENT,
    "hemoglobin": {"g/dl": SAME, "g/l": over(10)},
    "albumin": {"g/dl": SAME, "g/l": over(10)},
    "alt": ENZYME,
    "ast": ENZYME,
    "ck": ENZYME,
    "ck-mb": {"ng/ml": SAME, "u/l": SAME},
    "troponin-t": TROPONIN,
    "troponin-i": TROPONIN,
    "pt": {"s": SAME},
    "ptt": {"s": SAME},
    "tsh": {"m[iu]/l": SAME, "miu/l": SAME},
    "free-t4": {"ng/dl": SAME},
}
UNITLESS = {"inr", "o2-device"}
LIMITS = {
    "heart-rate": (20, 300),
    "systolic-bp": (30, 260),
    "diastolic-bp": (10, 200),
    "mean-bp": (20, 220),
    "spo2": (40, 100),
    "temperature": (30, 44),
    "respiratory-rate": (2, 80),
    "weight": (25, 350),
    "o2-flow": (0, 80),
    "fio2": (21, 100),
    "creatinine": (0.1, 30),
    "platelets": (1, 2000),
    "bilirubin": (0, 60),
    "potassium": (1, 10),
}
VOLUME = {"ml": SAME, "l": times(1000)}
RATE = {"ug/kg/min": SAME, "mcg/kg/min": SAME, "ug/kg/h": over(60), "mg/kg/min": times(1000)}
RATE_PER_MINUTE = {"ug/min": 1.0, "mcg/min": 1.0, "mg/min": 1000.0, "ug/h": 1 / 60, "mg/h": 1000 / 60}


def canonical(code: str, value: float, unit: str | None) -> float | None:
    """The value in its canonical unit; None if the unit is missing or cannot be converted."""
    convert = UNITS[code].get(str(unit).lower())
    return None if convert is None else convert(value)


def plausible(code: str, value: float) -> bool:
    """Whether the value lies within section 8's limits, ends included."""
    low, high = LIMITS.get(code, (float("-inf"), float("inf")))
    return low <= value <= high
