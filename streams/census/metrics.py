"""The census as metrics. Each is a number of patients of the whole ward, of all partitions: two censuses tell the same, so take their maximum."""

from __future__ import annotations

from collections.abc import Iterable

from rules.wire.alerts import RECOMMENDATIONS
from streams.census.count import Census
from streams.census.marks import MODES, READINESS, TRIPPED
from streams.metrics import _counter, _gauge

PATIENTS = _gauge("il2_ward_patients", "Patients who have an assessment, by mode of monitoring (ward, intensive).", "mode")
RECOMMENDED = _gauge("il2_ward_recommendations", "Patients by recommendation for the next dose.", "recommendation")
DOSES = _gauge("il2_ward_doses", "Patients by readiness of the next dose.", "readiness")
DELAYED = _gauge("il2_ward_delayed_doses", "Patients whose dose is past due, as of their latest assessment.")
LONGEST = _gauge("il2_ward_longest_dose_delay_seconds", "How long the longest delayed dose is past due, as of its patient's latest assessment.")
HYPOTENSION = _gauge("il2_ward_hypotension", "Patients with hypotension, by level.", "level")
TRIPPED_SYSTEMS = _gauge("il2_ward_tripped_patients", "Patients with a tripped criterion of an organ system, by level.", "system", "level")
OVERDUE = _gauge("il2_ward_overdue", "Patients of whom an item of monitoring is overdue.", "what")
STOP_RULES = _gauge("il2_ward_stop_rules", "Patients for whom a stop rule stands.", "rule")
UNREAD = _counter("il2_ward_unread_assessments", "Assessments that could not be read.")

GAUGES = {
    "patients": PATIENTS,
    "recommendations": RECOMMENDED,
    "doses": DOSES,
    "delayed": DELAYED,
    "hypotension": HYPOTENSION,
    "tripped": TRIPPED_SYSTEMS,
    "overdue": OVERDUE,
    "stop_rules": STOP_RULES,
}


def prepare(systems: Iterable[str], items: Iterable[str], rules: Iterable[str]) -> None:
    """Every label set there can be, at 0: a ward where nothing is overdue says 0, not nothing."""
    known = {PATIENTS: MODES, RECOMMENDED: RECOMMENDATIONS, DOSES: READINESS, HYPOTENSION: TRIPPED, OVERDUE: items, STOP_RULES: rules}
    for gauge, values in known.items():
        for value in values:
            gauge.labels(value)
    for system in systems:
        for level in TRIPPED:
            TRIPPED_SYSTEMS.labels(system, level)


def show(census: Census) -> None:
    """Sets every gauge to the count."""
    for mark, count in census.counts.items():
        gauge = GAUGES[mark.what]
        (gauge.labels(*mark.labels) if mark.labels else gauge).set(count)
    LONGEST.set(census.longest_delay_h() * 3600)
    UNREAD.inc(census.unread)
    census.unread = 0
