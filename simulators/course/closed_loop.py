"""Run the closed loop: care acts on what it has observed, the body responds, one chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from simulators.care.dosing import Ask, DosingPlan
from simulators.care.team import ChunkOrders, Team
from simulators.physiology.blood import ROW
from simulators.physiology.body import Body, Treatment
from simulators.physiology.clinical_events import KINDS, felt
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, LATENT, Array, Chunk, Generator, generator

SIZE: Final = np.array([[2.2], [2.0]])
"""Standard deviation of systolic pressure (mm[Hg]) and heart rate (/min) about their course (assumption)."""
MEMORY: Final = 25.0
"""Time constant of the slow noise, minutes."""


class Wander:
    """Slow, autocorrelated noise of systolic pressure and heart rate: `value` is (2, patients)."""

    def __init__(self, patients: int, rng: Generator) -> None:
        self.rng = rng
        self.value: Array = SIZE * rng.standard_normal((2, patients))

    def chunk(self) -> Array:
        """Return the noise of each minute of the next chunk: (CHUNK, 2, patients)."""
        keep = 1 - 1 / MEMORY
        kicks = SIZE * np.sqrt(1 - keep**2) * self.rng.standard_normal((CHUNK, *self.value.shape))
        rows: Array = np.empty_like(kicks)
        for row, kick in enumerate(kicks):
            self.value = keep * self.value + kick
            rows[row] = self.value
        return rows


def course(cohort: Cohort, plan: DosingPlan, seed: int, ask: Ask) -> Iterator[Chunk]:
    """Yield the course in chunks of `CHUNK` minutes, in order; memory does not grow with its length.

    `ask(patient, minute)` is called while the next chunk is made, with that chunk's first minute. A caller
    that charts each chunk as it is yielded has therefore charted everything known by then. The same arguments
    give the same chunks.

    Raises ValueError for a clinical event of an unknown kind or patient.
    """
    check(plan, cohort)
    body, team = Body(cohort), Team(cohort, plan, seed, ask)
    wander = Wander(len(cohort), cohort.draws(generator(seed, "wander")))
    body.step(None, at_rest(cohort), {}, plan.clock, wander.chunk()[0])
    last, urine = body.latent(), body.kidney.rate
    for start in range(0, plan.minutes, CHUNK):
        orders = team.act(start, last, urine, body.heat.chills)
        prepare(body, orders)
        imposed = felt(plan.clinical_events, len(cohort), start, CHUNK)
        latent = live(body, orders, imposed, start + plan.clock, wander.chunk())
        last, urine = {name: rows[-1] for name, rows in latent.items()}, latent["urine-rate"].mean(axis=0)
        yield Chunk(start, latent, orders.support, orders.acts)


def check(plan: DosingPlan, cohort: Cohort) -> None:
    """Raise ValueError for a clinical event of an unknown kind or of a patient who is not in the cohort."""
    for one in plan.clinical_events:
        if one.kind not in KINDS or not 0 <= one.patient < len(cohort):
            raise ValueError(
                f"a happening of kind {one.kind!r}, patient {one.patient}: kinds are {', '.join(KINDS)}"
            )


def prepare(body: Body, orders: ChunkOrders) -> None:
    """Apply what is given at once: diuretics, electrolytes, blood."""
    body.kidney.diuretic += orders.diuretic
    for code, amount in orders.raised.items():
        body.blood.given[ROW[code]] += amount


def live(
    body: Body, orders: ChunkOrders, imposed: Mapping[str, Array], clock: int, wander: Array
) -> dict[str, Array]:
    """Step the body through the chunk; return the latent values at the end of each minute, (CHUNK, patients)
    by name.
    """
    latent = {name: np.empty_like(orders.fluid) for name in LATENT}
    dosed = orders.dosed if orders.dosed.any() else None
    for row in range(CHUNK):
        now = {kind: sizes[row] for kind, sizes in imposed.items()}
        body.step(dosed if row == 0 else None, treatment(orders, row), now, (clock + row) % 1440, wander[row])
        for name, value in body.latent().items():
            latent[name][row] = value
    return latent


def treatment(orders: ChunkOrders, row: int) -> Treatment:
    """Return what care does in one minute of the chunk."""
    support = orders.support
    return Treatment(
        phenylephrine=support["phenylephrine"][row],
        dopamine=support["dopamine"][row],
        norepinephrine=support["norepinephrine"][row],
        fluid=orders.fluid[row],
        drunk=orders.drunk[row],
        fio2=orders.breathed[row],
        ventilated=(support["o2-device"][row] == 3).astype(float),
        soothed=orders.soothed,
    )


def at_rest(cohort: Cohort) -> Treatment:
    """Return no treatment: room air, and as much drunk as is lost."""
    none = np.zeros(len(cohort))
    return Treatment(none, none, none, none, 1.4 / 60 * cohort.weight, none + 21, none, none)
