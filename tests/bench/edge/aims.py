"""What was aimed at, and whether the points of a sitting meet it. What was not measured is said so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.bench.edge.contenders import KAFKA_STREAMS, PLAIN, QUIX, WORKER
from tests.bench.edge.sitting import Point
from tests.bench.pipeline.throughput import ENTRIES

RAW = ENTRIES[-1].name
Points = Sequence[Point]


class Aim(NamedTuple):
    """`found`: the figure of a worker in a sitting's points, None where it was not measured.

    `limit`: the least that is wanted; the most, where `most` is true.
    """

    words: str
    limit: float
    found: Callable[[Points, str], float | None]
    unit: str = ""
    most: bool = False

    def verdict(self, points: Points, worker: str = WORKER) -> tuple[str, str]:
        """Return the figure and `met`, `NOT met` or `not measured`."""
        value = self.found(points, worker)
        if value is None:
            return "", "not measured"
        met = value <= self.limit if self.most else value >= self.limit
        return f"{value:,.4g}{self.unit}", "met" if met else "NOT met"


def of(points: Points, **what: object) -> list[Point]:
    """Return the points with these settings, none that failed."""
    return [one for one in points if what.items() <= one.items() and "failed" not in one]


def highest(points: Points, contender: str, every: int) -> float | None:
    """Return the highest rate that a contender held; 0 where it held none, None where none was tried."""
    tried = of(points, sweep="rate", contender=contender, every=every)
    return max((one["rate"] for one in tried if one["held"]), default=0) if tried else None


def against(other: str, every: int = 10) -> Callable[[Points, str], float | None]:
    """Return what gives the worker's highest rate held by another contender's."""

    def found(points: Points, worker: str) -> float | None:
        mine, others = highest(points, worker, every), highest(points, other, every)
        return mine / others if mine is not None and others else None

    return found


def backlog(points: Points, worker: str) -> float | None:
    mine, raw = (of(points, sweep="backlog", contender=name) for name in (worker, RAW))
    return mine[0]["records_s"] / raw[0]["records_s"] if mine and raw else None


def cost_growth(points: Points, worker: str) -> float | None:
    """Return the cost of an event with the most patients by that with the fewest."""
    found = sorted(of(points, sweep="fold", contender=worker), key=lambda one: one["patients"])
    return found[-1]["us_an_event"] / found[0]["us_an_event"] if len(found) > 1 else None


def patient_kb(points: Points, worker: str) -> float | None:
    """Return the memory that one more patient takes, of the largest number measured."""
    found = sorted(of(points, sweep="memory", contender=worker), key=lambda one: one["patients"])
    if len(found) < 2:
        return None
    least, most = found[0], found[-1]
    return (most["rss_mb"] - least["rss_mb"]) * 1000 / (most["patients"] - least["patients"])


def recovered(field: str, scale: float = 1.0) -> Callable[[Points, str], float | None]:
    """Return what gives a figure of the recovery with 10,000 patients."""

    def found(points: Points, worker: str) -> float | None:
        mine = of(points, sweep="recovery", contender=worker, patients=10_000)
        return mine[0][field] * scale if mine and mine[0].get(field) is not None else None

    return found


def p99_at(rate: float) -> Callable[[Points, str], float | None]:
    def found(points: Points, worker: str) -> float | None:
        mine = of(points, sweep="rate", contender=worker, every=10, rate=rate)
        return mine[0].get("p99_ms") if mine else None

    return found


AIMS = (
    Aim("records/s held, one in ten tripping", 5000, lambda points, name: highest(points, name, 10)),
    Aim("records/s held, every record tripping", 1000, lambda points, name: highest(points, name, 1)),
    Aim("p99 at 200 records/s", 30, p99_at(200), " ms", most=True),
    Aim(f"times {QUIX}, one in ten tripping", 3, against(QUIX)),
    Aim(f"times the {PLAIN}, one in ten tripping", 10, against(PLAIN)),
    Aim(f"of {KAFKA_STREAMS}, one in ten tripping", 0.5, against(KAFKA_STREAMS)),
    Aim("a backlog, of raw aiokafka on the same topic", 0.4, backlog),
    Aim("cost of an event, most patients by fewest", 1.15, cost_growth, most=True),
    Aim("memory of a patient", 64, patient_kb, " kB", most=True),
    Aim("at work after kill -9, 10,000 patients", 15, recovered("at_work_s"), " s", most=True),
    Aim("first alert of a patient after that, at most", 1, recovered("first_max_ms", 0.001), " s", most=True),
)
