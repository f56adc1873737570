"""What comes of a batch: alerts, changed patients, refused records, and what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from rules.wire.alerts import Alert, wire
from rules.wire.events import Event
from rules.wire.refusals import MALFORMED, NEEDS_WEIGHT, Problem
from streams.worker.batch import Record
from streams.worker.reading import place, type_of
from streams.worker.row import Owed

NO_WEIGHT = "this rate needs the patient's weight, and none is known; chart a weight or a baseline, or the rate per kg"
UNREAD = "unread"


class Refusal(NamedTuple):
    """A record that goes to the dead letters, whole or because a reading of it was not used."""

    record: Record
    reason: str
    message: str


@dataclass
class Output:
    """`alerts` by patient, in order of decision; `changed`: whose rows are to be written, in order.

    `ticked`: a tick for all was among the records. `lateness`: of each fact, ms from `at` to `known`.
    """

    alerts: dict[str, list[Alert]] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    lateness: list[int] = field(default_factory=list)
    ticked: bool = False

    def say(self, patient: str, alerts: list[Alert]) -> None:
        if alerts:
            self.alerts.setdefault(patient, []).extend(alerts)

    def refuse(self, record: Record, problems: Sequence[Problem]) -> None:
        """A record of which nothing is used."""
        self.outcomes[UNREAD, "refused"] += 1
        first = next((problem for problem in problems if problem.refuses), Problem(MALFORMED, "refused"))
        self.refusals.append(Refusal(record, first.reason, joined(problems)))

    def count(self, record: Record, event: Event, outcome: str, refused: str | None, problems: Sequence[Problem]) -> None:
        """A record that was taken to the chart, and what of it was not used."""
        bad = [problem for problem in problems if problem.refuses]
        if refused == NEEDS_WEIGHT:
            bad.append(Problem(NEEDS_WEIGHT, NO_WEIGHT))
        if bad:
            self.refusals.append(Refusal(record, bad[0].reason, joined(bad)))
        self.outcomes[type_of(event), "refused" if refused else "partly-refused" if bad else outcome] += 1
        self.lateness.append(event.known - event.at)


def joined(problems: Iterable[Problem]) -> str:
    return "; ".join(problem.message for problem in problems if problem.refuses)


def owed(alerts: Iterable[Alert], partition: int) -> list[Owed]:
    """The alerts as they are published."""
    return [Owed(msgspec.json.encode(wire(alert)), evidence(alert, partition), alert.decided) for alert in alerts]


def evidence(alert: Alert, partition: int) -> str:
    return ",".join(place(partition, code) for _, code in alert.evidence if code >= 0)
