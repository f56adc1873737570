"""Choose the guideline pack that decides: it is fixed at the start of a cycle (editions.md 1)."""

from rules.chart import dirty_flags
from rules.decide.endings import end_episodes
from rules.decide.episodes import PendingAlert
from rules.decide.state import Patient
from rules.decide.subjects import plan_for
from rules.evaluate.regimen import resting
from rules.guideline.edition import Guideline
from rules.wire.instants import AFTER_ALL, Instant

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


def regimen_due(patient: Patient) -> Instant:
    """Return when the rest of the regimen is over, while one runs."""
    pack = patient.guideline.pack
    until = None if pack is None else resting(patient.chart, pack.regimen, patient.now)
    return AFTER_ALL if until is None else until
