"""Write records and hold them until they are known: the hospital's clock, the gaps in charting, and the
writer of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

import numpy as np

from rules.wire import instants
from simulators.charting.noise import Draws
from simulators.charting.records import Fields, Placed, Record, line
from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.latent_state import Array, Flags

HOUR, DAY = 60, 1440
"""Minutes: the simulators count in them; instants.HOUR and instants.DAY are ms."""
AFTER_PRESSOR: Final = 5 * HOUR
"""The mode stays intensive for 4 h after a vasopressor (criteria.md section 6); an hour more is the habit of
a ward (assumption).
"""


class CourseClock(NamedTuple):
    """The clock of a course.

    `origin`: the course's minute 0, ms since the Unix epoch, a whole minute. Hours of the day are UTC's.
    """

    origin: int

    def moment(self, minute: float) -> int:
        """Return a minute of the course in ms since the epoch, to the second."""
        return self.origin + 1000 * round(minute * 60)

    def text(self, minute: float) -> str:
        """Return a minute of the course as the wire writes it."""
        return instants.text(self.moment(minute))

    def of_day(self, minute: int) -> int:
        """Return minutes since midnight."""
        return (self.origin // instants.MINUTE + minute) % DAY

    def strikes(self, start: int, minutes: int, every: int, first: int = 0) -> Iterator[int]:
        """Yield the minutes in (start, start + minutes] at which the time of day is `first` plus a multiple
        of `every` minutes.
        """
        for minute in range(start + 1, start + minutes + 1):
            if (self.of_day(minute) - first) % every == 0:
                yield minute


Vitals = Literal["minute", "hourly", "4-hourly"]
"""How often vital signs are charted: by a monitor; by hand each hour; by hand as Table 1 of the paper has it.
"""
What = Literal["everything", "urine", "vitals", "labs"]
ABOUT_CHARTING = ("missed-charting", "bad-reading", "clock-ahead", "conversion-uncharted")
SIZES: tuple[What, ...] = ("everything", "urine", "vitals", "labs")


class ChartingGap:
    """Who is not charted, or charted wrongly, in which minute of one chunk, arrays (minutes, patients)."""

    def __init__(
        self, clinical_events: Sequence[ClinicalEvent], patients: int, start: int, minutes: int
    ) -> None:
        reported = [one for one in clinical_events if one.kind in ABOUT_CHARTING]
        self._sizes = felt(reported, patients, start, minutes) if reported else {}
        self._size = self.size("missed-charting")
        self._never = np.zeros((minutes, patients), dtype=bool)

    def size(self, kind: str) -> Array | None:
        """Return the size of what is wrong with charting; None where nothing of the kind is."""
        return self._sizes.get(kind)

    def of(self, what: What) -> Flags:
        """Return where observations of this kind are not charted; a gap of `everything` covers every kind."""
        if self._size is None:
            return self._never
        found: Flags = (self._size == 1) | (self._size == 1 + SIZES.index(what))
        return found


LETTERS: Final = {
    "vitals": "n", "labs": "l", "io": "o", "dose": "d", "infusion": "i", "medication": "m", "finding": "f",
    "encounter": "e", "accept": "x",
}  # fmt: skip
"""How the id of an event begins; the monitor's own begin with `v` (`simulators.charting.monitor`)."""
FOREVER: Final = 1 << 62
NAMED_BY: Final = ("code", "agent", "kind", "source")
"""Fields that tell what is charted from what else of the type is charted in that minute."""


PARTS: Final = ("treatments", "nurse", "errors", "scale", "volumes", "changes", "again", "round", "admission",
                "agitation", "laboratory")  # fmt: skip
"""What is charted in a chunk, in this order."""
STEPS: Final = 64


def turn_of(minute: int, part: str, step: int) -> int:
    """Return the turn of what a part charts in the chunk that begins at `minute`.

    `step`: which one of its rows or findings, below `STEPS`. Turns rise as charting goes on, and depend on no
    patient: so the records of a part of the ward have the places that they have among those of all.
    """
    return (minute * len(PARTS) + PARTS.index(part)) * STEPS + step


class ChartWriter:
    """Writes events of patients (by index), numbered by patient and type, and returns them in order of
    `known`.

    `first`: the bed of patient 0 in the ward. `turn`: that of what is written now (`turn_of`).
    """

    def __init__(self, ids: tuple[str, ...], clock: CourseClock, draws: Draws, first: int = 0) -> None:
        self.ids, self.clock, self.draws, self.first = ids, clock, draws, first
        self.written = {kind: [0] * len(ids) for kind in LETTERS}
        self.gone = [FOREVER] * len(ids)
        self.unwritten: list[tuple[int, int, int, int, bytes]] = []
        self.turn = self.count = 0

    def write(
        self, kind: str, patient: int, minute: float, fields: Fields, late: tuple[float, float] = (0, 0)
    ) -> str:
        """Write an event true at `minute` (from the origin), and known some minutes later, drawn uniformly
        between the two of `late`; return its id.
        """
        at = self.clock.moment(minute)
        known = at
        if late != (0, 0):
            what = next((str(fields[name]) for name in NAMED_BY if name in fields), "")
            known += 1000 * int(60 * self.draws.between(*late, patient, kind, what, round(60 * minute)))
        self.written[kind][patient] += 1
        identity = f"{LETTERS[kind]}{self.written[kind][patient]}"
        self._hold(patient, line(kind, identity, self.ids[patient], at, fields, known))
        return identity

    def withdraw(self, kind: str, patient: int, minute: float, identity: str, known: float) -> None:
        """Take an event of `minute` back, at the minute `known`: it was entered in error."""
        at, when = self.clock.moment(minute), self.clock.moment(known)
        self._hold(patient, line(kind, identity, self.ids[patient], at, {"status": "entered-in-error"}, when))

    def _hold(self, patient: int, record: Record) -> None:
        self.count += 1
        heappush(self.unwritten, (record[0], self.turn, patient, self.count, record[1]))

    def leave(self, patient: int, minute: float) -> None:
        """Write nothing of this patient that is known after `minute`: after a discharge it would be a new
        stay.
        """
        self.gone[patient] = self.clock.moment(minute)

    def come_back(self, patient: int) -> None:
        """Write again of a patient who is admitted once more."""
        self.gone[patient] = FOREVER

    def known_before(self, minute: float) -> list[Placed]:
        """Return what became known before `minute`, in order; each record is returned once."""
        until, out = self.clock.moment(minute), []
        while self.unwritten and self.unwritten[0][0] < until:
            known, turn, patient, _, data = heappop(self.unwritten)
            if known <= self.gone[patient]:
                out.append((known, turn, self.first + patient, data))
        return out
