"""End episodes otherwise than by data: at a new cycle, a discharge, a cycle-start taken back.

Source: criteria.md sections 4 and 9.
"""

from collections.abc import Callable

from msgspec import UNSET
from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.course import Cycle, next_cycle_began
from rules.decide import alert_texts
from rules.decide.alert_texts import Words
from rules.decide.episodes import Change, PendingAlert, Step, pending_alert
from rules.decide.overlays import PREFIX, beside_of, name_of
from rules.decide.state import Episode, Patient
from rules.decide.subjects import (
    AFTER_DISCHARGE,
    CRITERION,
    LAST,
    MONITORING,
    OVERLAY,
    PRESSURE,
    RECOMMENDATION,
    Plan,
    Subject,
    plan_for,
)
from rules.evaluate.result import CLEAR, Result
from rules.evaluate.stop_rule import before_cycle
from rules.guideline.edition import Guideline
from rules.guideline.nurse_names import subject_name

NEW_CYCLE, DISCHARGED, WITHDRAWN = "new-cycle", "discharged", "cycle-start withdrawn"


def start_cycle(patient: Patient, plan: Plan) -> list[PendingAlert]:
    """Apply the start of a cycle or its withdrawal, and return the alerts of the episodes that end by it.

    At a second or later one open episodes resolve, stop rules are reset and everything is decided again. A
    dose after the therapy's end starts the clocks again, and the recommendation's alerts; nothing ends.
    """
    cycle = patient.chart.cycle
    if (cycle.number, cycle.start, cycle.since) == (
        patient.cycles,
        patient.cycle_start,
        patient.cycle_since,
    ):
        return []
    began = cycle.start is not None and patient.cycle_start is None
    another = next_cycle_began(patient.cycles, patient.cycle_since, cycle)
    alerts = end_episodes(patient, plan, NEW_CYCLE, cycle.start) if another else []
    if another:
        patient.rules = {}
        forget_lapses(patient, plan)
    if began:
        patient.rules = {rule: before_cycle(rule_state) for rule, rule_state in patient.rules.items()}
    if began or another or _clocks_began(patient, cycle):
        patient.dirty |= dirty_flags.EVERYTHING
        patient.quiet = True
    if cycle.start is None and patient.cycle_start is not None:
        alerts = end_episodes(patient, plan, None, None)
        patient.quiet = False
    apply_cycle(patient)
    return alerts


def _clocks_began(patient: Patient, cycle: Cycle) -> bool:
    """Return whether a dose after the therapy's end began the clocks again since the last decision."""
    before = patient.cycle_start
    return cycle.carried and cycle.start is not None and before is not None and cycle.start > before


def apply_cycle(patient: Patient) -> None:
    """Remember the cycle as the one that was decided on."""
    cycle = patient.chart.cycle
    patient.cycles, patient.cycle_start, patient.cycle_since = cycle.number, cycle.start, cycle.since


def forget_lapses(patient: Patient, plan: Plan) -> None:
    """Let what opens again be what is overdue now, not what only lingers."""
    for name, memory in patient.memories.items():
        subject = plan.find(name)
        if subject is not None and subject.kind == MONITORING:
            patient.memories[name] = replace(memory, state=CLEAR, mark=None)


def end_episodes(
    patient: Patient,
    plan: Plan,
    reason: str | None,
    at: int | None,
    which: Callable[[Episode], bool] = lambda episode: True,
) -> list[PendingAlert]:
    """Resolve open episodes: all, or those that `which` names.

    Without a reason the cycle-start itself was withdrawn, which is an amendment. That charting goes on after
    a discharge is of no cycle: only a discharge ends it.
    """
    names = [
        name
        for name, episode in patient.episodes.items()
        if which(episode) and (name != AFTER_DISCHARGE or reason == DISCHARGED)
    ]
    alerts = [_before_all(_ended(patient, plan, name, reason, at)) for name in names]
    for name in names:
        del patient.episodes[name]
    return alerts


def _before_all(ended: PendingAlert) -> PendingAlert:
    """Return an ending placed before all that its instant opens, in the order of the endings."""
    return PendingAlert(ended.order - 2 * LAST, ended.alert)


def end_accepted(patient: Patient, plan: Plan, name: str) -> list[PendingAlert]:
    """Resolve the episode of a criterion that is accepted from now on."""
    if name not in patient.episodes:
        return []
    ended = _ended(patient, plan, name, "accepted", patient.now)
    del patient.episodes[name]
    return [ended]


def _name(name: str, subject: Subject | None, result: Result, patient: Patient) -> str:
    """Return the name of what ends: of a criterion and of pressure as its alerts had it."""
    pack = beside_of(name, patient.chart.guideline)
    if pack is not None:
        return name_of(pack)
    if subject is None or subject.kind not in (CRITERION, PRESSURE):
        return subject_name(name, patient.guideline)
    return alert_texts.name(subject, result, patient.guideline)


def _ended(patient: Patient, plan: Plan, name: str, reason: str | None, at: int | None) -> PendingAlert:
    episode, subject = patient.episodes[name], plan.find(name)
    if subject is None:
        kind = OVERLAY if name.startswith(PREFIX) else RECOMMENDATION
        system, result = None, Result()
    else:
        kind, system = subject.kind, subject.system
        result = subject.judge(patient, patient.now, patient.memory(name))
    why = (reason or WITHDRAWN).replace("-", " ")
    words = Words(f"{_name(name, subject, result, patient)}: closed, {why}", (), ())
    transition = "amended" if reason is None and kind != RECOMMENDATION else "resolved"
    ended = max(episode.last, patient.now if at is None else at)
    return pending_alert(
        patient,
        Step(plan.order(name), name, kind, system, reason is None),
        episode,
        result,
        Change(transition, CLEAR, ended, UNSET if reason is None else reason),
        words,
    )


PACK_CHANGED = "pack-changed"


def fix_pack(patient: Patient) -> list[PendingAlert]:
    """Let the pack decide that a new cycle names; one that is gone is replaced at once.

    Open episodes of the rows end when another pack decides; what holds by it opens again.
    """
    site, cycle = patient.chart.guideline, patient.chart.cycle
    if patient.pack_changed:
        patient.pack_changed = False
        return _switch(patient, patient.guideline, PACK_CHANGED, force=True)
    if cycle.since == patient.pack_since and patient.pack:
        return []
    first = not patient.pack
    named = next((place.pack for place in patient.chart.places if place.reference == cycle.reference), None)
    chosen = site.chosen(named)
    patient.pack_missing = chosen is None
    patient.pack_since = cycle.since
    found = site.deciding if chosen is None else chosen
    if first:
        patient.guideline, patient.pack = found, found.key
        patient.dirty |= dirty_flags.EVERYTHING
        return []
    return _switch(patient, found, PACK_CHANGED)


def _switch(patient: Patient, guideline: Guideline, reason: str, force: bool = False) -> list[PendingAlert]:
    if guideline.key == patient.pack and not force:
        return []
    alerts = end_episodes(patient, plan_for(patient.guideline), reason, patient.now)
    patient.guideline, patient.pack = guideline, guideline.key
    patient.memories, patient.rules = {}, {}
    patient.dirty |= dirty_flags.EVERYTHING
    return alerts
