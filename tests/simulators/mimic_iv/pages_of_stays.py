"""What the stays of MIMIC-IV would have paged, by subject, with nobody answering and with somebody who does.

`python -m tests.simulators.mimic_iv.pages_of_stays [DIR]` prints the table of docs/reference/edition-2.md.
A page is what the score takes for one (docs/reference/score.md); a reminder is counted beside it.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rules.decide import engine
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.events import Ack, Encounter, Event
from rules.wire.instants import DAY, MINUTE
from simulators.mimic_iv import convert
from simulators.mimic_iv.tally import ImportTally
from simulators.score.detection import AlertTransition
from simulators.score.pages import is_paged
from simulators.score.scorer import is_reminder
from tests.simulators.mimic_iv.source import DEMO

AFTER = 10 * MINUTE
"""How long after an absolute page somebody acknowledges all that is open and absolute."""
ABSOLUTE = "absolute"


@dataclass
class Burden:
    """Pages and reminders of some stays, by kind, subject and level; `alerts`: all that were given, in order.

    `ms`: from each stay's first charted fact to its last; `in_unit_ms`: from admission to discharge alone, in
    which alerts are given.
    """

    pages: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    reminders: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    alerts: list[Alert] = field(default_factory=list)
    ms: int = 0
    in_unit_ms: int = 0

    def add(self, alert: Alert) -> None:
        """Keep an alert, and count it if it calls somebody."""
        self.alerts.append(alert)
        named = alert.kind, alert.subject, alert.level
        one = scored(alert)
        self.pages[named] += is_paged(one)
        self.reminders[named] += is_reminder(one)

    @property
    def days(self) -> float:
        return self.ms / DAY

    @property
    def a_day(self) -> float:
        """Pages and reminders a patient-day."""
        return (self.pages.total() + self.reminders.total()) / self.days


def scored(alert: Alert) -> AlertTransition:
    """Return an alert as the score reads it."""
    return AlertTransition(
        alert.patient,
        alert.kind,
        alert.subject,
        alert.level,
        alert.transition,
        alert.at,
        alert.decided,
        alert.id,
        alert.context is not None and alert.context.carried is True,
    )


class Watched:
    """One stay, folded event by event, its absolute pages answered or not."""

    def __init__(self, answered: bool, burden: Burden) -> None:
        self.answered, self.burden = answered, burden
        self.patient: Patient | None = None
        self.answers: list[int] = []

    def fold(self, event: Event) -> None:
        """Fold an event, and before it whatever was decided and answered earlier."""
        self._pass(event.known)
        self.patient, alerts, _ = engine.advance(self.patient, event, GUIDELINE)
        self._tell(alerts)

    def end(self, moment: int) -> None:
        """Decide everything up to a moment (ms), that one too."""
        self._pass(moment)
        if self.patient is not None:
            self._tell(engine.settle(self.patient, moment))

    def _pass(self, until: int) -> None:
        """Decide everything before `until`, instant by instant, so that an answer falls on its own."""
        while self.patient is not None and (moment := self._next(self.patient)) < until:
            if self.answers and self.answers[0] <= moment:
                self._answer(self.patient, self.answers.pop(0))
            else:
                self._tell(engine.pass_to(self.patient, moment + 1))

    def _next(self, patient: Patient) -> int:
        undecided = patient.pending or (patient.due is not None and patient.due <= patient.now)
        decided = patient.now if undecided else patient.due
        return min(moment for moment in (decided, *self.answers[:1], NEVER) if moment is not None)

    def _answer(self, patient: Patient, moment: int) -> None:
        """Acknowledge every open absolute episode."""
        for one in [one for one in patient.episodes.values() if one.level == ABSOLUTE]:
            ack = Ack(
                f"ack-{one.id}-{moment}", patient.id, moment, moment, "final", one.id, "physician", "seen"
            )
            self._tell(engine.advance(patient, ack, GUIDELINE)[1])

    def _tell(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            self.burden.add(alert)
            one = scored(alert)
            if self.answered and one.level == ABSOLUTE and (is_paged(one) or is_reminder(one)):
                self.answers.append(alert.decided + AFTER)


NEVER = 1 << 62


def stays(folder: Path) -> dict[str, list[Event]]:
    """Return the events of each stay in order of `known`."""
    found: dict[str, list[Event]] = defaultdict(list)
    for line in convert.events(folder, None, ImportTally(), lambda what, done, total: None):
        event, _ = decode(line)
        if event is not None:
            found[event.patient].append(event)
    return found


def burden(found: Iterable[list[Event]], answered: bool) -> Burden:
    """Return what the stays paged."""
    total = Burden()
    for unordered in found:
        log = sorted(unordered, key=lambda event: event.known)
        total.ms += max(one.at for one in log) - min(one.at for one in log)
        total.in_unit_ms += encounter(log, "discharge") - encounter(log, "cycle-start")
        watched = Watched(answered, total)
        for event in log:
            watched.fold(event)
        watched.end(log[-1].known)
    return total


def encounter(log: list[Event], name: str) -> int:
    """Return when an encounter of a name was, in ms."""
    return next(one.at for one in log if isinstance(one, Encounter) and one.event == name)


class Row(NamedTuple):
    """Of one subject and level: pages a patient-day with nobody answering, of that reminders; and answered."""

    kind: str
    subject: str
    level: str
    numbers: tuple[float, float, float, float]


def table(nobody: Burden, somebody: Burden) -> Iterator[Row]:
    """Yield a row a subject and level, the most frequent first."""
    named = {key for one in (nobody, somebody) for key in one.pages + one.reminders}
    rows = [
        Row(
            *key,
            (
                nobody.pages[key] / nobody.days,
                nobody.reminders[key] / nobody.days,
                somebody.pages[key] / somebody.days,
                somebody.reminders[key] / somebody.days,
            ),
        )
        for key in named
    ]
    yield from sorted(rows, key=lambda row: -sum(row.numbers))


def main(folder: Path = DEMO) -> None:
    """Print the table as Markdown."""
    found = stays(folder)
    nobody, somebody = (burden(found.values(), answered) for answered in (False, True))
    print(
        f"{len(found)} stays, {nobody.days:.1f} patient-days, of them {nobody.in_unit_ms / DAY:.1f} in the unit"
    )
    for name, one in (("nobody answers", nobody), ("answered", somebody)):
        print(
            f"{name}: {one.a_day:.2f} a patient-day, of it reminders {one.reminders.total() / one.days:.2f}"
        )
    print("\n| kind | subject | level | pages | reminders | pages, answered | reminders, answered |")
    print("|---|---|---|---|---|---|---|")
    for row in table(nobody, somebody):
        numbers = " | ".join(f"{number:.2f}" for number in row.numbers)
        print(f"| {row.kind} | `{row.subject}` | {row.level} | {numbers} |")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
