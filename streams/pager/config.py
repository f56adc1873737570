"""From the `[pager]` table to routes and channels; every error names the key and its line (wire.md, site configuration)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

import msgspec

from rules.guideline.settings.document import ConfigError, Document, read
from rules.guideline.settings.values import duration
from streams.channels.registry import check as check_channel
from streams.errors import UsageError
from streams.pager import coherence, settings
from streams.pager.routes import Hours, Match, Paging, Route, Step


class Configured(NamedTuple):
    """What a site has set. `channels`: each with its options; `every`: ms between heartbeats; `link`: where people find the board."""

    paging: Paging
    channels: Mapping[str, Mapping[str, Any]]
    api: settings.Api | None = None
    watchdog: str | None = None
    every: int = 60_000
    link: str | None = None


def load(text: str, name: str) -> Configured:
    """The pager's part of a configuration. Raises UsageError naming file, line and key; secrets are not read."""
    try:
        document = read(text)
    except ConfigError as error:
        raise UsageError(f"{name}: {error.problems[0]}") from None
    if "pager" not in document.values:
        raise UsageError(f"{name}: no [pager] table: name channels, routes and system-routes there, or try il2watch pager --to terminal")
    return _Reading(document, name).configured()


class _Reading:
    """One file being read; knows how to name what is wrong in it."""

    def __init__(self, document: Document, name: str) -> None:
        self.document, self.name = document, name

    def configured(self) -> Configured:
        table = self._table()
        made = Configured(
            self._paging(table),
            table.channels,
            table.api,
            table.watchdog.channel if table.watchdog else None,
            self._span(("watchdog", "every"), table.watchdog.every) if table.watchdog else 60_000,
            table.link,
        )
        for name, options in table.channels.items():
            self._checked(lambda name=name, options=options: check_channel(name, options))
        for fault in coherence.faults(made):
            self.blame(fault.path, fault.text)
        return made

    def _table(self) -> settings.Pager:
        try:
            return msgspec.convert(self.document.values["pager"], settings.Pager)
        except msgspec.ValidationError as error:
            path, fault = _placed(str(error))
            self.blame(path, fault)

    def _paging(self, table: settings.Pager) -> Paging:
        return Paging(
            clinical=tuple(self._route(("routes", f"#{n}"), one) for n, one in enumerate(table.routes, 1)),
            system=tuple(self._route(("system-routes", f"#{n}"), one) for n, one in enumerate(table.system_routes, 1)),
            zone=self._zone(table.timezone),
            unit=table.unit,
            units=tuple((one.patients, one.unit) for one in table.units),
            flood=table.flood_pages,
            flood_window=self._span(("flood-window",), table.flood_window),
            expire=self._span(("expire-after",), table.expire_after),
            again=self._span(("try-refused-after",), table.try_refused_after),
        )

    def _route(self, path: tuple[str, ...], one: settings.Route) -> Route:
        steps = tuple(Step(self._span((*path, "ladder"), rung.after, zero=True), rung.channels) for rung in one.ladder)
        match = Match(one.level, one.kind, one.system, one.subject, one.unit)
        digest = None if one.digest is None else self._span((*path, "digest"), one.digest)
        return Route(one.name, steps, match, _hours(one.hours), digest)

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
            self.blame(("timezone",), f'{name!r} is no known time zone; write an IANA name like "Europe/Berlin"')
        return name

    def _checked(self, step: Any) -> None:
        try:
            step()
        except UsageError as error:
            raise UsageError(f"{self.name}: {error}") from None

    def blame(self, path: tuple[str, ...], fault: str) -> NoReturn:
        """Raises UsageError with the line of a key."""
        full = ("pager", *path)
        spelled = re.sub(r"\.#(\d+)", r"[\1]", ".".join(full))
        raise UsageError(f"{self.name}: line {self.document.line(full)}: {spelled}: {fault}")


def _hours(hours: settings.Hours | None) -> Hours | None:
    if hours is None:
        return None
    days = frozenset(settings.DAYS.index(day) for day in hours.days)
    return Hours(days, _minutes(hours.since), _minutes(hours.until))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _placed(error: str) -> tuple[tuple[str, ...], str]:
    """msgspec's words apart from where: path `("routes", "#1", "level")` and fault."""
    words, _, where = error.replace("`", "").partition(" - at ")
    steps = re.findall(r"\[(\d+)\]|([A-Za-z0-9_-]+)", where.removeprefix("$"))
    path = tuple(f"#{int(number) + 1}" if number else name for number, name in steps)
    unknown = re.fullmatch(r"Object contains unknown field (.*)", words)
    if unknown:
        return (*path, unknown[1]), f"no such key{_near(unknown[1])}"
    missing = re.fullmatch(r"Object missing required field (.*)", words)
    return (path, f"{missing[1]} is missing") if missing else (path, words[:1].lower() + words[1:])


def _near(key: str) -> str:
    keys = {field.encode_name for table in _TABLES for field in msgspec.structs.fields(table)}
    near = get_close_matches(key, sorted(keys), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(keys))}"


_TABLES = (settings.Pager, settings.Route, settings.Rung, settings.Hours, settings.Unit, settings.Api, settings.Watchdog)
