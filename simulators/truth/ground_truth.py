"""Record the ground truth: see the latent course chunk by chunk and return at its end, for each patient, what
truly held and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from simulators.charting.writer import Vitals
from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Chunk, Flags
from simulators.truth.criteria import Rows
from simulators.truth.file import DoseTruth, Interval, Level, Possible, Truth
from simulators.truth.routine_observation import IntensiveSpans, Looks, routine
from simulators.truth.timeline import CourseProgress, Span, Spans, Tracks
from simulators.truth.view import CLEAR, MARGINS, VIEWS, States

MISSED_CHARTING, IN_ERROR = "missed-charting", "discharge-in-error"
UNSEEN: Final = (MISSED_CHARTING, IN_ERROR)
"""While nothing is charted, or the record says that the patient is gone, no routine observation is made."""
LEVELS: tuple[Level, Level] = ("relative", "absolute")


class GroundTruth:
    """The ground truth of one course.

    `scenarios`: the name of each patient's; `clinical_events`: tell when nothing was charted; `charting`: how
    often each patient's vital signs are charted.
    """

    def __init__(
        self,
        cohort: Cohort,
        origin: datetime,
        scenarios: Sequence[str],
        clinical_events: Iterable[ClinicalEvent] = (),
        charting: Sequence[Vitals] = (),
    ) -> None:
        self.cohort, self.origin, self.scenarios = cohort, origin, scenarios
        self.charting = list(charting) or ["minute"] * len(cohort)
        self.unseen = [one for one in clinical_events if one.kind in UNSEEN]
        self.gaps = [one for one in self.unseen if one.kind == MISSED_CHARTING]
        self.progress, self.rows, self.tracks = CourseProgress(len(cohort), origin), Rows(cohort), Tracks()
        self.codes = self.rows.codes
        self.true, self.possible, self.certain = (Spans(len(self.codes), len(cohort)) for _ in range(VIEWS))
        self.looks = Looks(self.codes, self.charting)
        self.close, self.accepted = IntensiveSpans(len(cohort)), Acceptances(self.codes, len(cohort))
        self.minutes = 0

    def see(self, chunk: Chunk) -> None:
        """Add the next chunk."""
        view = self.progress.view(chunk)
        states = self.rows(view)
        staying = self.progress.staying(view)[:, None, :]
        found = self.accepted(chunk, np.stack([states[code] for code in self.codes], axis=1))
        certain, true, possible = (part * staying for part in views(found))
        looks = self.looks(chunk) * self._charted(chunk)
        self.true.add(view.minute, true, certain, looks)
        self.possible.add(view.minute, possible, possible, looks)
        self.certain.add(view.minute, certain, certain, looks)
        self.close.add(chunk)
        self.tracks.add(chunk)
        self.minutes = int(view.minute[-1])

    def _charted(self, chunk: Chunk) -> Flags:
        """Return flags (minutes, 1, patients): false while no routine observation is made."""
        gaps = felt(self.unseen, len(self.cohort), chunk.start, chunk.minutes).values()
        seen = np.ones((chunk.minutes, len(self.cohort)), dtype=np.bool_)
        for gap in gaps:
            seen &= gap == 0
        return seen[:, None, :]

    def truths(self) -> Iterator[Truth]:
        """Yield the truth, patient by patient in the cohort's order; must be called once, at the end."""
        found = [spans.close(self.minutes) for spans in (self.true, self.possible, self.certain)]
        close = self.close.close(self.minutes)
        for patient in range(len(self.cohort)):
            yield self._truth(patient, [[row[patient] for row in spans] for spans in found], close[patient])

    def _truth(self, patient: int, spans: list[list[list[Span]]], close: list[tuple[int, int]]) -> Truth:
        true, possible, certain = spans
        return Truth(
            patient=self.cohort.ids[patient],
            scenario=self.scenarios[patient],
            charting=self.charting[patient],
            origin=self.origin,
            minutes=self.minutes,
            cycle_start=self._when(self.progress.started[patient]),
            therapy_end=self._when(self.progress.ended[patient]),
            discharge=self._when(self.progress.left[patient]),
            doses=[DoseTruth(self._at(minute), given) for minute, given in self.progress.doses[patient]],
            criteria={code: [self._interval(span) for span in found] for code, found in self._named(true)},
            possible={
                code: [self._possibly(span) for span in found] for code, found in self._named(possible)
            },
            certain={code: [self._possibly(span) for span in found] for code, found in self._named(certain)},
            intensive=[(self._at(start), self._at(end)) for start, end in close],
            uncharted=[
                (self._at(one.start), self._at(one.end)) for one in self.gaps if one.patient == patient
            ],
            margins={
                code: (round(margin.least, 4), round(margin.share, 4)) for code, margin in MARGINS.items()
            },
            routine_min={code: max(routine(code, self.charting[patient])) for code in self.codes},
            latent=self.tracks.of(patient),
        )

    def _named(self, spans: list[list[Span]]) -> Iterator[tuple[str, list[Span]]]:
        """Yield the spans of each code that has some."""
        return ((code, found) for code, found in zip(self.codes, spans, strict=True) if found)

    def _interval(self, span: Span) -> Interval:
        return Interval(self._at(span.start), self._at(span.end), LEVELS[span.level - 1], span.seen)

    def _possibly(self, span: Span) -> Possible:
        return Possible(self._at(span.start), self._at(span.end), LEVELS[span.level - 1])

    def _at(self, minute: float) -> datetime:
        return self.origin + timedelta(minutes=minute)

    def _when(self, minute: float) -> datetime | None:
        return self._at(minute) if np.isfinite(minute) else None


class Acceptances:
    """The criteria that a physician has accepted, at which level: they are told of no longer (criteria.md
    section 3.5), unless they are at a level above it, which ends the acceptance.
    """

    def __init__(self, codes: Sequence[str], patients: int) -> None:
        self.rows = {code: row for row, code in enumerate(codes)}
        self.level = np.zeros((len(codes), patients), dtype=np.int8)

    def __call__(self, chunk: Chunk, states: States) -> States:
        """Return the states (minutes, rows, 3 patients) of a chunk, clear where they are accepted."""
        for act in (act for act in chunk.acts if act.kind == "accept"):
            row = self.rows[act.detail["criterion"]]
            self.level[row, act.patient] = LEVELS.index(act.detail["level"]) + 1
        accepted = np.concatenate((self.level,) * VIEWS, axis=1)
        _, above, _ = np.split(states > accepted, VIEWS, axis=-1)
        self.level[above.any(axis=0)] = CLEAR
        return np.where(states <= accepted, CLEAR, states).astype(np.int8)


def views(states: States) -> list[States]:
    """Return the three views separately: erring away from the limits, as it was, erring towards them."""
    return np.split(states, VIEWS, axis=-1)
