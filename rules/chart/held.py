"""Define the conditions of a vital sign that hold from one run of readings to another.

Those of a guideline pack's rows hold from one limit to another (editions.md 3): from a confirmed reading past
the row's limit until its other limit is sustained by readings at or after the latest one that tripped it. A
mean pressure that stands in trips by its own limit and never resumes.
"""

import msgspec

from rules.chart.readings import History, Reading
from rules.guideline.declarations import Limit, Sustained
from rules.wire.events import Reference

LONGEST = 16
"""The most earlier runs that are remembered of a condition."""


class Latch(msgspec.Struct, array_like=True, frozen=True):
    """A condition: whether it holds, since when, and the run of readings that made it so.

    `began`: the `at` of the run's first reading.
    """

    on: bool = False
    changed: int | None = None
    began: int | None = None
    evidence: tuple[Reference, ...] = ()


class Held(msgspec.Struct, array_like=True, frozen=True):
    """Whether a condition holds, since when, and by which readings.

    `tripped`: the `at` of the latest reading that trips it; `runs`: when it held before, from and to.
    """

    on: bool = False
    changed: int | None = None
    evidence: tuple[Reference, ...] = ()
    tripped: int | None = None
    runs: tuple[tuple[int, int], ...] = ()


NEVER = Held()


class HeldCondition(msgspec.Struct, frozen=True):
    """A condition on a signal (`hr`, `sbp`, `spo2`) by the key of what it is kept under.

    `rate`: a sustained condition in place of the limits.
    """

    key: str
    signal: str
    trip: Limit
    resume: Limit
    span: int
    mean_trip: Limit | None = None
    rate: Sustained | None = None

    def trips(self, reading: Reading) -> bool:
        """Return whether a reading is past the limit."""
        if reading.mean is None:
            return self.trip.met(reading.value)
        return self.mean_trip is not None and self.mean_trip.met(reading.mean)


def held_after(held: Held, condition: HeldCondition, history: History, share: float) -> Held:
    """Return the condition after the last reading: it trips, resumes, or stays as it is."""
    last = history[-1]
    if condition.trips(last) and (not last.close or (len(history) > 1 and condition.trips(history[-2]))):
        if held.on:
            return msgspec.structs.replace(held, tripped=last.at)
        return Held(True, last.at, (last.reference,), last.at, held.runs)
    if not held.on or held.tripped is None or held.changed is None:
        return held
    run = resuming(history, condition, held.tripped, share)
    if not run:
        return held
    runs = (*held.runs, (held.changed, last.at))[-LONGEST:]
    return Held(False, last.at, tuple(one.reference for one in run), held.tripped, runs)


def resuming(
    history: History | list[Reading], condition: HeldCondition, since: int, share: float
) -> list[Reading]:
    """Return the run by which the other limit is sustained at the last reading; none if it is not."""
    last = history[-1]
    if last.mean is not None or not condition.resume.met(last.value):
        return []
    run: list[Reading] = []
    good = 0
    for reading in reversed(history):
        if reading.at < since or (run and run[-1].at > reading.joins):
            break
        run.append(reading)
        meets = reading.mean is None and condition.resume.met(reading.value)
        good += meets
        if meets and reading.at <= last.at - condition.span:
            return run[::-1] if round(good / len(run), 4) >= share else []
    return []
