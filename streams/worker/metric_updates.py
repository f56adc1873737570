"""Record the metrics of each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from rules.wire import refusals
from rules.wire.instants import HOUR
from rules.wire.vocabulary import LEVELS, EventType, is_made_up
from streams.kafka.state_record import PendingAlert
from streams.service import metrics
from streams.worker.batch import Batch, Output
from streams.worker.dead_letter_alarm import Share
from streams.worker.partition_state import PartitionState

RECENT_MS = HOUR
REASONS = (
    refusals.MALFORMED,
    refusals.WRONG_KEY,
    refusals.WRONG_PARTITION,
    refusals.BAD_UNIT,
    refusals.NEEDS_WEIGHT,
    refusals.FROM_THE_FUTURE,
    refusals.BAD_TIME,
    refusals.AMBIGUOUS,
    refusals.IMPLAUSIBLE,
    refusals.ID_CONFLICT,
    refusals.CANNOT_BE_WORKED_OFF,
)


def prepare() -> None:
    """Create the label sets that are known: a rate sees the first increment, and what never came is 0."""
    for type in get_args(EventType):
        metrics.EVENTS.labels(type, "used")
    for reason in REASONS:
        metrics.DEAD_LETTERS.labels(reason)


def folded(batch: Batch, seconds: float) -> None:
    """Record how long a batch took to decide, after its fold."""
    if batch.records:
        metrics.EVALUATION.observe(seconds)


def batch(done: Batch, output: Output, partition: PartitionState, now: int) -> None:
    """Record a batch's counts after it was acknowledged. `now`: wall time, ms."""
    for (type, outcome), count in output.outcomes.items():
        metrics.EVENTS.labels(type, outcome).inc(count)
    for refusal in output.refusals:
        metrics.DEAD_LETTERS.labels(refusal.reason).inc()
    if output.lateness:
        metrics.LATENESS.observe(max(output.lateness) / 1000)
    metrics.STATE_RECORDS.inc(len(output.changed))
    _alerts(done, output, now)
    if output.changed:
        count_open(partition)


def _alerts(done: Batch, output: Output, now: int) -> None:
    for patient, alerts in output.alerts.items():
        for alert in () if is_made_up(patient) else alerts:
            metrics.ALERTS.labels(alert.subject, alert.level, alert.transition).inc()
    if output.alerts and done.records and done.edge:
        newest = max(record.timestamp for _, record in done.records)
        if 0 <= now - newest < RECENT_MS:
            metrics.LATENCY.observe((now - newest) / 1000)


def share(now: Share) -> None:
    """Record the share of dead letters, and whether the alarm is open."""
    metrics.DEAD_LETTER_SHARE.set(now.value or 0.0)
    metrics.DEAD_LETTER_ALARM.set(now.open)


def system(alarms: Mapping[str, bool]) -> None:
    """Record which alarms of the system are open."""
    for subject, is_open in alarms.items():
        metrics.SYSTEM_ALARM.labels(subject).set(is_open)


def again(missing: Iterable[tuple[str, list[PendingAlert]]]) -> None:
    """Count the alerts published again as a partition was taken over."""
    metrics.ALERTS_AGAIN.inc(sum(len(pending) for _, pending in missing))


def count_open(state: PartitionState) -> None:
    """Record the patients and open episodes of a partition."""
    label = str(state.partition)
    metrics.PATIENTS.labels(label).set(state.patients)
    for level, count in zip(LEVELS, state.open_episodes(), strict=True):
        metrics.ACTIVE.labels(label, level).set(count)
