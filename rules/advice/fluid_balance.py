"""Sum the fluid given above maintenance: boluses and blood products, each whole at its `at`.

Source: text, Overview; criteria.md section 7.1, fluid-limit.
"""

from collections.abc import Sequence

from rules.chart.chart import Chart
from rules.chart.facts import Volume, place
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, soonest
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import Instant
from rules.wire.vocabulary import ABOVE_MAINTENANCE


def above_maintenance(chart: Chart, now: Instant, within: int) -> list[Volume]:
    """Return the boluses and blood products of (clock - within, clock], in order of `at`.

    A volume charted ahead of the clock counts at once.
    """
    return sorted(
        (v for kind in ABOVE_MAINTENANCE for v in chart.volumes[kind] if v.at + within > now), key=place
    )


def total(volumes: Sequence[Volume]) -> float:
    """Return the sum of volumes, mL."""
    return round(sum(volume.volume for volume in volumes), 4)


def highest(volumes: Sequence[Volume], now: Instant, within: int, lasts: int) -> float:
    """Return the most given in any `within` that ended in the `lasts` up to the clock, mL."""
    start = now - lasts
    moments = [start, *(v.at for v in volumes if start < v.at <= now)]
    totals = [total([v for v in volumes if t - within < v.at <= t]) for t in moments]
    return max(*totals, total([v for v in volumes if v.at > now - within]))


def fluid_level(advice: Advice, chart: Chart, now: Instant) -> tuple[str, Instant | None]:
    """Return the level of fluid-limit, and when it may fall by time alone.

    It falls only when the total has stayed below a limit for `lasts` (ms).
    """
    assert advice.volume is not None and advice.second_volume is not None
    volumes = above_maintenance(chart, now, advice.within + advice.lasts)
    most = highest(volumes, now, advice.within, advice.lasts)
    level = RELATIVE if most >= advice.second_volume else ADVISORY if most >= advice.volume else CLEAR
    leaves = (moment for v in volumes for moment in _leaves(v, advice))
    return level, soonest(now, *leaves)


def _leaves(volume: Volume, advice: Advice) -> tuple[int, int]:
    return volume.at + advice.within, volume.at + advice.within + advice.lasts
