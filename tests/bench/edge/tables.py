"""The tables of the page, from the points of a sitting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.bench.edge.aims import AIMS, Points, against, of
from tests.bench.edge.sitting import Point

Column = tuple[str, Callable[[Point], str]]


def table(points: Iterable[Point], columns: Sequence[Column]) -> str:
    """Return a table, a row a point; of one that failed, the reason."""
    head = ["| " + " | ".join(name for name, _ in columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(
        [*head, *("| " + " | ".join(cell(point, column) for column in columns) + " |" for point in points)]
    )


def cell(point: Point, column: Column) -> str:
    """Return a cell; empty where the point has no such figure."""
    try:
        return column[1](point)
    except KeyError:
        return ""


def number(field: str, digits: int = 0) -> Callable[[Point], str]:
    return lambda point: "" if point[field] is None else f"{point[field]:,.{digits}f}"


def alerts(point: Point) -> str:
    """Return how many alerts came of those due; what is missing is named."""
    missing, named = point["missing"], ", ".join(point["missing_named"])
    pairs = (
        f"; {point['missing_in_pairs']} of them opened and ended while they waited"
        if point.get("missing_in_pairs")
        else ""
    )
    came = f"{point['due'] - missing:,} of {point['due']:,}"
    return (
        f"{came} (missing: {named}{' ...' if missing > len(point['missing_named']) else ''}{pairs})"
        if missing
        else came
    )


def state(point: Point) -> str:
    """Return whether a point was held, kept up with, or neither."""
    if "failed" in point:
        return "failed: " + point["failed"].strip().splitlines()[-1][:120].replace("|", "/")
    return "held" if point["held"] else "falls behind" if point["behind"] else "keeps up"


def others(point: Point) -> str:
    """Return how much of the machine's processors all else took meanwhile, in cores."""
    return f"{point['processor_s']['others'] / point['wall_s']:.1f}"


def cores(point: Point) -> str:
    return f"{point['processor_s']['contender'] / point['wall_s']:.2f}"


CONTENDER: Column = ("contender", lambda point: str(point["contender"]))
RATE: Column = ("records/s", number("rate"))
LATENCY: tuple[Column, ...] = (
    ("p50 ms", number("p50_ms")),
    ("p99 ms", number("p99_ms")),
    ("max ms", number("p100_ms")),
)
COST: tuple[Column, ...] = (
    ("us of a processor a record", number("us_a_record")),
    ("its cores", cores),
    ("RSS MB", number("rss_mb")),
)
LOAD: tuple[Column, ...] = (("load", number("load_before", 1)), ("others' cores", others))
ALERTS: tuple[Column, ...] = (("alerts", alerts), ("", state))
LIVE: tuple[Column, ...] = (*LATENCY, *ALERTS, *COST, *LOAD)
PATIENTS: Column = ("patients", number("patients"))
KILLED: tuple[Column, ...] = (
    CONTENDER, PATIENTS, ("at work after s", number("at_work_s", 1)), ("first alert after s", number("first_alert_s", 1)),
    ("then: patients", number("first_alerts")), ("p50 ms", number("first_p50_ms")), ("p99 ms", number("first_p99_ms")),
    ("max ms", number("first_max_ms")), *ALERTS, ("load", number("load_before", 1)),
)  # fmt: skip
FOLD: tuple[Column, ...] = (
    CONTENDER,
    PATIENTS,
    ("events", number("events")),
    ("us an event", number("us_an_event", 1)),
    LOAD[0],
)
BACKLOG: tuple[Column, ...] = (
    CONTENDER,
    ("records", number("records")),
    ("records/s", number("records_s")),
    COST[0],
    LOAD[0],
)


def rates(points: Points, every: int) -> str:
    found = (one for one in points if one.get("sweep") == "rate" and one["every"] == every)
    return table(
        sorted(found, key=lambda one: (order(points, one), one.get("rate", 0))), (CONTENDER, RATE, *LIVE)
    )


def order(points: Points, point: Point) -> int:
    """Return the place of a point's contender among all, as they were measured first."""
    return list(dict.fromkeys(one["contender"] for one in points if "contender" in one)).index(
        point["contender"]
    )


def sweep(points: Points, name: str, columns: Sequence[Column]) -> str:
    return table((one for one in points if one.get("sweep") == name), columns)


def held(points: Points, every: int, worker: str) -> str:
    """Return what each contender held at most, the next rate that it did not, and how many times that a worker holds."""
    rows = [
        "| contender | held at most, records/s | p99 ms there | not held | times that, the worker |",
        "|---|---|---|---|---|",
    ]
    tried = of(points, sweep="rate", every=every)
    for name in dict.fromkeys(one["contender"] for one in tried):
        mine = sorted((one for one in tried if one["contender"] == name), key=lambda one: one["rate"])
        best = next((one for one in reversed(mine) if one["held"]), None)
        failed = next(
            (
                f"{one['rate']:,.0f}"
                for one in mine
                if not one["held"] and one["rate"] > (best["rate"] if best else 0)
            ),
            "not found",
        )
        times = against(name, every)(points, worker)
        most, p99 = (f"{best['rate']:,.0f}", f"{best['p99_ms']:,.0f}") if best else ("none", "")
        rows.append(f"| {name} | {most} | {p99} | {failed} | {'' if times is None else f'{times:.2g}'} |")
    return "\n".join(rows)


def aims(points: Points, workers: Sequence[str]) -> str:
    """Return the aims with the figure and the verdict of each worker."""
    rows = [f"| aim | | {' | '.join(workers)} |", "|---|---|" + "---|" * len(workers)]
    for aim in AIMS:
        wanted = f"{'at most' if aim.most else 'at least'} {aim.limit:,g}{aim.unit}"
        verdicts = (": ".join(filter(None, aim.verdict(points, worker))) for worker in workers)
        rows.append(f"| {aim.words} | {wanted} | {' | '.join(verdicts)} |")
    return "\n".join(rows)
