"""Run the demo patients: one of each scenario, all of them hours into therapy when the demo opens, each with
its clinical event still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from rules.wire.instants import MINUTE
from simulators.care.dosing import LEAD, DosingPlan
from simulators.charting.chart import Charting
from simulators.charting.records import Record
from simulators.charting.writer import DAY, HOUR
from simulators.course.closed_loop import course
from simulators.course.simulation import DoseConsultant, cohort_of, imposed_events
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, generator
from simulators.scenarios import SCENARIOS

BEFORE: Final = 36 * HOUR
"""Minutes from the first admission to the opening."""
AFTER: Final = 7 * DAY
"""Minutes the course goes on after the opening: by then every patient's therapy is over."""
OPENS: Final = datetime(2026, 3, 4, 17, tzinfo=UTC)
BEGINS: Final = OPENS - timedelta(minutes=BEFORE)
APART: Final = 45
"""A ward larger than `DEMO_PATIENTS` repeats each of them, this many minutes later."""
EVERY: Final = 10
"""Minutes.

Of the monitor's records before the opening only one in ten is published: the rest changes no decision, and
the user waits for the demo to start.
"""
MONITOR: Final = b'"source":"monitor"'


class DemoPatient(NamedTuple):
    """One demo patient.

    `patient`: its id; `summary`: what is to be seen, in one line; `therapy_h`: hours from cycle start to the
    opening; `event_h`: hours from the opening (negative: before it) to the first clinical event that the
    scenario imposes, whenever the scenario's own course would have it.
    """

    patient: str
    scenario: str
    summary: str
    therapy_h: float
    event_h: float = 0.0


DEMO_PATIENTS: Final = (
    DemoPatient(
        "typical",
        "typical-course",
        "chills, fever, pressure lower with each dose, until a dose is no longer safe",
        27.0,
    ),
    DemoPatient(
        "oliguria",
        "oliguria-responds",
        "urine falls below 10 mL/h and answers fluid and dopamine; the dose waits",
        23.5,
        -2.0,
    ),
    DemoPatient(
        "fibrillation",
        "atrial-fibrillation",
        "atrial fibrillation for some hours, which ends the cycle",
        20.0,
        0.5,
    ),
    DemoPatient(
        "pressor",
        "pressor-wean-fails",
        "phenylephrine climbs, and is not weaned when the dose falls due",
        22.0,
        -3.0,
    ),
    DemoPatient(
        "edema", "pulmonary-edema", "fluid in the lungs: rales climb, oxygen is stepped up", 25.0, -3.0
    ),
    DemoPatient(
        "bleeding",
        "thrombocytopenia-bleeding",
        "platelets fall; blood in the stool, first found, then seen",
        27.5,
        -26.0,
    ),
    DemoPatient(
        "neurotoxic", "neurotoxicity-late", "confusion, then disorientation and hallucinations", 26.0, 1.0
    ),
    DemoPatient(
        "uncharted",
        "missed-charting",
        "nobody charts anything for a night: what is not seen is not taken for normal",
        18.0,
        -1.0,
    ),
    DemoPatient(
        "sepsis", "sepsis", "fever and a falling pressure, then the suspicion of an infected line", 21.0, -1.0
    ),
    DemoPatient(
        "renal",
        "oliguria-renal-failure",
        "urine stops and answers nothing; creatinine climbs past 3",
        24.5,
        -2.0,
    ),
    DemoPatient("fever", "tachycardia-with-fever", "a pulse above 130 while a fever explains it", 15.5, -1.0),
    DemoPatient("diarrhea", "diarrhea", "more than a litre of stool in each of two shifts", 17.0, -4.0),
    DemoPatient(
        "ileus",
        "delay-beyond-24h",
        "distention that holds each dose, until the delay itself ends the cycle",
        19.5,
        0.75,
    ),
    DemoPatient(
        "hepatic", "hepatic", "bilirubin climbs past 7 mg/dL, told by the laboratory alone", 28.0, -20.0
    ),
    DemoPatient(
        "peak",
        "peak-hypotension-only",
        "pressure low 4 to 6 h after doses and back before the next: expected, no reason to withhold",
        12.0,
    ),
    DemoPatient(
        "uneventful",
        "uneventful",
        "some fever, a lower pressure, all of it expected: every dose in its time",
        7.0,
    ),
)
"""In the order of the beds: the first few already show most of Table 3."""


class Rehearsal:
    """A number of demo patients, ready to run once.

    The same seed and the same answers about doses give the same bytes.

    `opens`, `origin`: the opening and minute 0, ms; `stories`: by patient, what is to be seen of it, in the
    order of the beds.
    """

    def __init__(self, patients: int = len(DEMO_PATIENTS), seed: int = 1) -> None:
        self.seed, self.opens, self.origin = seed, milliseconds(OPENS), milliseconds(BEGINS)
        chosen = list(first_patients(patients))
        self.stories: Mapping[str, str] = {one.patient: one.summary for one in chosen}
        self.cohort, self.plan = prepared(chosen, seed)

    def run(self, consultant: DoseConsultant) -> Iterator[Record]:
        """Yield the records in order of `known`, made as they are consumed, 15 min at a time."""
        charting = Charting(self.cohort, self.plan, self.seed, BEGINS, ["minute"] * len(self.cohort))
        for chunk in course(self.cohort, self.plan, self.seed, consultant):
            records = charting.chart(chunk)
            consultant.chart(records)
            yield from (record for record in records if in_feed(record, self.opens))
        yield from charting.rest()


def in_feed(record: Record, opens: int) -> bool:
    """Return whether a record is in the feed: the monitor's before the opening are thinned by `EVERY`."""
    known, line = record
    return known >= opens or MONITOR not in line or known // MINUTE % EVERY == 0


def first_patients(beds: int) -> Iterator[DemoPatient]:
    """Yield the demo patients of the first beds; each repetition comes `APART` later, with numbered ids."""
    for bed in range(beds):
        repetition, index = divmod(bed, len(DEMO_PATIENTS))
        one = DEMO_PATIENTS[index]
        later = repetition * APART % (3 * HOUR) / HOUR
        name = f"{one.patient}-{repetition + 1}" if repetition else one.patient
        yield one._replace(patient=name, therapy_h=one.therapy_h - later, event_h=one.event_h + later)


def prepared(patients: Sequence[DemoPatient], seed: int) -> tuple[Cohort, DosingPlan]:
    """Return the cohort, admitted in time for its hours of therapy, and the plan with its clinical events
    moved to their hours.
    """
    scenarios = [SCENARIOS[one.scenario] for one in patients]
    admitted = np.array([quarter(BEFORE - one.therapy_h * HOUR) - LEAD for one in patients])
    usual = cohort_of(scenarios, seed, generator(seed, "mix"), icu=False)
    cohort = replace(usual, ids=tuple(one.patient for one in patients), admitted=admitted)
    clinical_events = tuple(
        moved_events(list(imposed_events(scenarios, cohort, generator(seed, "clinical-events"))), patients)
    )
    return cohort, DosingPlan(
        minutes=BEFORE + AFTER, clock=BEGINS.hour * HOUR + BEGINS.minute, clinical_events=clinical_events
    )


def moved_events(
    clinical_events: Sequence[ClinicalEvent], patients: Sequence[DemoPatient]
) -> Iterator[ClinicalEvent]:
    """Yield the events moved so that each patient's first comes at its hour; those of one patient keep their
    distances.
    """
    first: dict[int, int] = {}
    for one in clinical_events:
        first[one.patient] = min(one.start, first.get(one.patient, one.start))
    for one in clinical_events:
        later = BEFORE + round(patients[one.patient].event_h * HOUR) - first[one.patient]
        yield one._replace(start=one.start + later, end=one.end + later)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def quarter(minute: float) -> int:
    """Return the nearest full quarter of an hour; care acts then."""
    return round(minute / CHUNK) * CHUNK
