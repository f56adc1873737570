"""Fold courses under guideline packs, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rules.decide.assessment import assess
from rules.decide.engine import Outcome, fold, settled
from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from rules.wire.assessments import Assessment
from rules.wire.events import Event
from tests.packs.moments import START
from tests.packs.moments import Event as Record

T0 = round(START.timestamp() * 1000)
HOUR = 3_600_000


def site(
    decides: str = "schwartzentruber-2001/2", *overlays: str, for_cycles: tuple[str, ...] = ()
) -> Guideline:
    """Return the published guideline with packs."""
    return with_packs(
        SCHWARTZENTRUBER_2001,
        PACKS[decides],
        tuple(PACKS[key] for key in overlays),
        tuple(PACKS[key] for key in for_cycles),
    )


def decoded(records: Iterable[Record]) -> list[Event]:
    """Return the events of records."""
    found = [decode(json.dumps(record))[0] for record in records]
    return [event for event in found if event is not None]


def folded(records: Iterable[Record], guideline: Guideline, hours: float | None = None) -> Outcome:
    """Fold records up to an hour after the start."""
    until = None if hours is None else T0 + round(hours * HOUR)
    return fold(decoded(records), guideline, until, gaps=True)


def assessed(records: Iterable[Record], guideline: Guideline, hours: float | None = None) -> Assessment:
    """Return the assessment of the one patient."""
    (patient,) = folded(records, guideline, hours).patients.values()
    return assess(settled(patient))


def states(found: Assessment) -> dict[str, str]:
    """Return the states of the criteria."""
    return {row.code: row.state for row in found.criteria}


def alerts_of(outcome: Outcome, subject: str) -> list[tuple[Any, ...]]:
    """Return the transitions of a subject, in hours after the start."""
    return [
        (one.transition, one.level, (one.at - T0) / HOUR)
        for one in outcome.alerts
        if one.subject == subject and one.transition != "reminder"
    ]
