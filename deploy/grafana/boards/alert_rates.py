"""Build *Alert rates*: the number of alerts, the responses to them, and when there are too many."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.boards.panels import RED, YELLOW, PanelRow, Query, bars, board, choice, lines, number

EMITTED = 'il2_pager_alerts_total{transition=~"opened|worsened",unit=~"$unit",level=~"$level"}'
"""Alerts that ask for attention: an episode that opens or worsens. Reminders and ends are not counted."""
PATIENT_DAYS = '(sum_over_time(sum(il2_patients{job="il2-worker"})[1d:5m]) * 5 / 1440 > 0)'


def hourly(label: str) -> Query:
    """Return a query of the alerts an hour, by a label."""
    return Query(f"sum by ({label}) (rate({EMITTED}[$__rate_interval])) * 3600", f"{{{{{label}}}}}")


NOW = PanelRow(
    "Now",
    (
        number(
            "Pages a patient-day",
            (
                "Pages that asked for attention over the last day, for each patient and day. Above 20 "
                "Il2PagesMany opens a ticket."
            ),
            "short",
            "il2:pages_per_patient_day",
            steps=((12, YELLOW), (20, RED)),
        ),
        number(
            "Actionable",
            (
                "Of the acknowledgements of the last day that stated whether there was something to do, the "
                "share that stated yes."
            ),
            "percentunit",
            "il2:actionable:ratio1d",
        ),
        number(
            "Unacknowledged",
            "Paged episodes that nobody has acknowledged.",
            "short",
            "sum(il2_unacknowledged_episodes)",
            steps=((1, YELLOW), (5, RED)),
        ),
        number(
            "Floods",
            "Patients whose pages are now grouped into one summary.",
            "short",
            "sum(il2_flooded_patients)",
            steps=((1, YELLOW), (3, RED)),
        ),
        number("Silences", "Silences in force.", "short", "sum(il2_silences)"),
        number("Patients", "Patients whose stay is not over.", "short", "il2:patients:sum"),
    ),
)

RATES = PanelRow(
    "Alerts that opened or worsened",
    (
        lines("By level", "Alerts an hour by level.", "short", hourly("level"), stacked=True),
        lines(
            "By organ system",
            "Alerts an hour by organ system; without one: advice, monitoring, recommendation.",
            "short",
            hourly("system"),
            stacked=True,
        ),
        lines("By unit", "Alerts an hour by ward.", "short", hourly("unit"), stacked=True),
        lines(
            "Per patient-day",
            "Alerts over the last day for each patient and day, by level.",
            "short",
            Query(f"sum by (level) (increase({EMITTED}[1d])) / scalar({PATIENT_DAYS})", "{{level}}"),
        ),
        bars(
            "By subject",
            "The 20 subjects with the most alerts over the last day.",
            "short",
            Query(f"topk(20, sum by (subject) (increase({EMITTED}[1d])))", "{{subject}}"),
            width=12,
            height=14,
        ),
        bars(
            "By transition",
            "All transitions of the last day, reminders and ends too.",
            "short",
            Query(
                'sum by (transition) (increase(il2_pager_alerts_total{unit=~"$unit",level=~"$level"}[1d]))',
                "{{transition}}",
            ),
            width=12,
            height=14,
        ),
    ),
)

RESPONSES = PanelRow(
    "Responses",
    (
        lines(
            "Time to acknowledge",
            (
                "From the page's acceptance to its acknowledgement, median and 90th percentile of the last "
                "hour, by level."
            ),
            "s",
            Query(
                "histogram_quantile(0.5, sum by (le, level) (rate(il2_acknowledge_seconds_bucket[1h])))",
                "{{level}} median",
            ),
            Query(
                "histogram_quantile(0.9, sum by (le, level) (rate(il2_acknowledge_seconds_bucket[1h])))",
                "{{level}} 90 %",
            ),
        ),
        lines(
            "Acknowledgements",
            "Acknowledgements an hour, by whether there was something to do.",
            "short",
            Query(
                "sum by (actionable) (rate(il2_acknowledgements_total[$__rate_interval])) * 3600",
                "{{actionable}}",
            ),
            stacked=True,
        ),
        lines(
            "Pages enqueued",
            "Pages put in the outbox an hour, by what they do at the receiver.",
            "short",
            Query(
                'sum by (action) (rate(il2_pages_enqueued_total{unit=~"$unit"}[$__rate_interval])) * 3600',
                "{{action}}",
            ),
            stacked=True,
        ),
        lines(
            "Held back by rule",
            "Pages an hour that a rule held back, by rule.",
            "short",
            Query("sum by (reason) (rate(il2_pages_held_total[$__rate_interval])) * 3600", "{{reason}}"),
            stacked=True,
        ),
        lines(
            "Escalations",
            "Escalation steps taken an hour, by cause.",
            "short",
            Query("sum by (cause) (rate(il2_escalations_total[$__rate_interval])) * 3600", "{{cause}}"),
            width=8,
        ),
        lines(
            "Floods begun",
            "Floods that began in the last hour.",
            "short",
            Query("sum(increase(il2_floods_total[1h]))", "floods"),
            width=8,
        ),
        lines(
            "Unacknowledged and silenced",
            "Paged episodes nobody has acknowledged, and silences in force, by level.",
            "short",
            Query("sum by (level) (il2_unacknowledged_episodes)", "{{level}} unacknowledged"),
            Query("sum by (level) (il2_silences)", "{{level}} silenced"),
            width=8,
        ),
    ),
)


def alert_rates() -> Dashboard:
    """Return the dashboard of alarm burden."""
    description = (
        "Alerts and pages, the responses to them, and when there are too many: counts, without patients."
    )
    choices = (
        choice("unit", "Ward", "il2_pager_alerts_total"),
        choice("level", "Level", "il2_pager_alerts_total"),
    )
    return board("il2-alert-rates", "Alert rates", description, "now-24h", (NOW, RATES, RESPONSES), choices)
