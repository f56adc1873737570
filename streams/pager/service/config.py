"""Build routes and channels from the `[pager]` table and check that its parts agree.

Every error names the key and its line (wire.md, site configuration).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from rules.wire.did_you_mean import did_you_mean
from rules.wire.durations import duration
from rules.wire.instants import MINUTE
from streams.channels.registry import PATIENT_BOUND, SUPERVISED
from streams.channels.registry import check as check_channel
from streams.config import pager
from streams.config.section import KeyFault, SiteFile, parsed
from streams.errors import UsageError
from streams.pager.policy.routes import EscalationStep, Match, Paging, PagingRoute, WorkingHours


class Configured(NamedTuple):
    """The settings of a site's pager.

    `channels`: each with its options; `every`: ms between heartbeats; `link`: the address of the board.
    """

    paging: Paging
    channels: Mapping[str, Mapping[str, Any]]
    api: pager.Api | None = None
    watchdog: str | None = None
    every: int = MINUTE
    link: str | None = None


def load(text: str, name: str) -> Configured:
    """Return the pager's part of a configuration.

    Raises UsageError naming file, line and key; secrets are not read.
    """
    file = parsed(text, name)
    if "pager" not in file.document.values:
        raise UsageError(
            f"{name}: no [pager] table: name channels, routes and system-routes there, or try il2watch "
            "pager --to terminal"
        )
    return _Reading(file).configured()


class _Reading:
    """One file being read, with the line of each key for errors."""

    def __init__(self, file: SiteFile) -> None:
        self.file = file

    def configured(self) -> Configured:
        """Return the settings of the file."""
        table = self.file.section(pager.Pager, "pager")
        settings = Configured(
            self._paging(table),
            table.channels,
            table.api,
            table.watchdog.channel if table.watchdog else None,
            self._span(("watchdog", "every"), table.watchdog.every) if table.watchdog else MINUTE,
            table.link,
        )
        for name, options in table.channels.items():
            self._channel(name, options)
        for fault in faults(settings):
            self.blame(fault.path, fault.text)
        return settings

    def _paging(self, table: pager.Pager) -> Paging:
        return Paging(
            clinical=tuple(self._route(("routes", f"#{n}"), one) for n, one in enumerate(table.routes, 1)),
            system=tuple(
                self._route(("system-routes", f"#{n}"), one) for n, one in enumerate(table.system_routes, 1)
            ),
            zone=self._zone(table.timezone),
            unit=table.unit,
            units=tuple((one.patients, one.unit) for one in table.units),
            flood=table.flood_pages,
            flood_window=self._span(("flood-window",), table.flood_window),
            expire=self._span(("expire-after",), table.expire_after),
            again=self._span(("try-refused-after",), table.try_refused_after),
            shadow=table.shadow,
        )

    def _route(self, path: tuple[str, ...], one: pager.Route) -> PagingRoute:
        steps = tuple(
            EscalationStep(self._span((*path, "ladder"), step.after, zero=True), step.channels)
            for step in one.ladder
        )
        match = Match(one.level, one.kind, one.system, one.subject, one.unit)
        digest = None if one.digest is None else self._span((*path, "digest"), one.digest)
        return PagingRoute(one.name, steps, match, _hours(one.hours), digest, one.test)

    def _span(self, path: tuple[str, ...], text: str, zero: bool = False) -> int:
        if zero and re.fullmatch(r"0 ?(ms|s|min|h|d)", text):
            return 0
        try:
            return duration(text)
        except ValueError as error:
            self.blame(path, str(error))

    def _zone(self, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self.blame(
                ("timezone",), f'{name!r} is no known time zone; write an IANA name like "Europe/Berlin"'
            )
        return name

    def _channel(self, name: str, options: Mapping[str, Any]) -> None:
        try:
            check_channel(name, options)
        except KeyFault as error:
            self.blame(("channels", name, *error.path), error.fault)
        except UsageError as error:
            self.blame(("channels", name), str(error))

    def blame(self, path: tuple[str, ...], fault: str) -> NoReturn:
        """Raise UsageError with the line of a key of the table."""
        self.file.blame(("pager", *path), fault)


def _hours(hours: pager.Hours | None) -> WorkingHours | None:
    if hours is None:
        return None
    days = frozenset(pager.DAYS.index(day) for day in hours.days)
    return WorkingHours(days, _minutes(hours.since), _minutes(hours.until))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


WRITES = "writes into a patient's record"


class ConfigFault(NamedTuple):
    """A fault in the table: the key it is at, below `pager`, and the message."""

    path: tuple[str, ...]
    text: str


def faults(settings: Configured) -> Iterator[ConfigFault]:
    """Yield everything that does not agree."""
    tables = (("routes", settings.paging.clinical), ("system-routes", settings.paging.system))
    for table, routes in tables:
        if not routes:
            yield ConfigFault(
                (table,), "none; every alert needs a way, and alarms of the machine one of their own"
            )
        for number, route in enumerate(routes, 1):
            yield from _ladder((table, f"#{number}"), route, settings.channels)
    yield from _names([*settings.paging.clinical, *settings.paging.system])
    yield from _apart(settings)
    yield from _about_patients(settings)
    yield from _urgent(settings.paging.clinical)
    yield from _shadowed(settings.paging)
    yield from _watchdog(settings)


def _ladder(path: tuple[str, ...], route: PagingRoute, channels: Mapping[str, Any]) -> Iterator[ConfigFault]:
    for name in _channels([route]):
        if name not in channels:
            hint = did_you_mean(name, channels, "define it in [pager.channels]")
            yield ConfigFault((*path, "ladder"), f"no channel {name!r}; {hint}")
    if route.steps[0].after:
        yield ConfigFault((*path, "ladder"), "the first rung is told at once; leave its `after` out")
    if any(step.after >= following.after for step, following in pairwise(route.steps)):
        yield ConfigFault((*path, "ladder"), "every rung comes later than the one below; let `after` ascend")
    if route.hours is not None and route.hours.since == route.hours.until:
        yield ConfigFault((*path, "hours"), "begins and ends at the same time; leave it out for all hours")


def _names(routes: list[PagingRoute]) -> Iterator[ConfigFault]:
    names = [route.name for route in routes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield ConfigFault(("routes",), f"two routes are called {name!r}")


def _apart(settings: Configured) -> Iterator[ConfigFault]:
    """Yield the channels that clinical pages and system alarms share, under whatever name."""
    clinical, system = set(_channels(settings.paging.clinical)), set(_channels(settings.paging.system))
    for name in sorted(clinical & system):
        yield ConfigFault(
            ("system-routes",),
            f"channel {name!r} carries clinical pages too; alarms of the machine need one of their own",
        )
    for one in sorted(clinical):
        for other in sorted(system - clinical):
            if _goes_out(settings.channels.get(one)) and settings.channels.get(one) == settings.channels.get(
                other
            ):
                yield ConfigFault(
                    ("channels", other),
                    f"the same receiver as {one!r}, which carries clinical pages; name another",
                )


def _about_patients(settings: Configured) -> Iterator[ConfigFault]:
    """Yield the channels of system alarms that write into a patient's record.

    A system alarm is about no patient: such a channel would permanently refuse it, and nobody would know.
    """
    for number, route in enumerate(settings.paging.system, 1):
        for name in _channels([route]):
            if kind := _bound(settings.channels.get(name)):
                found = f"route {route.name!r}: channel {name!r} is of kind {kind}, which {WRITES}"
                yield ConfigFault(
                    ("system-routes", f"#{number}", "ladder"),
                    f"{found}, and alarms of the machine are about no patient; "
                    "name a channel of another kind",
                )


def _bound(options: Mapping[str, Any] | None) -> str | None:
    """Return the kind of a channel, if it writes into patients' records."""
    kind = None if options is None else options.get("kind")
    return kind if kind in PATIENT_BOUND else None


def _goes_out(options: Mapping[str, Any] | None) -> bool:
    return options is not None and options.get("kind") != "terminal"


def _urgent(routes: Iterable[PagingRoute]) -> Iterator[ConfigFault]:
    """Yield a fault unless some route takes every absolute alert, whatever its subject, at every hour."""
    if not any(_whole(route) for route in routes):
        yield ConfigFault(
            ("routes",),
            (
                "no route takes every absolute alert at all hours; add one with level absolute and nothing "
                "else (no hours, no digest)"
            ),
        )


def _whole(route: PagingRoute) -> bool:
    levels = route.match.level
    return (
        route.match == Match(level=levels)
        and (not levels or "absolute" in levels)
        and route.hours is None
        and route.digest is None
        and not route.test
    )


def _shadowed(paging: Paging) -> Iterator[ConfigFault]:
    """Yield the units in shadow that no patient is on: they would be live under another name."""
    named = {paging.unit, *(unit for _, unit in paging.units)} - {None}
    for unit in () if isinstance(paging.shadow, bool) else paging.shadow:
        if unit not in named:
            hint = did_you_mean(unit, sorted(filter(None, named)), "name it in [pager] unit or units")
            yield ConfigFault(("shadow",), f"no unit {unit!r}; {hint}")


def _watchdog(settings: Configured) -> Iterator[ConfigFault]:
    if settings.watchdog is None:
        return
    if settings.channels.get(settings.watchdog, {}).get("kind") in SUPERVISED:
        return
    if settings.watchdog not in settings.channels:
        yield ConfigFault(
            ("watchdog", "channel"), f"no channel {settings.watchdog!r}; define it in [pager.channels]"
        )
    if settings.watchdog in _channels(settings.paging.clinical):
        yield ConfigFault(
            ("watchdog", "channel"),
            f"{settings.watchdog!r} carries clinical pages; a heartbeat a minute would drown them",
        )
    if kind := _bound(settings.channels.get(settings.watchdog)):
        yield ConfigFault(
            ("watchdog", "channel"),
            f"{settings.watchdog!r} is of kind {kind}, which {WRITES}; a heartbeat is about nobody",
        )


def _channels(routes: Iterable[PagingRoute]) -> list[str]:
    return list(dict.fromkeys(name for route in routes for step in route.steps for name in step.channels))
