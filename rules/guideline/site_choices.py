"""Declare the operational choices and plausible ranges that neither the paper nor JITC 2014 settles.

Source: criteria.md sections 1, 8, 9.
"""

import msgspec

from rules.wire.instants import HOUR, MINUTE


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The operational choices. Durations in ms, fractions as such.

    Every one is a **[choice]** of criteria.md that a site may override. `acknowledged_long`: subjects that
    change slowly, whose acknowledgement lasts `acknowledged_later` at once; `step_*`: by how much a measure
    must be worse to be told though its episode is acknowledged (`step_urine_hour`, `step_platelets`: the
    fraction by which it fell).
    """

    ahead: int = 15 * MINUTE
    late_readings: int = 8 * HOUR
    overdue_grace: float = 0.25
    lapse_factor: float = 2.0
    finding_asked_again: int = 16 * HOUR
    finding_confirmed: int = 2 * HOUR
    not_understood_lasts: int = 8 * HOUR
    intensive_after_pressor: int = 4 * HOUR
    reminder_first: int = 15 * MINUTE
    reminder_second: int = 60 * MINUTE
    reminder_every: int = 2 * HOUR
    acknowledged_first: int = 2 * HOUR
    acknowledged_second: int = 4 * HOUR
    acknowledged_later: int = 8 * HOUR
    acknowledged_long: tuple[str, ...] = (
        "cardiac-enzymes",
        "platelets",
        "creatinine",
        "diarrhea",
        "urine-shift",
        "phenylephrine-maximum",
        "moist-desquamation",
        "extremities",
        "infection",
        "pleural-effusion",
        "intubation",
        "cognition",
        "recommendation",
    )
    kept_after_discharge: int = 96 * HOUR
    charting_goes_on: int = 8 * HOUR
    cycle_taken_over: int = 8 * HOUR
    step_systolic: float = 10
    step_heart_rate: float = 10
    step_spo2: float = 3
    step_flow: float = 2
    step_fio2: float = 10
    step_urine_hour: float = 0.5
    step_creatinine: float = 0.5
    step_bilirubin: float = 2
    step_platelets: float = 1 / 3
    step_load: float = 0.3
    step_stool: float = 500
    step_weight: float = 5
    weight_jump: float = 0.25
    weight_agrees: float = 0.05


class Shifts(msgspec.Struct, frozen=True, kw_only=True):
    """The shift starts, as local clock times of the site's zone (IANA name)."""

    timezone: str = "UTC"
    starts: tuple[str, ...] = ("07:00", "15:00", "23:00")


class Range(msgspec.Struct, frozen=True, array_like=True):
    """A range of plausible values, both ends included, in the canonical unit."""

    low: float
    high: float


PLAUSIBLE: dict[str, Range] = {
    "heart-rate": Range(20, 300),
    "systolic-bp": Range(30, 260),
    "diastolic-bp": Range(10, 200),
    "mean-bp": Range(20, 220),
    "spo2": Range(40, 100),
    "temperature": Range(30, 44),
    "respiratory-rate": Range(2, 80),
    "weight": Range(25, 350),
    "o2-flow": Range(0, 80),
    "fio2": Range(21, 100),
    "creatinine": Range(0.1, 30),
    "platelets": Range(1, 2000),
    "bilirubin": Range(0, 60),
    "potassium": Range(1, 10),
    "bicarbonate": Range(2, 60),
    "sodium": Range(90, 200),
    "calcium": Range(2, 20),
    "magnesium": Range(0.3, 15),
    "phosphate": Range(0.2, 25),
    "glucose": Range(5, 2500),
    "urea": Range(1, 300),
    "hematocrit": Range(5, 75),
    "hemoglobin": Range(2, 25),
    "albumin": Range(0.5, 8),
    "ck": Range(0, 200_000),
    "alt": Range(0, 200_000),
    "ast": Range(0, 200_000),
    "inr": Range(0.5, 25),
    "wbc": Range(0, 500),
    "urine": Range(0, 3000),
    "phenylephrine": Range(0, 20),
    "norepinephrine": Range(0, 5),
    "epinephrine": Range(0, 5),
    "dopamine": Range(0, 50),
    "vasopressin": Range(0, 1),
}
