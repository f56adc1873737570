"""Define the metrics of the feeds: no patient, no control id is a label (docs/spec/feeds.md, Metrics)."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from prometheus_client import Counter, Gauge

from streams.feeds.mapping.handled import Handled
from streams.service.metrics import SHORT, counter, gauge, histogram

MESSAGES = counter(
    "il2_feed_messages",
    "Messages, by feed, type and result (taken, refused, not-stored).",
    "feed",
    "type",
    "result",
)
ANSWER = histogram("il2_feed_answer_seconds", "From a whole message to its answer.", SHORT)
EVENTS = counter("il2_feed_events", "Events published, by feed and type.", "feed", "type")
UNMAPPED = counter(
    "il2_feed_unmapped", "Values whose code the map does not know, by system.", "feed", "system"
)
REFUSED = counter("il2_feed_refused", "Parts of messages that are not used, by reason.", "feed", "reason")
LETTERS = counter(
    "il2_feed_dead_letters", "Dead letters written, by reason of the first part.", "feed", "reason"
)
COUNTED = counter(
    "il2_feed_counted",
    "What was tolerated or skipped: duplicate, silent-correction, charset-fallback and the like.",
    "feed",
    "what",
)
FRAMES = counter("il2_feed_frame_faults", "What was tolerated in framing, by kind.", "feed", "kind")
BYTES = counter("il2_feed_bytes", "Bytes received.", "feed")
CONNECTIONS = gauge("il2_feed_connections", "Connections that are open.", "feed")
IN_HAND = gauge("il2_feed_in_hand", "Messages that are being stored.", "feed")
LAST = gauge("il2_feed_last_message_timestamp_seconds", "When the last message came.", "feed")
SILENCE = gauge("il2_feed_silence_limit_seconds", "Silence longer than this is an alarm.", "feed")
SKEW = gauge("il2_feed_clock_skew_seconds", "The last message's own time less its arrival.", "feed")
CERTIFICATE = gauge(
    "il2_feed_certificate_expiry_timestamp_seconds", "When the feed's own certificate ends.", "feed"
)
OUTAGE = counter("il2_feed_outage_seconds", "Time in which the broker did not acknowledge.")
AWAY = gauge("il2_feed_broker_away", "1 while the broker does not acknowledge.")

Labelled = TypeVar("Labelled", Counter, Gauge)


@lru_cache(maxsize=1024)
def of(metric: Labelled, *labels: str) -> Labelled:
    """Return a metric with its labels, kept: they are few, and each message asks for many."""
    return metric.labels(*labels)


LOST = "lost-notifications"


def prepare(feed: str) -> None:
    """Create what an alarm waits for, so that a rate sees the first increment."""
    COUNTED.labels(feed, LOST)


_SKIPPED = ("events", "refused", "unmapped", "ignored", "not-taken")


def count(feed: str, handled: Handled) -> None:
    """Count what became of a message that is stored."""
    for (what, label), number in handled.tally.items():
        if what == "events":
            of(EVENTS, feed, label).inc(number)
        elif what == "refused":
            REFUSED.labels(feed, label).inc(number)
        elif what == "unmapped":
            UNMAPPED.labels(feed, system_of(label)).inc(number)
        elif what not in _SKIPPED:
            COUNTED.labels(feed, label if what == "skipped" else what).inc(number)


_KNOWN_SYSTEMS = ("LN", "MDC", "SCT", "RXNORM", "MDIL")


def system_of(named: str) -> str:
    """Return the system of a coded name, one of few: a sender's own text is no label."""
    system = named.partition(" ")[0]
    return system if system in _KNOWN_SYSTEMS else "local"
