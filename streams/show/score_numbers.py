"""Define the numbers of a score as the scorer gives them, for what shows or draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class Detected(TypedDict):
    """True episodes, and how many of them were detected."""

    episodes: int
    detected: int
    sensitivity: float | None


class Delay(TypedDict):
    """Delay of detection, minutes: the median and the longest."""

    median: float
    worst: float


class Hours(TypedDict):
    """Patient-hours: true positive, false positive, missed; and their score."""

    tp: int
    fp: int
    fn: int
    score: float | None


class Decided(Hours):
    """Patient-hours without those that could not be decided, which are counted apart."""

    undecided: int


class HoursOfLevel(TypedDict):
    """Patient-hours at one level: all, and those that could be decided."""

    hours: Hours
    hours_decided: Decided


class OfLevel(HoursOfLevel):
    """The numbers of a subject at one level."""

    all: Detected
    distinct: Detected
    borderline: Detected
    afterwards: int
    delay_min: Delay | None


class Paged(TypedDict):
    """Pages of a subject, and how many of them were true."""

    all: int
    absolute: int
    relative: int
    true: int
    borderline: int
    less: int
    false: int
    ppv: float | None


class OfSubject(TypedDict):
    """The numbers of a subject, by level, and its pages."""

    absolute: OfLevel
    relative: OfLevel
    pages: Paged


class OfKind(TypedDict):
    """Pages of one kind and level."""

    kind: str
    level: str
    pages: int


class Floods(TypedDict):
    """Floods of pages: 10 in 10 min."""

    of_one_patient: int
    of_the_ward: int


class Burden(TypedDict):
    """The alarm burden: pages, also per patient-day, the share that was true, reminders and floods."""

    all: int
    per_patient_day: float | None
    with_reminders_per_patient_day: float | None
    of_criteria_and_pressure_per_patient_day: float | None
    share_true: float | None
    kinds: list[OfKind]
    reminders: int
    share_new: float | None
    floods: Floods


class UnsafeReadiness(TypedDict):
    """Minutes in which a dose was ready though a criterion truly held against it."""

    patient: str
    subject: str
    minutes: float


class Readiness(TypedDict):
    """Minutes of readiness, and those that were unsafe: by what could be known, and by latent truth alone."""

    ready_min: float
    unsafe_min: float
    unsafe_by_latent_truth_min: float
    unsafe: list[UnsafeReadiness]


class Delays(TypedDict):
    """How late onsets were paged, minutes."""

    median: float
    p95: float
    worst: float


class OnsetDelays(TypedDict):
    """Distinct absolute onsets of patients charted alike."""

    onsets: int
    paged: int
    delay_min: Delays | None


class Onsets(TypedDict):
    """The onsets by how often vital signs are charted."""

    by_charting: dict[str, OnsetDelays]


class Missed(TypedDict):
    """A true episode that was not alerted."""

    patient: str
    subject: str
    level: str
    start: str
    end: str
    distinct: bool


class Untrue(TypedDict):
    """A page that was not true."""

    patient: str
    subject: str
    level: str
    verdict: str
    at: str


class FaultCounts(TypedDict):
    """What the fault log says should be expected: records altered and lost, refusals by reason."""

    altered: int
    lost: int
    refused: dict[str, int]


class Records(TypedDict):
    """What became of the records. `accounted`: whether exactly what the fault log says; None without one."""

    read: int
    refused: dict[str, int]
    implausible: dict[str, int]
    unused: dict[str, int]
    ledger: FaultCounts | None
    accounted: bool | None


class Numbers(TypedDict):
    """The numbers of the scorer, as far as they are shown; more are written as JSON."""

    patients: int
    patient_days: float
    criteria: OfSubject
    subjects: dict[str, OfSubject]
    criterion_hours: dict[str, HoursOfLevel]
    pages: Burden
    readiness: Readiness
    onsets: Onsets
    missed: list[Missed]
    untrue: list[Untrue]


class Score(Numbers):
    """The score of one configuration."""

    configuration: str
    guideline: Mapping[str, Any]
    records: Records
