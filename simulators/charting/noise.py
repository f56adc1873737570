"""Define how far a measurement is from the truth: noise, the steps in which a device or a laboratory reports,
and the numbers of which errors and delays are drawn.

Noise is normal and cut at `BOUND` standard deviations: what is further off is an artefact, and artefacts are
drawn separately (`simulators.charting.monitor`). So a value that lies more than `reach(code)` beyond a limit
is charted beyond it.

Numbers are drawn by what they are for, not by turn: the same observation of the same patient has the same
error and the same delay whatever else is charted. So two chartings of one course differ only in their
interval, and a new kind of charting changes no other draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from statistics import NormalDist
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.physiology.latent_state import Generator

BOUND = 2.5
Values = NDArray[np.float64]


class Noise(NamedTuple):
    """Standard deviation, in the code's unit (`sd`) and as a share of the value (`share`); `step`: the last
    digit that is reported.
    """

    sd: float
    share: float
    step: float


def absolute(sd: float, step: float) -> Noise:
    """Return noise with a standard deviation in the code's unit."""
    return Noise(sd, 0.0, step)


def relative(share: float, step: float) -> Noise:
    """Return noise with a standard deviation that is a share of the value."""
    return Noise(0.0, share, step)


# Assumption: a monitor shows the mean of some 10 s, so of the beat-to-beat variation (respiratory, 5-10 %)
# little is left: 2 mm Hg, 1.5 /min.
#
# Assumption: bedside scale 0.15 kg; oximeter 0.5 % (makers claim 2 %, bias included); tympanic temperature
# 0.1 Cel; counted respiration 1 /min.
#
# Assumption: laboratory imprecision from usual quality goals: creatinine 2 %, counts 3 %, ions 0.5-1.5 %,
# enzymes 3 %, clotting 2 %.
NOISE: Mapping[str, Noise] = MappingProxyType(
    {
        "heart-rate": absolute(1.5, 1),
        "systolic-bp": absolute(2.0, 1),
        "diastolic-bp": absolute(1.5, 1),
        "mean-bp": absolute(1.5, 1),
        "respiratory-rate": absolute(1.0, 1),
        "temperature": absolute(0.1, 0.1),
        "spo2": absolute(0.5, 1),
        "weight": absolute(0.15, 0.1),
        "creatinine": relative(0.02, 0.01),
        "bilirubin": relative(0.03, 0.1),
        "platelets": relative(0.03, 1),
        "bicarbonate": relative(0.015, 1),
        "potassium": relative(0.01, 0.1),
        "sodium": relative(0.005, 1),
        "calcium": relative(0.01, 0.1),
        "magnesium": relative(0.015, 0.1),
        "phosphate": relative(0.02, 0.1),
        "albumin": relative(0.02, 0.1),
        "hematocrit": relative(0.015, 0.1),
        "hemoglobin": relative(0.01, 0.1),
        "urea": relative(0.02, 1),
        "glucose": relative(0.02, 1),
        "alt": relative(0.03, 1),
        "ast": relative(0.03, 1),
        "ck": relative(0.03, 1),
        "ck-mb": relative(0.05, 0.1),
        "troponin-t": relative(0.05, 0.001),
        "troponin-i": relative(0.05, 0.001),
        "pt": relative(0.02, 0.1),
        "inr": relative(0.02, 0.01),
        "ptt": relative(0.02, 0.1),
        "tsh": relative(0.03, 0.01),
        "free-t4": relative(0.03, 0.01),
        "wbc": relative(0.03, 0.1),
    }
)


def observed(code: str, truth: Values, rng: Generator) -> Values:
    """Return what is read where the truth is `truth`: noise added, in the steps of the report; of the same
    shape.
    """
    return with_errors(code, truth, rng.standard_normal(truth.shape))


def with_errors(code: str, truth: Values, errors: Values) -> Values:
    """Return what is read where the truth is `truth`, with these errors in standard deviations."""
    noise, bounded = NOISE[code], np.clip(errors, -BOUND, BOUND)
    return rounded(code, truth + bounded * (noise.sd + noise.share * truth))


def rounded(code: str, values: Values) -> Values:
    """Return values in the steps of the report, as decimal numbers: 37.3, never 37.300000000000004."""
    step = NOISE[code].step
    steps: Values = np.rint(values / step)
    return steps * step if step >= 1 else steps / round(1 / step)


def reach(code: str, value: float) -> float:
    """Return the furthest that a reading of `value` can lie from it, the reported step included."""
    noise = NOISE[code]
    return BOUND * (noise.sd + noise.share * abs(value)) + noise.step / 2


STANDARD: Final = NormalDist()


class Draws:
    """The numbers of one seed.

    `first`: the bed of patient 0 in the ward. `patient`: index; `name`: kind and minute of the course of what
    a number is drawn for, equal as texts.
    """

    def __init__(self, seed: int, first: int = 0) -> None:
        self.key, self.first = blake2b(f"charting {seed}".encode()).digest(), first

    def uniform(self, patient: int, *name: int | str) -> float:
        """Return a number of the open interval from 0 to 1."""
        text = "\n".join(map(str, (self.first + patient, *name)))
        drawn = blake2b(text.encode(), digest_size=6, key=self.key).digest()
        return (int.from_bytes(drawn) + 0.5) / 2**48

    def between(self, low: float, high: float, patient: int, *name: int | str) -> float:
        """Return a number drawn uniformly between two."""
        return low + (high - low) * self.uniform(patient, *name)

    def normal(self, patient: int, *name: int | str) -> float:
        """Return a number of the standard normal distribution, cut at `BOUND`."""
        return min(max(STANDARD.inv_cdf(self.uniform(patient, *name)), -BOUND), BOUND)

    def normals(self, kind: str, patients: list[int], minutes: list[int]) -> Values:
        """Return such a normal number for each patient (index) and minute."""
        pairs = zip(patients, minutes, strict=True)
        return np.array([self.normal(patient, kind, minute) for patient, minute in pairs])
