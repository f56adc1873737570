"""Sum the fluid given above maintenance: boluses and blood products, each whole at its `at`.

Source: text, Overview; criteria.md section 7.1, fluid-limit.
"""

from bisect import bisect_right
from collections.abc import Sequence

from rules.chart.chart import Chart
from rules.chart.facts import AT, Volume, place
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, soonest
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import Instant
from rules.wire.vocabulary import ABOVE_MAINTENANCE


def above_maintenance(chart: Chart, now: Instant, within: int) -> list[Volume]:
    """Return the boluses and blood products of (clock - within, clock], in order of `at`.

    A volume charted ahead of the clock counts at once.
    """
    start = now - within
    found = [v for kind in ABOVE_MAINTENANCE for v in _since(chart.volumes[kind], start)]
    return sorted(found, key=place)


def _since(volumes: list[Volume], start: int) -> list[Volume]:
    return volumes[bisect_right(volumes, start, key=AT) :]


def total(volumes: Sequence[Volume]) -> float:
    """Return the sum of volumes, mL."""
    return round(sum(volume.volume for volume in volumes), 4)


def highest(volumes: Sequence[Volume], now: Instant, within: int, lasts: int) -> float:
    """Return the most given in any `within` that ended in the `lasts` up to the clock, mL."""
    start, running, first = now - lasts, 0.0, 0
    most = max(_within(volumes, start, within), total([v for v in volumes if v.at > now - within]))
    for volume in volumes:
        running += volume.volume
        while volumes[first].at <= volume.at - within:
            running -= volumes[first].volume
            first += 1
        if start < volume.at <= now:
            most = max(most, running)
    return round(most, 4)


def _within(volumes: Sequence[Volume], t: int, within: int) -> float:
    return total([v for v in volumes if t - within < v.at <= t])


def fluid_level(advice: Advice, chart: Chart, now: Instant) -> tuple[str, Instant | None]:
    """Return the level of fluid-limit, and when it may fall by time alone.

    It falls only when the total has stayed below a limit for `lasts` (ms).
    """
    assert advice.volume is not None and advice.second_volume is not None
    kept = advice.within + advice.lasts
    volumes = above_maintenance(chart, now, kept)
    if total(volumes) < advice.volume:
        return CLEAR, None
    most = highest(volumes, now, advice.within, advice.lasts)
    level = RELATIVE if most >= advice.second_volume else ADVISORY if most >= advice.volume else CLEAR
    return level, soonest(now, *(v.at + kept for v in volumes))
