"""Draw the patients: baselines and sensitivities, once before the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from simulators.physiology.latent_state import CHUNK, LABS, Array, Flags, Generator, PartGenerator, Whole

ORGANS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "vascular": 0.25,
        "leak": 0.22,
        "cardiac": 0.22,
        "fever": 0.15,
        "renal": 0.30,
        "marrow": 0.32,
        "hepatic": 0.40,
        "neuro": 0.32,
        "gut": 0.35,
        "lung": 0.35,
    }
)
"""What a patient may be more or less sensitive in, with the spread (standard deviation of the logarithm); 1
is typical.
"""

Span = tuple[float, float, float, float]
"""Mean, standard deviation, least, most."""

BODY: Final[Mapping[str, Span]] = MappingProxyType(
    {
        "age": (51, 10, 22, 72),
        "weight": (78, 14, 48, 125),
        "systolic": (122, 11, 94, 150),
        "heart_rate": (76, 7, 58, 94),
        "temperature": (36.7, 0.2, 36.2, 37.2),
        "spo2": (97.6, 0.6, 96.5, 99),
        "respiratory_rate": (15, 1.5, 12, 19),
    }
)
DRAWN_LABS: Final[Mapping[str, Span]] = MappingProxyType(
    {
        "creatinine": (0.95, 0.16, 0.6, 1.4), "bilirubin": (0.6, 0.15, 0.3, 1.2),
        "platelets": (245, 48, 155, 400), "bicarbonate": (25.5, 1.2, 23, 28),
        "potassium": (4.2, 0.2, 3.8, 4.8), "sodium": (139.5, 1.6, 136, 144), "calcium": (9.3, 0.3, 8.8, 10.1),
        "magnesium": (2.0, 0.12, 1.8, 2.3), "phosphate": (3.5, 0.35, 2.8, 4.4),
        "albumin": (3.8, 0.25, 3.4, 4.5), "hematocrit": (39, 2.6, 34, 47), "urea": (14, 3, 8, 20),
        "glucose": (98, 9, 78, 125), "alt": (24, 7, 10, 42), "ast": (23, 6, 10, 38), "ck": (85, 25, 35, 150),
        "ck-mb": (1.8, 0.5, 0.8, 3.2), "troponin-t": (0.004, 0.001, 0.002, 0.007),
        "inr": (1.03, 0.05, 0.9, 1.15), "ptt": (29, 2, 25, 34), "wbc": (7.0, 1.3, 4.4, 10.5),
        "tsh": (1.9, 0.6, 0.6, 3.8), "free-t4": (1.2, 0.15, 0.9, 1.6),
    }
)  # fmt: skip
GRAMS_PER_POINT: Final = 1 / 3
"""Hemoglobin, g/dL, per point of hematocrit: the rule of three."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The patients of a course: arrays of shape (patients,), units of wire.md.

    `labs`: baseline by wire code; `sensitivity`: by organ (`ORGANS`), 1 is typical; `admitted`: minute of
    admission; `own_target`: the systolic pressure set for a patient, NaN where none is. `first`: the bed of
    the first of them in a ward of `ward` beds; None: they are the ward.
    """

    ids: tuple[str, ...]
    age: Array
    weight: Array
    systolic: Array
    diastolic: Array
    heart_rate: Array
    temperature: Array
    spo2: Array
    respiratory_rate: Array
    labs: Mapping[str, Array]
    sensitivity: Mapping[str, Array]
    admitted: Whole
    icu: Flags
    own_target: Array | None = None
    first: int = 0
    ward: int | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def beds(self) -> Whole:
        """The numbers of the patients' beds in the ward, from 0."""
        return self.first + np.arange(len(self))

    @property
    def all_beds(self) -> int:
        """How many beds the ward has."""
        return len(self) if self.ward is None else self.ward

    def part(self, first: int, last: int) -> Cohort:
        """Return the patients of beds `first` up to `last` of this ward."""
        beds = slice(first, last)
        arrays = {name: getattr(self, name)[beds].copy() for name in (*BODY, "diastolic", "admitted", "icu")}
        return replace(
            self,
            ids=self.ids[beds],
            labs={code: level[beds].copy() for code, level in self.labs.items()},
            sensitivity={organ: size[beds].copy() for organ, size in self.sensitivity.items()},
            own_target=None if self.own_target is None else self.own_target[beds].copy(),
            first=first,
            ward=len(self),
            **arrays,
        )

    def draws(self, rng: np.random.Generator) -> Generator:
        """Return a generator that draws for the whole ward and returns what these patients get."""
        if self.ward is None:
            return rng
        return PartGenerator(rng, self.ward, self.first, self.first + len(self))

    @property
    def target(self) -> Array:
        """The systolic pressure to stay above: the patient's own, else by the baseline's class (paper,
        Table 2).
        """
        usual: Array = np.select([self.systolic < 100, self.systolic <= 120], [80.0, 85.0], 90.0)
        return usual if self.own_target is None else np.where(self.has_target, self.own_target, usual)

    @property
    def has_target(self) -> Flags:
        """For whom a target of the patient's own is set."""
        return np.zeros(len(self), dtype=bool) if self.own_target is None else ~np.isnan(self.own_target)

    @property
    def saturation_limit(self) -> Array:
        """The saturation to keep: 95 %, or 2 below a baseline under 97 % (criteria.md section 3.1)."""
        charted = np.round(self.spo2)
        return np.where(charted < 97, charted - 2, 95.0)


def drawn(
    patients: int,
    rng: np.random.Generator,
    traits: Mapping[str, float | Array] = MappingProxyType({}),
    spread: int = 60,
    icu: bool = False,
    prefix: str = "sim",
) -> Cohort:
    """Draw a number of patients, ids `sim-0001` on, admitted within the first `spread` minutes, on a full
    quarter of an hour.

    `traits` sets what is drawn otherwise: a field of `BODY`, a lab of `DRAWN_LABS`, or an organ's
    sensitivity, as one number or an array (patients,). Traits and their values change no other draw.

    Raises KeyError for another name.
    """
    if unknown := set(traits) - {*BODY, *DRAWN_LABS, *ORGANS}:
        raise KeyError(
            f"a cohort has no {', '.join(sorted(unknown))}; it has {', '.join((*BODY, *DRAWN_LABS, *ORGANS))}"
        )
    body = {name: bounded(patients, rng, span) for name, span in BODY.items()}
    labs = {code: bounded(patients, rng, span) for code, span in DRAWN_LABS.items()}
    organs = {
        organ: np.exp(sigma * rng.standard_normal(patients).clip(-2.5, 2.5))
        for organ, sigma in ORGANS.items()
    }
    admitted = rng.integers(0, spread // CHUNK + 1, patients) * CHUNK
    for part in (body, labs, organs):
        part.update(
            {
                name: np.broadcast_to(np.asarray(traits[name], dtype=float), patients).copy()
                for name in part
                if name in traits
            }
        )
    labs["hemoglobin"] = labs["hematocrit"] * GRAMS_PER_POINT
    return Cohort(
        ids=tuple(f"{prefix}-{number:04}" for number in range(1, patients + 1)),
        diastolic=body["systolic"] * 0.61,
        labs={code: labs[code] for code in LABS},
        sensitivity=organs,
        admitted=admitted,
        icu=np.full(patients, icu),
        first=0,
        ward=None,
        **body,
    )


def bounded(patients: int, rng: np.random.Generator, span: Span) -> Array:
    """Return normal draws, cut off at the span's ends."""
    mean, deviation, least, most = span
    return (mean + deviation * rng.standard_normal(patients)).clip(least, most)
