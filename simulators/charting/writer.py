"""Write records and hold them until they are known: the hospital's clock, the gaps in charting, and the
writer of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

import numpy as np

from rules.wire import instants
from simulators.charting.records import Fields, Record, line
from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.latent_state import Flags

HOUR, DAY = 60, 1440
"""Minutes: the simulators count in them; instants.HOUR and instants.DAY are ms."""


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


What = Literal["everything", "urine", "vitals", "labs"]
SIZES: tuple[What, ...] = ("everything", "urine", "vitals", "labs")


class ChartingGap:
    """Who is not charted in which minute of one chunk, arrays (minutes, patients)."""

    def __init__(
        self, clinical_events: Sequence[ClinicalEvent], patients: int, start: int, minutes: int
    ) -> None:
        missed = [one for one in clinical_events if one.kind == "missed-charting"]
        self._size = felt(missed, patients, start, minutes).get("missed-charting") if missed else None
        self._never = np.zeros((minutes, patients), dtype=bool)

    def of(self, what: What) -> Flags:
        """Return where observations of this kind are not charted; a gap of `everything` covers every kind."""
        if self._size is None:
            return self._never
        found: Flags = (self._size == 1) | (self._size == 1 + SIZES.index(what))
        return found


LETTERS: Final = {
    "vitals": "n", "labs": "l", "io": "o", "dose": "d", "infusion": "i", "medication": "m", "finding": "f",
    "encounter": "e",
}  # fmt: skip
"""How the id of an event begins; the monitor's own begin with `v` (`simulators.charting.monitor`)."""
FOREVER: Final = 1 << 62


class ChartWriter:
    """Writes events of patients (by index), numbered by patient and type, and returns them in order of
    `known`.
    """

    def __init__(self, ids: tuple[str, ...], clock: CourseClock, rng: np.random.Generator) -> None:
        self.ids, self.clock, self.rng = ids, clock, rng
        self.written = {kind: [0] * len(ids) for kind in LETTERS}
        self.gone = [FOREVER] * len(ids)
        self.unwritten: list[tuple[int, int, int, bytes]] = []
        self.turn = 0

    def write(
        self, kind: str, patient: int, minute: float, fields: Fields, late: tuple[float, float] = (0, 0)
    ) -> None:
        """Write an event true at `minute` (from the origin), and known some minutes later, drawn uniformly
        between the two of `late`.
        """
        at = self.clock.moment(minute)
        known = at if late == (0, 0) else at + 1000 * int(60 * self.rng.uniform(*late))
        self.written[kind][patient] += 1
        identity = f"{LETTERS[kind]}{self.written[kind][patient]}"
        known, data = line(kind, identity, self.ids[patient], at, fields, known)
        self.turn += 1
        heappush(self.unwritten, (known, self.turn, patient, data))

    def leave(self, patient: int, minute: float) -> None:
        """Write nothing of this patient that is known after `minute`: after a discharge it would be a new
        stay.
        """
        self.gone[patient] = self.clock.moment(minute)

    def known_before(self, minute: float) -> list[Record]:
        """Return what became known before `minute`, in order; each record is returned once."""
        until, out = self.clock.moment(minute), []
        while self.unwritten and self.unwritten[0][0] < until:
            known, _, patient, data = heappop(self.unwritten)
            if known <= self.gone[patient]:
                out.append((known, data))
        return out
