"""Declare Table 4 and the stop rules of the text: how criteria combine into a recommendation.

Source: criteria.md section 4.
"""

import msgspec

from rules.wire.instants import HOUR, MINUTE


class StopRule(msgspec.Struct, frozen=True, kw_only=True):
    """A stop rule: in force once one of `criteria` is absolute (`together`: once all are at the same time).

    `tripped`: criteria that count when relative too; `by` narrows a criterion to some of its labs;
    `found_late`: criteria that a record makes the rule stand by although what it says is over. Of oxygen:
    `lasts`: how long a device must be in force, `marginal`: criteria that count only while the saturation is
    marginal.
    """

    rule: str
    words: str
    source: str
    criteria: tuple[str, ...] = ()
    together: bool = False
    tripped: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    found_late: tuple[str, ...] = ()
    marginal: tuple[str, ...] = ()
    lasts: int = 0


class Table4(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of Table 4 and of the dose clock. Durations in ms, tolerance as a fraction.

    `group_counts_once`: rows of one group count as the worst of them; `charting_grace`: how much later than
    `longest_delay` a dose may still be charted; `confirmed`: findings that stop only when charted again;
    `watches`: those of criteria.md 7.2 that correct at level relative. What blocks a dose: `overdue` items of
    Table 1, readings of `pre_dose` as old as `pre_dose_age`, and `open_advice`.
    """

    relative_to_delay: int = 3
    group_counts_once: bool = True
    dose_interval: int = 8 * HOUR
    longest_delay: int = 24 * HOUR
    charting_grace: int = 15 * MINUTE
    dose_tolerance: float = 0.10
    weaned: float = 0.5
    pre_dose_age: int = HOUR
    confirmed: tuple[str, ...] = ("cognition-failed", "mental-status")
    dosing_minimum: tuple[str, ...] = (
        "urine-hour",
        "creatinine",
        "platelets",
        "oxygen-requirement",
        "sinus-tachycardia",
        "mental-status",
        "cardiac-enzymes",
        "phenylephrine-maximum",
        "phenylephrine-minimum",
    )
    watches: tuple[str, ...] = ("dose-count", "bradycardia", "tachypnea", "hyperkalemia")
    rechecked: tuple[str, ...] = ("heart-rate", "spo2")
    overdue: tuple[str, ...] = ("vital-signs", "intake-output", "mental-status", "blood-count", "chemistry")
    pre_dose: tuple[str, ...] = ("heart-rate", "systolic-bp", "spo2", "temperature")
    open_advice: tuple[str, ...] = (
        "mental-status-watch",
        "ck-elevated",
        "anemia",
        "hypokalemia",
        "hyperkalemia",
        "bradycardia",
        "tachypnea",
        "septic-workup",
        "forbidden-medication",
        "dose-count",
    )


TABLE4 = Table4()

STOP_RULES = (
    StopRule(
        rule="delay-over-24h",
        words="A delay longer than 24 h should end the cycle",
        source="text, Interleukin-2 Dosing",
    ),
    StopRule(
        rule="infection",
        words="Infection: stop IL-2",
        source="Table 5",
        criteria=("infection",),
        found_late=("infection",),
    ),
    StopRule(
        rule="troponin",
        words="Troponin elevation: must stop IL-2",
        source="Table 5",
        criteria=("cardiac-enzymes",),
        by=("troponin-t", "troponin-i"),
        found_late=("cardiac-enzymes",),
    ),
    StopRule(
        rule="arrhythmia",
        words="Arrhythmia: stop IL-2 (most arrhythmias)",
        source="Table 5",
        criteria=("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"),
        found_late=("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"),
    ),
    StopRule(
        rule="oxygen",
        words=(
            "Saturation not kept by 4 L of oxygen or 40 %, more than that for 30 min, intubation, or rales "
            "half up with marginal saturation: discontinue"
        ),
        source="text, pulmonary",
        criteria=("oxygen-requirement", "intubation", "rales"),
        marginal=("rales",),
        lasts=30 * MINUTE,
    ),
    StopRule(
        rule="neuropsychiatric",
        words="Neuropsychiatric alterations require discontinuation for that cycle",
        source="text, neuropsychiatric",
        criteria=("hallucination", "disorientation", "cognition", "mental-status"),
        found_late=("hallucination", "disorientation"),
    ),
    StopRule(
        rule="pressor-dependence",
        words="High pressor need and inability to wean 8 h after a dose: discontinue",
        source="text, hemodynamic",
        criteria=("phenylephrine-minimum", "phenylephrine-maximum"),
        together=True,
        tripped=("phenylephrine-minimum",),
    ),
)
