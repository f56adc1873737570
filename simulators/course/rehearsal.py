"""Run the demo patients: one of each scenario, all of them hours into therapy at the opening, each with its
clinical event still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Protocol

import numpy as np

from rules.wire.instants import MINUTE
from simulators.care.dosing import LEAD, Answer, DosingPlan
from simulators.charting.chart import Charting
from simulators.charting.records import Record
from simulators.charting.writer import DAY, HOUR
from simulators.course.loop import course
from simulators.course.simulation import cohort_of, imposed_events
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent import CHUNK, generator
from simulators.scenarios import SCENARIOS

BEFORE: Final = 36 * HOUR
"""Minutes from the first admission to the opening."""
AFTER: Final = 7 * DAY
"""Minutes it goes on after the opening: by then everybody's therapy is over."""
OPENS: Final = datetime(2026, 3, 4, 17, tzinfo=UTC)
BEGINS: Final = OPENS - timedelta(minutes=BEFORE)
APART: Final = 45
"""A ward larger than the cast plays each part again, so many minutes later."""
EVERY: Final = 10
"""Minutes.

Of what a monitor sent before the opening one set in ten is told: the rest changes no decision, and somebody
waits for the curtain.
"""
MONITOR: Final = b'"source":"monitor"'


class Part(NamedTuple):
    """Who plays it (a patient's id), the scenario, what is to be seen in a line; cycle start so many hours
    before the opening; and so many hours after the opening (negative: before) the first thing befalls that
    the scenario imposes, whenever its own course would have it.
    """

    patient: str
    scenario: str
    says: str
    into: float
    turn_s: float = 0.0


CAST: Final = (
    Part(
        "typical",
        "typical-course",
        "chills, fever, pressure lower with each dose, until a dose is no longer safe",
        27.0,
    ),
    Part(
        "oliguria",
        "oliguria-responds",
        "urine falls below 10 mL/h and answers fluid and dopamine; the dose waits",
        23.5,
        -2.0,
    ),
    Part(
        "fibrillation",
        "atrial-fibrillation",
        "atrial fibrillation for some hours, which ends the cycle",
        20.0,
        0.5,
    ),
    Part(
        "pressor",
        "pressor-wean-fails",
        "phenylephrine climbs, and is not weaned when the dose falls due",
        22.0,
        -3.0,
    ),
    Part("edema", "pulmonary-edema", "fluid in the lungs: rales climb, oxygen is stepped up", 25.0, -3.0),
    Part(
        "bleeding",
        "thrombocytopenia-bleeding",
        "platelets fall; blood in the stool, first found, then seen",
        27.5,
        -23.0,
    ),
    Part("neurotoxic", "neurotoxicity-late", "confusion, then disorientation and hallucinations", 26.0, 1.0),
    Part(
        "uncharted",
        "missed-charting",
        "nobody charts anything for a night: what is not seen is not taken for normal",
        18.0,
        -1.0,
    ),
    Part(
        "sepsis", "sepsis", "fever and a falling pressure, then the suspicion of an infected line", 21.0, -1.0
    ),
    Part(
        "renal",
        "oliguria-renal-failure",
        "urine stops and answers nothing; creatinine climbs past 3",
        24.5,
        -2.0,
    ),
    Part("fever", "tachycardia-with-fever", "a pulse above 130 while a fever explains it", 15.5, -1.0),
    Part("diarrhea", "diarrhea", "more than a litre of stool in each of two shifts", 17.0, -4.0),
    Part(
        "ileus",
        "delay-beyond-24h",
        "distention that holds each dose, until the delay itself ends the cycle",
        19.5,
        0.75,
    ),
    Part("hepatic", "hepatic", "bilirubin climbs past 7 mg/dL, told by the laboratory alone", 28.0, -20.0),
    Part(
        "peak",
        "peak-hypotension-only",
        "pressure low 4 to 6 h after doses and back before the next: expected, no reason to withhold",
        12.0,
    ),
    Part(
        "uneventful",
        "uneventful",
        "some fever, a lower pressure, all of it expected: every dose in its time",
        7.0,
    ),
)
"""In the order of the beds: who takes the first so many has the most of Table 3 in few."""


class RehearsalConsultant(Protocol):
    """Who decides about doses: is told of all that is charted, then asked."""

    def chart(self, records: Iterable[Record]) -> None: ...

    def __call__(self, bed: int, minute: int) -> Answer: ...


class Rehearsal:
    """So many beds of the cast, ready to run once.

    The same seed, and the same answers about doses, give the same bytes.

    `opens`, `origin`: the opening and minute 0, ms; `stories`: patient -> what is to be seen of it, in the
    order of the beds.
    """

    def __init__(self, patients: int = len(CAST), seed: int = 1) -> None:
        self.seed, self.opens, self.origin = seed, milliseconds(OPENS), milliseconds(BEGINS)
        parts = list(played(patients))
        self.stories: Mapping[str, str] = {part.patient: part.says for part in parts}
        self.cohort, self.plan = staged(parts, seed)

    def run(self, consultant: RehearsalConsultant) -> Iterator[Record]:
        """The records in order of `known`, made as they are taken, a quarter of an hour at a time."""
        watched = np.ones(len(self.cohort), dtype=bool)
        charting = Charting(self.cohort, self.plan, self.seed, BEGINS, watched)
        for chunk in course(self.cohort, self.plan, self.seed, consultant):
            records = charting.chart(chunk)
            consultant.chart(records)
            yield from (record for record in records if in_feed(record, self.opens))
        yield from charting.rest()


def in_feed(record: Record, opens: int) -> bool:
    """Whether a record is of the ward's feed: what is thinned out is `EVERY`'s."""
    known, line = record
    return known >= opens or MONITOR not in line or known // MINUTE % EVERY == 0


def played(patients: int) -> Iterator[Part]:
    """The first so many beds; each round of the cast comes `APART` later, its patients numbered."""
    for bed in range(patients):
        turn_s, which = divmod(bed, len(CAST))
        part = CAST[which]
        later = turn_s * APART % (3 * HOUR) / HOUR
        name = f"{part.patient}-{turn_s + 1}" if turn_s else part.patient
        yield part._replace(patient=name, into=part.into - later, turn_s=part.turn_s + later)


def staged(parts: Sequence[Part], seed: int) -> tuple[Cohort, DosingPlan]:
    """Who they are, admitted in time for their hours of therapy, and what befalls each of them, moved to its
    turn.
    """
    scenarios = [SCENARIOS[part.scenario] for part in parts]
    admitted = np.array([quarter(BEFORE - part.into * HOUR) - LEAD for part in parts])
    drawn = cohort_of(scenarios, seed, generator(seed, "mix"), icu=False)
    cohort = replace(drawn, ids=tuple(part.patient for part in parts), admitted=admitted)
    clinical_events = tuple(
        moved(list(imposed_events(scenarios, cohort, generator(seed, "happenings"))), parts)
    )
    return cohort, DosingPlan(
        minutes=BEFORE + AFTER, clock=BEGINS.hour * HOUR + BEGINS.minute, clinical_events=clinical_events
    )


def moved(clinical_events: Sequence[ClinicalEvent], parts: Sequence[Part]) -> Iterator[ClinicalEvent]:
    """The happenings, each patient's kept together, so that the first comes at the patient's turn."""
    first: dict[int, int] = {}
    for one in clinical_events:
        first[one.patient] = min(one.start, first.get(one.patient, one.start))
    for one in clinical_events:
        later = BEFORE + round(parts[one.patient].turn_s * HOUR) - first[one.patient]
        yield one._replace(start=one.start + later, end=one.end + later)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def quarter(minute: float) -> int:
    """The nearest full quarter of an hour; rounds are made then."""
    return round(minute / CHUNK) * CHUNK
