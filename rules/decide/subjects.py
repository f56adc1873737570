"""List every subject that is decided, in the print order of one instant's alerts; and what can change each.

A subject is decided again when the dirty flags of its inputs are set, or a subject it reads has changed.
"""

import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, starmap
from typing import Any

import msgspec

from rules.advice.registry import ADVISES, Entry
from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.decide.after_discharge import charting_goes_on
from rules.decide.state import Patient
from rules.evaluate import (
    input_requests,
    judgement,
    monitoring,
    not_understood,
    pre_dose,
    recharting,
    recheck,
    vital_signs,
)
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.result import Memory, Result, in_full
from rules.evaluate.row_type import RowType
from rules.evaluate.row_type_lookup import descriptor_of
from rules.guideline.declarations import AnyRow
from rules.guideline.dose_decisions import StopRule
from rules.guideline.edition import Guideline
from rules.guideline.roles import FAST_RATE, OXYGEN
from rules.wire.instants import Instant

CRITERION, PRESSURE, ADVICE, MONITORING, RECOMMENDATION, OVERLAY = (
    "criterion",
    "blood-pressure",
    "advice",
    "monitoring",
    "recommendation",
    "overlay",
)
OBSERVED = "observed"
"""The kind of a row of criteria.md that advice reads while another pack decides: it gives no alerts."""
HYPOTENSION, DOSE_ERROR, AGAINST_ADVICE = "hypotension", "dose-error", "dose-against-advice"
AFTER_DISCHARGE = "monitoring/after-discharge"


class Subject(msgspec.Struct, frozen=True):
    """A subject: one thing that is decided.

    `inputs`: dirty flags of the facts it reads; `after`: subjects it reads; `touches`: flags of all facts
    behind those too; `always`: its alerts are given though no cycle runs; `silent`: it gives none; `glance`:
    judges without the words.
    """

    name: str
    kind: str
    system: str | None
    inputs: int
    after: tuple[str, ...]
    touches: int
    glance: Callable[[Patient, Instant, Memory], Result]
    always: bool = False
    silent: bool = False

    def judge(self, patient: Patient, now: Instant, before: Memory) -> Result:
        """Decide the subject in full at an instant, and return its result."""
        return in_full(self.glance(patient, now, before))


class Family(msgspec.Struct, frozen=True):
    """Subjects that a patient's own facts name, such as `not-understood/<name>`, in one place of the order.

    `names`: the names that the chart has now, without the prefix; `judge`: as a subject's, for a name.
    """

    prefix: str
    kind: str
    inputs: int
    names: Callable[[Patient], Iterable[str]]
    judge: Callable[[str, Patient, Instant, Memory], Result]

    def subject(self, name: str) -> Subject:
        """Return the subject of this family that has this name, prefix included."""
        own = name.removeprefix(self.prefix)
        return Subject(
            name,
            self.kind,
            None,
            self.inputs,
            (),
            self.inputs,
            lambda patient, now, before: self.judge(own, patient, now, before),
        )

    def subjects(self, patient: Patient) -> list[Subject]:
        """Return the subjects that the chart names, and those decided before, by name."""
        named = {self.prefix + name for name in self.names(patient)}
        named.update(name for name in patient.memories if name.startswith(self.prefix))
        return [self.subject(name) for name in sorted(named)]

    def place(self) -> Subject:
        """Return what holds the family's place among the subjects: it is always clear."""
        return Subject(
            self.prefix, self.kind, None, self.inputs, (), self.inputs, lambda patient, now, before: Result()
        )


class Plan(msgspec.Struct, frozen=True):
    """The subjects in order, and which of them are decided again when others change.

    `readers`: for each subject the bit set (by index) of the subjects that read it; `criteria`: the set of
    those the recommendation reads; `rows`: that of the criteria and the pressure, which the stop rules read;
    `rule_readers`: that of the advice that reads if a stop rule stands; `behind_rule`: by stop rule the dirty
    flags of all facts it rests on, `moves_rules`: those of all rules; `memo`: the set of subjects for dirty
    flags already asked for; `families`: by the index at which one stands; `blinds`: the subjects that may
    hold or blind a dose, besides an error; `blinds_again`: those of them that the dose itself may change;
    `on_any_vitals`: the flags that any reading sets while a subject is stale or cannot be told.
    """

    subjects: tuple[Subject, ...]
    index: dict[str, int]
    readers: tuple[int, ...]
    criteria: int
    rows: int
    rule_readers: int
    behind_rule: dict[str, int]
    moves_rules: int
    memo: dict[int, int]
    families: dict[int, Family]
    blinds: tuple[Subject, ...]
    blinds_again: tuple[Subject, ...]
    on_any_vitals: tuple[tuple[str, int], ...] = ()
    until_denied: tuple[tuple[str, int], ...] = ()

    def place(self, name: str) -> int | None:
        """Return the index of a subject, or of the family it belongs to; None for the recommendation."""
        found = self.index.get(name)
        if found is not None:
            return found
        return next((i for i, family in self.families.items() if name.startswith(family.prefix)), None)

    def order(self, name: str) -> int:
        """Return a subject's place in the print order; the recommendation's is the last."""
        found = self.place(name)
        return LAST if found is None else found

    def find(self, name: str) -> Subject | None:
        """Return the subject of this name, one of a family too; None when there is none."""
        i = self.place(name)
        if i is None:
            return None
        return self.families[i].subject(name) if i in self.families else self.subjects[i]

    def todo(self, dirty: int) -> int:
        """Return which subjects (a bit set by index) facts with these dirty flags can change."""
        found = self.memo.get(dirty)
        if found is None:
            found = sum(1 << i for i, subject in enumerate(self.subjects) if subject.inputs & dirty)
            if len(self.memo) < 4096:
                self.memo[dirty] = found
        return found


def _criterion(row: AnyRow, guideline: Guideline, silent: bool = False) -> Subject:
    descriptor = descriptor_of(row)
    mask = descriptor.inputs(row)
    if guideline.pack is not None:
        mask |= judgement.inputs_of(guideline.pack)
    evaluate = judgement.judged(_of_pack(descriptor, guideline, silent), guideline.pack, row.code)
    return Subject(
        row.code,
        CRITERION,
        row.system,
        mask | dirty_flags.ACCEPT,
        (),
        mask,
        lambda patient, now, before: evaluate(row, patient.chart, now, before),
        silent=silent,
    )


def _of_pack(descriptor: RowType[Any], guideline: Guideline, beside: bool) -> judgement.Evaluate:
    """Return the evaluator of a pack's row; one beside must be named by the resume that means it."""
    if guideline.pack is None or descriptor.of_pack is None:
        alone = not beside and not guideline.overlays
        return descriptor.evaluate if alone else judgement.once(descriptor.evaluate)
    return functools.partial(descriptor.of_pack, of=OfPack(guideline, beside))  # type: ignore[call-arg]


def observed_name(code: str, guideline: Guideline) -> str:
    """Return the subject that a row of criteria.md is: its own while it decides, else an observed one."""
    return f"{OBSERVED}/{code}" if code in guideline.behind_codes else code


def _observed(row: AnyRow) -> Subject:
    """Return a row of criteria.md that advice reads while another pack decides."""
    descriptor = descriptor_of(row)
    mask = descriptor.inputs(row)
    return Subject(
        f"{OBSERVED}/{row.code}",
        OBSERVED,
        row.system,
        mask,
        (),
        mask,
        lambda patient, now, before: descriptor.evaluate(row, patient.chart, now, before),
        silent=True,
    )


def _pressure() -> Subject:
    mask = dirty_flags.SYSTOLIC | dirty_flags.BASELINE | dirty_flags.MODE
    return Subject(
        HYPOTENSION,
        PRESSURE,
        "hemodynamic",
        mask,
        (),
        mask,
        lambda patient, now, before: vital_signs.hypotension(patient.chart, now, before),
    )


def _advice(code: str, guideline: Guideline, behind: dict[str, int]) -> Subject:
    entry, advice = ADVISES[code], guideline.advises[code]
    after, touches, decide = _reads(code, entry, guideline), entry.inputs, entry.decide
    for subject in after:
        touches |= behind[subject]
    return Subject(
        code,
        ADVICE,
        None,
        entry.inputs,
        after,
        touches,
        lambda patient, now, before: decide(
            advice, AdviceCase(patient, patient.chart, patient.chart.guideline), now, before
        ),
    )


def _reads(code: str, entry: Entry, guideline: Guideline) -> tuple[str, ...]:
    """Return the subjects that an advice reads; of rows that another pack does not have, as observed."""
    named = (*(observed_name(code, guideline) for code in entry.reads(guideline)), *_of(code, guideline))
    known = {*guideline.row, *guideline.advises, HYPOTENSION}
    rest = (f"{OBSERVED}/{row.code}" for row in guideline.behind) if entry.criteria else ()
    return tuple(
        dict.fromkeys(name for name in (*named, *rest) if name in known or name.startswith(OBSERVED))
    )


def _of(code: str, guideline: Guideline) -> tuple[str, ...]:
    """Return the row that an advice of a pack is of."""
    of = None if guideline.pack is None else guideline.pack.advised.get(code)
    return () if of is None or of.of is None else (of.of,)


def _observation(what: str, guideline: Guideline) -> Subject:
    observation = guideline.observes[what]
    mask = monitoring.inputs_of(observation)
    return Subject(
        f"monitoring/{what}",
        MONITORING,
        None,
        mask,
        (),
        mask,
        lambda patient, now, before: monitoring.monitored(observation, patient.chart, now, before),
    )


def _finding(code: str, values: dict[str, tuple[str, ...]]) -> Subject:
    mask = recharting.inputs_of(code)
    return Subject(
        recharting.PREFIX + code,
        MONITORING,
        None,
        mask | dirty_flags.ACCEPT,
        tuple(dict.fromkeys(chain.from_iterable(values.values()))),
        mask,
        lambda patient, now, before: recharting.recharting(
            code, values, patient.chart, now, before, patient.accepted
        ),
    )


Evaluate = Callable[[Chart, Instant, Memory], Result]


def _asked(name: str, mask: int, evaluate: Evaluate) -> Subject:
    """Return a subject that asks for something to be charted, by its whole name."""
    return Subject(
        name,
        MONITORING,
        None,
        mask,
        (),
        mask,
        lambda patient, now, before: evaluate(patient.chart, now, before),
    )


def _recheck(signal: str) -> Subject:
    return _asked(
        recheck.PREFIX + signal, recheck.inputs_of(signal), functools.partial(recheck.recheck, signal)
    )


def _inputs_asked_for(guideline: Guideline) -> list[Subject]:
    limits = input_requests.reference_limit_inputs(guideline)
    weights = input_requests.WEIGHT_FOR_RATE_INPUTS
    starts = dirty_flags.ENCOUNTER | dirty_flags.DOSES
    return [
        _asked("monitoring/reference-limit", limits, input_requests.reference_limit),
        _asked("monitoring/weight-for-rate", weights, input_requests.weight_for_rate),
        _asked("monitoring/cycle-start", starts, not_understood.unnamed_start),
        _asked("monitoring/pack", starts, not_understood.unknown_pack),
        *_before_a_dose(guideline),
    ]


def _before_a_dose(guideline: Guideline) -> Iterator[Subject]:
    """Yield the assessment that a pack wants before each dose."""
    if guideline.pack is not None and guideline.pack.pre_dose is not None:
        evaluate = functools.partial(pre_dose.pre_dose_assessment, guideline.pack.pre_dose)
        yield _asked("monitoring/" + pre_dose.NAME, pre_dose.INPUTS, evaluate)


UNKNOWN = Family(
    prefix=not_understood.PREFIX,
    kind=MONITORING,
    inputs=dirty_flags.NOT_UNDERSTOOD,
    names=lambda patient: patient.chart.not_understood,
    judge=lambda name, patient, now, before: not_understood.not_understood(name, patient.chart, now, before),
)


def _charting_goes_on() -> Subject:
    return Subject(
        AFTER_DISCHARGE, MONITORING, None, dirty_flags.ENCOUNTER, (), 0, charting_goes_on, always=True
    )


class AdviceCase(msgspec.Struct, frozen=True, gc=False):
    """What advice may read (rules.evaluate.result.Case), over a patient's state: one is made a decision."""

    patient: Patient
    chart: Chart
    guideline: Guideline

    @classmethod
    def of(cls, patient: Patient) -> "AdviceCase":
        """Return what advice may read of a patient."""
        return cls(patient, patient.chart, patient.chart.guideline)

    @property
    def deciding(self) -> Guideline:
        """The guideline of the pack that decides."""
        return self.patient.guideline

    @property
    def amended(self) -> tuple[str, ...]:
        """The ids of the facts that are corrected or withdrawn at this decision."""
        return self.patient.amendments

    @property
    def replaced(self) -> int:
        """The dirty flags of what is corrected, withdrawn or replaced at this decision."""
        return self.patient.dirty_replaced

    @property
    def stopped(self) -> bool:
        """Whether a stop rule stands."""
        return any(rule.in_force for rule in self.patient.rules.values())

    @property
    def verdicts(self) -> dict[str, str]:
        """By dose the readiness before it, of the doses that are decided for the first time."""
        return self.patient.verdicts

    def memory(self, subject: str) -> Memory:
        """Return the memory of a subject: its state at its last decision."""
        patient = self.patient
        name = self._named(subject) if patient.guideline.behind else subject
        return patient.memories.get(name) or patient.memory(name)

    def opened(self, subject: str) -> int | None:
        """Return the opening `at` of its episode; without alerting, since when it is not clear."""
        return self.patient.opened(self._named(subject))

    def _named(self, subject: str) -> str:
        guideline = self.patient.guideline
        return observed_name(subject, guideline) if guideline.behind else subject

    def judge(self, subject: str, now: Instant) -> Result:
        """Decide a subject in full at an instant, and return its result."""
        plan, name = plan_for(self.patient.guideline), self._named(subject)
        return plan.subjects[plan.index[name]].judge(self.patient, now, self.patient.memory(name))


_PLANS: dict[int, tuple[Guideline, Plan]] = {}


def plan_for(guideline: Guideline) -> Plan:
    """Return the plan of a guideline, made once."""
    found = _PLANS.get(id(guideline))
    if found is None or found[0] is not guideline:
        found = _PLANS[id(guideline)] = (guideline, _plan(guideline))
    return found[1]


def _subjects(guideline: Guideline) -> tuple[list[Subject], dict[int, Family], dict[str, int]]:
    """Return the subjects in order, the families among them, and the dirty flags behind what others read."""
    subjects = [*(_criterion(row, guideline) for row in guideline.rows), _pressure()]
    subjects.extend(map(_observed, guideline.behind))
    behind = {subject.name: subject.touches for subject in subjects}
    for code in [advice.code for advice in guideline.advice if advice.on and advice.code in ADVISES]:
        subjects.append(_advice(code, guideline, behind))
        behind[code] = subjects[-1].touches
    subjects.extend(_observation(observation.what, guideline) for observation in guideline.observations)
    subjects.extend(map(_recheck, recheck.INPUTS))
    subjects.extend(_inputs_asked_for(guideline))
    families = {len(subjects): UNKNOWN}
    subjects.append(UNKNOWN.place())
    subjects.append(_charting_goes_on())
    subjects.extend(starmap(_finding, recharting.standing_values(guideline).items()))
    return subjects, families, behind


def _plan(guideline: Guideline) -> Plan:
    subjects, families, behind = _subjects(guideline)
    index = {subject.name: i for i, subject in enumerate(subjects)}
    readers = tuple(
        sum(1 << i for i, reader in enumerate(subjects) if subject.name in reader.after)
        for subject in subjects
    )
    rows = sum(1 << i for i, subject in enumerate(subjects) if subject.kind in (CRITERION, PRESSURE))
    read = (*guideline.table4.watches, DOSE_ERROR)
    criteria = rows | sum(1 << i for i, subject in enumerate(subjects) if subject.name in read)
    rule_readers = sum(1 << index[code] for code in behind if code in ADVISES and ADVISES[code].rules)
    rules = {rule.rule: _behind(rule, behind) for rule in guideline.stop_rules}
    moves = functools.reduce(operator.or_, rules.values(), 0)
    in_order, blinds = tuple(subjects), tuple(filter(_blinds, subjects))
    again = tuple(one for one in blinds if one.kind == MONITORING or one.inputs & dirty_flags.DOSES)
    waits = (*ON_ANY_VITALS, *_on_any_vitals(subjects, guideline))
    sets = (index, readers, criteria, rows, rule_readers, rules, moves)
    return Plan(in_order, *sets, {}, families, blinds, again, waits, _until_denied(subjects, guideline))


ON_ANY_VITALS = (
    (FAST_RATE, dirty_flags.HEART_RATE),
    ("hypotension", dirty_flags.SYSTOLIC),
    (OXYGEN, dirty_flags.SPO2),
    ("monitoring/vital-signs", dirty_flags.HEART_RATE | dirty_flags.SYSTOLIC),
)
SIGNALS = dirty_flags.HEART_RATE | dirty_flags.SYSTOLIC | dirty_flags.SPO2


def _on_any_vitals(subjects: list[Subject], guideline: Guideline) -> Iterator[tuple[str, int]]:
    """Yield for each row of another pack the readings that it waits for while it cannot be told."""
    if guideline.pack is not None:
        for subject in subjects:
            if subject.kind in (CRITERION, OBSERVED) and subject.inputs & SIGNALS:
                yield subject.name, subject.inputs & SIGNALS


def _until_denied(subjects: Iterable[Subject], guideline: Guideline) -> tuple[tuple[str, int], ...]:
    """Return the readings of each row that a finding may keep when they have recovered."""
    rows = guideline.row
    return tuple(
        (one.name, one.inputs & SIGNALS)
        for one in subjects
        if one.kind == CRITERION and getattr(rows[one.name], "unless", None) is not None
    )


def overlay_plan_for(guideline: Guideline) -> Plan:
    """Return the plan of a pack that stands beside: its rows and rules alone, which give no alerts."""
    found = _OVERLAYS.get(id(guideline))
    if found is None or found[0] is not guideline:
        found = _OVERLAYS[id(guideline)] = (guideline, _overlay_plan(guideline))
    return found[1]


_OVERLAYS: dict[int, tuple[Guideline, Plan]] = {}


def _overlay_plan(guideline: Guideline) -> Plan:
    subjects = tuple(_criterion(row, guideline, silent=True) for row in guideline.rows)
    behind = {subject.name: subject.touches for subject in subjects}
    rules = {rule.rule: _behind(rule, behind) for rule in guideline.stop_rules}
    every = (1 << len(subjects)) - 1
    return Plan(
        subjects,
        {subject.name: i for i, subject in enumerate(subjects)},
        (0,) * len(subjects),
        every,
        every,
        0,
        rules,
        functools.reduce(operator.or_, rules.values(), 0),
        {},
        {},
        (),
        (),
        tuple((one.name, one.inputs & SIGNALS) for one in subjects if one.inputs & SIGNALS),
        _until_denied(subjects, guideline),
    )


def _blinds(subject: Subject) -> bool:
    """Return whether a subject may hold or blind a dose: a criterion, the pressure, a recheck."""
    return subject.kind in (CRITERION, PRESSURE) or subject.name.startswith(recheck.PREFIX)


def _behind(rule: StopRule, behind: dict[str, int]) -> int:
    """Return the dirty flags of everything a stop rule rests on."""
    bits = dirty_flags.DOSES | dirty_flags.ENCOUNTER | dirty_flags.RESUME | dirty_flags.ACCEPT
    if rule.marginal:
        bits |= dirty_flags.SPO2 | dirty_flags.OXYGEN | dirty_flags.MODE
    for code in rule.criteria:
        bits |= behind[code]
    return bits


LAST = 1 << 20
"""The recommendation's place in the print order: after everything else."""
