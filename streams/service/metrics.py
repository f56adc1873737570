"""Define every metric, with its help and labels.

Names begin with `il2_` and carry their unit; no label ever holds a patient id. Label sets with a `partition`
disappear when the partition goes to another worker (`forget`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

REGISTRY = CollectorRegistry()
ProcessCollector(namespace="il2", registry=REGISTRY)

SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
LONG = (0, 1, 10, 60, 300, 900, 3_600, 4 * 3_600, 8 * 3_600, 24 * 3_600)


def counter(name: str, description: str, *labels: str) -> Counter:
    """Return a counter in the registry."""
    return Counter(name, description, labels, registry=REGISTRY)


def gauge(name: str, description: str, *labels: str) -> Gauge:
    """Return a gauge in the registry."""
    return Gauge(name, description, labels, registry=REGISTRY)


def histogram(name: str, description: str, buckets: Iterable[float]) -> Histogram:
    """Return a histogram in the registry."""
    return Histogram(name, description, buckets=tuple(buckets), registry=REGISTRY)


EVENTS = counter(
    "il2_events",
    "Records read, by event type (`unread` if refused whole) and what became of them.",
    "type",
    "outcome",
)
LATENESS = histogram(
    "il2_event_lateness_seconds",
    "How long after it was true a fact became known: the latest of each batch.",
    LONG,
)
EVALUATION = histogram(
    "il2_batch_evaluation_seconds", "Time to take one batch of records to the charts and decide.", SHORT
)
ALERTS = counter(
    "il2_alerts", "Alerts published, by subject, level and transition.", "subject", "level", "transition"
)
ALERTS_AGAIN = counter(
    "il2_alerts_republished",
    "Alerts published once more after a takeover, since nobody can tell that they had been.",
)
ACTIVE = gauge("il2_active_alerts", "Open episodes, by partition and level.", "partition", "level")
LATENCY = histogram(
    "il2_alert_latency_seconds",
    (
        "From the newest record of the patient in the batch to the alert's acknowledgement by Kafka; records "
        "older than an hour are left out."
    ),
    SHORT,
)
LAG = gauge("il2_lag_records", "Lag: records in the log that are not processed yet.", "topic", "partition")
STUCK_PARTITIONS = gauge(
    "il2_stuck_partitions", "Partitions of which a batch is in hand for longer than the patience."
)
DEAD_LETTERS = counter("il2_dead_letters", "Records refused, whole or in part, by reason.", "reason")
DEAD_LETTER_SHARE = gauge(
    "il2_dead_letter_share_ratio", "Share of the records of the last minutes that were refused."
)
DEAD_LETTER_ALARM = gauge("il2_dead_letter_alarm", "1 while that share is above its limit.")
SYSTEM_ALARM = gauge(
    "il2_system_alarm", "1 while a system alert of this process is open, by its subject.", "subject"
)
PATIENTS = gauge("il2_patients", "Patients whose stay is not over, by partition.", "partition")
STATE_RECORDS = counter("il2_state_records", "State records of patients written to the changelog.")
BUILD: Info = Info("il2_build", "The program.", registry=REGISTRY)
GUIDELINE: Info = Info(
    "il2_guideline", "The guideline it goes by; the hash is over its effective numbers.", registry=REGISTRY
)


def text() -> bytes:
    """Return all metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def forget(partitions: Iterable[int]) -> None:
    """Remove every label set of these partitions."""
    removed = {str(partition) for partition in partitions}
    for metric in (ACTIVE, LAG, PATIENTS):
        for labels in _label_sets(metric):
            if labels["partition"] in removed:
                metric.remove(*(labels[name] for name in metric._labelnames))


def _label_sets(metric: Any) -> list[dict[str, str]]:
    return [sample.labels for family in metric.collect() for sample in family.samples]
