"""Record metrics: of every audit entry as it is written, and of all paging states once a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rules.wire import pages
from rules.wire.instants import parse
from rules.wire.pages import Audit
from rules.wire.vocabulary import LEVELS, is_made_up
from streams.pager.policy.state import PagingState, ReceivedAlert
from streams.pager.service import metrics

HELD = {
    pages.MASKED: "masked",
    pages.SILENCED: "silenced",
    pages.ALREADY: "acknowledged",
    pages.FLOODED: "flood",
    pages.DIGESTED: "digest",
    pages.OFF_HOURS: "off-hours",
    pages.UNROUTED: "unrouted",
}
ACTIONABLE = {True: "yes", False: "no", None: "unsaid"}


def alert(received: ReceivedAlert, unit: str | None) -> None:
    """Count an alert received for the first time; of nobody who is made up."""
    transition = received.transition
    if is_made_up(transition.patient):
        return
    metrics.ALERTS.labels(
        transition.kind,
        transition.system or "",
        transition.subject,
        transition.level,
        transition.transition,
        unit or "",
    ).inc()


def count_audit(audit: Audit) -> None:
    """Count an audit entry as it is written; of nobody who is made up."""
    if is_made_up(audit.patient):
        return
    if audit.outcome in (pages.ACCEPTED, pages.RETRY, pages.REFUSED, pages.EXPIRED):
        metrics.PAGES.labels(audit.channel or "", audit.outcome).inc()
    elif audit.outcome == pages.ENQUEUED:
        metrics.PENDING.labels(
            audit.action or "", audit.level or "", audit.kind or "", audit.unit or ""
        ).inc()
    elif audit.outcome == pages.WOULD_HAVE_PAGED:
        metrics.WOULD_HAVE.labels(audit.action or "", audit.level or "").inc()
    elif audit.outcome == pages.ESCALATED:
        metrics.ESCALATIONS.labels(audit.cause or "").inc()
    elif audit.outcome == pages.FLOOD_BEGAN:
        metrics.FLOODS_BEGUN.inc()
    elif audit.outcome in HELD:
        metrics.HELD_BACK.labels(HELD[audit.outcome]).inc()
    if audit.outcome == pages.ACCEPTED and audit.action == "trigger":
        _latency(audit)
    if audit.outcome == pages.ACKNOWLEDGED:
        _acknowledged(audit)


def _latency(audit: Audit) -> None:
    for since, histogram in ((audit.decided, metrics.SINCE_DECIDED), (audit.at, metrics.SINCE_AT)):
        if since is not None:
            histogram.observe(max(0, audit.when - parse(since)) / 1000)


def _acknowledged(audit: Audit) -> None:
    metrics.ACKNOWLEDGEMENTS.labels(audit.level or "", ACTIONABLE[audit.actionable]).inc()
    if audit.waited_ms is not None:
        metrics.ACKNOWLEDGE.labels(audit.level or "").observe(audit.waited_ms / 1000)


def count_open(states: Mapping[str, PagingState], channels: Iterable[str], now: int) -> None:
    """Record what is open and pending in the paging states at an instant (ms)."""
    notifications = [one for state in states.values() for one in state.pending]
    for channel in channels:
        since = [one.since for one in notifications if one.channel == channel]
        metrics.OUTBOX.labels(channel).set(len(since))
        metrics.OLDEST.labels(channel).set(max(0, now - min(since, default=now)) / 1000)
    states = {name: state for name, state in states.items() if not is_made_up(name)}
    metrics.FLOODS.set(sum(1 for state in states.values() if state.flood is not None))
    silences = Counter(one.level for state in states.values() for one in state.silences.values())
    unseen = Counter(
        one.level
        for state in states.values()
        for one in state.episodes.values()
        if one.incident is not None and one.acked is None
    )
    for level in LEVELS:
        metrics.SILENCES.labels(level).set(silences[level])
        metrics.UNACKNOWLEDGED.labels(level).set(unseen[level])
