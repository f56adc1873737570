"""Record the ground truth: see the latent course chunk by chunk and return at its end, for each patient, what
truly held and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Chunk, Flags
from simulators.truth.file import DoseTruth, Interval, Level, Possible, Truth
from simulators.truth.routine_observation import Looks, routine
from simulators.truth.rows import Rows
from simulators.truth.timeline import CourseProgress, Span, Spans, Tracks
from simulators.truth.view import MARGINS, VIEWS, States

MISSED_CHARTING: Final = "missed-charting"
LEVELS: tuple[Level, Level] = ("relative", "absolute")


class GroundTruth:
    """The ground truth of one course.

    `scenarios`: the name of each patient's; `clinical_events`: tell when nothing was charted; `monitor`:
    vital signs each minute.
    """

    def __init__(
        self,
        cohort: Cohort,
        origin: datetime,
        scenarios: Sequence[str],
        clinical_events: Iterable[ClinicalEvent] = (),
        *,
        monitor: bool = True,
    ) -> None:
        self.cohort, self.origin, self.scenarios, self.monitor = cohort, origin, scenarios, monitor
        self.gaps = [one for one in clinical_events if one.kind == MISSED_CHARTING]
        self.progress, self.rows, self.tracks = CourseProgress(len(cohort), origin), Rows(cohort), Tracks()
        self.codes = self.rows.codes
        self.true, self.possible = (Spans(len(self.codes), len(cohort)) for _ in LEVELS)
        self.looks = Looks(self.codes, len(cohort), monitor=monitor)
        self.minutes = 0

    def see(self, chunk: Chunk) -> None:
        """Add the next chunk."""
        view = self.progress.view(chunk)
        states = self.rows(view)
        staying = self.progress.staying(view)[:, None, :]
        certain, true, possible = (
            part * staying for part in views(np.stack([states[code] for code in self.codes], axis=1))
        )
        looks = self.looks(chunk) * self._charted(chunk)
        self.true.add(view.minute, true, certain, looks)
        self.possible.add(view.minute, possible, possible, looks)
        self.tracks.add(chunk)
        self.minutes = int(view.minute[-1])

    def _charted(self, chunk: Chunk) -> Flags:
        """Return flags (minutes, 1, patients): false within a charting gap, when no routine observation is
        made.
        """
        gap = felt(self.gaps, len(self.cohort), chunk.start, chunk.minutes).get(MISSED_CHARTING)
        return np.ones((1, 1, 1), dtype=np.bool_) if gap is None else (gap == 0)[:, None, :]

    def truths(self) -> Iterator[Truth]:
        """Yield the truth, patient by patient in the cohort's order; must be called once, at the end."""
        true, possible = (spans.close(self.minutes) for spans in (self.true, self.possible))
        for patient in range(len(self.cohort)):
            yield self._truth(patient, [row[patient] for row in true], [row[patient] for row in possible])

    def _truth(self, patient: int, true: list[list[Span]], possible: list[list[Span]]) -> Truth:
        named = list(zip(self.codes, true, possible, strict=True))
        return Truth(
            patient=self.cohort.ids[patient],
            scenario=self.scenarios[patient],
            origin=self.origin,
            minutes=self.minutes,
            cycle_start=self._when(self.progress.started[patient]),
            therapy_end=self._when(self.progress.ended[patient]),
            discharge=self._when(self.progress.left[patient]),
            doses=[DoseTruth(self._at(minute), given) for minute, given in self.progress.doses[patient]],
            criteria={code: [self._interval(span) for span in spans] for code, spans, _ in named if spans},
            possible={code: [self._possibly(span) for span in spans] for code, _, spans in named if spans},
            uncharted=[
                (self._at(one.start), self._at(one.end)) for one in self.gaps if one.patient == patient
            ],
            margins={
                code: (round(margin.least, 4), round(margin.share, 4)) for code, margin in MARGINS.items()
            },
            routine_min={code: max(routine(code, monitor=self.monitor)) for code in self.codes},
            latent=self.tracks.of(patient),
        )

    def _interval(self, span: Span) -> Interval:
        return Interval(self._at(span.start), self._at(span.end), LEVELS[span.level - 1], span.seen)

    def _possibly(self, span: Span) -> Possible:
        return Possible(self._at(span.start), self._at(span.end), LEVELS[span.level - 1])

    def _at(self, minute: float) -> datetime:
        return self.origin + timedelta(minutes=minute)

    def _when(self, minute: float) -> datetime | None:
        return self._at(minute) if np.isfinite(minute) else None


def views(states: States) -> list[States]:
    """Return the three views separately: erring away from the limits, as it was, erring towards them."""
    return np.split(states, VIEWS, axis=-1)
