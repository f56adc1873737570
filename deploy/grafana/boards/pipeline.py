"""Build *Pipeline*: whether facts become alerts, and alerts pages, and how fast."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.boards.panels import RED, YELLOW, PanelRow, Query, bars, board, lines, number

FREQUENT, RARE = "$__rate_interval", "15m"
"""Windows of quantiles. Batches come each second, pages a few times an hour: over a minute most quantiles of
pages would have no data.
"""


def quantile(share: float, histogram: str, window: str = FREQUENT) -> str:
    """Return the expression of a quantile of a histogram over a window."""
    return f"histogram_quantile({share}, sum by (le) (rate({histogram}_bucket[{window}])))"


NOW = PanelRow(
    "Now",
    (
        number("Workers", "Workers that answer.", "short", 'sum(up{job="il2-worker"})'),
        number(
            "Lag",
            "Records in the topics that the workers have not processed.",
            "short",
            'sum(il2_lag_records{job="il2-worker"})',
            steps=((1000, YELLOW), (5000, RED)),
        ),
        number(
            "Fact to alert, p99",
            "One alert in a hundred takes longer.",
            "s",
            "il2:alert_latency_seconds:p99",
            steps=((1, YELLOW), (5, RED)),
        ),
        number(
            "Decision to receiver, p99",
            "One page in a hundred takes longer.",
            "s",
            "il2:page_since_decided_seconds:p99",
            steps=((1, YELLOW), (5, RED)),
        ),
        number(
            "Outbox",
            "Pending pages: enqueued and not accepted yet.",
            "short",
            "sum(il2_outbox_pages)",
            steps=((10, YELLOW), (100, RED)),
        ),
        number(
            "Heartbeat",
            "Time since the synthetic patient's last heartbeat was delivered.",
            "s",
            "time() - max(il2_heartbeat_timestamp_seconds > 0)",
            steps=((90, YELLOW), (180, RED)),
        ),
    ),
)

FACTS = PanelRow(
    "From the fact to the alert",
    (
        lines(
            "Records by type",
            "Records read a second.",
            "short",
            Query("sum by (type) (rate(il2_events_total[$__rate_interval]))", "{{type}}"),
            stacked=True,
            width=8,
        ),
        lines(
            "Records by outcome",
            "Records read a second, by what was done with them.",
            "short",
            Query("sum by (outcome) (rate(il2_events_total[$__rate_interval]))", "{{outcome}}"),
            width=8,
        ),
        lines(
            "Lag",
            "Records not processed, by topic.",
            "short",
            Query("sum by (job, topic) (il2_lag_records)", "{{job}} {{topic}}"),
            width=8,
        ),
        lines(
            "Fact to alert",
            "From the newest fact of a batch to its alert's acknowledgement by Kafka.",
            "s",
            Query(quantile(0.5, "il2_alert_latency_seconds", RARE), "median"),
            Query(quantile(0.99, "il2_alert_latency_seconds", RARE), "99 %"),
            width=8,
        ),
        lines(
            "Deciding",
            "Time to fold one batch of records into the charts and decide.",
            "s",
            Query(quantile(0.5, "il2_batch_evaluation_seconds"), "median"),
            Query(quantile(0.99, "il2_batch_evaluation_seconds"), "99 %"),
            width=8,
        ),
        lines(
            "Charting delay",
            (
                "How long after it was true a fact became known: the latest of each batch. It depends on "
                "the ward, not on the system."
            ),
            "s",
            Query(quantile(0.5, "il2_event_lateness_seconds"), "median"),
            Query(quantile(0.9, "il2_event_lateness_seconds"), "90 %"),
            width=8,
        ),
        lines(
            "Alerts",
            "Alerts published a minute, by transition.",
            "short",
            Query("sum by (transition) (rate(il2_alerts_total[$__rate_interval])) * 60", "{{transition}}"),
            stacked=True,
            width=8,
        ),
        lines(
            "State records and repeats",
            "State records written a second; alerts published again after takeovers, in five minutes.",
            "short",
            Query("sum(rate(il2_state_records_total[$__rate_interval]))", "state records/s"),
            Query("sum(increase(il2_alerts_republished_total[5m]))", "alerts republished"),
            width=8,
        ),
        lines(
            "Patients by worker",
            "Patients of the partitions a worker owns.",
            "short",
            Query("sum by (instance) (il2_patients)", "{{instance}}"),
            stacked=True,
            width=8,
        ),
    ),
)

REFUSED = PanelRow(
    "Refused",
    (
        lines(
            "Dead letters",
            "Records refused a minute, by reason.",
            "short",
            Query("sum by (reason) (rate(il2_dead_letters_total[$__rate_interval])) * 60", "{{reason}}"),
            stacked=True,
        ),
        lines(
            "Share refused",
            (
                "Share of the records of the last minutes that were refused, and whether the worker's own "
                "alarm is active."
            ),
            "percentunit",
            Query('max by (instance) (il2_dead_letter_share_ratio{job="il2-worker"})', "{{instance}}"),
            Query('max(il2_dead_letter_alarm{job="il2-worker"})', "alarm"),
        ),
        lines(
            "System alerts",
            "Which system alerts of workers and pagers are open: each has an alarm with its runbook.",
            "short",
            Query("max by (subject) (il2_system_alarm)", "{{subject}}"),
            stacked=True,
        ),
    ),
)

PAGES = PanelRow(
    "From the alert to the receiver",
    (
        lines(
            "Pages by outcome",
            "Attempts a minute, by channel and outcome.",
            "short",
            Query(
                "sum by (channel, outcome) (rate(il2_pages_total[$__rate_interval])) * 60",
                "{{channel}} {{outcome}}",
            ),
            width=8,
        ),
        lines(
            "Outbox",
            "Pending pages by channel: enqueued and not accepted yet.",
            "short",
            Query("sum by (channel) (il2_outbox_pages)", "{{channel}}"),
            stacked=True,
            width=8,
        ),
        lines(
            "Oldest in the outbox",
            "Age of the oldest pending page, by channel.",
            "s",
            Query("max by (channel) (il2_outbox_oldest_seconds)", "{{channel}}"),
            width=8,
        ),
        lines(
            "Shadow",
            "Pages a minute that were decided and not sent, and the pagers in shadow.",
            "short",
            Query("sum by (level) (rate(il2_pages_shadow_total[$__rate_interval])) * 60", "{{level}}"),
            Query("sum(il2_pager_shadow)", "pagers in shadow"),
            width=8,
        ),
        lines(
            "Decision to receiver",
            "From the decision to the receiver's acceptance.",
            "s",
            Query(quantile(0.5, "il2_page_since_decided_seconds", RARE), "median"),
            Query(quantile(0.99, "il2_page_since_decided_seconds", RARE), "99 %"),
            width=8,
        ),
        lines(
            "Fact to receiver",
            "From the instant it became true to the receiver's acceptance: charting delay included.",
            "s",
            Query(quantile(0.5, "il2_page_since_at_seconds", RARE), "median"),
            Query(quantile(0.99, "il2_page_since_at_seconds", RARE), "99 %"),
            width=8,
        ),
        lines(
            "Circuits and heartbeat",
            "1 while a channel's circuit is open; how long the last heartbeat took.",
            "short",
            Query("max by (channel) (il2_channel_circuit_open)", "{{channel}} open"),
            Query("max(il2_heartbeat_seconds)", "heartbeat, s"),
            width=8,
        ),
    ),
)

PROCESSES = PanelRow(
    "Processes",
    (
        lines(
            "Memory",
            "Resident memory.",
            "bytes",
            Query("il2_process_resident_memory_bytes", "{{job}} {{instance}}"),
            width=6,
        ),
        lines(
            "Processor",
            "Cores in use.",
            "short",
            Query("rate(il2_process_cpu_seconds_total[$__rate_interval])", "{{job}} {{instance}}"),
            width=6,
        ),
        lines(
            "Uptime",
            "Since the process started.",
            "s",
            Query("time() - il2_process_start_time_seconds", "{{job}} {{instance}}"),
            width=6,
        ),
        lines(
            "Open files",
            "Share of the open files a process may have.",
            "percentunit",
            Query("il2_process_open_fds / il2_process_max_fds", "{{job}} {{instance}}"),
            width=6,
        ),
        bars(
            "Versions",
            "Processes by version.",
            "short",
            Query('count by (job, version) (il2_build_info{job=~"il2-.*"})', "{{job}} {{version}}"),
            width=8,
        ),
        bars(
            "Guidelines",
            "Workers by the guideline they use.",
            "short",
            Query(
                'count by (id, version, sha256) (il2_guideline_info{job="il2-worker"})',
                "{{id}} {{version}} {{sha256}}",
            ),
            width=8,
        ),
        bars(
            "Census",
            "Assessments the census could not read.",
            "short",
            Query("max by (instance) (il2_ward_unread_assessments_total)", "{{instance}}"),
            Query("max by (instance) (il2_ward_unreadable_patients)", "{{instance}} patients unreadable now"),
            width=8,
        ),
    ),
)


def pipeline() -> Dashboard:
    """Return the dashboard for those who run the system."""
    description = "Whether facts become alerts, and alerts pages, and how fast."
    return board("il2-pipeline", "Pipeline", description, "now-3h", (NOW, FACTS, REFUSED, PAGES, PROCESSES))
