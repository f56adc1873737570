"""One patient of a ward: the state, decoded when first needed, and how far the log is in it."""

from __future__ import annotations

from rules.decide import codec
from rules.decide.state import Patient, admitted
from rules.evaluate.result import reached
from rules.guideline import Guideline
from streams.broker.topics import INPUTS
from streams.worker.row import LEVELS, VERSION, Row

NOWHERE = (0,) * len(INPUTS)
CALM = (0,) * len(LEVELS)


class Seat:
    """`wake`: the instant from which on time alone changes something; None: nothing ahead."""

    __slots__ = ("_patient", "open", "over", "positions", "state", "wake")

    def __init__(self, row: Row | None = None) -> None:
        self.state, self.positions, self.wake = (row.state, row.positions, row.wake) if row else (b"", NOWHERE, None)
        self.open, self.over = (row.open, row.over) if row else (CALM, False)
        self._patient: Patient | None = None

    def patient(self, guideline: Guideline) -> Patient | None:
        """The patient; None while there is no stay. Raises rules.decide.codec.UnknownState."""
        if self._patient is None and self.state:
            self._patient = codec.decode(self.state, guideline)
        return self._patient

    def put(self, patient: Patient | None) -> None:
        """The patient as it is now; a discharged one keeps only what tells a late fact from a new stay."""
        self.over = patient is not None and patient.discharged is not None
        self._patient = closed(patient) if patient is not None and self.over else patient
        self.wake = wake(patient)
        self.open = opened(patient)

    def row(self, positions: tuple[int, ...], owed: bytes, ticked: bool, shown: bool) -> Row:
        """The row to write, with the log up to `positions` in it."""
        self.positions = tuple(map(max, self.positions, positions))
        self.state = b"" if self._patient is None else codec.encode(self._patient)
        return Row(VERSION, self.positions, self.wake, owed, ticked, shown, self.open, self.over, self.state)


def wake(patient: Patient | None) -> int | None:
    """The instant after which the clock may not pass unnoticed."""
    if patient is None or patient.discharged is not None:
        return None
    return patient.now if patient.pending else patient.due


def opened(patient: Patient | None) -> tuple[int, ...]:
    """Open episodes by level."""
    levels = [episode.level for episode in patient.episodes.values()] if patient is not None else []
    return tuple(map(levels.count, LEVELS))


def closed(patient: Patient) -> Patient:
    """The stay is over: its facts are dropped, its end is kept. Facts known later begin a new stay, earlier ones do not."""
    rest = admitted(patient.id, patient.guideline)
    rest.now, rest.discharged = patient.now, patient.discharged
    return rest


def passed(patient: Patient, moment: int) -> bool:
    """Whether the patient's clock stands at a moment or beyond."""
    return patient.now >= reached(moment)
