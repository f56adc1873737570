"""Courses that an infection decides."""

from simulators.scenario import Expected, Imposed, Scenario

SEPSIS = Scenario(
    name="sepsis",
    says=(
        "A line infection on the third day: a spike of fever above the rising baseline, pressure that falls outside any dose's peak, then "
        "the suspicion is charted. It rehearses the septic work-up advised before the diagnosis, and the stop rule `infection`."
    ),
    expected=(Expected("infection", "absolute"), Expected("hypotension", "relative")),
    alerts=("stop-rule:infection",),
    imposed=(Imposed("infection", (46, 58), (60, 72), (1.0, 1.2)),),
)
