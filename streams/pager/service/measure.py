"""What is measured: of every audit as it is kept, and of all books once a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rules.wire import pages
from rules.wire.instants import parse
from rules.wire.pages import Audit
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


def alert(accepted: ReceivedAlert, unit: str | None) -> None:
    """An alert read for the first time."""
    transition = accepted.transition
    metrics.ALERTS.labels(
        transition.kind,
        transition.system or "",
        transition.subject,
        transition.level,
        transition.transition,
        unit or "",
    ).inc()


def count_audit(one: Audit) -> None:
    """An audit, as it is kept."""
    if one.outcome in (pages.ACCEPTED, pages.RETRY, pages.REFUSED, pages.EXPIRED):
        metrics.PAGES.labels(one.channel or "", one.outcome).inc()
    elif one.outcome == pages.OWED:
        metrics.PENDING.labels(one.action or "", one.level or "", one.kind or "", one.unit or "").inc()
    elif one.outcome == pages.ESCALATED:
        metrics.ESCALATIONS.labels(one.cause or "").inc()
    elif one.outcome == pages.FLOOD_BEGAN:
        metrics.FLOODS_BEGUN.inc()
    elif one.outcome in HELD:
        metrics.HELD_BACK.labels(HELD[one.outcome]).inc()
    if one.outcome == pages.ACCEPTED and one.action == "trigger":
        _latency(one)
    if one.outcome == pages.ACKNOWLEDGED:
        _acknowledged(one)


def _latency(one: Audit) -> None:
    for since, histogram in ((one.decided, metrics.SINCE_DECIDED), (one.at, metrics.SINCE_AT)):
        if since is not None:
            histogram.observe(max(0, one.when - parse(since)) / 1000)


def _acknowledged(one: Audit) -> None:
    metrics.ACKNOWLEDGEMENTS.labels(one.level or "", ACTIONABLE[one.actionable]).inc()
    if one.waited_ms is not None:
        metrics.ACKNOWLEDGE.labels(one.level or "").observe(one.waited_ms / 1000)


def count_open(states: Mapping[str, PagingState], channels: Iterable[str], now: int) -> None:
    """What stands in the books at an instant (ms)."""
    notifications = [one for state in states.values() for one in state.pending]
    for channel in channels:
        since = [one.since for one in notifications if one.channel == channel]
        metrics.OUTBOX.labels(channel).set(len(since))
        metrics.OLDEST.labels(channel).set(max(0, now - min(since, default=now)) / 1000)
    metrics.FLOODS.set(sum(1 for state in states.values() if state.flood is not None))
    silences = Counter(one.level for state in states.values() for one in state.silences.values())
    unseen = Counter(
        one.level
        for state in states.values()
        for one in state.episodes.values()
        if one.incident is not None and one.acked is None
    )
    for level in metrics.LEVELS:
        metrics.SILENCES.labels(level).set(silences[level])
        metrics.UNACKNOWLEDGED.labels(level).set(unseen[level])
