"""How much worse is a step (criteria.md 9): the measures of a subject, with when each value became known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from . import heart, pressure, urine
from .facts import Value
from .knowledge import Knowledge
from .row import Row
from .units import rounded
from .windows import STALE_DAILY_LAB, STALE_LAB, STALE_WEIGHT, Limit, Reading, counted, lonely


@dataclass(frozen=True)
class Point:
    """A value of a measure; `at` is its reading's, `known` when it became known."""

    value: Fraction
    at: int
    known: int
    id: str = ""
    held: bool = False  # in force until the next


@dataclass(frozen=True)
class Measure:
    """Which way is worse, and what is a step from a value."""

    sign: int
    step: Callable[[Fraction], Fraction]  # the value that is a step worse

    def worst(self, values: list[Fraction]) -> Fraction:
        """The worst of some values."""
        return max(values, key=lambda v: v * self.sign)

    def is_step(self, value: Fraction, worst: Fraction) -> bool:
        """Whether a value is worse by at least a step."""
        limit = rounded(self.step(worst))
        return value * self.sign >= limit * self.sign and value * self.sign > worst * self.sign


def up(by: str) -> Measure:
    """Higher is worse."""
    return Measure(1, lambda w: w + Fraction(by))


def down(by: str) -> Measure:
    """Lower is worse."""
    return Measure(-1, lambda w: w - Fraction(by))


MEASURES: dict[str, dict[str, Measure]] = {
    "hypotension": {"systolic-bp": down("10")},
    "sinus-tachycardia": {"heart-rate": up("10")},
    "oxygen-requirement": {"spo2": down("3"), "o2-flow": up("2"), "fio2": up("10")},
    "urine-hour": {"urine": Measure(-1, lambda w: w / 2)},
    "creatinine": {"creatinine": up("0.5")},
    "bilirubin": {"bilirubin": up("2")},
    "platelets": {"platelets": Measure(-1, lambda w: w * 2 / 3)},
    "phenylephrine-maximum": {"load": up("0.3")},
    "phenylephrine-minimum": {"load": up("0.3")},
    "diarrhea": {"stool": up("500")},
    "weight-gain": {"weight": up("5")},
}


def points(k: Knowledge, subject: str, row: Row, at: int) -> dict[str, list[Point]]:
    """The values of each measure of a subject; what is no reading's has the row's own value, now."""
    if subject == "hypotension":
        return {"systolic-bp": _signal(pressure.readings(k))}
    if subject == "sinus-tachycardia":
        return {"heart-rate": _signal(heart.signal(k, "heart-rate"))}
    if subject == "oxygen-requirement":
        charted = {c: _values(k.series(c), held=True) for c in ("o2-flow", "fio2")}
        return {"spo2": _signal(heart.signal(k, "spo2")), **charted}
    if subject in ("creatinine", "bilirubin", "platelets"):
        return {subject: _results(k, subject, STALE_DAILY_LAB if subject == "bilirubin" else STALE_LAB)}
    if subject == "urine-hour":
        return {"urine": _urine(k)}
    if subject == "weight-gain":
        return {"weight": _weights(k)}
    name = next(iter(MEASURES.get(subject, {})), None)
    if name is None or row.value is None:
        return {}
    facts = [f for f in k.facts if f.id in row.evidence] if row.evidence else []
    newest, known = (max((getattr(f, which) for f in facts), default=int(at)) for which in ("at", "first"))
    return {name: [Point(row.value, newest, known, "")]}


def _values(values: list[Value], held: bool = False) -> list[Point]:
    return [Point(v.value, v.at, v.first, v.id, held) for v in values]


def _results(k: Knowledge, code: str, when: Limit) -> list[Point]:
    """Those that count; one with a comparator, where all that it allows is as bad as its value."""
    worse = (">", ">=") if MEASURES[code][code].sign > 0 else ("<", "<=")
    values = counted(k, k.series(code), when)
    return _values([v for v in values if v.item.comparator in (None, *worse)])


def _signal(readings: list[Reading]) -> list[Point]:
    return [Point(_confirmed(readings, i), r.at, r.first, r.id) for i, r in enumerate(readings)]


def _confirmed(readings: list[Reading], i: int) -> Fraction:
    """A reading's own value if it is alone in 5 min, else the better of it and the one before."""
    value = readings[i].value
    if i == 0 or lonely(readings, i):
        return value
    before = readings[i - 1].value
    low_is_bad = readings[i].shown.code != "heart-rate"
    return max(value, before) if low_is_bad else min(value, before)


def _urine(k: Knowledge) -> list[Point]:
    firsts = {f.at: f.first for f in urine.usable(k)}
    return [
        Point(row.value, end, firsts[end], row.evidence[-1] if row.evidence else "")
        for row, end in urine.stretches(k)
        if row.value is not None
    ]


def _weights(k: Knowledge) -> list[Point]:
    baseline = k.baseline("weight")
    if baseline is None:
        return []
    values = counted(k, k.series("weight"), STALE_WEIGHT)
    return [Point(rounded((v.value - baseline) / baseline * 100), v.at, v.first, v.id) for v in values]
