"""The diarrhea row of Table 3. Source: criteria.md section 3, `diarrhea`."""

from __future__ import annotations

import numpy as np

from simulators.truth.runs import Flags
from simulators.truth.shifts import Shifts, Stretch
from simulators.truth.view import States, View, graded

MUCH_ML = 1000.0


class Diarrhea:
    """1000 mL in the last completed shift or the running one is relative; in two that follow each other, absolute."""

    def __init__(self, columns: int) -> None:
        self.shifts = Shifts(columns)
        self.last, self.before = np.zeros(columns, dtype=np.bool_), np.zeros(columns, dtype=np.bool_)

    def __call__(self, view: View) -> States:
        states = np.empty((len(view.minute), len(self.last)), dtype=np.int8)
        for stretch in self.shifts(view, view.value("stool-rate")):
            states[stretch.rows] = self._graded(stretch.running >= MUCH_ML)
            if stretch.ended:
                states[stretch.rows.stop - 1] = self._turned(stretch)
        return states

    def _turned(self, stretch: Stretch) -> States:
        self.before, self.last = self.last, stretch.running[-1] >= MUCH_ML
        return self._graded(np.zeros_like(self.last))

    def _graded(self, running: Flags) -> States:
        return graded(self.last | running, self.last & (self.before | running))
