"""Evaluate Table 1: when each item was last observed, when it is due, and whether it is overdue.

Source: criteria.md section 6.
"""

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.evaluate.result import CLEAR, Memory, Result, soonest
from rules.guideline.observation_schedule import Observation
from rules.wire.instants import Instant

NEVER = -FOREVER
LATEST_SIGNAL = {"heart-rate": "hr", "systolic-bp": "sbp"}


class Looked(msgspec.Struct):
    """When an item was last observed, is due and is overdue. Moments in ms.

    `due` None: each cycle, never overdue.
    """

    last: int | None
    due: int | None
    overdue_at: int | None


def last_seen(chart: Chart, code: str) -> int | None:
    """Return when a wire code was last seen, by `at`; None when it never was."""
    if code in LATEST_SIGNAL:
        row = getattr(chart.tail.now, LATEST_SIGNAL[code]).last
        return None if row is None else int(row.at)
    if code == "urine":
        return chart.volumes["urine"][-1].at if chart.volumes["urine"] else None
    if code == "weight":
        return chart.weights[-1].at if chart.weights else None
    if results := chart.labs.get(code):
        return results[-1].at
    return next((sign.at for sign in reversed(chart.findings.get(code, [])) if sign.value != "absent"), None)


def seen(chart: Chart, observation: Observation) -> int | None:
    """Return the oldest of the latest moments at which each part was seen; None when a part never was."""
    oldest = FOREVER
    for part in observation.seen:
        latest = NEVER
        for code in part:
            moment = last_seen(chart, code)
            if moment is not None and moment > latest:
                latest = moment
        if latest == NEVER:
            return None
        oldest = latest if latest < oldest else oldest
    return oldest


def looked(chart: Chart, observation: Observation, now: Instant) -> Looked:
    """Return when an item was last observed, is due and is overdue. Never seen counts from cycle-start."""
    last, overdue = _overdue(chart, observation, now)
    if overdue is None:
        return Looked(last, None, None)
    base = chart.cycle.start if last is None else last
    assert base is not None
    return Looked(last, chart.mode.limit(base, now, *_intervals(observation, chart, now)), overdue)


def _overdue(chart: Chart, observation: Observation, now: Instant) -> tuple[int | None, int | None]:
    """Return when an item was last observed, and when it is overdue; None: never."""
    last, start = seen(chart, observation), chart.cycle.start
    ended = chart.cycle.end is not None and now >= chart.cycle.end
    if observation.ward == 0 or start is None or (ended and observation.ends):
        return last, None
    late = 1 + chart.guideline.choices.overdue_grace
    ward, intensive = observation.intervals(ended)
    base = start if last is None else last
    overdue = chart.mode.limit(base, now, int(ward * late), int(intensive * late))
    if observation.ward_from_start and chart.mode.since(now) is None:
        overdue = max(overdue, start + observation.ward_from_start)
    return last, overdue


def _intervals(observation: Observation, chart: Chart, now: Instant) -> tuple[int, int]:
    return observation.intervals(chart.cycle.end is not None and now >= chart.cycle.end)


def is_overdue(found: Looked, now: Instant) -> bool:
    """Return whether an item stands as overdue at an instant: what the list and the blockers go by."""
    return found.overdue_at is not None and now >= found.overdue_at


def monitored(observation: Observation, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether an item is overdue, from cycle-start to discharge, as a result.

    Where charting keeps lapsing, the episode outlasts the lapse: it ends once the item has not stood as
    overdue for a time. `mark` is the decision that last saw the lapse end, None while it lasts.
    """
    (last, overdue_at), end = _overdue(chart, observation, now), chart.cycle.end
    if overdue_at is None:
        return Result(CLEAR)
    if now >= overdue_at:
        return Result(observation.level, at=overdue_at, latest=last, next=soonest(now, end))
    ahead = soonest(now, overdue_at, end)
    if not observation.lapses or before.state != observation.level:
        return Result(CLEAR, latest=last, next=ahead)
    ended = now if before.mark is None else before.mark
    until = ended + _lingers(observation, chart, now)
    if now < until:
        return Result(observation.level, latest=last, mark=ended, next=soonest(now, ahead, until))
    return Result(CLEAR, latest=last, next=ahead)


def _lingers(observation: Observation, chart: Chart, now: Instant) -> int:
    """Return how long (ms) an item must not have stood as overdue before its episode ends."""
    interval = chart.mode.interval(now, *_intervals(observation, chart, now))
    return max(int(chart.guideline.choices.lapse_factor * interval), observation.lapses)


def inputs_of(observation: Observation) -> int:
    """Return the dirty flags that can end an overdue observation.

    While the vital signs are overdue, they are evaluated again with any record.
    """
    return (
        dirty_flags.bits(code for part in observation.seen for code in part)
        | dirty_flags.ENCOUNTER
        | dirty_flags.MODE
        | dirty_flags.BASELINE
    )
