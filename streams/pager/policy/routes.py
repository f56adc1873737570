"""Choose an alert's route: which channels, by which escalation steps, at which hours; and silences.

Routes are data (wire.md, site configuration `[pager]`). Clinical pages and system alarms have tables of their
own, and no channel is in both: a ward's page is never lost among alarms of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rules.wire import pages
from rules.wire.alerts import RANK, SYSTEM, Transition
from rules.wire.instants import DAY, HOUR, MINUTE, aware
from rules.wire.vocabulary import is_test_patient
from streams.pager.policy.state import ActiveSilence, Identity

"""The kind of alerts about the machine itself; their patient is `*`."""


class WorkingHours(msgspec.Struct, frozen=True):
    """Working hours on the site's clock.

    `days`: 0 is Monday; `since` and `until`: minutes since midnight, `until` not included; past midnight when
    `until` <= `since`.
    """

    days: frozenset[int]
    since: int
    until: int


class EscalationStep(msgspec.Struct, frozen=True):
    """One step: the channels notified once a page has been unacknowledged for `after` ms."""

    after: int
    channels: tuple[str, ...]


class Match(msgspec.Struct, frozen=True):
    """The conditions of a route; an empty one matches anything. Subjects may be patterns (`monitoring/*`)."""

    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()


class PagingRoute(msgspec.Struct, frozen=True):
    """An escalation policy, and the alerts it applies to.

    `digest`: ms over which its alerts are gathered into one page (None: each at once). `test`: it is for the
    patients of a qualification, and for nobody else.
    """

    name: str
    steps: tuple[EscalationStep, ...]
    match: Match = Match()
    hours: WorkingHours | None = None
    digest: int | None = None
    test: bool = False


class Paging(msgspec.Struct, frozen=True):
    """A site's paging settings. Times in ms.

    `units`: patterns of patient ids, each with the ward it means, `unit` for all others. `expire`: a
    notification that is no longer open and older than this is dropped. `again`: the delay before one that was
    permanently refused is tried again. `identities`: by channel, what identifies an incident at its receiver.
    `shadow`: whether nothing is sent, or the units for which nothing is (streams.pager.policy.shadow).
    """

    clinical: tuple[PagingRoute, ...]
    system: tuple[PagingRoute, ...] = ()
    zone: str = "UTC"
    unit: str | None = None
    units: tuple[tuple[str, str], ...] = ()
    flood: int = 10
    flood_window: int = 10 * MINUTE
    expire: int = 2 * HOUR
    again: int = 10 * MINUTE
    identities: dict[str, Identity] = {}
    shadow: bool | tuple[str, ...] = False

    def shadows(self, patient: str) -> bool:
        """Return whether a patient is paged in shadow. A qualification's patient never is: it is nobody."""
        if isinstance(self.shadow, bool):
            return self.shadow and not is_test_patient(patient)
        return not is_test_patient(patient) and self.unit_of(patient) in self.shadow

    def unit_of(self, patient: str) -> str | None:
        """Return the ward a patient is on."""
        return pages.unit_of(self.units, patient, self.unit)

    def route(self, name: str) -> PagingRoute | None:
        """Return a route by name; None when it is no longer configured."""
        return next((route for route in (*self.clinical, *self.system) if route.name == name), None)


class Decision(NamedTuple):
    """Whether an alert is notified now.

    `route`: the route it goes (None: none); `why`: the reason if none; `until`: held back until then (ms).
    """

    route: PagingRoute | None
    why: str = pages.UNROUTED
    until: int | None = None


def decide(
    paging: Paging, silences: Mapping[str, ActiveSilence], transition: Transition, now: int
) -> Decision:
    """Return whether an alert is notified now, and where.

    It is not while it is silenced or outside its routes' hours.
    """
    silence = covering(silences, transition.subject, transition.level, now)
    if silence is not None:
        return Decision(None, pages.SILENCED, silence.until)
    route, opens = choose(paging, transition, now)
    return Decision(route) if opens is None else Decision(None, pages.OFF_HOURS, opens)


def covering(
    silences: Mapping[str, ActiveSilence], subject: str, level: str, now: int
) -> ActiveSilence | None:
    """Return the silence that hides a subject at a level, the longest if several do.

    A silence of a lower level hides nothing.
    """
    found = [
        one
        for one in silences.values()
        if one.subject == subject and RANK[one.level] >= RANK[level] and one.until > now
    ]
    return max(found, key=lambda one: one.until, default=None)


OVERLAY = "overlay"
"""The kind of what a guideline pack says that decides nothing (docs/spec/editions.md 5)."""


class Choice(NamedTuple):
    """The route of an alert (None: none matches), or the instant from which on one is open (ms)."""

    route: PagingRoute | None
    opens: int | None = None


def choose(paging: Paging, transition: Transition, now: int) -> Choice:
    """Return the first matching route that is in its hours, else the instant at which the first one opens."""
    routes = paging.system if transition.kind == SYSTEM else paging.clinical
    test = is_test_patient(transition.patient)
    matching = [
        route
        for route in routes
        if route.test == test and matches(route.match, transition, paging.unit_of(transition.patient))
    ]
    open_now = next((route for route in matching if within(route.hours, now, paging.zone)), None)
    if open_now is not None or not matching:
        return Choice(open_now)
    return Choice(
        None, min(opens(route.hours, now, paging.zone) for route in matching if route.hours is not None)
    )


def matches(match: Match, transition: Transition, unit: str | None) -> bool:
    """Return whether every condition that is set holds; a second opinion only where its kind is named."""
    if transition.kind == OVERLAY and OVERLAY not in match.kind:
        return False
    exact = (
        (match.level, transition.level),
        (match.kind, transition.kind),
        (match.system, transition.system),
        (match.unit, unit),
    )
    if any(wanted and value not in wanted for wanted, value in exact):
        return False
    return not match.subject or any(fnmatchcase(transition.subject, pattern) for pattern in match.subject)


def within(hours: WorkingHours | None, now: int, zone: str) -> bool:
    """Return whether an instant is in the hours; without hours it always is."""
    if hours is None:
        return True
    local = aware(now).astimezone(_zone(zone))
    minute, day = local.hour * 60 + local.minute, local.weekday()
    if hours.since < hours.until:
        return day in hours.days and hours.since <= minute < hours.until
    yesterday = (day - 1) % 7
    return (day in hours.days and minute >= hours.since) or (yesterday in hours.days and minute < hours.until)


def opens(hours: WorkingHours, now: int, zone: str) -> int:
    """Return the next instant at which the hours begin, ms."""
    zone_info = _zone(zone)
    today = aware(now).astimezone(zone_info).replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(9):
        begin = _begin(today, ahead, hours)
        if begin > now and (today + timedelta(days=ahead)).weekday() in hours.days:
            return begin
    return now + DAY


def _begin(today: datetime, ahead: int, hours: WorkingHours) -> int:
    """Return the instant at which the hours begin, so many days after `today`, ms."""
    day = today + timedelta(days=ahead)  # the wall clock's day, whatever the clocks do in between
    return round(day.replace(hour=hours.since // 60, minute=hours.since % 60).timestamp() * 1000)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
