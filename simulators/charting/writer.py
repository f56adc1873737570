"""Number what is charted and keep it until it is known: the hospital's clock, the stretches in which nobody
charts, and the writer of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

import numpy as np

from rules.wire import instants
from simulators.charting.records import Fields, Record, line
from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.latent import Flags

HOUR, DAY = 60, 1440
"""Minutes: the simulators count in them; instants.HOUR and instants.DAY are ms."""


class CourseClock(NamedTuple):
    """`origin`: the course's minute 0, ms since the Unix epoch, a whole minute.

    Hours of the day are UTC's.
    """

    origin: int

    def moment(self, minute: float) -> int:
        """A minute of the course in ms since the epoch, to the second."""
        return self.origin + 1000 * round(minute * 60)

    def text(self, minute: float) -> str:
        """A minute of the course as the wire writes it."""
        return instants.text(self.moment(minute))

    def of_day(self, minute: int) -> int:
        """Minutes since midnight."""
        return (self.origin // instants.MINUTE + minute) % DAY

    def strikes(self, start: int, minutes: int, every: int, first: int = 0) -> Iterator[int]:
        """The minutes in (start, start + minutes] at which the time of day is `first` plus a multiple of
        `every` minutes.
        """
        for minute in range(start + 1, start + minutes + 1):
            if (self.of_day(minute) - first) % every == 0:
                yield minute


What = Literal["everything", "urine", "vitals", "labs"]
SIZES: tuple[What, ...] = ("everything", "urine", "vitals", "labs")


class ChartingGap:
    """Of one chunk: who is silent in which minute, arrays (minutes, patients)."""

    def __init__(
        self, clinical_events: Sequence[ClinicalEvent], patients: int, start: int, minutes: int
    ) -> None:
        missed = [one for one in clinical_events if one.kind == "missed-charting"]
        self._size = felt(missed, patients, start, minutes).get("missed-charting") if missed else None
        self._never = np.zeros((minutes, patients), dtype=bool)

    def of(self, what: What) -> Flags:
        """Where observations of this kind are not charted; `everything` silences every kind."""
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
    """Writes events of patients (by index), numbered by patient and type, and gives them out in order of
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
        """An event true at `minute` (from the origin), and known some minutes later, drawn evenly between the
        two of `late`.
        """
        at = self.clock.moment(minute)
        known = at if late == (0, 0) else at + 1000 * int(60 * self.rng.uniform(*late))
        self.written[kind][patient] += 1
        identity = f"{LETTERS[kind]}{self.written[kind][patient]}"
        known, data = line(kind, identity, self.ids[patient], at, fields, known)
        self.turn += 1
        heappush(self.unwritten, (known, self.turn, patient, data))

    def leave(self, patient: int, minute: float) -> None:
        """From `minute` on nothing more of this patient is written: what comes after a discharge would be a
        new stay.
        """
        self.gone[patient] = self.clock.moment(minute)

    def known_before(self, minute: float) -> list[Record]:
        """What became known before `minute`, in order; each is given out once."""
        until, out = self.clock.moment(minute), []
        while self.unwritten and self.unwritten[0][0] < until:
            known, _, patient, data = heappop(self.unwritten)
            if known <= self.gone[patient]:
                out.append((known, data))
        return out
