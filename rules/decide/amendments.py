"""Tell if a lower level comes from a correction, not from a new fact that would do it alone.

Source: criteria.md section 9, `amended`.
"""

import msgspec

from rules.chart.chart import Chart
from rules.chart.fact_lists import keep_record
from rules.chart.uncorrected import uncorrected
from rules.decide.after_discharge import is_taken_back
from rules.decide.state import Episode, Patient
from rules.decide.subjects import AFTER_DISCHARGE, Subject, plan_for
from rules.evaluate.result import INDETERMINATE, Memory, Result
from rules.wire import events
from rules.wire.alerts import RANK


def keep_version(patient: Patient, event: events.Event) -> None:
    """Keep what a correction or withdrawal is about to replace, until this instant is decided."""
    if event.id not in patient.chart.seen or event.id in patient.amendments:
        return
    if patient.replaced is None:
        patient.replaced = Chart(patient.chart.guideline)
    keep_record(patient.chart, event.id, patient.replaced)


def is_amended(patient: Patient, subject: Subject, result: Result, before: Memory) -> bool:
    """Return whether a lower level, or none, comes from a corrected or withdrawn fact."""
    if subject.name == AFTER_DISCHARGE:
        return is_taken_back(patient, before)
    if not subject.touches & patient.dirty_amended:
        return False
    episode = patient.episodes.get(subject.name)
    if episode is None or not _lowers(result, episode):
        return True
    if patient.replaced is None:
        return True
    if patient.alone is None:
        patient.alone = uncorrected(patient.chart, patient.amendments, patient.replaced)
    # Nothing is corrected there: what was kept by a fact that is withdrawn now is kept.
    as_it_was = {"memories": dict(patient.memories), "amendments": (), "dirty_replaced": 0}
    alone = msgspec.structs.replace(patient, chart=patient.alone, **as_it_was)
    _judge_read(alone, subject)
    found = subject.glance(alone, patient.now, before)
    untold = found.state == INDETERMINATE != result.state
    return untold or RANK.get(found.state, 0) > RANK.get(result.state, 0)


def _judge_read(alone: Patient, subject: Subject) -> None:
    """Judge what a subject reads over the facts as they were, so that it reads that."""
    plan = plan_for(alone.guideline)
    for name in subject.after:
        read = plan.subjects[plan.index[name]]
        _judge_read(alone, read)
        found = read.glance(alone, alone.now, alone.memory(name))
        alone.memories[name] = Memory(
            found.state,
            since=alone.ended.get(name, alone.now),
            stale=found.stale,
            flags=found.flags,
            mark=found.mark,
            held=found.held,
        )


def _lowers(result: Result, episode: Episode) -> bool:
    return RANK.get(result.state, 0) < episode.rank
