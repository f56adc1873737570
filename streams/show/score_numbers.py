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
    median: float
    worst: float


class Hours(TypedDict):
    """Patient-hours: true positive, false positive, missed; and their score."""

    tp: int
    fp: int
    fn: int
    score: float | None


class Decided(Hours):
    undecided: int


class HoursOfLevel(TypedDict):
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
    absolute: OfLevel
    relative: OfLevel
    pages: Paged


class OfKind(TypedDict):
    kind: str
    level: str
    pages: int


class Floods(TypedDict):
    of_one_patient: int
    of_the_ward: int


class Burden(TypedDict):
    all: int
    per_patient_day: float | None
    of_criteria_and_pressure_per_patient_day: float | None
    share_true: float | None
    kinds: list[OfKind]
    reminders: int
    floods: Floods


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
    missed: list[Missed]
    untrue: list[Untrue]


class Score(Numbers):
    """The score of one configuration."""

    configuration: str
    guideline: Mapping[str, Any]
    records: Records
