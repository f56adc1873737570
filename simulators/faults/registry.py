"""List the faults, one entry each, in the order in which they alter a record on its way from the bedside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulators.faults.artefact import artefact
from simulators.faults.clock_skew import clock_skew
from simulators.faults.correction import correction
from simulators.faults.delay import delay
from simulators.faults.drop import drop
from simulators.faults.duplicate import duplicate
from simulators.faults.fault_log import FaultLog
from simulators.faults.garbled import garbled
from simulators.faults.outage import outage
from simulators.faults.record import FeedRecord
from simulators.faults.reorder import reorder
from simulators.faults.stuck import stuck
from simulators.faults.wrong_unit import wrong_unit

Stage = Callable[[Iterator[FeedRecord], float, int, FaultLog], Iterator[FeedRecord]]
RECORDS, LABS, HOURS, PATIENT_HOURS = "of records", "of labs", "an hour", "a patient-hour"


class FeedFault(NamedTuple):
    """A fault: how it alters a feed, its documented rate and of what, how often it strikes under `usual`, and
    what it is.
    """

    stage: Stage
    rate: float
    of: str
    usual: float
    says: str

    @property
    def most(self) -> float:
        """The highest meaningful rate: every record, or once a minute."""
        return 60.0 if self.of in (HOURS, PATIENT_HOURS) else 1.0


FAULTS = {
    "stuck": FeedFault(
        stuck, 0.02, PATIENT_HOURS, 0.002, "the monitor repeats its last values for 10-30 min"
    ),
    "artefact": FeedFault(
        artefact,
        0.05,
        PATIENT_HOURS,
        0.05,
        "for 1-6 min a probe measures no patient: line flushed, open or damped, lead or probe off",
    ),
    "correction": FeedFault(
        correction, 0.02, LABS, 0.005, "a lab is wrong at first, and corrected or withdrawn 30-240 min later"
    ),
    "wrong-unit": FeedFault(
        wrong_unit,
        0.001,
        "of vitals and labs",
        0.0,
        "a reading's unit is unreadable, or that of another number",
    ),
    "clock-skew": FeedFault(
        clock_skew, 0.005, PATIENT_HOURS, 0.0, "for 1-4 h the monitor's clock is wrong by up to 20 min"
    ),
    "drop": FeedFault(
        drop, 0.01, RECORDS, 0.001, "a record never arrives; a tenth as often when it is not vitals"
    ),
    "delay": FeedFault(delay, 0.02, RECORDS, 0.01, "a record comes late, 20 min on average, 4 h at most"),
    "reorder": FeedFault(
        reorder, 0.02, RECORDS, 0.005, "a record is overtaken by 1-5 later ones of its patient"
    ),
    "duplicate": FeedFault(duplicate, 0.02, RECORDS, 0.005, "a record comes again up to 30 min later"),
    "outage": FeedFault(
        outage, 0.01, HOURS, 0.0, "nothing comes from anybody for 5-60 min, then everything at once"
    ),
    "garbled": FeedFault(garbled, 0.001, RECORDS, 0.0, "a line is cut, damaged, or its time has no offset"),
}
"""Rates are assumptions: well above what a hospital would accept, so that a week of a ward meets every fault
many times.
"""
