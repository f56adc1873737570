"""States minute by minute into spans of one state, with whether a perfect observer would have seen each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.truth.view import CLEAR, States


class Span(NamedTuple):
    """Minutes since the origin, `end` not included."""

    start: int
    end: int
    level: int
    seen: bool


class Spans:
    """Of each row and patient: the spans that ended, and the one that lasts.

    A row's routine look comes round every so many minutes; `looks` counts how many of them the state has certainly held for, without a
    break, as a fraction; a span is seen once that reaches 1.
    """

    def __init__(self, rows: int, patients: int) -> None:
        self.level = np.zeros((rows, patients), dtype=np.int8)
        self.since = np.zeros((rows, patients), dtype=np.int64)
        self.looks = np.zeros((rows, patients))
        self.seen = np.zeros((rows, patients), dtype=np.bool_)
        self.ended: list[list[list[Span]]] = [[[] for _ in range(patients)] for _ in range(rows)]

    def add(self, minute: NDArray[np.int64], states: States, certain: States, due: NDArray[np.float64]) -> None:
        """`states` and `certain`: (minutes, rows, patients); `due`: the share of a routine look that each minute is, of the same shape."""
        for at, now, surely, share in zip(minute, states, certain, due, strict=True):
            self._turn(int(at), now)
            self.looks = np.where(surely >= now, self.looks + share, 0.0)
            self.seen |= self.looks >= 1.0

    def _turn(self, minute: int, now: States) -> None:
        changed = now != self.level
        if not changed.any():
            return
        for row, patient in np.argwhere(changed):
            self._end(row, patient, minute)
        self.level = now.copy()
        self.since[changed], self.looks[changed], self.seen[changed] = minute, 0.0, False

    def _end(self, row: int, patient: int, minute: int) -> None:
        level = int(self.level[row, patient])
        if level != CLEAR:
            self.ended[row][patient].append(Span(int(self.since[row, patient]), minute, level, bool(self.seen[row, patient])))

    def close(self, minute: int) -> list[list[list[Span]]]:
        """All spans, those that last cut off at `minute`: by row, then patient."""
        self._turn(minute, np.full_like(self.level, CLEAR))
        return self.ended
