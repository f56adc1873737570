"""Define every metric of the pager, with its help and labels, in the registry of `streams.service.metrics`.

No label ever holds a patient id.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

from rules.wire.vocabulary import LEVELS
from streams.service.metrics import REGISTRY, SHORT

MINUTES = (15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200)
OUTCOMES = ("accepted", "retry", "refused", "expired")
HELD = ("masked", "silenced", "acknowledged", "flood", "digest", "off-hours", "unrouted")
CAUSES = ("unacknowledged", "refused")
ACTIONABLE = ("yes", "no", "unsaid")


def _counter(name: str, description: str, *labels: str) -> Counter:
    return Counter(name, description, labels, registry=REGISTRY)


def _gauge(name: str, description: str, *labels: str) -> Gauge:
    return Gauge(name, description, labels, registry=REGISTRY)


def _histogram(name: str, description: str, buckets: Iterable[float], *labels: str) -> Histogram:
    return Histogram(name, description, labels, buckets=tuple(buckets), registry=REGISTRY)


ALERTS = _counter(
    "il2_pager_alerts",
    "Alert transitions read for the first time.",
    "kind",
    "system",
    "subject",
    "level",
    "transition",
    "unit",
)
PENDING = _counter("il2_pages_enqueued", "Pages put in the outbox.", "action", "level", "kind", "unit")
WOULD_HAVE = _counter(
    "il2_pages_shadow",
    "Pages that were decided and not sent, since the pager is in shadow.",
    "action",
    "level",
)
SHADOW = _gauge("il2_pager_shadow", "1 while this pager sends no page, or none for some units.")
PAGES = _counter(
    "il2_pages", "Attempts to send a page, and pages stated expired, by outcome.", "channel", "outcome"
)
HELD_BACK = _counter("il2_pages_held", "Pages not sent by rule, by reason.", "reason")
SINCE_DECIDED = _histogram(
    "il2_page_since_decided_seconds",
    "From an alert's decision to its page's acceptance by a receiver.",
    SHORT,
)
SINCE_AT = _histogram(
    "il2_page_since_at_seconds", "From when it was true to its page's acceptance by a receiver.", SHORT
)
ACKNOWLEDGE = _histogram(
    "il2_acknowledge_seconds",
    "From the first accepted page of an incident to its acknowledgement.",
    MINUTES,
    "level",
)
ACKNOWLEDGEMENTS = _counter(
    "il2_acknowledgements",
    "Acknowledgements, by what they say of the alert: actionable or not.",
    "level",
    "actionable",
)
ESCALATIONS = _counter("il2_escalations", "Escalation steps taken, by cause.", "cause")
FLOODS_BEGUN = _counter("il2_floods", "Floods of pages of one patient that were sent as one.")
FLOODS = _gauge("il2_flooded_patients", "Patients whose pages are sent as one now.")
SILENCES = _gauge("il2_silences", "Silences in force.", "level")
UNACKNOWLEDGED = _gauge(
    "il2_unacknowledged_episodes", "Episodes that were paged and that nobody has acknowledged.", "level"
)
OUTBOX = _gauge("il2_outbox_pages", "Pages pending, not accepted yet.", "channel")
OLDEST = _gauge("il2_outbox_oldest_seconds", "Age of the oldest pending page.", "channel")
CIRCUIT = _gauge(
    "il2_channel_circuit_open",
    "1 while a channel is left alone because it failed again and again.",
    "channel",
)
HEARTBEAT = _gauge(
    "il2_heartbeat_timestamp_seconds",
    "When a heartbeat last passed the whole chain and was accepted; Unix time.",
)
HEARTBEAT_DURATION = _gauge(
    "il2_heartbeat_seconds", "How long that heartbeat took from the topic to its channel."
)


def prepare(channels: Iterable[str]) -> None:
    """Create the label sets that are known, so that a rate sees the first increment."""
    for channel in channels:
        for outcome in OUTCOMES:
            PAGES.labels(channel, outcome)
        for gauge in (OUTBOX, OLDEST, CIRCUIT):
            gauge.labels(channel).set(0)
    for level in LEVELS:
        ACKNOWLEDGE.labels(level)
        SILENCES.labels(level).set(0)
        UNACKNOWLEDGED.labels(level).set(0)
        for actionable in ACTIONABLE:
            ACKNOWLEDGEMENTS.labels(level, actionable)
    for reason in HELD:
        HELD_BACK.labels(reason)
    for cause in CAUSES:
        ESCALATIONS.labels(cause)
