"""Units and plausibility (wire.md, "Vitals codes", "Labs codes"; criteria.md 8)."""

from collections.abc import Callable
from fractions import Fraction

Convert = Callable[[Fraction], Fraction]
SAME: Convert = lambda value: value  # noqa: E731


def exact(value: float) -> Fraction:
    """The decimal number that was written."""
    return Fraction(str(value))


def rounded(value: Fraction) -> Fraction:
    """To 4 decimals, as every number that meets a limit."""
    return round(value, 4)


def times(factor: str) -> Convert:
    """Multiplies."""
    return lambda value: value * Fraction(factor)


def over(divisor: str) -> Convert:
    """Divides."""
    return lambda value: value / Fraction(divisor)


def fahrenheit(value: Fraction) -> Fraction:
    """Degrees Celsius."""
    return (value - 32) * 5 / 9


PRESSURE = {"mm[hg]": SAME, "mmhg": SAME, "kpa": times("7.50062")}
PER_MINUTE = {"/min": SAME, "bpm": SAME, "{beats}/min": SAME, "{breaths}/min": SAME}
PERCENT = {"%": SAME, "1": times("100")}
CELLS = {"10*3/ul": SAME, "10*9/l": SAME, "k/ul": SAME, "/mm3": over("1000")}
ENZYME = {"u/l": SAME}
ELECTROLYTE = {"mmol/l": SAME, "meq/l": SAME}
TROPONIN = {"ng/ml": SAME, "ng/l": over("1000")}
MASS = {"kg": SAME, "g": over("1000"), "[lb_av]": times("0.45359237"), "lb": times("0.45359237")}


def mineral(factor: str) -> dict[str, Convert]:
    """mg/dL as it is, mmol/L by its factor."""
    return {"mg/dl": SAME, "mmol/l": times(factor)}


UNITS: dict[str, dict[str, Convert]] = {
    "heart-rate": PER_MINUTE,
    "respiratory-rate": PER_MINUTE,
    "systolic-bp": PRESSURE,
    "diastolic-bp": PRESSURE,
    "mean-bp": PRESSURE,
    "temperature": {"cel": SAME, "c": SAME, "[degf]": fahrenheit, "f": fahrenheit},
    "spo2": {"%": SAME},
    "o2-flow": {"l/min": SAME},
    "fio2": PERCENT,
    "weight": MASS,
    "creatinine": {"mg/dl": SAME, "umol/l": over("88.42")},
    "bilirubin": {"mg/dl": SAME, "umol/l": over("17.1")},
    "platelets": CELLS,
    "wbc": CELLS,
    "bicarbonate": ELECTROLYTE,
    "potassium": ELECTROLYTE,
    "sodium": ELECTROLYTE,
    "calcium": mineral("4.008"),
    "magnesium": mineral("2.431"),
    "phosphate": mineral("3.097"),
    "urea": mineral("2.801"),
    "glucose": mineral("18.016"),
    "hematocrit": PERCENT,
    "hemoglobin": {"g/dl": SAME, "g/l": over("10")},
    "albumin": {"g/dl": SAME, "g/l": over("10")},
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
    "inr": {"": SAME, "1": SAME, "none": SAME},
}
VITALS = (
    "heart-rate",
    "respiratory-rate",
    "systolic-bp",
    "diastolic-bp",
    "mean-bp",
    "temperature",
    "spo2",
    "o2-device",
    "o2-flow",
    "fio2",
    "weight",
)
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
    "bicarbonate": (2, 60),
    "sodium": (90, 200),
    "calcium": (2, 20),
    "magnesium": (0.3, 15),
    "phosphate": (0.2, 25),
    "glucose": (5, 2500),
    "urea": (1, 300),
    "hematocrit": (5, 75),
    "hemoglobin": (2, 25),
    "albumin": (0.5, 8),
    "ck": (0, 200000),
    "alt": (0, 200000),
    "ast": (0, 200000),
    "inr": (0.5, 25),
    "wbc": (0, 500),
}
VOLUME = {"ml": SAME, "l": times("1000")}
PER_KG = {
    "ug/kg/min": SAME,
    "mcg/kg/min": SAME,
    "ug/kg/h": over("60"),
    "mg/kg/min": times("1000"),
    "mg/kg/h": times("50/3"),
}
ABSOLUTE_RATE = {
    "ug/min": SAME,
    "mcg/min": SAME,
    "mg/min": times("1000"),
    "ug/h": over("60"),
    "mcg/h": over("60"),
    "mg/h": times("50/3"),
}
VASOPRESSIN = {"u/min": SAME, "u/h": over("60")}
RATE_LIMITS = {"phenylephrine": 20, "norepinephrine": 5, "epinephrine": 5, "dopamine": 50, "vasopressin": 1}
DOSE_PER_KG = {"[iu]/kg": SAME, "iu/kg": SAME, "m[iu]/kg": times("1000000")}
DOSE = {"[iu]": SAME, "iu": SAME, "m[iu]": times("1000000"), "miu": times("1000000")}
DOSE["mg"] = times("180000000/11")


def canonical(code: str, value: float, unit: object) -> Fraction | None:
    """The value in its canonical unit; None if the unit is missing or cannot be converted."""
    convert = UNITS[code].get("" if unit is None else str(unit).lower())
    return None if convert is None else rounded(convert(exact(value)))


def plausible(code: str, value: Fraction) -> bool:
    """Whether the value lies within section 8's limits, ends included."""
    if code not in LIMITS:
        return True
    low, high = LIMITS[code]
    return exact(low) <= value <= exact(high)
