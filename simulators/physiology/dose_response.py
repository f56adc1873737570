"""Model the combined effect of the doses, before any organ responds: an early wave, a lasting toxicity, a
fever, each growing as the immune system is primed.

A dose passes through equal first-order stages, so that its effect rises late, peaks once and decays.

Sources: the early wave peaks 4-6 h after a dose (paper, Overview: "hypotensive effects of each IL-2 dose are
cyclic and generally peak 4 to 6 h after infusion") and is felt by 2 h; fever begins 2-3 h after dose 1 or 2;
toxicity accumulates towards the end of a cycle and is gone within 24-72 h. Assumptions: the shape (equal
first-order stages), the priming by each dose, which represents the expansion of effector cells, and the decay
of toxicity (12 h), chosen so that little is left after 48 h.
"""

from __future__ import annotations

from math import exp, factorial
from typing import Final

import numpy as np

from simulators.physiology.latent_state import Array


class Cascade:
    """`stages` compartments, each emptied with time constant `tau` (minutes).

    A unit impulse peaks at 1, (stages - 1) x tau minutes later. Shape of `level`: (patients,).
    """

    def __init__(self, patients: int, stages: int, tau: float) -> None:
        self.content = np.zeros((stages, patients))
        self.tau = tau
        self.unit = factorial(stages - 1) * exp(stages - 1) / (stages - 1) ** (stages - 1)

    @property
    def level(self) -> Array:
        level: Array = self.content[-1]
        return level

    def impulse(self, size: Array) -> None:
        """Add to the first stage an impulse of the size that its peak is to have."""
        self.content[0] += size * self.unit

    def step(self) -> None:
        """Advance by one minute: each stage passes on its share of what it held."""
        passed = self.content / self.tau
        self.content -= passed
        self.content[1:] += passed[:-1]


WAVE: Final = (6, 65.0)
"""Stages, minutes each: peaks 325 min after a dose; half of it is left at 8 h."""
PYROGEN: Final = (8, 32.0)
"""Peaks 224 min after a dose; half of the peak is reached some 2 h 20 min after it."""
LATE, LASTING = 180.0, 720.0
"""Toxicity follows a dose with 3 h, and decays with 12 h (time constants, minutes)."""
PER_DOSE: Final = 480.0 / LASTING
"""So that doses of size 1 every 8 h without end keep toxicity at 1 on average."""
PRIMED_BY_A_DOSE, PRIMED_FOR = 0.1, 5760.0
"""Priming rises by this much with each dose and decays with 96 h."""
FIRST_WAVE, PRIMED_WAVE, FIRST_TOXIC, PRIMED_TOXIC = 0.65, 0.9, 0.5, 3.3
"""The size of a dose's wave and toxicity unprimed, and what full priming adds: chosen so that 8-12 doses are
tolerated (paper, Overview).
"""
TOLERANT_FEVER: Final = 0.3
"""From the third dose on, premedicated, fever is this fraction of the first's: chills and fever come with the
first or second dose (paper).
"""


class Drive:
    """The combined effect of the doses.

    `wave`, `toxicity`, `fever`, `given` (doses so far), `primed`: arrays (patients,), without unit; a typical
    first dose's wave peaks at 0.65, the twelfth's at about 1.4.
    """

    def __init__(self, patients: int) -> None:
        self.waves = Cascade(patients, *WAVE)
        self.pyrogen = Cascade(patients, *PYROGEN)
        self.pending = np.zeros(patients)
        self.toxicity = np.zeros(patients)
        self.primed = np.zeros(patients)
        self.given = np.zeros(patients)

    @property
    def wave(self) -> Array:
        return self.waves.level

    @property
    def fever(self) -> Array:
        return self.pyrogen.level

    def dose(self, who: Array) -> None:
        """Give a full dose to those whose `who` is 1 (doses are never reduced: paper, Interleukin-2
        dosing).
        """
        self.given += who
        self.waves.impulse(who * (FIRST_WAVE + PRIMED_WAVE * self.primed))
        self.pending += who * (FIRST_TOXIC + PRIMED_TOXIC * self.primed) * PER_DOSE
        self.pyrogen.impulse(who * np.where(self.given <= 2, 1.0, TOLERANT_FEVER))
        self.primed += who * PRIMED_BY_A_DOSE

    def step(self) -> None:
        """Advance by one minute."""
        self.waves.step()
        self.pyrogen.step()
        passed = self.pending / LATE
        self.pending -= passed
        self.toxicity += passed - self.toxicity / LASTING
        self.primed -= self.primed / PRIMED_FOR
