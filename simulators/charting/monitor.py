"""Model the bedside monitor: six readings a minute, known as they are measured, with rare, brief
artefacts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Final, NamedTuple

import numpy as np

from rules.wire import instants
from simulators.charting.noise import observed
from simulators.charting.records import Placed
from simulators.charting.writer import DAY, ChartingGap, CourseClock
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import PRESSORS, Array, Chunk, Flags, Generator, Whole

# What a monitor shows that is not the patient: rare, brief, and mostly implausible.
#
# Every rate is an assumption, of the order of what intensive-care monitors are reported to show: a few brief
# artefacts a patient-day.


class Artefact(NamedTuple):
    """An artefact of the monitor.

    `daily`: how often a day it begins; `lasts`: minutes; `line`: only while an arterial line is in; `shows`:
    what is read instead, by code.
    """

    daily: float
    lasts: int
    line: bool
    shows: Mapping[str, float]


ARTEFACTS: Final[Mapping[str, Artefact]] = {
    # The line is flushed after each blood sample: the bag's 300 mm Hg is on the screen.
    "flush": Artefact(3.0, 1, True, {"systolic-bp": 300, "diastolic-bp": 290, "mean-bp": 295}),
    # The transducer is open to air, or fell to the floor and was put back: zero, or below it.
    "open": Artefact(0.5, 2, True, {"systolic-bp": -18, "diastolic-bp": -26, "mean-bp": -23}),
    "electrodes off": Artefact(1.0, 2, False, {"heart-rate": 0}),
    "probe off": Artefact(2.0, 2, False, {"spo2": 0}),
}
DAMPED: Final = Artefact(0.1, 4, True, {})
"""A clot at the tip: systolic and diastolic pressure approach the mean by `DAMPING`.

The one artefact that is plausible.
"""
DAMPING: Final = 0.2


class Artefacts:
    """Puts artefacts into what monitors show, with a generator of its own."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng

    def spoil(self, displayed: Array, chunk: Chunk, codes: tuple[str, ...]) -> None:
        """Put artefacts into `displayed` (minutes, patients, codes) in place; an artefact does not outlast
        its chunk.
        """
        has_line = arterial(chunk)
        self.damp(displayed, has_line, codes)
        for artefact in ARTEFACTS.values():
            shown = self.begun(artefact, has_line)
            if shown.any():
                for code, value in artefact.shows.items():
                    displayed[..., codes.index(code)][shown] = value

    def damp(self, displayed: Array, has_line: Flags, codes: tuple[str, ...]) -> None:
        """Move systolic and diastolic pressure towards the mean where the line is damped, in place."""
        shown = self.begun(DAMPED, has_line)
        if shown.any():
            mean = displayed[..., codes.index("mean-bp")][shown]
            for code in ("systolic-bp", "diastolic-bp"):
                values = displayed[..., codes.index(code)]
                values[shown] = np.rint(values[shown] + DAMPING * (mean - values[shown]))

    def begun(self, artefact: Artefact, has_line: Flags) -> Flags:
        """Return where an artefact shows: from each minute in which it begins, for as long as it lasts."""
        begins = self.rng.random(has_line.shape) < artefact.daily / DAY
        if artefact.line:
            begins &= has_line
        shown = begins.copy()
        for later in range(1, artefact.lasts):
            shown[later:] |= begins[:-later]
        return shown


def arterial(chunk: Chunk) -> Flags:
    """Return who has an arterial line: in intensive care, or while a vasopressor runs (assumption)."""
    has_line: Flags = np.logical_or.reduce([chunk.support[name] > 0 for name in ("icu", *PRESSORS)])
    return has_line


DISPLAYED: Final = (
    ("heart-rate", "/min"), ("systolic-bp", "mm[Hg]"), ("diastolic-bp", "mm[Hg]"), ("mean-bp", "mm[Hg]"),
    ("respiratory-rate", "/min"), ("spo2", "%"),
)  # fmt: skip
"""What is on the screen: wire code and unit; a record holds all of them, in this order."""
CODES: Final = tuple(code for code, _ in DISPLAYED)
LAST: Final = 10**9 - 1
"""The turn of a monitor's records: of one instant they come after all that is charted by hand."""


class Monitor:
    """The monitors of the patients of `watched`: one record a minute for each.

    Each patient's records have their own second, so that in a small ward no two patients share an instant.
    """

    def __init__(
        self,
        cohort: Cohort,
        watched: Flags,
        clock: CourseClock,
        rng: Generator,
        artefacts: Artefacts,
    ) -> None:
        self.clock, self.rng, self.artefacts = clock, rng, artefacts
        self.watched, self.first = watched, cohort.first
        self.seconds = [60 * bed // cohort.all_beds for bed in cohort.beds.tolist()]
        self.forms = [form(patient, second) for patient, second in zip(cohort.ids, self.seconds, strict=True)]

    def records(self, chunk: Chunk, gap: ChartingGap) -> Iterator[Placed]:
        """Yield a chunk's records in order of time. The value of a minute is that of its end."""
        if not self.watched.any():
            return
        displayed, ahead = self.readings(chunk), gap.size("clock-ahead")
        charted = (chunk.support["present"] > 0) & self.watched & ~gap.of("vitals")
        wrong = np.zeros_like(charted) if ahead is None else charted & (ahead != 0)
        for row in range(chunk.minutes):
            minute = chunk.start + row
            right = self.minute(minute, displayed[row], np.flatnonzero(charted[row] & ~wrong[row]))
            if ahead is not None and wrong[row].any():
                beds = np.flatnonzero(wrong[row])
                right = sorted([*right, *self.ahead(minute, displayed[row], beds, ahead[row])])
            yield from right

    def ahead(self, minute: int, displayed: Whole, patients: Whole, by: Array) -> list[Placed]:
        """Return one minute's records of monitors whose clock is ahead by so many minutes."""
        records = self.minute(minute, displayed, patients)
        shifts = (60_000 * round(float(by[bed])) for bed in patients.tolist())
        return [known_later(record, record[0] + shift) for record, shift in zip(records, shifts, strict=True)]

    def readings(self, chunk: Chunk) -> Whole:
        """Return what the screens show: (minutes, patients, codes)."""
        displayed = np.stack([observed(code, chunk.latent[code], self.rng) for code in CODES], axis=-1)
        displayed[..., CODES.index("spo2")].clip(None, 100, out=displayed[..., CODES.index("spo2")])
        self.artefacts.spoil(displayed, chunk, CODES)
        return displayed.astype(np.int64)

    def minute(self, minute: int, displayed: Whole, patients: Whole) -> list[Placed]:
        """Return one minute's records, those of `patients` alone."""
        at = self.clock.moment(minute)
        text = instants.text(at)[:16].encode()
        forms, seconds, first = self.forms, self.seconds, self.first
        beds = zip(patients.tolist(), displayed[patients].tolist(), strict=True)
        return [
            (at + 1000 * seconds[bed], LAST, first + bed, forms[bed] % (minute, text, *values))
            for bed, values in beds
        ]


def known_later(record: Placed, at: int) -> Placed:
    """Return the record with another `at` (ms), and when it was truly known."""
    known, turn, bed, data = record
    written, behind = (f'"at":"{instants.text(moment)}"'.encode() for moment in (known, at))
    return known, turn, bed, data.replace(written, behind + f',"known":"{instants.text(known)}"'.encode(), 1)


def form(patient: str, second: int) -> bytes:
    """Return a patient's record as a bytes template for minute, time up to the minute, and the readings.

    It is filled in for each of millions of records.
    """
    readings = ",".join(
        f'{{"code":"{code}","value":%d,"unit":"{unit.replace("%", "%%")}"}}' for code, unit in DISPLAYED
    )
    name = dumps(patient, ensure_ascii=False).replace("%", "%%")
    head = f'"type":"vitals","id":"v%d","patient":{name},"at":"%b:{second:02}Z","source":"monitor"'
    return f'{{{head},"readings":[{readings}]}}'.encode()
