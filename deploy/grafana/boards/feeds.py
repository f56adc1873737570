"""Build *Feeds*: what each hospital interface brings, what of it is not used, and whether it is stored."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.boards.panels import RED, YELLOW, PanelRow, Query, board, lines, number


def rate(metric: str, *labels: str) -> Query:
    """Return a query of a counter's rate by labels."""
    shown = " ".join(f"{{{{{label}}}}}" for label in labels)
    return Query(f"sum by ({', '.join(labels)}) (rate({metric}[5m]))", shown)


NOW = PanelRow(
    "Now",
    (
        number(
            "Silence",
            "How long the quietest interface has sent nothing, as part of what its configuration allows.",
            "percentunit",
            "max((time() - max by (feed) (il2_feed_last_message_timestamp_seconds)) "
            "/ on (feed) max by (feed) (il2_feed_silence_limit_seconds))",
            steps=((0.5, YELLOW), (1, RED)),
        ),
        number(
            "Broker away",
            "1 while the broker does not acknowledge; senders keep what they have.",
            "short",
            "max(il2_feed_broker_away)",
            steps=((1, RED),),
        ),
        number("Connections", "Connections of senders.", "short", "sum(il2_feed_connections)"),
        number("In hand", "Messages that are being stored.", "short", "sum(il2_feed_in_hand)"),
        number(
            "Certificate",
            "How long the certificate that ends first still lasts.",
            "s",
            "min(il2_feed_certificate_expiry_timestamp_seconds) - time()",
        ),
        number(
            "Lost notifications",
            "Notifications of subscriptions that never came, in the last day.",
            "short",
            'sum(increase(il2_feed_counted_total{what="lost-notifications"}[1d]))',
            steps=((1, RED),),
        ),
        number(
            "Outage",
            "Time of the last day in which the broker did not acknowledge.",
            "s",
            "sum(increase(il2_feed_outage_seconds_total[1d]))",
            steps=((1, YELLOW),),
        ),
    ),
)

TRAFFIC = PanelRow(
    "What comes",
    (
        lines(
            "Messages",
            "Messages by interface, type and result.",
            "short",
            rate("il2_feed_messages_total", "feed", "type", "result"),
            width=8,
        ),
        lines(
            "Events",
            "Events published, by interface and type.",
            "short",
            rate("il2_feed_events_total", "feed", "type"),
            stacked=True,
            width=8,
        ),
        lines("Bytes", "Bytes received.", "Bps", rate("il2_feed_bytes_total", "feed"), width=8),
        lines(
            "Answer time",
            "From a whole message to its answer, 99 of 100.",
            "s",
            Query("histogram_quantile(0.99, sum by (le) (rate(il2_feed_answer_seconds_bucket[5m])))", "p99"),
            width=8,
        ),
        lines(
            "Clock skew",
            "The time in the last message less its arrival.",
            "s",
            Query("max by (feed) (il2_feed_clock_skew_seconds)", "{{feed}}"),
            width=8,
        ),
    ),
)

NOT_USED = PanelRow(
    "What is not used",
    (
        lines(
            "Refused",
            "Parts of messages that are refused, by reason.",
            "short",
            rate("il2_feed_refused_total", "feed", "reason"),
            width=8,
        ),
        lines(
            "Unmapped",
            "Values whose code the map does not know, by code system.",
            "short",
            rate("il2_feed_unmapped_total", "feed", "system"),
            width=8,
        ),
        lines(
            "Dead letters",
            "Dead letters, by the reason of the first part.",
            "short",
            rate("il2_feed_dead_letters_total", "feed", "reason"),
            width=8,
        ),
        lines(
            "Tolerated and skipped",
            "Duplicates, silent corrections, fallbacks of character sets, readings of no patient.",
            "short",
            rate("il2_feed_counted_total", "feed", "what"),
            width=8,
        ),
        lines(
            "Framing",
            "What was tolerated or refused in framing.",
            "short",
            rate("il2_feed_frame_faults_total", "feed", "kind"),
            width=8,
        ),
    ),
)


def feeds_board() -> Dashboard:
    """Return the dashboard of the hospital feeds."""
    description = "What each hospital interface brings, what of it is not used, and whether it is stored."
    return board("il2-feeds", "Feeds", description, "now-6h", (NOW, TRAFFIC, NOT_USED))
