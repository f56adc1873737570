"""A quiet ward to chart: bodies at rest, nothing done, one chunk after another; each test says what is
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from rules.ingest.decode import decode
from rules.wire.events import Event
from simulators.care.dosing import DosingPlan
from simulators.charting.chart import Charting
from simulators.charting.records import Record
from simulators.charting.writer import Vitals
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, LABS, LATENT, SUPPORT, Act, Chunk

ORIGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
REST = {
    "heart-rate": 84.0, "systolic-bp": 118.0, "diastolic-bp": 70.0, "mean-bp": 86.0, "temperature": 36.9, "spo2": 97.0,
    "respiratory-rate": 16.0, "weight": 72.0, "urine-rate": 60.0,
}  # fmt: skip
Change = Callable[[int, dict[str, Any], dict[str, Any]], None]
"""Changes a chunk before it is charted: its first minute, the latent arrays, the support arrays (minutes,
patients).
"""


def cohort(patients: int = 1, admitted: int = 0) -> Cohort:
    ones = np.ones(patients)
    labs = {code: ones * (100.0 if code == "platelets" else 1.0) for code in LABS}
    ids = tuple(f"p{number + 1}" for number in range(patients))
    whole = np.full(patients, admitted, dtype=np.int64)
    return Cohort(
        ids,
        ones * 50,
        ones * 72,
        ones * 118,
        ones * 70,
        ones * 84,
        ones * 36.9,
        ones * 97,
        ones * 16,
        labs,
        {},
        whole,
        ones > 1,
    )


def chunk(start: int, who: Cohort, acts: Sequence[Act] = (), change: Change | None = None) -> Chunk:
    """A chunk at rest, but for what `change` does to it; who is not admitted yet is not present."""
    shape = (CHUNK, len(who))
    latent = {code: np.full(shape, REST.get(code, 1.0 if code in LABS else 0.0)) for code in LATENT}
    support = {name: np.zeros(shape) for name in SUPPORT}
    support["present"] += start + np.arange(CHUNK)[:, None] >= who.admitted
    support["maintenance"] += 75.0
    support["fio2"] += 21.0
    if change:
        change(start, latent, support)
    return Chunk(start, latent, support, [act for act in acts if start <= act.minute < start + CHUNK])


def charted(
    hours: float,
    *,
    patients: int = 1,
    admitted: int = 0,
    acts: Sequence[Act] = (),
    happenings: Sequence[ClinicalEvent] = (),
    change: Change | None = None,
    monitor: bool = True,
    vitals: Vitals | None = None,
    seed: int = 1,
) -> list[Record]:
    """The records of a ward over some hours, with those that become known after."""
    who, minutes = cohort(patients, admitted), round(hours * 60)
    chart = Charting(
        who,
        DosingPlan(minutes, clinical_events=happenings),
        seed,
        ORIGIN,
        [vitals or ("minute" if monitor else "hourly")] * patients,
    )
    records = [
        record
        for start in range(0, minutes, CHUNK)
        for record in chart.chart(chunk(start, who, acts, change))
    ]
    return records + chart.rest()


def bodies(records: list[Record], **wanted: str) -> list[dict[str, Any]]:
    """What the records say, of those that say what is wanted: `type="io"`, `kind="urine"`."""
    decoded = (msgspec.json.decode(line) for _, line in records)
    return [body for body in decoded if all(body.get(name) == value for name, value in wanted.items())]


def events(records: list[Record]) -> list[Event]:
    """The records as the rules read them; each must be taken whole."""
    decoded = [decode(line) for _, line in records]
    assert [problem for _, problems in decoded for problem in problems] == []
    return [event for event, _ in decoded if event is not None]


def values(body: dict[str, Any]) -> dict[str, Any]:
    """The readings of a set by code."""
    return {reading["code"]: reading["value"] for reading in body["readings"]}
