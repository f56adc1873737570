"""Declare Table 4 and the stop rules of the text: how criteria combine into a recommendation.

Source: criteria.md section 4.
"""

import msgspec

from rules.wire.instants import HOUR


class StopRule(msgspec.Struct, frozen=True, kw_only=True):
    """A stop rule: in force once one of `criteria` is absolute (`together`: once all are at the same time).

    `by` narrows a criterion to some of its inputs; `with_low_spo2` to moments when the latest fresh SpO2 is
    below the limit.
    """

    rule: str
    words: str
    source: str
    criteria: tuple[str, ...] = ()
    together: bool = False
    by: tuple[str, ...] = ()
    with_low_spo2: tuple[str, ...] = ()


class Table4(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of Table 4 and of the dose clock. Durations in ms, tolerance as a fraction."""

    relative_to_delay: int = 3
    dose_interval: int = 8 * HOUR
    longest_delay: int = 24 * HOUR
    dose_tolerance: float = 0.10
    weaned: float = 0.5
    confirmed: tuple[str, ...] = ("cognition-failed", "mental-status")
    dosing_minimum: tuple[str, ...] = (
        "urine-hour",
        "creatinine",
        "platelets",
        "oxygen-requirement",
        "sinus-tachycardia",
        "mental-status",
    )


TABLE4 = Table4()

STOP_RULES = (
    StopRule(
        rule="delay-over-24h",
        words="A delay longer than 24 h should end the cycle",
        source="text, Interleukin-2 Dosing",
    ),
    StopRule(rule="infection", words="Infection: stop IL-2", source="Table 5", criteria=("infection",)),
    StopRule(
        rule="troponin",
        words="Troponin elevation: must stop IL-2",
        source="Table 5",
        criteria=("cardiac-enzymes",),
        by=("troponin-t", "troponin-i"),
    ),
    StopRule(
        rule="arrhythmia",
        words="Arrhythmia: stop IL-2 (most arrhythmias)",
        source="Table 5",
        criteria=("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"),
    ),
    StopRule(
        rule="oxygen",
        words=(
            "Saturation not kept by 4 L of oxygen, intubation, or rales half up with marginal "
            "saturation: discontinue"
        ),
        source="text, pulmonary",
        criteria=("oxygen-requirement", "intubation", "rales"),
        with_low_spo2=("rales",),
    ),
    StopRule(
        rule="neuropsychiatric",
        words="Neuropsychiatric alterations require discontinuation for that cycle",
        source="text, neuropsychiatric",
        criteria=("hallucination", "disorientation", "cognition", "mental-status"),
    ),
    StopRule(
        rule="pressor-dependence",
        words="High phenylephrine need and inability to wean 8 h after a dose",
        source="text, hemodynamic",
        criteria=("phenylephrine-minimum", "phenylephrine-maximum"),
        together=True,
    ),
)
