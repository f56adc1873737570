"""Courses that charting decides."""

from simulators.scenario import Imposed, Scenario

MISSED_CHARTING = Scenario(
    name="missed-charting",
    says=(
        "Nobody charts anything for a night and a morning. It rehearses what is not seen: overdue observations are paged, a criterion that "
        "was tripped keeps its state, and the recommendation is `cannot-tell`, never `proceed`."
    ),
    alerts=("monitoring/vital-signs", "monitoring/intake-output"),
    imposed=(Imposed("missed-charting", (28, 34), (10, 14), (1, 1)),),
)
