"""Build *Ward*: how many patients of the ward are in which state now."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.boards.panels import RED, YELLOW, PanelRow, Query, bars, board, lines, number


def largest(metric: str, *labels: str) -> Query:
    """Return a query of the largest value by labels.

    Every census counts the whole ward: of two that run beside each other the larger count is the fresher.
    """
    return Query(f"max by ({', '.join(labels)}) ({metric})", " ".join(f"{{{{{label}}}}}" for label in labels))


NOW = PanelRow(
    "Now",
    (
        number(
            "Patients", "Patients who have an assessment.", "short", "sum(max by (mode) (il2_ward_patients))"
        ),
        number(
            "Stop or delay",
            "Patients for whom the guideline recommends to stop or to delay.",
            "short",
            'sum(max by (recommendation) (il2_ward_recommendations{recommendation=~"stop|delay"}))',
            steps=((1, YELLOW),),
        ),
        number(
            "Cannot tell",
            "Patients of whom too little is known for a recommendation.",
            "short",
            'sum(max by (recommendation) (il2_ward_recommendations{recommendation="cannot-tell"}))',
            steps=((1, YELLOW),),
        ),
        number(
            "Doses delayed",
            "Patients whose dose is past due.",
            "short",
            "max(il2_ward_delayed_doses)",
            steps=((1, YELLOW),),
        ),
        number(
            "Longest delay",
            "How long the longest delayed dose is past due. A delay of 24 h ends the cycle.",
            "s",
            "max(il2_ward_longest_dose_delay_seconds)",
            steps=((8 * 3600, YELLOW), (24 * 3600, RED)),
        ),
        number(
            "Overdue charting",
            "Items of monitoring overdue, over all patients.",
            "short",
            "sum(max by (what) (il2_ward_overdue))",
            steps=((1, YELLOW),),
        ),
    ),
)

DOSES = PanelRow(
    "The next dose",
    (
        bars(
            "Recommendations",
            "Patients by recommendation.",
            "short",
            largest("il2_ward_recommendations", "recommendation"),
        ),
        bars(
            "Readiness",
            "Patients by readiness of the next dose.",
            "short",
            largest("il2_ward_doses", "readiness"),
        ),
        bars(
            "Stop rules",
            "Patients with a stop rule in force.",
            "short",
            largest("il2_ward_stop_rules", "rule"),
        ),
        bars(
            "Guideline packs",
            "Patients by what a guideline pack says of the next dose, those beside too.",
            "short",
            largest("il2_ward_verdicts", "pack", "verdict"),
        ),
        lines(
            "Recommendations over time",
            "Patients by recommendation.",
            "short",
            largest("il2_ward_recommendations", "recommendation"),
            width=8,
            stacked=True,
        ),
        lines(
            "Dose delays",
            "The longest delay, and how many doses are delayed.",
            "h",
            Query("max(il2_ward_longest_dose_delay_seconds) / 3600", "longest, hours"),
            Query("max(il2_ward_delayed_doses)", "delayed doses"),
            width=8,
        ),
    ),
)

WARD_PATIENTS = PanelRow(
    "Tripped criteria and overdue charting",
    (
        bars(
            "Overdue charting",
            "Patients of whom an item of Table 1 is overdue.",
            "short",
            largest("il2_ward_overdue", "what"),
            width=8,
            height=10,
        ),
        bars(
            "Tripped criteria",
            "Patients with a tripped criterion, by organ system.",
            "short",
            largest("il2_ward_tripped_patients", "system", "level"),
            height=10,
        ),
        bars(
            "Hypotension",
            "Patients with hypotension, by level.",
            "short",
            largest("il2_ward_hypotension", "level"),
            width=8,
            height=10,
        ),
        lines(
            "Overdue charting over time",
            "Patients of whom an item is overdue.",
            "short",
            largest("il2_ward_overdue", "what"),
            stacked=True,
            width=8,
        ),
        lines(
            "Open episodes",
            "Open episodes of all patients, by level.",
            "short",
            Query('sum by (level) (il2_active_alerts{job="il2-worker"})', "{{level}}"),
            stacked=True,
            width=8,
        ),
        lines(
            "Patients by mode",
            "Patients monitored as on a ward and as in intensive care.",
            "short",
            largest("il2_ward_patients", "mode"),
            stacked=True,
            width=8,
        ),
    ),
)


def ward_board() -> Dashboard:
    """Return the dashboard of the ward.

    No patient is named here: the list of patients is on the board, not in Grafana.
    """
    description = (
        "Numbers of patients by state, as of each one's latest assessment. The board shows which "
        "patients they are."
    )
    return board("il2-ward", "Ward", description, "now-12h", (NOW, DOSES, WARD_PATIENTS))
