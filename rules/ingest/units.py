"""List the spellings of units that each quantity accepts, and their conversion to the canonical one.

Source: criteria.md section 1.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from rules.wire import vocabulary


class Scale(NamedTuple):
    """The conversion from one unit to the canonical one: shift, multiply, divide.

    The three are kept apart so that no factor is rounded beforehand.
    """

    times: float = 1.0
    over: float = 1.0
    shift: float = 0.0

    def convert(self, value: float) -> float:
        """Return a value in the canonical unit, to 4 decimals; infinite when it exceeds a float.

        Source: criteria.md 1.
        """
        return round((value + self.shift) * self.times / self.over, 4)


Spellings = dict[str | None, Scale | None]  # None is a key too, in few tables: no unit at all

_MICRO = re.compile(r"(?<![A-Za-z])u(?=g|mol|L|l|IU|U|\[)")
_MICRO_SIGNS = ("mc", "\u00b5", "\u03bc")


def _variants(unit: str) -> Iterator[str]:
    """Yield a unit as UCUM writes it, then with the litre in lower case and micro in its other signs."""
    for spelling in dict.fromkeys((unit, unit.replace("L", "l"))):
        yield spelling
        for sign in _MICRO_SIGNS:
            yield _MICRO.sub(sign, spelling)


def _spelled(*units: str, scale: Scale | None = None) -> Spellings:
    return {spelling: scale for unit in units for spelling in _variants(unit)}


_INTERNATIONAL = ("[iU]", "[IU]", "IU", "U", "units", "unit")

# --- Vitals ---
_PRESSURE = _spelled("mm[Hg]", "mmHg", "mm Hg") | _spelled("kPa", scale=Scale(times=7.50062))
_PER_MINUTE = _spelled("/min", "1/min", "bpm", "{beats}/min", "beats/min")
_BREATHS = _spelled("/min", "1/min", "bpm", "{breaths}/min", "breaths/min")
_PERCENT = _spelled("%")
_FRACTION = _spelled("1", scale=Scale(times=100.0))

_VITALS: Mapping[str, Spellings] = {
    "heart-rate": _PER_MINUTE,
    "systolic-bp": _PRESSURE,
    "diastolic-bp": _PRESSURE,
    "mean-bp": _PRESSURE,
    "respiratory-rate": _BREATHS,
    "temperature": _spelled("Cel", "C", "\u00b0C", "degC")
    | _spelled("[degF]", "F", "\u00b0F", "degF", scale=Scale(5.0, 9.0, shift=-32.0)),
    "spo2": _PERCENT,
    "o2-flow": _spelled("L/min", "LPM", "lpm"),
    "fio2": _PERCENT | _FRACTION,
    "weight": _spelled("kg")
    | _spelled("g", scale=Scale(over=1000.0))
    | _spelled("[lb_av]", "lb", "lbs", scale=Scale(times=0.45359237)),
}

# --- Labs ---
_CELLS = _spelled(
    "10*3/uL",
    "10^3/uL",
    "x10*3/uL",
    "x10^3/uL",
    "K/uL",
    "10*3/mm3",
    "10^3/mm3",
    "10*9/L",
    "10^9/L",
    "x10*9/L",
    "x10^9/L",
) | _spelled("/mm3", "/uL", scale=Scale(over=1000.0))
_MILLIMOLES = _spelled("mmol/L", "meq/L", "mEq/L")
_GRAMS = _spelled("g/dL") | _spelled("g/L", scale=Scale(over=10.0))
_ENZYME = _spelled("U/L", "IU/L", "[iU]/L", "[IU]/L")
_NANOGRAMS = _spelled("ng/mL", "ug/L")
_SECONDS = _spelled("s", "sec")


def _milligrams(other: str, scale: Scale) -> Spellings:
    return _spelled("mg/dL") | _spelled(other, scale=scale)


_LABS: Mapping[str, Spellings] = {
    "creatinine": _milligrams("umol/L", Scale(over=88.42)),
    "bilirubin": _milligrams("umol/L", Scale(over=17.1)),
    "platelets": _CELLS,
    "bicarbonate": _MILLIMOLES,
    "potassium": _MILLIMOLES,
    "sodium": _MILLIMOLES,
    "calcium": _milligrams("mmol/L", Scale(times=4.008)),
    "magnesium": _milligrams("mmol/L", Scale(times=2.431)),
    "phosphate": _milligrams("mmol/L", Scale(times=3.097)),
    "hematocrit": _PERCENT | _FRACTION | _spelled("L/L", scale=Scale(times=100.0)),
    "hemoglobin": _GRAMS,
    "albumin": _GRAMS,
    "alt": _ENZYME,
    "ast": _ENZYME,
    "ck": _ENZYME,
    "ck-mb": _NANOGRAMS | _ENZYME,
    "troponin-t": _NANOGRAMS | _spelled("ng/L", "pg/mL", scale=Scale(over=1000.0)),
    "troponin-i": _NANOGRAMS | _spelled("ng/L", "pg/mL", scale=Scale(over=1000.0)),
    # In mg/dL it is urea nitrogen, in mmol/L whole urea: the factor carries both steps.
    "urea": _milligrams("mmol/L", Scale(times=2.801)),
    "glucose": _milligrams("mmol/L", Scale(times=18.016)),
    "pt": _SECONDS,
    "inr": _spelled("1", "", "{INR}") | {None: None},
    "ptt": _SECONDS,
    "tsh": _spelled("m[iU]/L", "m[IU]/L", "mIU/L", "mU/L", "u[iU]/mL", "u[IU]/mL", "uIU/mL", "uU/mL"),
    "free-t4": _spelled("ng/dL") | _spelled("pmol/L", scale=Scale(over=12.871)),
    "wbc": _CELLS,
}


def _lab_unit(code: str, unit: str | None) -> str:
    """Return the canonical unit of a lab sent in `unit`.

    CK-MB activity has no factor to its mass: it keeps its own unit and is compared only with its own `high`
    (wire.md, Labs codes).
    """
    return "U/L" if code == "ck-mb" and unit in _ENZYME else vocabulary.LABS[code]


VITALS: Mapping[tuple[str, str | None], tuple[str, Scale | None]] = {
    (code, unit): (code, scale) for code, spellings in _VITALS.items() for unit, scale in spellings.items()
}
"""(code, unit as sent) -> (code, scale)."""

LABS: Mapping[tuple[str, str | None], tuple[str, Scale | None, str]] = {
    (code, unit): (code, scale, _lab_unit(code, unit))
    for code, spellings in _LABS.items()
    for unit, scale in spellings.items()
}
"""(code, unit as sent) -> (code, scale, canonical unit)."""

# --- Volumes ---
VOLUMES: Mapping[str | None, Scale | None] = MappingProxyType(
    _spelled("mL", "cc") | _spelled("L", scale=Scale(times=1000.0)) | _spelled("dL", scale=Scale(times=100.0))
)
"""Unit as sent -> scale to mL."""


# --- Doses ---
def _dose_units() -> Iterator[tuple[str | None, tuple[str, Scale | None]]]:
    for per, unit in product(("", "/kg"), _INTERNATIONAL):
        yield unit + per, ("[iU]" + per, None)
    for per, unit in product(("", "/kg"), ("M[iU]", "M[IU]", "MIU", "MU")):
        yield unit + per, ("[iU]" + per, Scale(times=1_000_000.0))


DOSES: Mapping[str | None, tuple[str, Scale | None]] = MappingProxyType(dict(_dose_units()))
"""Unit as sent -> (`[iU]/kg` or `[iU]`, scale)."""

# --- Infusions ---
_TIMES = {"min": 1.0, "minute": 1.0, "h": 60.0, "hr": 60.0, "hour": 60.0}
_PER_KG = (
    "{amount}/kg/{time}",
    "{amount}/(kg.{time})",
    "{amount}/({time}.kg)",
    "{amount}/{time}/kg",
    "{amount}.kg-1.{time}-1",
)
_FLAT = ("{amount}/{time}", "{amount}.{time}-1")
_MASSES = {"ng": Scale(over=1000.0), "ug": Scale(), "mg": Scale(times=1000.0)}
_UNITS = dict.fromkeys(_INTERNATIONAL, Scale()) | dict.fromkeys(
    ("m[iU]", "m[IU]", "mIU", "mU"), Scale(over=1000.0)
)


def _rates(forms: Iterable[str], amounts: Mapping[str, Scale]) -> Spellings:
    return {
        spelling: _unless_one(Scale(scale.times, scale.over * per))
        for form, (amount, scale), (time, per) in product(forms, amounts.items(), _TIMES.items())
        for spelling in _variants(form.format(amount=amount, time=time))
    }


def _unless_one(scale: Scale) -> Scale | None:
    return None if scale == Scale() else scale


_MASS_RATES = {unit: (True, scale) for unit, scale in _rates(_PER_KG, _MASSES).items()} | {
    unit: (False, scale) for unit, scale in _rates(_FLAT, _MASSES).items()
}
_UNIT_RATES = {unit: (False, scale) for unit, scale in _rates((*_PER_KG, *_FLAT), _UNITS).items()}

RATES: Mapping[str, Mapping[str | None, tuple[bool, Scale | None]]] = MappingProxyType(
    {agent: _UNIT_RATES if agent == "vasopressin" else _MASS_RATES for agent in vocabulary.VASOPRESSORS}
)
"""Agent -> unit as sent -> (per kg, scale to ug/kg/min, ug/min or, for vasopressin, U/min)."""
