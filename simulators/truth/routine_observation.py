"""Define how often each criterion is observed as a matter of routine: how long a span must last before a
perfect observer has seen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from simulators.charting.volumes import LITTLE, WARD_EVERY
from simulators.charting.writer import DAY, HOUR
from simulators.physiology.latent_state import PRESSORS, Array, Chunk, Flags
from simulators.truth.runs import SustainedTruth


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
# By hand each hour; a sustained run takes two readings.
BY_HAND: Final[Mapping[str, Routine]] = MappingProxyType(
    dict.fromkeys(("hypotension", "oxygen-requirement", "sinus-tachycardia"), Routine(2 * HOUR, 2 * HOUR)),
)


# After four hours of so little urine, misread or not, the ward has changed to hourly collections.
BY_VOLUME: Final = frozenset({"urine-hour", "urine-shift"})
SURELY_LITTLE: Final = LITTLE * 0.9


def routine(code: str, *, monitor: bool) -> Routine:
    """Return the routine of a criterion, with vital signs from a monitor or by hand."""
    vitals = BY_MONITOR if monitor else BY_HAND
    return vitals.get(code) or ROUTINE.get(code, NOTICED)


class Looks:
    """Counts routine observations of a cohort: the share of one that each minute is, by the mode in force and
    the habits of the ward.
    """

    def __init__(self, codes: tuple[str, ...], patients: int, *, monitor: bool) -> None:
        self.ward, self.care = (
            np.array([routine(code, monitor=monitor)[place] for code in codes]) for place in range(2)
        )
        self.by_volume = np.array([code in BY_VOLUME for code in codes])
        self.scant = SustainedTruth(patients, WARD_EVERY)

    def __call__(self, chunk: Chunk) -> Array:
        """Return the share of a routine observation that each minute is: (minutes, criteria, patients)."""
        close = intensive(chunk)
        hourly = close | self.scant(chunk.latent["urine-rate"] < SURELY_LITTLE)
        often = np.where(self.by_volume[:, None], hourly[:, None, :], close[:, None, :])
        return np.where(often, 1 / self.care[:, None], 1 / self.ward[:, None])


def intensive(chunk: Chunk) -> Flags:
    """Return who is in an ICU, or has a vasopressor running (criteria.md section 6)."""
    found: Flags = np.logical_or.reduce([chunk.support[name] > 0 for name in ("icu", *PRESSORS)])
    return found
