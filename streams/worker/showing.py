"""Assessments: whose is published with a batch, and its bytes.

At the edge of the log of everybody who changed, `AT_ONCE` of them and the rest a second later. In a backlog only the latest will matter, and an
assessment costs as much as a dozen records: one in `RECORDS_A_SHOW`, the longest owed first.
"""

from __future__ import annotations

from itertools import islice

import msgspec

from rules.decide import codec
from rules.decide.assessment import assess
from rules.decide.engine import settle
from rules.decide.state import Patient
from streams.worker.batch import Batch
from streams.worker.ward import Ward

RECORDS_A_SHOW = 500
AT_ONCE = 100


def chosen(ward: Ward, batch: Batch) -> list[str]:
    """Whose assessment goes with this batch."""
    most = AT_ONCE if batch.edge else len(batch.records) // RECORDS_A_SHOW
    return list(islice(ward.unshown, most))


def assessments(ward: Ward, names: list[str]) -> list[tuple[str, bytes | None]]:
    """The assessments of these patients; None, a tombstone, for one who is discharged."""
    for name in names:
        del ward.unshown[name]
    return [(name, assessment(ward, name)) for name in names]


def assessment(ward: Ward, name: str) -> bytes | None:
    patient = ward.seats[name].patient(ward.guideline)
    if patient is None or patient.discharged is not None:
        return None
    return msgspec.json.encode(assess(settled(patient)))


def settled(patient: Patient) -> Patient:
    """The patient with the present instant decided. With a clock that goes by the log it is decided only when the log has passed it, so on a copy."""
    if patient.memories and not patient.pending:
        return patient
    copy = codec.decode(codec.encode(patient), patient.guideline)
    settle(copy, copy.now >> 1)
    return copy
