"""What a monitor shows that is not the patient: rare, brief, and mostly too absurd to believe.

Every rate is an assumption, of the order of what intensive-care monitors are reported to show: a few brief artefacts a patient-day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from simulators.latent import PRESSORS, Chunk
from simulators.seeds import Array, Flags

DAY: Final = 1440


class Artefact(NamedTuple):
    """`daily`: how often it begins; `lasts`: minutes; `line`: only while an arterial line is in; `shows`: what is read instead, by code."""

    daily: float
    lasts: int
    line: bool
    shows: Mapping[str, float]


ARTEFACTS: Final[Mapping[str, Artefact]] = {
    # The line is flushed after each blood sample: the bag's 300 mm Hg is on the screen.
    "flush": Artefact(3.0, 1, True, {"systolic-bp": 300, "diastolic-bp": 290, "mean-bp": 295}),
    # The transducer stands open, or fell to the floor and up again: zero, or below it.
    "open": Artefact(0.5, 2, True, {"systolic-bp": -18, "diastolic-bp": -26, "mean-bp": -23}),
    "electrodes off": Artefact(1.0, 2, False, {"heart-rate": 0}),
    "probe off": Artefact(2.0, 2, False, {"spo2": 0}),
}
DAMPED: Final = Artefact(0.1, 4, True, {})
"""A clot at the tip: systolic and diastolic pressure creep towards the mean by `DAMPING`. The one artefact that can be believed."""
DAMPING: Final = 0.2


class Artefacts:
    """Spoils what monitors show, with a generator of its own."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def spoil(self, shown: Array, chunk: Chunk, codes: tuple[str, ...]) -> None:
        """Puts artefacts into `shown` (minutes, patients, codes) in place; an artefact does not outlast its chunk."""
        lined = arterial(chunk)
        self.damp(shown, lined, codes)
        for artefact in ARTEFACTS.values():
            there = self.begun(artefact, lined)
            if there.any():
                for code, value in artefact.shows.items():
                    shown[..., codes.index(code)][there] = value

    def damp(self, shown: Array, lined: Flags, codes: tuple[str, ...]) -> None:
        there = self.begun(DAMPED, lined)
        if there.any():
            mean = shown[..., codes.index("mean-bp")][there]
            for code in ("systolic-bp", "diastolic-bp"):
                values = shown[..., codes.index(code)]
                values[there] = np.rint(values[there] + DAMPING * (mean - values[there]))

    def begun(self, artefact: Artefact, lined: Flags) -> Flags:
        """Where it shows: from each minute in which it begins, for as long as it lasts."""
        begins = self.rng.random(lined.shape) < artefact.daily / DAY
        if artefact.line:
            begins &= lined
        there = begins.copy()
        for later in range(1, artefact.lasts):
            there[later:] |= begins[:-later]
        return there


def arterial(chunk: Chunk) -> Flags:
    """Who has an arterial line: in intensive care, or while a vasopressor runs (assumption)."""
    lined: Flags = np.logical_or.reduce([chunk.support[name] > 0 for name in ("icu", *PRESSORS)])
    return lined
