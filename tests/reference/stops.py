"""Stop rules and acceptances, decision by decision (criteria.md 3.5, 4): what holds, what stands, what a
clinician has lifted or accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from . import findings, labs, oxygen
from .clock import HOUR, MINUTE
from .facts import Fact
from .knowledge import Knowledge
from .row import ABSOLUTE, Row

BY_FINDING = {
    "infection": "infection",
    "atrial-fibrillation": "arrhythmia",
    "supraventricular-tachycardia": "arrhythmia",
    "ventricular-arrhythmia": "arrhythmia",
    "hallucination": "neuropsychiatric",
    "disorientation": "neuropsychiatric",
}
VT, PVC = "sustained-vt", "ventricular-arrhythmia"
CRITERIA: dict[str, tuple[str, ...]] = {
    "delay-over-24h": (),
    "infection": ("infection",),
    "troponin": ("cardiac-enzymes",),
    "arrhythmia": ("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"),
    "oxygen": ("oxygen-requirement", "intubation", "rales"),
    "neuropsychiatric": ("hallucination", "disorientation", "cognition", "mental-status"),
    "pressor-dependence": ("phenylephrine-maximum", "phenylephrine-minimum"),
}
RULES = tuple(CRITERIA)
RULED = tuple(dict.fromkeys(code for codes in CRITERIA.values() for code in codes))
MOMENTS = {"cognition": "cognition-failed", "mental-status": "mental-status"}
DELAY = 24 * HOUR + 15 * MINUTE
DUE = 8 * HOUR

Cause = tuple[str, int]  # a criterion, and the instant that tells one time it held from another
Causes = dict[str, set[Cause]]


def holding(k: Knowledge, rows: Mapping[str, Row], at: int, without: Iterable[str] = ()) -> Causes:
    """By which criteria each rule holds at a clock, those accepted left out."""
    left = set(without)
    found: Causes = {rule: set() for rule in RULES}
    for code, rule in BY_FINDING.items():
        if rows[code].state == ABSOLUTE:
            found[rule].add((code, 0))
    if rows["cardiac-enzymes"].state == ABSOLUTE and rows["cardiac-enzymes"].note:
        found["troponin"].add(("cardiac-enzymes", 0))
    found["oxygen"] = _oxygen(k, rows, at)
    for code, name in MOMENTS.items():
        moment = findings.run(k, name)
        if rows[code].state == ABSOLUTE and findings.confirmed(moment):
            found["neuropsychiatric"].add((code, moment[0].at))
    if late_for(k, at):
        found["delay-over-24h"].add(("", k.doses[-1].at))
    found = {rule: {c for c in causes if c[0] not in left} for rule, causes in found.items()}
    pressor = CRITERIA["pressor-dependence"]
    if rows[pressor[0]].state == ABSOLUTE and rows[pressor[1]].tripped and not left & set(pressor):
        found["pressor-dependence"] = {(c, 0) for c in pressor if rows[c].state == ABSOLUTE}
    return found


def late_for(k: Knowledge, at: int) -> bool:
    """Whether the next dose has been due for 24 h and 15 min."""
    return bool(k.doses) and k.therapy_end is None and at >= k.doses[-1].at + DUE + DELAY


def _oxygen(k: Knowledge, rows: Mapping[str, Row], at: int) -> set[Cause]:
    found = {("intubation", 0)} if rows["intubation"].state == ABSOLUTE else set()
    if rows["oxygen-requirement"].state == ABSOLUTE and oxygen.stops(k, at):
        found.add(("oxygen-requirement", 0))
    if rows["rales"].state == ABSOLUTE and oxygen.marginal(k, at):
        found.add(("rales", 0))
    return found


@dataclass
class Standing:
    """The stop rules that stand and by what, what resumes excuse, and which acceptances have ended."""

    epoch: str | None = None
    by: Causes = field(default_factory=dict)
    excused: Causes = field(default_factory=dict)
    so: dict[str, set[str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    accepted: dict[str, Fact] = field(default_factory=dict)

    @property
    def rules(self) -> list[str]:
        """The rules that stand, in order."""
        return [rule for rule in RULES if self.by.get(rule)]

    def decide(self, k: Knowledge, rows: Mapping[str, Row], at: int) -> None:
        """Takes one decision; `rows` has those of `RULED` and of `criteria_accepted`."""
        new = [f for f in k.facts if f.first == int(at)]
        self._enter(k, int(at))
        for fact in new:
            if fact.type == "resume":
                self._resume(k, str(fact.event["rule"]))
        self.accepted = self._accept(k, rows, at)
        causes, every = holding(k, rows, at, self.accepted), holding(k, rows, at)
        self.so = {rule: _so(rule, rows, every[rule]) for rule in RULES}
        for rule in RULES:
            self._hold(k, rule, causes[rule])
        self._found_out_late(k, new, every)
        self._late(k)

    def _enter(self, k: Knowledge, at: int) -> None:
        if k.epoch == self.epoch:
            return
        self.by = {}
        if self.epoch is not None:
            self.excused = {}
            self.ended |= {f.id for f in k.of_type("accept") if f.first < at}
        self.epoch = k.epoch

    def _resume(self, k: Knowledge, rule: str) -> None:
        if not self.by.get(rule):
            return
        excused: set[Cause] = {(c, 0) for c in self.so[rule]}
        self.excused[rule] = excused if rule != "delay-over-24h" else set(self.by[rule])
        self.by[rule] = set()

    def _hold(self, k: Knowledge, rule: str, causes: set[Cause]) -> None:
        excused = self.excused.get(rule, set())
        if rule != "delay-over-24h":
            excused = self.excused[rule] = {c for c in excused if c[0] in self.so[rule]}
            fresh = {c for c in causes if (c[0], 0) not in excused}
        else:
            fresh = {c for c in causes if all(c[1] > e[1] for e in excused)}
        stood = self.by.get(rule, set()) if k.cycle is not None else set()
        self.by[rule] = {c for c in stood | fresh if c[0] not in self.accepted}
        if rule == "pressor-dependence" and set(CRITERIA[rule]) & set(self.accepted):
            self.by[rule] = set()

    # ---- acceptances

    def _accept(self, k: Knowledge, rows: Mapping[str, Row], at: int) -> dict[str, Fact]:
        active = {}
        for code, fact in latest_accepts(k).items():
            until = fact.record.start
            over = fact.id in self.ended or (until is not None and (until <= fact.at or at >= until))
            if not over and code in rows and _above(rows[code], fact):
                self.ended.add(fact.id)
                over = True
            if not over:
                active[code] = fact
        return active

    # ---- the order of knowing

    def _found_out_late(self, k: Knowledge, new: list[Fact], causes: Causes) -> None:
        """Makes a rule stand for what is over by the time that it becomes known."""
        cycle = k.charted
        if cycle is None:
            return
        for fact in new:
            for rule, code in _rules_named(fact, cycle.start):
                if not any(c[0] == code for c in causes[rule]) and code not in self.accepted:
                    self.by[rule].add((code, 0))

    def _late(self, k: Knowledge) -> None:
        """Lifts what a dose or a recovery charted late shows never to have been."""
        self.by["delay-over-24h"] = {
            c
            for c in self.by["delay-over-24h"]
            if not any(c[1] < d.at <= c[1] + DUE + DELAY for d in k.all_doses)
        }
        rule = "neuropsychiatric"
        self.by[rule] = {c for c in self.by[rule] if not _reversed(k, c)}


def _so(rule: str, rows: Mapping[str, Row], causes: set[Cause]) -> set[str]:
    """The criteria that a `resume` has seen: those that hold the rule; of two that hold it together, those
    absolute.
    """
    if rule == "pressor-dependence":
        return {c for c in CRITERIA[rule] if rows[c].state == ABSOLUTE}
    return {c for c, _ in causes}


def _rules_named(fact: Fact, since: int) -> list[tuple[str, str]]:
    """The rules for which a record speaks, with the criterion."""
    if fact.type == "finding" and fact.event["code"] in (*BY_FINDING, VT) and fact.event["present"]:
        code = PVC if fact.event["code"] == VT else str(fact.event["code"])
        return [(BY_FINDING[code], code)] if fact.at >= since else []
    high = [
        v
        for v in fact.values
        if v.code in labs.TROPONINS and v.at >= since and labs.against_high(v) == labs.ABOVE
    ]
    return [("troponin", "cardiac-enzymes")] if high and fact.type in ("labs", "vitals") else []


def _reversed(k: Knowledge, cause: Cause) -> bool:
    code, first = cause
    if code not in MOMENTS or not first:
        return False
    facts = k.findings(MOMENTS[code])
    return any(first < f.at <= first + findings.REVERSAL and not findings.bad(f) for f in facts)


def latest_accepts(k: Knowledge) -> dict[str, Fact]:
    """The last `accept` of each criterion in order of knowing: a later one replaces it."""
    order = sorted(k.of_type("accept"), key=lambda f: (f.first, f.record.known, f.record.order))
    return {str(f.event["criterion"]): f for f in order}


def _above(row: Row, fact: Fact) -> bool:
    return row.state == ABSOLUTE and fact.event["level"] != ABSOLUTE
