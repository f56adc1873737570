"""Build the view model of one patient's page.

Pure; every state is the worker's, every number comes from the events.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.guideline import Guideline
from rules.wire import pages
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import TRIPPED, AcceptedItem, Assessment
from rules.wire.events import Accept, Resume, Silence
from rules.wire.pages import PageRecord
from streams.board import display_texts, unit_overview
from streams.board.unit_overview import Advised, DoseCell, PressureCell
from streams.flowsheet.shift_words import LAB_ORDER
from streams.projections.episodes import OpenEpisode, SeenBy
from streams.projections.marks import Marks, PageMark
from streams.projections.patients import PatientProjection

ALL_REASONS = 40
TIMELINE = 60


class LabView(NamedTuple):
    """The latest result of a lab and the previous one: value, when (ms); reference limits; unit."""

    code: str
    value: float
    at: int
    before: tuple[int, float] | None
    low: float | None
    high: float | None
    unit: str


class PatientView(NamedTuple):
    """Everything on the page.

    `episodes`: open episodes with their acknowledgement; `stops`: stop rules in force; `explains`: the
    worker's state record is here; `same_guideline`: worker and board use the same guideline; `unreadable`:
    the newest assessment cannot be read.
    """

    key: str
    name: str
    unit: str
    location: str
    newest: int | None
    assessment: Assessment | None
    advised: Advised
    dose: DoseCell | None
    pressure: PressureCell | None
    fluids: tuple[float, float] | None
    episodes: tuple[tuple[OpenEpisode, SeenBy | None], ...]
    stops: tuple[str, ...]
    silences: tuple[Silence, ...]
    overrides: tuple[Resume | Accept, ...]
    labs: tuple[LabView, ...]
    timeline: tuple[AlertRecord, ...]
    page_log: tuple[PageRecord, ...]
    explains: bool
    same_guideline: bool
    unreadable: bool
    guideline: Guideline

    @property
    def marks(self) -> tuple[PageMark, ...]:
        """What clinicians think of the pages."""
        found = Marks()
        for one in reversed(self.page_log):
            found.apply(one)
        return tuple(found)

    @property
    def notified(self) -> frozenset[str | None]:
        """The alerts that somebody was paged of, or would have been."""
        sent = (pages.ACCEPTED, pages.WOULD_HAVE_PAGED)
        return frozenset(one.alert for one in self.page_log if one.outcome in sent)

    @property
    def blockers(self) -> tuple[str, ...]:
        """What stands against the next dose beside the reasons of the recommendation, in words."""
        return display_texts.blockers(self.assessment, self.guideline) if self.assessment else ()


def view(patient: PatientProjection, guideline: Guideline, named: str | None, clock: int) -> PatientView:
    """Return the view of a patient. `named`: the unit, when the configuration names one."""
    assessment, episodes = patient.assessment, patient.episodes
    here = patient.facts.location or "ward"
    return PatientView(
        key=patient.key,
        name=patient.name,
        unit=named or here,
        location=here,
        newest=patient.facts.newest,
        assessment=assessment,
        advised=unit_overview.advised(patient, guideline, ALL_REASONS),
        dose=unit_overview.dose(assessment, guideline) if assessment else None,
        pressure=unit_overview.pressure(assessment) if assessment else None,
        fluids=unit_overview.fluids(assessment) if assessment else None,
        episodes=tuple((one, episodes.acked(one)) for one in episodes.open_episodes()),
        stops=stops(assessment),
        silences=tuple(patient.commands.quiet(clock)),
        overrides=tuple(patient.commands.overrides),
        labs=labs(patient),
        timeline=tuple(episodes.timeline)[-TIMELINE:][::-1],
        page_log=tuple(patient.pages.entries)[::-1],
        explains=patient.chart is not None,
        same_guideline=assessment is None or guideline.decided_by(assessment.guideline["sha256"]) is not None,
        unreadable=patient.unreadable,
        guideline=guideline,
    )


def stops(assessment: Assessment | None) -> tuple[str, ...]:
    """Return the names of the stop rules in force."""
    return assessment.stop_rules if assessment else ()


def tripped(code: str, assessment: Assessment | None) -> str | None:
    """Return the state of a criterion that is tripped; None for one that is not."""
    rows = assessment.criteria if assessment else ()
    return next((row.state for row in rows if row.code == code and row.state in TRIPPED), None)


def accepted(code: str, assessment: Assessment | None) -> AcceptedItem | None:
    """Return the acceptance of a criterion that is in force; None when there is none."""
    found = assessment.accepted if assessment else ()
    return next((one for one in found if one.criterion == code), None)


def labs(patient: PatientProjection) -> tuple[LabView, ...]:
    """Return the latest result of every lab that was measured, in the order of `LAB_ORDER`."""
    facts = patient.facts
    found = []
    for code, (low, high) in facts.limits.items():
        series = facts.signals.get(code)
        if series is None or not len(series):
            continue
        before = (series.at[-2], series.value[-2]) if len(series) > 1 else None
        found.append(LabView(code, series.value[-1], series.at[-1], before, low, high, facts.units[code]))
    return tuple(
        sorted(found, key=lambda lab: LAB_ORDER.index(lab.code) if lab.code in LAB_ORDER else len(LAB_ORDER))
    )
