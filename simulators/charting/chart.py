"""Chart a course: the observations of a chunk, of every kind, as records in order of `known`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from operator import itemgetter

import numpy as np

from rules.wire.instants import MINUTE
from simulators.care.dosing import DosingPlan
from simulators.charting.findings import Agitation, Findings
from simulators.charting.laboratory import Laboratory
from simulators.charting.monitor import Artefacts, Monitor
from simulators.charting.noise import Draws
from simulators.charting.nurse import Nurse, WeightScale
from simulators.charting.records import Placed, Record, unplaced
from simulators.charting.treatments import EncounterCharting, ErroneousDischarges, Treatments
from simulators.charting.volumes import VolumeCharting
from simulators.charting.writer import FOREVER, ChartingGap, ChartWriter, CourseClock, Vitals
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Chunk, Flags, generator


class Charting:
    """Charts chunks in their order.

    `origin`: the instant of minute 0, a whole minute, aware. `vitals`: how often each patient's vital signs
    are charted: by a monitor that sends each minute, or by hand. The same seed and chunks give the same
    records. Memory holds what is not known yet, never the course.
    """

    def __init__(
        self, cohort: Cohort, plan: DosingPlan, seed: int, origin: datetime, vitals: Sequence[Vitals]
    ) -> None:
        watched: Flags = np.array([often == "minute" for often in vitals])
        clock = CourseClock(round(origin.timestamp()) * 1000)
        draws, (_, monitor) = Draws(seed, cohort.first), generator(seed, "charting").spawn(2)
        self.clinical_events, self.beds = plan.clinical_events, len(cohort)
        self.writer = ChartWriter(cohort.ids, clock, draws, cohort.first)
        artefacts = Artefacts(cohort.draws(generator(seed, "artefacts")))
        self.monitor = Monitor(cohort, watched, clock, cohort.draws(monitor), artefacts)
        self.treatments = Treatments(self.writer, EncounterCharting(cohort, self.writer))
        self.parts = (
            Nurse(vitals, cohort, self.writer, draws),
            ErroneousDischarges(plan.clinical_events, self.writer),
            WeightScale(cohort.admitted, clock, self.writer, draws),
            VolumeCharting(cohort.admitted, clock, self.writer, draws),
            Findings(cohort, clock, self.writer),
            Agitation(plan.clinical_events, self.writer),
            Laboratory(self.writer, draws),
        )

    def chart(self, chunk: Chunk) -> list[Record]:
        """Return what became known in the chunk's minutes, in order of `known`; its last instant belongs to
        the next chunk.
        """
        return unplaced(self.placed(chunk))

    def placed(self, chunk: Chunk) -> list[Placed]:
        """Return the same records, each with its place in the ward's feed."""
        gap = ChartingGap(self.clinical_events, self.beds, chunk.start, chunk.minutes)
        self.treatments.chart(chunk)
        for part in self.parts:
            part.chart(chunk, gap)
        written = self.writer.known_before(chunk.start + chunk.minutes)
        return list(merge(written, self.monitor.records(chunk, gap), key=itemgetter(0)))

    def rest(self) -> list[Record]:
        """Return what becomes known only after the last chunk."""
        return unplaced(self.rest_placed())

    def rest_placed(self) -> list[Placed]:
        """Return the same records, each with its place in the ward's feed."""
        return self.writer.known_before(FOREVER // MINUTE // 2)
