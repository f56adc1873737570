"""Write the figures of a shift in words, as a nurse hands them over (criteria.md section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.evaluate.shift_figures import Figure
from rules.guideline import Guideline
from rules.guideline.local_time import clock_time, day_and_time
from rules.guideline.nurse_names import first_capital, input_name
from rules.guideline.site_choices import Shifts
from rules.wire.instants import DAY, parse
from rules.wire.written import figures, written
from streams.flowsheet.limits import thresholds

FLUIDS, PRESSORS = "fluids", "pressors"
Figures = Mapping[str, Figure]


class FigureLine(NamedTuple):
    """A line of figures; none of them: nothing was charted. `part`: of an assessment, where it is judged."""

    text: str
    figures: tuple[Figure, ...]
    part: str = "criteria"


def moment(at: str, end: int, shifts: Shifts) -> str:
    """Write an instant (RFC 3339) near the end of a shift (ms): `14:00`, a day or more away `Mon 14:00`."""
    found = parse(at)
    if abs(found - end) < DAY:
        return clock_time(found, shifts)
    day, clock = day_and_time(found, shifts).split()
    return f"{day[:3]} {clock}"


class ShiftWords(NamedTuple):
    """The figures of a shift that ended at `end` (ms), to be written."""

    found: Figures
    guideline: Guideline
    end: int

    def lines(self) -> list[FigureLine]:
        """Return the lines of signs, volumes, weight and pressors."""
        return [
            self._range("systolic-bp", "Systolic pressure"),
            self._range("heart-rate", "Heart rate"),
            self._oxygen(),
            self._urine(),
            self._intake(),
            self._weight(),
            self._pressors(),
        ]

    def labs(self) -> list[FigureLine]:
        """Return a line a result, by time, then kidney, blood, liver, heart; a time where it begins."""
        found = [one for code, one in self.found.items() if code.startswith("lab/")]
        found.sort(key=lambda one: (one.at, _order(one.code[4:])))
        times = ["", *(one.at for one in found)]
        return [
            FigureLine(("" if one.at == before else f"{self._at(one)}: ") + self._lab(one), (one,))
            for before, one in zip(times, found, strict=False)
        ]

    def _of(self, *codes: str) -> tuple[Figure, ...]:
        return tuple(self.found[code] for code in codes if code in self.found)

    def _value(self, one: Figure, *, unit: bool = True) -> str:
        if isinstance(one.value, str):
            return one.value.replace("-", " ")
        return written(one.value, one.unit if unit else None, *self._limits(one))

    def _limits(self, one: Figure) -> tuple[float, ...]:
        return thresholds(self.guideline, one.unit or "")

    def _at(self, one: Figure) -> str:
        return moment(one.at, self.end, self.guideline.shifts)

    def _range(self, code: str, name: str) -> FigureLine:
        found = self._of(f"{code}-lowest", f"{code}-highest")
        if not found:
            return FigureLine(f"{name}: none charted", ())
        low, high = found
        return FigureLine(
            f"{name} {self._value(low, unit=False)} ({self._at(low)}) to {self._value(high)} "
            f"({self._at(high)})",
            found,
        )

    def _oxygen(self) -> FigureLine:
        low = self._of("spo2-lowest")
        if not low:
            parts = ["SpO2: none charted"]
        else:
            high = self.found["spo2-highest"]
            span = f"{self._value(low[0], unit=False)} ({self._at(low[0])}) to {self._value(high)}"
            parts = [f"SpO2 {span}"]
        flow, device = self._of("o2-flow-highest"), self._of("o2-device")
        parts += [f"oxygen up to {self._value(one)} ({self._at(one)})" for one in flow]
        parts += [f"{self._value(one)} since {self._at(one)}" for one in device]
        return FigureLine("; ".join(parts), (*low, *self._of("spo2-highest"), *flow, *device))

    def _urine(self) -> FigureLine:
        found, least = self._of("urine"), self._of("urine-least-hour")
        if not found:
            return FigureLine("Urine: none charted", ())
        parts = [f"Urine {self._value(found[0])}"]
        parts += [f"least hour {self._value(one)} ({self._at(one)})" for one in least]
        return FigureLine("; ".join(parts), (*found, *least))

    def _intake(self) -> FigureLine:
        found = self._of("above-maintenance")
        given = self._value(found[0]) if found else "none charted"
        return FigureLine(f"Fluid above maintenance: {given}", found, FLUIDS)

    def _weight(self) -> FigureLine:
        found, over = self._of("weight"), self._of("weight-gain")
        if not found:
            return FigureLine("Weight: none charted", ())
        gains = "".join(f", {_signed(one)} % against baseline" for one in over)
        return FigureLine(
            f"Weight {self._value(found[0])} ({self._at(found[0])}){gains or ', no baseline'}",
            (*found, *over),
        )

    def _pressors(self) -> FigureLine:
        found = self._of("pressor-highest", "pressor-now")
        if not found or not any(one.value for one in found):
            return FigureLine("No pressor in the shift", found, PRESSORS)
        high, now = found
        return FigureLine(
            f"Pressor load up to {self._value(high)} ({self._at(high)}), "
            f"{self._value(now, unit=False)} at the end",
            found,
        )

    def _lab(self, one: Figure) -> str:
        name = LAB_NAMES.get(one.code[4:]) or first_capital(input_name(one.code[4:]))
        value = f"{one.comparator or ''}{self._value(one)}" + (f" = {one.charted}" if one.charted else "")
        was = "" if one.before is None else f" ({figures(one.before, *self._limits(one))})"
        return f"{name} {value}{was}"


def _order(code: str) -> int:
    return LAB_ORDER.index(code) if code in LAB_ORDER else len(LAB_ORDER)


def _signed(one: Figure) -> str:
    value = float(one.value)
    return f"+{figures(value)}" if value > 0 else figures(value)


LAB_NAMES = {code: code.upper() for code in ("alt", "ast", "ck", "inr", "pt", "ptt", "tsh", "wbc")} | {
    "free-t4": "Free T4",
    "ck-mb": "CK-MB",
}
LAB_ORDER = (
    "creatinine", "urea", "potassium", "sodium", "bicarbonate", "calcium", "magnesium", "phosphate",
    "glucose", "platelets", "hemoglobin", "hematocrit", "wbc", "bilirubin", "alt", "ast", "albumin",
    "ck", "ck-mb", "troponin-t", "troponin-i", "inr", "pt", "ptt", "tsh", "free-t4",
)  # fmt: skip
"""Kidney and salts, blood, liver, heart, clotting, thyroid."""
