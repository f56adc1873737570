"""Run the census: read assessments, count, and serve the counts as metrics.

The process ends on request, or when the broker has not answered for too long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from faust.types import TP

from rules.wire.alerts import RECOMMENDATIONS
from rules.wire.assessments import TRIPPED
from rules.wire.topics import ASSESSMENTS
from streams.kafka.end_offsets import Ends, connect
from streams.kafka.partition_check import partitions
from streams.kafka.settings import Broker
from streams.kafka.tail_reader import Follower
from streams.projections.assessments import MODES, READINESS, Census
from streams.service.lifecycle import ProgressSample
from streams.service.metrics import counter
from streams.service.metrics import gauge as _gauge
from streams.service.process import Part
from streams.service.process import Service as LongRunning

if TYPE_CHECKING:
    from rules.guideline import Guideline


PATIENTS = _gauge(
    "il2_ward_patients", "Patients who have an assessment, by mode of monitoring (ward, intensive).", "mode"
)
RECOMMENDED = _gauge(
    "il2_ward_recommendations", "Patients by recommendation for the next dose.", "recommendation"
)
VERDICTS = _gauge(
    "il2_ward_verdicts",
    "Patients by what a guideline pack says of the next dose; role: decides, or beside.",
    "pack",
    "role",
    "verdict",
)
DOSES = _gauge("il2_ward_doses", "Patients by readiness of the next dose.", "readiness")
DELAYED = _gauge("il2_ward_delayed_doses", "Patients whose dose is past due, as of their latest assessment.")
LONGEST = _gauge(
    "il2_ward_longest_dose_delay_seconds",
    "How long the longest delayed dose is past due, as of its patient's latest assessment.",
)
HYPOTENSION = _gauge("il2_ward_hypotension", "Patients with hypotension, by level.", "level")
TRIPPED_SYSTEMS = _gauge(
    "il2_ward_tripped_patients",
    "Patients with a tripped criterion of an organ system, by level.",
    "system",
    "level",
)
OVERDUE = _gauge("il2_ward_overdue", "Patients of whom an item of monitoring is overdue.", "what")
STOP_RULES = _gauge("il2_ward_stop_rules", "Patients for whom a stop rule is in force.", "rule")
UNREADABLE = _gauge(
    "il2_ward_unreadable_patients",
    "Patients whose latest assessment cannot be read; they are in no other count.",
)
UNREAD = counter("il2_ward_unread_assessments", "Assessments that could not be read.")

GAUGES = {
    "patients": PATIENTS,
    "recommendations": RECOMMENDED,
    "doses": DOSES,
    "verdicts": VERDICTS,
    "delayed": DELAYED,
    "hypotension": HYPOTENSION,
    "tripped": TRIPPED_SYSTEMS,
    "overdue": OVERDUE,
    "stop_rules": STOP_RULES,
    "unreadable": UNREADABLE,
}


def prepare(systems: Iterable[str], items: Iterable[str], rules: Iterable[str]) -> None:
    """Create every possible label set, at 0: a ward where nothing is overdue reports 0, not nothing."""
    known = {
        PATIENTS: MODES,
        RECOMMENDED: RECOMMENDATIONS,
        DOSES: READINESS,
        HYPOTENSION: TRIPPED,
        OVERDUE: items,
        STOP_RULES: rules,
    }
    for gauge, values in known.items():
        for value in values:
            gauge.labels(value)
    for system in systems:
        for level in TRIPPED:
            TRIPPED_SYSTEMS.labels(system, level)


def show(census: Census) -> None:
    """Set every gauge to its count."""
    for mark, count in census.counts.items():
        gauge = GAUGES[mark.what]
        (gauge.labels(*mark.labels) if mark.labels else gauge).set(count)
    LONGEST.set(census.longest_delay_h() * 3600)
    UNREAD.inc(census.latest.unread)
    census.latest.unread = 0


log = logging.getLogger("il2watch.census")


class CensusOptions(NamedTuple):
    """How a census runs. `patience`: seconds without a broker before it ends."""

    broker: Broker
    guideline: Guideline
    listen: str = "127.0.0.1"
    port: int = 9111
    patience: float = 120.0


async def serve(options: CensusOptions) -> int:
    """Run until stopped, and return the exit code. Raises UsageError."""
    return await CensusService(options).run()


class CensusService(LongRunning):
    """A running census."""

    def __init__(self, options: CensusOptions) -> None:
        super().__init__(log, options.listen, options.port, options.patience)
        self.broker, self.guideline = options.broker, options.guideline
        self.follower, self.ends = Follower(self.broker, ASSESSMENTS), Ends(self.broker)
        self.census = Census()
        self.caught_up = False

    async def connect(self) -> None:
        """Connect to the assessments. Raises UsageError, Unanswered."""
        await asyncio.to_thread(partitions, self.broker, [ASSESSMENTS])
        await self._disconnect()
        self.follower, self.ends = Follower(self.broker, ASSESSMENTS), Ends(self.broker)
        await self.follower.start()
        await connect(self.ends, self.broker)

    async def open(self) -> None:
        prepare_labels(self.guideline)

    async def close(self) -> None:
        """Stop reading, and disconnect."""
        await super().close()
        await self._disconnect()

    async def _disconnect(self) -> None:
        await self.ends.stop()
        await self.follower.stop()

    def parts(self) -> Iterable[Part]:
        return (self._follow(),)

    def ready(self) -> str | None:
        """Return None once every patient's assessment has been read, else the reason."""
        return None if self.caught_up else "the assessments are being read"

    async def _follow(self) -> None:
        while not self.stopping.is_set():
            for patient, value in await self.follower.records():
                self.census.apply(patient, value)
            self.caught_up = self.caught_up or await self.follower.caught_up()
            if self.caught_up:
                show(self.census)

    async def look(self) -> ProgressSample:
        answered = await self.ends([TP(ASSESSMENTS, 0)])
        return ProgressSample(None if answered else "the broker does not answer", 0)


def prepare_labels(guideline: Guideline) -> None:
    """Create every label set of this guideline, at 0."""
    systems = {row.system: None for row in guideline.rows}
    prepare(
        systems,
        [item.what for item in guideline.observations if item.ward],
        [rule.rule for rule in guideline.stop_rules],
    )
