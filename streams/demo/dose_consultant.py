"""Decide for a simulated ward, by the guideline, whether a dose may be given.

The consultant reads what is charted as it becomes known. The simulator may not know the rules
(architecture.md, Arrows); the command line puts this between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from rules.decide.dose_clock import DoseClock, dose_clock
from rules.decide.engine import advance, settle
from rules.decide.recommendation import Recommendation, recommend
from rules.evaluate.dosing import due_at
from rules.ingest.decode import decode
from rules.wire.events import Encounter
from rules.wire.instants import HOUR, MINUTE

if TYPE_CHECKING:
    from rules.decide.state import Patient
    from rules.guideline import Guideline

Answer = Literal["give", "hold", "stop"]
PLAIN: Final[dict[str, Answer]] = {
    "ready": "give",
    "finished": "stop",
    "waiting": "hold",
    "hold": "hold",
    "unknown": "hold",
}
NOT_BY_ITSELF: Final = {
    "mental-status-watch", "septic-workup", "hyperkalemia", "bradycardia", "tachypnea",
    "forbidden-medication",
}  # fmt: skip
"""Blockers that a clinician clears before a dose, however long that takes."""
PATIENCE: Final = 1.0
"""Hours.

The paper leaves relative criteria to judgement ("appropriate corrective measures or a time delay"); this
consultant gives them an hour.
"""
EVERY: Final = 10
"""Minutes.

Of the sets that a monitor sends each minute the consultant reads one in ten, until a dose will soon be due;
the rest would change no answer and cost ten times as long.
"""
SOON, AGAIN = 20 * MINUTE, HOUR
"""For so long before a dose falls due every set is read, and before each hour at which a held one is asked
for again: what a monitor shows for five minutes decides.
"""
MONITOR: Final = b'"source":"monitor"'
PATIENT: Final = b'"patient":"'
ADMITTED: Final = b'"event":"admit"'


class Consultant:
    """Fold the records of a ward, and answer whether doses may be given (`simulators.care.dosing.Ask`).

    `patients`: ids in the order of the beds; `origin`: the course's minute 0, ms.
    """

    def __init__(self, patients: Sequence[str], origin: int, guideline: Guideline) -> None:
        self.patients, self.origin, self.guideline = patients, origin, guideline
        self.patient_states: dict[str, Patient | None] = {}
        self.finished: set[bytes] = set()

    def chart(self, records: Iterable[tuple[int, bytes]]) -> None:
        """Fold records (`known` in ms, line) in order of `known`; skip what the decoder refuses."""
        for known, line in records:
            if (known // MINUTE) % EVERY and MONITOR in line and not self.dose_soon(whose(line), known):
                continue
            if ADMITTED in line:
                self.finished.discard(whose(line))
            if not self.finished or whose(line) not in self.finished:
                self.fold(line)

    def dose_soon(self, patient: bytes, known: int) -> bool:
        """Return whether a dose of the patient will soon be asked for, at moment `known` (ms)."""
        state = self.patient_states.get(patient.decode())
        due = None if state is None else due_at(state.chart)
        return due is not None and known >= due - SOON and (known - due) % AGAIN >= AGAIN - SOON

    def fold(self, line: bytes) -> None:
        """Fold one record."""
        event, _ = decode(line)
        if isinstance(event, Encounter) and event.event == "therapy-end":
            self.leave(event.patient)
        elif event is not None:
            self.patient_states[event.patient], _, _ = advance(
                self.patient_states.get(event.patient), event, self.guideline
            )

    def leave(self, patient: str) -> None:
        """Forget a patient: no further dose will be asked about."""
        self.finished.add(patient.encode())
        self.patient_states.pop(patient, None)

    def __call__(self, bed: int, minute: int) -> Answer:
        """Answer give, hold or stop, for a dose due at `minute`, from all that was read.

        After a stop the patient is no longer followed.
        """
        name = self.patients[bed]
        chart = self.patient_states.get(name)
        if chart is None or chart.discharged is not None:
            return "hold"
        settle(chart, self.origin + minute * MINUTE)
        recommendation = recommend(chart)
        found = answer(dose_clock(chart, recommendation), recommendation)
        if found == "stop":
            self.leave(name)
        return found


def answer(clock: DoseClock, recommendation: Recommendation) -> Answer:
    """Return what the dose readiness means in practice (criteria.md section 4, Dose readiness).

    `not-started`: the first dose, which opens the cycle, unless something is absolute. `decide`: after
    `PATIENCE`, unless something of `NOT_BY_ITSELF` blocks it.
    """
    if clock.readiness == "not-started":
        return "hold" if recommendation.word in ("delay", "stop") else "give"
    if clock.readiness == "decide":
        return "give" if clock.delayed >= PATIENCE and NOT_BY_ITSELF.isdisjoint(clock.blockers) else "hold"
    return PLAIN[clock.readiness]


def whose(line: bytes) -> bytes:
    """Return the id of the patient in a line, as written."""
    start = line.find(PATIENT) + len(PATIENT)
    return line[start : line.find(b'"', start)]
