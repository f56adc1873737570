"""What must hold between the parts of a pager's configuration: nobody is promised a page that cannot come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.channels.registry import PATIENT_BOUND
from streams.pager.routes import Match, Route

if TYPE_CHECKING:
    from streams.pager.config import Configured

WRITES = "writes into a patient's record"


class Fault(NamedTuple):
    """The key a fault is at, below `pager`, and the fault in words."""

    path: tuple[str, ...]
    text: str


def faults(made: Configured) -> Iterator[Fault]:
    """Everything that does not fit together."""
    tables = (("routes", made.paging.clinical), ("system-routes", made.paging.system))
    for table, routes in tables:
        if not routes:
            yield Fault((table,), "none; every alert needs a way, and alarms of the machine one of their own")
        for number, route in enumerate(routes, 1):
            yield from _ladder((table, f"#{number}"), route, made.channels)
    yield from _names([*made.paging.clinical, *made.paging.system])
    yield from _apart(made)
    yield from _about_patients(made)
    yield from _urgent(made.paging.clinical)
    yield from _watchdog(made)


def _ladder(path: tuple[str, ...], route: Route, channels: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _channels([route]):
        if name not in channels:
            near = get_close_matches(name, channels, n=1)
            yield Fault((*path, "ladder"), f"no channel {name!r}" + (f"; did you mean {near[0]}?" if near else "; define it in [pager.channels]"))
    if route.steps[0].after:
        yield Fault((*path, "ladder"), "the first rung is told at once; leave its `after` out")
    if any(a.after >= b.after for a, b in pairwise(route.steps)):
        yield Fault((*path, "ladder"), "every rung comes later than the one below; let `after` ascend")
    if route.hours is not None and route.hours.since == route.hours.until:
        yield Fault((*path, "hours"), "begins and ends at the same time; leave it out for all hours")


def _names(routes: list[Route]) -> Iterator[Fault]:
    names = [route.name for route in routes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(("routes",), f"two routes are called {name!r}")


def _apart(made: Configured) -> Iterator[Fault]:
    """Clinical pages and system alarms share no channel, under whatever name."""
    clinical, system = set(_channels(made.paging.clinical)), set(_channels(made.paging.system))
    for name in sorted(clinical & system):
        yield Fault(("system-routes",), f"channel {name!r} carries clinical pages too; alarms of the machine need one of their own")
    for one in sorted(clinical):
        for other in sorted(system - clinical):
            if _goes_out(made.channels.get(one)) and made.channels.get(one) == made.channels.get(other):
                yield Fault(("channels", other), f"the same receiver as {one!r}, which carries clinical pages; name another")


def _about_patients(made: Configured) -> Iterator[Fault]:
    """An alarm of the machine is about no patient: what writes into records would refuse it for good, and nobody would hear."""
    for number, route in enumerate(made.paging.system, 1):
        for name in _channels([route]):
            if kind := _bound(made.channels.get(name)):
                said = f"route {route.name!r}: channel {name!r} is of kind {kind}, which {WRITES}"
                yield Fault(
                    ("system-routes", f"#{number}", "ladder"),
                    f"{said}, and alarms of the machine are about no patient; name a channel of another kind",
                )


def _bound(options: Mapping[str, Any] | None) -> str | None:
    """The kind, if it writes into patients' records."""
    kind = None if options is None else options.get("kind")
    return kind if kind in PATIENT_BOUND else None


def _goes_out(options: Mapping[str, Any] | None) -> bool:
    return options is not None and options.get("kind") != "terminal"


def _urgent(routes: Iterable[Route]) -> Iterator[Fault]:
    """An absolute alert has a way whatever its subject, and at every hour."""
    if not any(_whole(route) for route in routes):
        yield Fault(
            ("routes",), "no route takes every absolute alert at all hours; add one with level absolute and nothing else (no hours, no digest)"
        )


def _whole(route: Route) -> bool:
    levels = route.match.level
    return route.match == Match(level=levels) and (not levels or "absolute" in levels) and route.hours is None and route.digest is None


def _watchdog(made: Configured) -> Iterator[Fault]:
    if made.watchdog is None:
        return
    if made.watchdog not in made.channels:
        yield Fault(("watchdog", "channel"), f"no channel {made.watchdog!r}; define it in [pager.channels]")
    if made.watchdog in _channels(made.paging.clinical):
        yield Fault(("watchdog", "channel"), f"{made.watchdog!r} carries clinical pages; a heartbeat a minute would drown them")
    if kind := _bound(made.channels.get(made.watchdog)):
        yield Fault(("watchdog", "channel"), f"{made.watchdog!r} is of kind {kind}, which {WRITES}; a heartbeat is about nobody")


def _channels(routes: Iterable[Route]) -> list[str]:
    return list(dict.fromkeys(name for route in routes for step in route.steps for name in step.channels))
