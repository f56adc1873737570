"""Name every subject that can be explained, and define the question about one of a patient."""

from collections.abc import Iterable

import msgspec
from msgspec import structs

from rules.chart.chart import Chart
from rules.decide.assessment import judged
from rules.decide.overlays import PREFIX as OVERLAY
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, RECOMMENDATION, UNKNOWN, plan_for
from rules.decide.subjects import MONITORING as MONITORING_KIND
from rules.evaluate.result import Result
from rules.explain.explanation import Look
from rules.guideline.edition import Guideline
from rules.wire.assessments import STOP_RULE
from rules.wire.did_you_mean import nearest

MONITORING = "monitoring/"
DOSE = "dose"
NEAREST = 3


class UnknownSubject(ValueError):
    """An error: no such subject. `name`: the one asked for; `nearest`: names that look like it."""

    def __init__(self, name: str, near: list[str]) -> None:
        self.name, self.nearest = name, near
        hint = f"did you mean {' or '.join(near)}?" if near else KINDS
        super().__init__(f"no subject {name!r}; {hint}")


KINDS = (
    f"a subject is a criterion, an advice, {MONITORING}WHAT, recheck/SIGNAL, finding/CODE, "
    f"{UNKNOWN.prefix}NAME, {STOP_RULE}RULE, {HYPOTENSION}, {RECOMMENDATION} or {DOSE}"
)


def subjects(guideline: Guideline) -> list[str]:
    """Return all names, in the order in which they are decided."""
    return [
        *(row.code for row in guideline.rows),
        HYPOTENSION,
        *(advice.code for advice in guideline.advice),
        *_monitored(guideline),
        RECOMMENDATION,
        *(STOP_RULE + rule.rule for rule in guideline.stop_rules),
        DOSE,
    ]


def own_subjects(patient: Patient) -> list[str]:
    """Return what only packs have: rows that nobody has read, packs that stand beside."""
    packs = (OVERLAY + one.id for one in patient.chart.guideline.overlays)
    return [*unread_of(patient.guideline), *packs]


def unread_of(guideline: Guideline) -> tuple[str, ...]:
    """Return the rows of a pack that nobody has read."""
    return () if guideline.pack is None else guideline.pack.unread


def _monitored(guideline: Guideline) -> list[str]:
    """Return the subjects of kind `monitoring`, but for the family that a patient's own facts name."""
    plan = plan_for(guideline)
    return [
        subject.name
        for i, subject in enumerate(plan.subjects)
        if subject.kind == MONITORING_KIND and i not in plan.families
    ]


def check(name: str, guideline: Guideline, more: Iterable[str] = ()) -> None:
    """Raise UnknownSubject unless the guideline has the subject, or a patient's facts may name it.

    `more`: subjects of the guideline's packs.
    """
    known = [*subjects(guideline), *more]
    if name not in known and not name.startswith(UNKNOWN.prefix):
        raise UnknownSubject(name, nearest(name, known, NEAREST))


class Asked(msgspec.Struct, frozen=True):
    """A question: one subject of one patient, with its result."""

    patient: Patient
    name: str
    result: Result

    @property
    def chart(self) -> Chart:
        """The patient's chart."""
        return self.patient.chart

    @property
    def guideline(self) -> Guideline:
        """The patient's guideline."""
        return self.patient.guideline

    @property
    def t(self) -> int:
        """The patient's clock, ms."""
        return self.patient.now

    @property
    def ids(self) -> list[str]:
        """The ids of the evidence, in its order."""
        return [id for id, _ in self.result.evidence]

    @property
    def tripped(self) -> bool:
        """Whether the subject has a state other than clear and indeterminate."""
        return self.result.state not in ("clear", "indeterminate")

    def look(
        self,
        what: str | None = None,
        seen: int | None = None,
        factor: float | None = None,
        stale_at: int | None = None,
    ) -> Look:
        """Return how often Table 1 wants `what` observed in the mode in force, and when it is due.

        It is stale at `factor` times that, unless `stale_at` says when.
        """
        mode, t = self.chart.mode, self.t
        since = mode.since(t)
        found = Look(
            mode="ward" if since is None else "intensive", intensive_since=since, seen=seen, stale_at=stale_at
        )
        observed = self.guideline.observes.get(what or "")
        if observed is None or not observed.ward:
            return found
        interval = mode.interval(t, observed.ward, observed.intensive)
        due = None if seen is None else mode.limit(seen, t, observed.ward, observed.intensive)
        if seen is not None and factor is not None:
            stale_at = mode.limit(seen, t, int(observed.ward * factor), int(observed.intensive * factor))
        return structs.replace(found, interval=interval, due=due, stale_at=stale_at)


def ask(patient: Patient, name: str) -> Asked:
    """Return the question about a subject, with its result at the patient's clock."""
    return Asked(patient, name, judged(patient, name))
