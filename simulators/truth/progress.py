"""Where each patient stands in the cycle, minute by minute, told by what care did: the cycle's start, doses, its end."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from simulators.latent import Act, Chunk
from simulators.seeds import Array, Flags
from simulators.truth.view import View, thrice

NOT_YET = np.inf


class Progress:
    """Minutes since the origin, one a patient, infinite until it happens: `started`, `ended`, `left`; the doses given and held."""

    def __init__(self, patients: int, origin: datetime) -> None:
        self.started, self.ended, self.left = (np.full(patients, NOT_YET) for _ in range(3))
        self.last_dose = np.full(patients, -NOT_YET)
        self.doses: list[list[tuple[int, bool]]] = [[] for _ in range(patients)]
        self.clock = origin.hour * 60 + origin.minute

    def view(self, chunk: Chunk) -> View:
        """The chunk as the definitions see it; takes its acts into account, so that it is asked once."""
        minute = chunk.start + 1 + np.arange(chunk.minutes)
        last, dosed = self._doses(chunk)
        for act in chunk.acts:
            self._mark(act)
        dosing = (minute[:, None] > self.started) & (minute[:, None] < self.ended)
        return View(
            chunk.latent, chunk.support, minute, (self.clock + minute) % 1440,
            dosed=thrice(dosed), since_dose=thrice(minute[:, None] - last), dosing=thrice(dosing),
        )  # fmt: skip

    def staying(self, view: View) -> Flags:
        """(minutes, patients): from cycle start to discharge, where alerts are given (criteria.md section 9)."""
        minute = view.minute[:, None]
        return (minute > self.started) & (minute <= self.left)

    def _doses(self, chunk: Chunk) -> tuple[Array, Flags]:
        shape = chunk.minutes, len(self.last_dose)
        last, dosed = np.broadcast_to(self.last_dose, shape).copy(), np.zeros(shape, dtype=np.bool_)
        for act in (act for act in chunk.acts if act.kind == "dose" and act.detail["given"]):
            row = act.minute - chunk.start
            last[row:, act.patient] = act.minute
            dosed[row, act.patient] = True
        self.last_dose = last[-1]
        return last, dosed

    def _mark(self, act: Act) -> None:
        marks = {"cycle-start": self.started, "therapy-end": self.ended, "discharge": self.left}
        if act.kind in marks:
            marks[act.kind][act.patient] = act.minute
        elif act.kind == "dose":
            self.doses[act.patient].append((act.minute, bool(act.detail["given"])))
