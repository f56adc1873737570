"""The rows of Table 3 that one laboratory value decides, without hysteresis. Source: criteria.md section 3."""

from __future__ import annotations

import numpy as np

from simulators.charting.laboratory import LIMITS
from simulators.truth.view import States, View, graded

ENZYMES = ("ck-mb", "troponin-t")


def bilirubin(view: View) -> States:
    """Relative above 7 mg/dL."""
    value = view.value("bilirubin")
    return graded(value > 7, value > float("inf"))


def platelets(view: View) -> States:
    """Relative from 50 down to 30 x10^3/uL, absolute below 30."""
    value = view.value("platelets")
    return graded(value <= 50, value < 30)


def creatinine(view: View) -> States:
    """Relative from 2.5 mg/dL, absolute from 3.0."""
    value = view.value("creatinine")
    return graded(value >= 2.5, value >= 3)


def cardiac_enzymes(view: View) -> States:
    """Absolute with CK-MB or troponin above the laboratory's upper limit."""
    raised = np.logical_or.reduce([view.value(code) > upper_limit(code) for code in ENZYMES])
    return graded(raised, raised)


def upper_limit(code: str) -> float:
    """The laboratory's; without one nothing is above it."""
    limit = LIMITS[code][1]
    return float("inf") if limit is None else limit
