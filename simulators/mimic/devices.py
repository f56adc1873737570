"""Oxygen devices by the wording of `O2 Delivery Device(s)` (226732): the device of the wire, and whether there is a tube in the airway."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENDOTRACHEAL_TUBE = "endotracheal tube"
DEVICES: Mapping[str, str] = MappingProxyType(
    {
        "none": "room-air",
        "nasal cannula": "nasal-cannula",
        "oxymizer": "nasal-cannula",
        # Its flow is often charted elsewhere: `other` is then judged by the FiO2 (criteria.md 3, oxygen-requirement), a cannula not at all.
        "high flow nasal cannula": "other",
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
        # Ventilation by a mask is ventilation: the need is past what a flow can say.
        "cpap mask": "ventilator",
        "bipap mask": "ventilator",
        "tracheostomy tube": "ventilator",
        ENDOTRACHEAL_TUBE: "ventilator",
    }
)
SUPPORT = ("room-air", "nasal-cannula", "other", "mask", "ventilator")
"""From least to most: of several devices charted at once the last one counts."""


def wording(text: str) -> str:
    """The source writes some devices with a blank behind them."""
    return text.strip().casefold()
