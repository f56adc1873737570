"""When episodes end other than by data: a new cycle, a discharge, a cycle-start withdrawn (criteria.md sections 4 and 9)."""

from rules.chart import inputs
from rules.chart.course import began_anew
from rules.episodes import Said, Step, say
from rules.evaluate.result import Result
from rules.evaluate.stop import before_cycle
from rules.standing import LAST
from rules.state import Patient
from rules.subjects import RECOMMENDATION, Plan


def turn_cycle(patient: Patient, plan: Plan) -> list[Said]:
    """A second or later cycle-start: open episodes resolve, stop rules start afresh, everything is decided anew."""
    cycle = patient.chart.cycle
    began = cycle.start is not None and patient.cycle_start is None
    again = began_anew(patient.cycles, patient.cycle_start, cycle)
    said = end_all(patient, plan, "new-cycle", cycle.start) if again else []
    if again:
        patient.rules = {}
    if began:
        patient.rules = {rule: before_cycle(stand) for rule, stand in patient.rules.items()}
    if began or again:
        patient.touched |= inputs.EVERYTHING
        patient.quiet = True
    if cycle.start is None and patient.cycle_start is not None:
        said = end_all(patient, plan, None, None)
        patient.quiet = False
    patient.cycles, patient.cycle_start = cycle.number, cycle.start
    return said


def end_all(patient: Patient, plan: Plan, reason: str | None, at: int | None) -> list[Said]:
    """Resolves every open episode; without a reason the ground for alerting was withdrawn, which is an amendment."""
    said = [_ended(patient, plan, name, reason, at) for name in list(patient.episodes)]
    patient.episodes.clear()
    if reason == "discharged":
        patient.discharged = patient.now
    return said


def _ended(patient: Patient, plan: Plan, name: str, reason: str | None, at: int | None) -> Said:
    order, episode = plan.index.get(name, LAST), patient.episodes[name]
    if order == LAST:
        kind, system, result = RECOMMENDATION, None, Result()
    else:
        subject = plan.subjects[order]
        kind, system, result = subject.kind, subject.system, subject.judge(patient, patient.now, patient.memory(name))
    words = {"message": f"Closed: {(reason or 'cycle-start withdrawn').replace('-', ' ')}", "action": (), "measures": ()}
    transition = "amended" if reason is None and kind != RECOMMENDATION else "resolved"
    ended = max(episode.last, patient.now >> 1 if at is None else at)
    return say(patient, Step(order, name, kind, system, reason is None), episode, result, transition, "clear", ended, words, reason)
