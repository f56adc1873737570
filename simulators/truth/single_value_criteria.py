"""Decide the rows of Table 3 that one value or rate decides, without hysteresis: labs, weight, pressors
(criteria.md sections 3.2 and 3.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.charting.laboratory import LIMITS
from simulators.truth.view import States, TruthView, Values, graded, thrice

ENZYMES = ("ck-mb", "troponin-t")


def bilirubin(view: TruthView) -> States:
    """Return relative above 7 mg/dL."""
    value = view.value("bilirubin")
    return graded(value > 7, value > float("inf"))


def platelets(view: TruthView) -> States:
    """Return relative from 50 down to 30 x10^3/uL, absolute below 30."""
    value = view.value("platelets")
    return graded(value <= 50, value < 30)


def creatinine(view: TruthView) -> States:
    """Return relative from 2.5 mg/dL, absolute from 3.0."""
    value = view.value("creatinine")
    return graded(value >= 2.5, value >= 3)


def cardiac_enzymes(view: TruthView) -> States:
    """Return absolute with CK-MB or troponin above the laboratory's upper limit."""
    raised = np.logical_or.reduce([view.value(code) > upper_limit(code) for code in ENZYMES])
    return graded(raised, raised)


def upper_limit(code: str) -> float:
    """Return the laboratory's upper limit; infinity when it has none."""
    limit = LIMITS[code][1]
    return float("inf") if limit is None else limit


GAIN = 0.15


class WeightGain:
    """Relative at more than 15 % over the baseline as it is charted, to 0.1 kg."""

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.baseline = thrice(np.round(baseline, 1))

    def __call__(self, view: TruthView) -> States:
        gained = np.round(view.value("weight") / self.baseline - 1, 4) > GAIN
        return graded(gained, np.zeros_like(gained))


RENAL_DOPAMINE = 2.5
"""ug/kg/min up to which dopamine is given for the kidneys, and is no pressor."""


def pressor_load(view: TruthView) -> Values:
    """Return what runs as ug/kg/min of phenylephrine: norepinephrine is ten times, dopamine a tenth of it."""
    dopamine = view.given("dopamine")
    pressing = np.where(dopamine > RENAL_DOPAMINE, dopamine / 10, 0.0)
    load: Values = np.round(view.given("phenylephrine") + 10 * view.given("norepinephrine") + pressing, 4)
    return load


REMEMBERED_MIN, WEANED_MIN = 480, 30


class PhenylephrineMaximum:
    """The highest load of the last 8 h since the last dose (before the first: since cycle start): relative
    from 1.0 ug/kg/min, absolute from 1.5.
    """

    def __init__(self, columns: int) -> None:
        self.before = np.zeros((REMEMBERED_MIN - 1, columns))

    def __call__(self, view: TruthView) -> States:
        loads = np.concatenate((self.before, np.where(view.dosing, pressor_load(view), 0.0)))
        self.before = loads[-(REMEMBERED_MIN - 1) :]
        highest = np.zeros((len(view.minute), loads.shape[1]))
        used = np.flatnonzero(loads.any(axis=0))
        for row in range(len(highest)):
            of_interval = np.minimum(view.since_dose[row, used], REMEMBERED_MIN)
            highest[row, used] = latest_most(loads[row : row + REMEMBERED_MIN, used], of_interval)
        highest = np.where(view.dosing, highest, 0.0)
        return graded(highest >= 1.0, highest >= 1.5)


def latest_most(values: Values, counted: Values) -> Values:
    """Return the most of the last `counted` rows of each column."""
    ages = np.arange(len(values), 0, -1)[:, None]
    most: Values = np.where(ages <= counted, values, 0.0).max(axis=0, initial=0.0)
    return most


class PhenylephrineMinimum:
    """From 8 h after a dose until the next, the highest load of the last 30 min: relative above 0.5
    ug/kg/min, absolute above 0.8. What the patient is weaned to is what half an hour did without.
    """

    def __init__(self, columns: int) -> None:
        self.before = np.zeros((WEANED_MIN - 1, columns))

    def __call__(self, view: TruthView) -> States:
        loads = np.concatenate((self.before, pressor_load(view)))
        self.before = loads[-(WEANED_MIN - 1) :]
        highest = trailing_most(loads, WEANED_MIN)
        judged = view.due & np.isfinite(view.since_dose)
        return graded(judged & (highest > 0.5), judged & (highest > 0.8))


def trailing_most(values: Values, width: int) -> Values:
    """Return the most of the `width` rows that end with each row, for the rows from the `width`th on."""
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=0)
    most: Values = windows.max(axis=-1)
    return most
