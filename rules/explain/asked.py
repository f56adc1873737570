"""A question: one subject of one patient, with the result it was judged to have."""

import msgspec
from msgspec import structs

from rules.assess import judged
from rules.chart.chart import Chart
from rules.evaluate.result import Result
from rules.explain.explanation import Look
from rules.guideline.edition import Guideline
from rules.state import Patient


class Asked(msgspec.Struct, frozen=True):
    """`t`: the clock in ms; `ids`: the evidence, in its order."""

    patient: Patient
    name: str
    result: Result

    @property
    def chart(self) -> Chart:
        return self.patient.chart

    @property
    def guideline(self) -> Guideline:
        return self.patient.guideline

    @property
    def t(self) -> int:
        return self.patient.now >> 1

    @property
    def ids(self) -> list[str]:
        return [id for id, _ in self.result.evidence]

    @property
    def tripped(self) -> bool:
        return self.result.state not in ("clear", "indeterminate")

    def look(self, what: str | None = None, seen: int | None = None, factor: float | None = None, stale_at: int | None = None) -> Look:
        """How often Table 1 wants `what` looked at in the mode in force; stale at `factor` times that, unless `stale_at` says when."""
        mode, t = self.chart.mode, self.t
        since = mode.since(t)
        found = Look(mode="ward" if since is None else "intensive", intensive_since=since, seen=seen, stale_at=stale_at)
        observed = self.guideline.observes.get(what or "")
        if observed is None or not observed.ward:
            return found
        interval = mode.interval(t, observed.ward, observed.intensive)
        due = None if seen is None else mode.limit(seen, t, observed.ward, observed.intensive)
        if seen is not None and factor is not None:
            stale_at = mode.limit(seen, t, int(observed.ward * factor), int(observed.intensive * factor))
        return structs.replace(found, interval=interval, due=due, stale_at=stale_at)


def ask(patient: Patient, name: str) -> Asked:
    return Asked(patient, name, judged(patient, name))
