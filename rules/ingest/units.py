"""Find the conversion of a unit as sent to the canonical unit of what was measured.

Every unit of UCUM that converts is taken, and the common spellings (wire.md, Events; criteria.md section 1).
What is not found here is refused: a unit is never guessed.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rules.ingest.spellings import WORDS, in_ucum, tidy
from rules.ingest.ucum import BODY_WEIGHT, NotUcum, Unit, parse, parse_any_case
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


class Reference(NamedTuple):
    """A unit that a quantity is known in, and how it becomes the canonical one, `unit`."""

    known: Unit
    scale: Scale
    unit: str


class Conversion(NamedTuple):
    """How a unit as sent becomes `unit`; `scale` None: it is that unit. `per_kg`: of the patient."""

    scale: Scale | None
    unit: str
    per_kg: bool = False


_KNOWN = 4096
ONE = Scale()


def _known(unit: str, *others: tuple[str, Scale]) -> tuple[Reference, ...]:
    """Return the canonical unit and the units of another dimension that convert to it by a factor."""
    return tuple(Reference(parse(text), scale, unit) for text, scale in ((unit, ONE), *others))


# --- What each quantity is known in: the factors of wire.md ---
_MOLAR = {
    "creatinine": ("umol/L", Scale(over=88.42)),
    "bilirubin": ("umol/L", Scale(over=17.1)),
    "calcium": ("mmol/L", Scale(times=4.008)),
    "magnesium": ("mmol/L", Scale(times=2.431)),
    "phosphate": ("mmol/L", Scale(times=3.097)),
    # In mg/dL it is urea nitrogen, in mmol/L whole urea: the factor carries both steps.
    "urea": ("mmol/L", Scale(times=2.801)),
    "glucose": ("mmol/L", Scale(times=18.016)),
    "free-t4": ("pmol/L", Scale(over=12.871)),
    **dict.fromkeys(("bicarbonate", "potassium", "sodium"), ("meq/L", ONE)),
    **dict.fromkeys(("alt", "ast", "ck"), ("[iU]/L", ONE)),
    "tsh": ("mU/L", ONE),
}
"""Lab -> the unit of another dimension that it is known in too."""

_VITALS: Mapping[str, tuple[Reference, ...]] = {
    code: _known(unit) for code, unit in vocabulary.VITALS.items() if unit and code != "temperature"
}
_LABS: Mapping[str, tuple[Reference, ...]] = {
    code: _known(unit, *((_MOLAR[code],) if code in _MOLAR else ())) for code, unit in vocabulary.LABS.items()
} | {"ck-mb": (*_known("ng/mL"), *_known("U/L", ("[iU]/L", ONE)))}
# CK-MB activity has no factor to its mass: it keeps its own unit and is compared only with its own `high`
# (wire.md, Labs codes).

_CELLS = ("platelets", "wbc")
_GIGA_PER_LITRE = ("G/L", "G/l")

_CELSIUS = ("cel", "c", "oc", "°c", "degc", "degreec", "degreesc", "celsius", "degcel", "degreescelsius")
_FAHRENHEIT = (
    "[degf]", "f", "°f", "degf", "degreef", "degreesf", "fahrenheit", "degfahrenheit", "degreesfahrenheit",
)  # fmt: skip
_KELVIN = ("k", "kelvin")

_DOSES = tuple(
    Reference(parse(unit + per, weighed=True), scale, "[iU]" + per)
    for per in ("", "/kg")
    for unit, scale in (
        ("[iU]", ONE),
        ("U", ONE),
        # Proleukin: 18 million units are 1.1 mg (criteria.md 7.2).
        ("mg", Scale(18_000_000.0, 1.1)),
    )
)
_DOSE_WORDS = {word: ucum for word, ucum in WORDS.items() if word != "miu"} | {
    "MIU": "M[iU]",
    "kg": "kg",
    "unit": "[iU]",
    "units": "[iU]",
}
_INTERNATIONAL = ("U", "[iU]", "[IU]")

_MASS_RATES = tuple(Reference(parse(f"ug{per}/min", weighed=True), ONE, "ug/kg/min") for per in ("/kg", ""))
_UNIT_RATES = tuple(Reference(parse(f"{unit}/min"), ONE, "U/min") for unit in ("U", "[iU]"))
_VOLUMES = _known("mL")


def _readings(
    text: str, weighed: bool, words: Mapping[str, str], large: tuple[str, ...], any_case: bool
) -> Iterator[Unit]:
    """Yield what a unit may mean, the most literal first: UCUM, spelled words, then in whatever case."""
    tidied = tidy(text)
    worded = in_ucum(tidied, words)
    for written in dict.fromkeys((text.strip(), tidied, worded)):
        try:
            yield parse(written, weighed, large)
        except NotUcum:
            continue
    for written in dict.fromkeys((tidied, worded)) if any_case else ():
        try:
            yield parse_any_case(written, weighed)
        except NotUcum:
            continue
    try:
        yield parse(text.strip(), weighed)
    except NotUcum:
        return


def _converted(
    references: tuple[Reference, ...],
    text: str | None,
    *,
    weighed: bool = False,
    words: Mapping[str, str] = WORDS,
    large: tuple[str, ...] = (),
    any_case: bool = True,
) -> Conversion | None:
    if not text or len(text) > 2 * _LONGEST:
        return None
    for unit in _readings(text, weighed, words, large, any_case):
        for known, scale, canonical in references:
            if unit.dimensions == known.dimensions:
                per_kg = any(name == BODY_WEIGHT for name, _ in unit.dimensions)
                return _scaled(unit.factor / known.factor, scale, canonical, per_kg)
    return None


_LONGEST = 64


def _scaled(ratio: Fraction, scale: Scale, unit: str, per_kg: bool) -> Conversion | None:
    if ratio == 1 and scale == ONE:
        return Conversion(None, unit, per_kg)
    try:
        by = Scale(scale.times * float(ratio.numerator), scale.over * float(ratio.denominator))
    except OverflowError:
        return None
    return Conversion(by, unit, per_kg)


@lru_cache(maxsize=_KNOWN)
def vital(code: str, unit: str | None) -> Conversion | None:
    """Return the conversion of a vital sign sent in `unit`; None when there is none."""
    if code == "temperature":
        return _temperature(unit)
    return _converted(_VITALS[code], unit) if code in _VITALS else None


@lru_cache(maxsize=_KNOWN)
def lab(code: str, unit: str | None) -> Conversion | None:
    """Return the conversion of a result sent in `unit`; None when there is none. `inr` needs no unit."""
    if code == "inr" and not (unit or "").strip():
        return Conversion(None, "1")
    if code in _CELLS and unit in _GIGA_PER_LITRE:
        return Conversion(None, vocabulary.LABS[code])
    return _converted(_LABS[code], unit) if code in _LABS else None


@lru_cache(maxsize=_KNOWN)
def volume(unit: str | None) -> Conversion | None:
    """Return the conversion of a volume to mL; None when there is none."""
    return _converted(_VOLUMES, unit)


@lru_cache(maxsize=_KNOWN)
def dose(unit: str | None) -> Conversion | None:
    """Return the conversion of a dose to `[iU]/kg` or `[iU]`; None when there is none.

    A small `miu` may be thousandths or millions: it is refused.
    """
    return _converted(
        _DOSES, unit, weighed=True, words=_DOSE_WORDS, large=_INTERNATIONAL, any_case=_is_mass(unit)
    )


def _is_mass(unit: str | None) -> bool:
    return (unit or "").strip().lower().startswith(("mg", "ug", "mcg"))


@lru_cache(maxsize=_KNOWN)
def rate(agent: str, unit: str | None) -> Conversion | None:
    """Return the conversion of a vasopressor's rate, per kg or not; None when there is none.

    To ug/kg/min or ug/min, for vasopressin U/min. A volume by time has none: the bag is unknown.
    """
    references = _UNIT_RATES if agent == "vasopressin" else _MASS_RATES
    return _converted(references, unit, weighed=True)


def _temperature(unit: str | None) -> Conversion | None:
    written = "".join(_unannotated(unit or "").replace("º", "°").replace("℃", "°C").split()).casefold()
    if written in _CELSIUS:
        return Conversion(None, "Cel")
    if written in _FAHRENHEIT:
        return Conversion(Scale(5.0, 9.0, shift=-32.0), "Cel")
    return Conversion(Scale(shift=-273.15), "Cel") if written in _KELVIN else None


def _unannotated(unit: str) -> str:
    head, brace, _ = unit.partition("{")
    return head if brace else unit
