"""Define how often each criterion is observed as a matter of routine: how long a span must last before a
perfect observer has seen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from simulators.charting.volumes import LITTLE, WARD_EVERY
from simulators.charting.writer import DAY, HOUR, Vitals
from simulators.physiology.latent_state import PRESSORS, Array, Chunk, Flags
from simulators.truth.runs import Run


class Routine(NamedTuple):
    """Minutes between observations on the ward, and in intensive care or on a pressor."""

    ward: int
    intensive: int


# Charted when they change: a device or a rate as it is set, a finding as soon as a nurse has seen it
# (assumption: within half an hour).
SET: Final = Routine(15, 15)
NOTICED: Final = Routine(30, 30)

# Table 1 of the paper: the laboratory daily, twice daily in intensive care; volumes each 4 h, hourly in
# intensive care.
ROUTINE: Final[Mapping[str, Routine]] = MappingProxyType(
    {
        "cardiac-enzymes": Routine(DAY, DAY),
        "diarrhea": Routine(4 * HOUR, HOUR),
        "bilirubin": Routine(DAY, DAY),
        "platelets": Routine(DAY, DAY // 2),
        "creatinine": Routine(DAY, DAY // 2),
        "weight-gain": Routine(DAY, DAY),
        "phenylephrine-maximum": SET,
        "phenylephrine-minimum": SET,
        "intubation": SET,
        "urine-shift": Routine(4 * HOUR, HOUR),
        # A rate is that of a whole collection: a 4 h collection must lie within the span, or enough of it
        # that the ward changes to hourly ones, each of which gives the volume of the hour that ends with it.
        "urine-hour": Routine(6 * HOUR, HOUR),
    }
)
# A monitor shows vital signs each minute, artefacts apart; a fast pulse is judged by the temperature too,
# taken hourly.
BY_MONITOR: Final[Mapping[str, Routine]] = MappingProxyType(
    {"hypotension": SET, "oxygen-requirement": SET, "sinus-tachycardia": Routine(HOUR, HOUR)},
)
# By hand each hour, or as Table 1 has it; a sustained run takes two readings.
SIGNALS: Final = ("hypotension", "oxygen-requirement", "sinus-tachycardia")
BY_HAND: Final[Mapping[str, Routine]] = MappingProxyType(dict.fromkeys(SIGNALS, Routine(2 * HOUR, 2 * HOUR)))
SELDOM: Final[Mapping[str, Routine]] = MappingProxyType(dict.fromkeys(SIGNALS, Routine(8 * HOUR, 2 * HOUR)))
BY_VITALS: Final[Mapping[Vitals, Mapping[str, Routine]]] = MappingProxyType(
    {"minute": BY_MONITOR, "hourly": BY_HAND, "4-hourly": SELDOM}
)


# After four hours of so little urine, misread or not, the ward has changed to hourly collections.
BY_VOLUME: Final = frozenset({"urine-hour", "urine-shift"})
SURELY_LITTLE: Final = LITTLE * 0.9


def routine(code: str, charting: Vitals) -> Routine:
    """Return the routine of a criterion, with vital signs charted so often."""
    return BY_VITALS[charting].get(code) or ROUTINE.get(code, NOTICED)


class Looks:
    """Counts routine observations of a cohort: the share of one that each minute is, by the mode in force and
    the habits of the ward.
    """

    def __init__(self, codes: tuple[str, ...], charting: Sequence[Vitals]) -> None:
        self.ward, self.care = (
            np.array([[routine(code, often)[place] for often in charting] for code in codes])
            for place in range(2)
        )
        self.by_volume = np.array([code in BY_VOLUME for code in codes])
        self.scant = Run(len(charting))

    def __call__(self, chunk: Chunk) -> Array:
        """Return the share of a routine observation that each minute is: (minutes, criteria, patients)."""
        close = intensive(chunk)
        hourly = close | (self.scant(chunk.latent["urine-rate"] < SURELY_LITTLE) > WARD_EVERY)
        often = np.where(self.by_volume[:, None], hourly[:, None, :], close[:, None, :])
        return np.where(often, 1 / self.care, 1 / self.ward)


def intensive(chunk: Chunk) -> Flags:
    """Return who is in an ICU, or has a vasopressor running (criteria.md section 6)."""
    found: Flags = np.logical_or.reduce([chunk.support[name] > 0 for name in ("icu", *PRESSORS)])
    return found


MODE_LASTS: Final = 4 * HOUR
"""After the last vasopressor (criteria.md section 6)."""


class IntensiveSpans:
    """When the mode is intensive: the spans of each patient."""

    def __init__(self, patients: int) -> None:
        self.left = np.zeros(patients)
        self.since: list[int | None] = [None] * patients
        self.found: list[list[tuple[int, int]]] = [[] for _ in range(patients)]

    def add(self, chunk: Chunk) -> None:
        """Add the next chunk."""
        pressor = np.logical_or.reduce([chunk.support[name] > 0 for name in PRESSORS])
        for row, running in enumerate(pressor):
            self.left = np.where(running, MODE_LASTS, np.maximum(self.left - 1, 0))
            self._mark(chunk.start + row + 1, (self.left > 0) | (chunk.support["icu"][row] > 0))

    def _mark(self, minute: int, close: Flags) -> None:
        for patient, (since, now) in enumerate(zip(self.since, close.tolist(), strict=True)):
            if now and since is None:
                self.since[patient] = minute
            elif since is not None and not now:
                self.found[patient].append((since, minute))
                self.since[patient] = None

    def close(self, minute: int) -> list[list[tuple[int, int]]]:
        """Return all spans, those in force ended at `minute`."""
        self._mark(minute, np.zeros(len(self.since), dtype=np.bool_))
        return self.found
