"""Keep the course of each row and patient: spans of one state, the thinned latent course, and where in the
cycle the patient is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.physiology.latent_state import Act, Array, Chunk, Flags
from simulators.truth.file import Track
from simulators.truth.view import CLEAR, States, TruthView, thrice


class Span(NamedTuple):
    """A span of one state: minutes since the origin, `end` not included; `seen`: a perfect observer
    saw it.
    """

    start: int
    end: int
    level: int
    seen: bool


class Spans:
    """The spans of each row and patient: those that ended, and the one in force.

    A row is observed routinely every so many minutes; `looks` counts how many of these observations the state
    has certainly held for, without a break, as a fraction; a span is seen once that reaches 1.
    """

    def __init__(self, rows: int, patients: int) -> None:
        self.level = np.zeros((rows, patients), dtype=np.int8)
        self.since = np.zeros((rows, patients), dtype=np.int64)
        self.looks = np.zeros((rows, patients))
        self.seen = np.zeros((rows, patients), dtype=np.bool_)
        self.ended: list[list[list[Span]]] = [[[] for _ in range(patients)] for _ in range(rows)]

    def add(
        self, minute: NDArray[np.int64], states: States, certain: States, due: NDArray[np.float64]
    ) -> None:
        """Add the states of some minutes.

        `states` and `certain`: (minutes, rows, patients); `due`: the share of a routine observation that each
        minute is, of the same shape.
        """
        for at, now, surely, share in zip(minute, states, certain, due, strict=True):
            self._switch(int(at), now)
            self.looks = np.where(surely >= now, self.looks + share, 0.0)
            self.seen |= self.looks >= 1.0

    def _switch(self, minute: int, now: States) -> None:
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
            self.ended[row][patient].append(
                Span(int(self.since[row, patient]), minute, level, bool(self.seen[row, patient]))
            )

    def close(self, minute: int) -> list[list[list[Span]]]:
        """Return all spans, those in force ended at `minute`: by row, then patient."""
        self._switch(minute, np.full_like(self.level, CLEAR))
        return self.ended


EVERY_MIN: Final = 10
LATENT: Final = (
    "heart-rate", "systolic-bp", "temperature", "spo2", "weight", "urine-rate", "stool-rate", "creatinine",
    "bilirubin", "platelets",
)  # fmt: skip
SUPPORT: Final = ("phenylephrine", "dopamine", "o2-flow")
DECIMALS: Final = 2


class Tracks:
    """The latent course at every `EVERY_MIN`th minute of each patient."""

    def __init__(self) -> None:
        self.kept: list[NDArray[np.float32]] = []

    def add(self, chunk: Chunk) -> None:
        """Keep the chunk's rows of the minutes to keep."""
        rows = np.flatnonzero((chunk.start + 1 + np.arange(chunk.minutes)) % EVERY_MIN == 0)
        arrays = [chunk.latent[code] for code in LATENT] + [chunk.support[code] for code in SUPPORT]
        self.kept.append(np.stack([array[rows] for array in arrays], axis=1).astype(np.float32))

    def of(self, patient: int) -> Track:
        """Return one patient's course."""
        values = (
            np.concatenate([rows[:, :, patient] for rows in self.kept]).astype(np.float64).round(DECIMALS)
        )
        return Track(EVERY_MIN, dict(zip((*LATENT, *SUPPORT), values.T.tolist(), strict=True)))


NOT_YET = np.inf


class CourseProgress:
    """The times at which each patient's cycle and therapy began and ended, and the doses.

    `started`, `ended`, `left`: minutes since the origin, (patients,), infinite until it happens; `doses`:
    those given and held. All are of the first stay: what comes after its discharge is no part of the truth.
    """

    def __init__(self, patients: int, origin: datetime) -> None:
        self.started, self.ended, self.left = (np.full(patients, NOT_YET) for _ in range(3))
        self.last_dose = np.full(patients, -NOT_YET)
        self.doses: list[list[tuple[int, bool]]] = [[] for _ in range(patients)]
        self.clock = origin.hour * 60 + origin.minute

    def view(self, chunk: Chunk) -> TruthView:
        """Return the chunk as the definitions see it.

        It adds the chunk's acts to the progress, and must therefore be called once a chunk.
        """
        minute = chunk.start + 1 + np.arange(chunk.minutes)
        last = self._doses(chunk)
        for act in chunk.acts:
            self._mark(act)
        dosing = (minute[:, None] > self.started) & (minute[:, None] < self.ended)
        return TruthView(
            chunk.latent, chunk.support, minute, (self.clock + minute) % 1440,
            since_dose=thrice(minute[:, None] - last), dosing=thrice(dosing),
        )  # fmt: skip

    def staying(self, view: TruthView) -> Flags:
        """Return flags (minutes, patients): from cycle start to discharge, where alerts are given
        (criteria.md section 9).
        """
        minute = view.minute[:, None]
        return (minute > self.started) & (minute <= self.left)

    def _doses(self, chunk: Chunk) -> Array:
        """Return the minute of the last dose given, at each minute: (minutes, patients)."""
        last = np.broadcast_to(self.last_dose, (chunk.minutes, len(self.last_dose))).copy()
        for act in (act for act in chunk.acts if act.kind == "dose" and act.detail["given"]):
            last[act.minute - chunk.start :, act.patient] = act.minute
        self.last_dose = last[-1]
        return last

    def _mark(self, act: Act) -> None:
        if act.minute > self.left[act.patient]:
            return
        marks = {"cycle-start": self.started, "therapy-end": self.ended, "discharge": self.left}
        if act.kind in marks:
            marks[act.kind][act.patient] = act.minute
        elif act.kind == "dose":
            self.doses[act.patient].append((act.minute, bool(act.detail["given"])))
