"""Map the items of `icu/chartevents` to the wire, oxygen devices by their wording included.

Labels as in `icu/d_items`; units as the source charts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class ChartItem(NamedTuple):
    """A code of wire.md (Vitals codes), the unit where the row names none, and what measured it.

    What two instruments measured at one minute are two records, so that neither reading hides the other.
    """

    label: str
    code: str
    unit: str
    source: str = "monitor"


SOURCES = (
    "scale",
    "monitor",
    "ventilator",
    "cardiac output catheter",
    "manual left",
    "manual right",
    "second arterial line",
    "arterial line",
)
"""In the order in which records of one minute are written.

Where all else is equal the last one is the latest, so an arterial line takes precedence over a cuff.
"""

READINGS: Mapping[int, ChartItem] = MappingProxyType(
    {
        220045: ChartItem("Heart Rate", "heart-rate", "/min"),
        220179: ChartItem("Non Invasive Blood Pressure systolic", "systolic-bp", "mm[Hg]"),
        220180: ChartItem("Non Invasive Blood Pressure diastolic", "diastolic-bp", "mm[Hg]"),
        220181: ChartItem("Non Invasive Blood Pressure mean", "mean-bp", "mm[Hg]"),
        224167: ChartItem("Manual Blood Pressure Systolic Left", "systolic-bp", "mm[Hg]", "manual left"),
        224643: ChartItem("Manual Blood Pressure Diastolic Left", "diastolic-bp", "mm[Hg]", "manual left"),
        227243: ChartItem("Manual Blood Pressure Systolic Right", "systolic-bp", "mm[Hg]", "manual right"),
        227242: ChartItem("Manual Blood Pressure Diastolic Right", "diastolic-bp", "mm[Hg]", "manual right"),
        220050: ChartItem("Arterial Blood Pressure systolic", "systolic-bp", "mm[Hg]", "arterial line"),
        220051: ChartItem("Arterial Blood Pressure diastolic", "diastolic-bp", "mm[Hg]", "arterial line"),
        220052: ChartItem("Arterial Blood Pressure mean", "mean-bp", "mm[Hg]", "arterial line"),
        225309: ChartItem("ART BP Systolic", "systolic-bp", "mm[Hg]", "second arterial line"),
        225310: ChartItem("ART BP Diastolic", "diastolic-bp", "mm[Hg]", "second arterial line"),
        225312: ChartItem("ART BP Mean", "mean-bp", "mm[Hg]", "second arterial line"),
        220277: ChartItem("O2 saturation pulseoxymetry", "spo2", "%"),
        220210: ChartItem("Respiratory Rate", "respiratory-rate", "/min"),
        224690: ChartItem("Respiratory Rate (Total)", "respiratory-rate", "/min", "ventilator"),
        223761: ChartItem("Temperature Fahrenheit", "temperature", "[degF]"),
        223762: ChartItem("Temperature Celsius", "temperature", "Cel"),
        226329: ChartItem("Blood Temperature CCO (C)", "temperature", "Cel", "cardiac output catheter"),
        224639: ChartItem("Daily Weight", "weight", "kg", "scale"),
    }
)

FLOW, BIPAP_FLOW, SECOND_FLOW, FIO2, DEVICE = 223834, 227582, 227287, 223835, 226732
OXYGEN: Mapping[int, str] = MappingProxyType(
    {
        FLOW: "O2 Flow",
        BIPAP_FLOW: "BiPap O2 Flow",
        SECOND_FLOW: "O2 Flow (additional cannula)",
        FIO2: "Inspired O2 Fraction",
        DEVICE: "O2 Delivery Device(s)",
    }
)

WEIGHT_KG, WEIGHT_LB = 226512, 226531
ADMISSION_WEIGHTS: Mapping[int, str] = MappingProxyType(
    {WEIGHT_KG: "Admission Weight (Kg)", WEIGHT_LB: "Admission Weight (lbs.)"}
)

EYES, VERBAL, MOTOR, RASS, PERSON, PLACE, TIME = 220739, 223900, 223901, 228096, 228394, 228395, 228396
NEUROLOGIC: Mapping[int, str] = MappingProxyType(
    {
        EYES: "GCS - Eye Opening",
        VERBAL: "GCS - Verbal Response",
        MOTOR: "GCS - Motor Response",
        RASS: "Richmond-RAS Scale",
        PERSON: "Orientation to Person",
        PLACE: "Orientation to Place",
        TIME: "Orientation to Time",
    }
)

LABELS: Mapping[int, str] = MappingProxyType(
    {item: reading.label for item, reading in READINGS.items()}
    | {**OXYGEN, **ADMISSION_WEIGHTS, **NEUROLOGIC}
)
"""Every item of the table that is read, with its label.

The rest is counted; so is 229381 (Orientation), whose answer was a text of which the number keeps nothing.
"""
WORDS = frozenset({DEVICE, VERBAL})
"""Items whose text counts, with or without a number."""


ENDOTRACHEAL_TUBE = "endotracheal tube"
DEVICES: Mapping[str, str] = MappingProxyType(
    {
        "none": "room-air",
        "nasal cannula": "nasal-cannula",
        "oxymizer": "nasal-cannula",
        "high flow nasal cannula": "high-flow",
        "other": "other",
        "t-piece": "other",
        "face tent": "mask",
        "aerosol-cool": "mask",
        "venti mask": "mask",
        "medium conc mask": "mask",
        "non-rebreather": "mask",
        "high flow neb": "mask",
        "ultrasonic neb": "mask",
        "vapomist": "mask",
        "trach mask": "mask",
        "cpap mask": "nippv",
        "bipap mask": "nippv",
        "tracheostomy tube": "ventilator",
        ENDOTRACHEAL_TUBE: "ventilator",
    }
)
SUPPORT = ("room-air", "nasal-cannula", "other", "mask", "high-flow", "nippv", "ventilator")
"""From least to most: of several devices charted at once the last one counts."""


def wording(text: str) -> str:
    """Return the text without surrounding blanks, in lower case: the source writes some devices with a blank
    at the end.
    """
    return text.strip().casefold()
