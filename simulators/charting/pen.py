"""The pen: numbers what is written, and keeps what is not known yet until it is."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

import numpy as np

from simulators.charting.clock import Clock
from simulators.writing.lines import Fields, line
from simulators.writing.record import Record

LETTERS: Final = {
    "vitals": "n", "labs": "l", "io": "o", "dose": "d", "infusion": "i", "medication": "m", "finding": "f", "encounter": "e",
}  # fmt: skip
"""How the id of an event begins; the monitor's own begin with `v` (`simulators.charting.monitor`)."""
FOREVER: Final = 1 << 62


class Pen:
    """Writes events of patients (by index), numbered by patient and type, and gives them out in order of `known`."""

    def __init__(self, ids: tuple[str, ...], clock: Clock, rng: np.random.Generator) -> None:
        self.ids, self.clock, self.rng = ids, clock, rng
        self.written = {kind: [0] * len(ids) for kind in LETTERS}
        self.gone = [FOREVER] * len(ids)
        self.owed: list[tuple[int, int, int, bytes]] = []
        self.turn = 0

    def write(self, kind: str, patient: int, minute: float, fields: Fields, late: tuple[float, float] = (0, 0)) -> None:
        """An event true at `minute` (from the origin), and known some minutes later, drawn evenly between the two of `late`."""
        at = self.clock.moment(minute)
        known = at if late == (0, 0) else at + 1000 * int(60 * self.rng.uniform(*late))
        self.written[kind][patient] += 1
        identity = f"{LETTERS[kind]}{self.written[kind][patient]}"
        known, data = line(kind, identity, self.ids[patient], at, fields, known)
        self.turn += 1
        heappush(self.owed, (known, self.turn, patient, data))

    def leave(self, patient: int, minute: float) -> None:
        """From `minute` on nothing more of this patient is written: what comes after a discharge would be a new stay."""
        self.gone[patient] = self.clock.moment(minute)

    def known_before(self, minute: float) -> list[Record]:
        """What became known before `minute`, in order; each is given out once."""
        until, out = self.clock.moment(minute), []
        while self.owed and self.owed[0][0] < until:
            known, _, patient, data = heappop(self.owed)
            if known <= self.gone[patient]:
                out.append((known, data))
        return out
