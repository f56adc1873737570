"""Declare which findings say another one too, whatever the guideline pack (editions.md 3, Implied)."""

from collections.abc import Mapping
from types import MappingProxyType

IMPLIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sustained-vt": ("ventricular-arrhythmia", "present"),
        "coma": ("mental-status", "changed"),
        "toxic-psychosis": ("mental-status", "changed"),
    }
)
"""[choice] A finding that is present -> the finding it also is, and as what."""

IMPLIED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        code: tuple(one for one, (implied, _) in IMPLIES.items() if implied == code)
        for code in {implied for implied, _ in IMPLIES.values()}
    }
)
"""A finding -> those that say it too."""
