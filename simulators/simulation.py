"""A scenario, run: the course, its chart and its truth, chunk by chunk. The one door for whoever wants a simulated ward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from simulators.care.dosing import naive, scripted
from simulators.charting.chart import Charting
from simulators.course.loop import course
from simulators.course.plan import Answer, Ask
from simulators.latent import CHUNK
from simulators.scenario import Policy, Scenario, Vitals
from simulators.staging import stage
from simulators.truth.file import Truth
from simulators.truth.witness import Witness
from simulators.writing.record import Record


class Wish(NamedTuple):
    """What is asked for; None: as the scenario has it.

    `origin`: the instant of minute 0, aware, on a full quarter of an hour. `script`: for the policy `scripted`, by patient (index), from which minute
    what is answered (`simulators.care.dosing.scripted`).
    """

    scenario: Scenario
    patients: int
    seed: int
    origin: datetime
    days: float | None = None
    vitals: Vitals | None = None
    policy: Policy | None = None
    script: Mapping[int, Sequence[tuple[int, Answer]]] = MappingProxyType({})


class Simulation:
    """One ward, staged and ready to run once. The same wish (and the same answers about doses) gives the same bytes."""

    def __init__(self, wish: Wish, *, truth: bool = False) -> None:
        self.wish = wish
        clock = wish.origin.hour * 60 + wish.origin.minute
        self.cast, self.cohort, self.plan = stage(wish.scenario, wish.patients, wish.seed, wish.days, clock)
        watched = np.array([(wish.vitals or part.vitals) == "minute" for part in self.cast])
        self.charting = Charting(self.cohort, self.plan, wish.seed, wish.origin, watched)
        self.witness = Witness(self.cohort, wish.origin, [part.name for part in self.cast], self.plan.happenings, monitor=bool(watched.all()))
        self.told = truth

    @property
    def chunks(self) -> int:
        """How many lists of records `run` yields before the last."""
        return -(-self.plan.minutes // CHUNK)

    def run(self, ask: Ask) -> Iterator[list[Record]]:
        """The records in order of `known`, a chunk's at a time; `ask` is the consultant for those who are dosed by the guideline, and may be told of
        each list before the next is taken."""
        for chunk in course(self.cohort, self.plan, self.wish.seed, self.policy(ask)):
            if self.told:
                self.witness.see(chunk)
            yield self.charting.chart(chunk)
        yield self.charting.rest()

    def policy(self, consultant: Ask) -> Ask:
        """Whom each patient's doses are asked of."""
        whom: Mapping[Policy, Ask] = {"guideline": consultant, "naive": naive, "scripted": scripted(self.wish.script)}
        asked = [whom[self.wish.policy or part.policy] for part in self.cast]
        return lambda patient, minute: asked[patient](patient, minute)

    def truths(self) -> Iterator[Truth]:
        """What truly happened, patient by patient; after the run, if it was to be kept."""
        return self.witness.truths()
