"""One configuration's engine over a feed in order of `known`: nothing is kept but the patients' states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rules.decide import engine
from rules.decide.state import Patient
from rules.guideline import Guideline
from rules.wire.alerts import Alert
from rules.wire.events import Event
from rules.wire.vocabulary import EVERY_PATIENT


class Watch:
    """Folds events as they come and gives each alert to `say`. `refused`: by reason, what only the chart could refuse; `implausible`: by code."""

    def __init__(self, guideline: Guideline, say: Callable[[Alert], None]) -> None:
        self.guideline, self.say = guideline, say
        self.patients: dict[str, Patient] = {}
        self.refused: Counter[str] = Counter()
        self.implausible: Counter[str] = Counter()
        self.clock: int | None = None

    def take(self, event: Event) -> None:
        """The next event; a tick for all is for every patient there is."""
        everybody = event.patient == EVERY_PATIENT
        moved = everybody
        for patient in list(self.patients) if everybody else [event.patient]:
            moved = self._advance(patient, event) or moved
        if moved and (self.clock is None or event.known > self.clock):
            self.clock = event.known

    def _advance(self, name: str, event: Event) -> bool:
        patient, alerts, recorded = engine.advance(self.patients.get(name), event, self.guideline)
        for alert in alerts:
            self.say(alert)
        if patient is not None:
            self.patients[name] = patient
        self.implausible.update(recorded.implausible)
        if recorded.refused is not None:
            self.refused[recorded.refused] += 1
        return recorded.refused is None

    def end(self) -> None:
        """The feed has ended: every clock moves to its last instant, as in the other commands (criteria.md section 1)."""
        for patient in self.patients.values():
            for alert in engine.settle(patient, self.clock) if self.clock is not None else ():
                self.say(alert)
