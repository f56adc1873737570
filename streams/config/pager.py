"""The configuration's `[pager]` table as it is written: keys and types.

What they come to is in `streams.pager.service.config`.

[pager]
timezone = "Europe/Berlin"                   # of working hours; default UTC
unit = "4 West"                              # the ward; several: units = [{ patients = "w4-*", unit = "4 West" }]
expire-after = "2 h"                         # what is over and was not told by then is stated expired

[pager.channels.oncall]
kind = "pagerduty"
routing-key-env = "PAGERDUTY_KEY"

[[pager.routes]]                             # the first that matches takes an alert
name = "urgent"
level = ["absolute"]                         # also kind, system, subject (patterns), unit
ladder = [{ channels = ["oncall"] }, { after = "10 min", channels = ["chief"] }]

[[pager.routes]]
name = "advice"
level = ["advisory"]
digest = "8 h"                               # gathered into one page
hours = { days = ["mon", "tue", "wed", "thu", "fri"], from = "07:00", to = "15:00" }
ladder = [{ channels = ["board"] }]

[[pager.system-routes]]                      # alarms of the machine itself; never on a channel of a route above
name = "machine"
ladder = [{ channels = ["operations"] }]

[pager.api]
token-env = "IL2WATCH_TOKEN"

[pager.watchdog]
channel = "dead-man"
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from streams.config.types import Duration, Port, Table, Unit

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Level = Literal["absolute", "relative", "technical", "advisory"]
Clock = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Hours(Table, frozen=True, kw_only=True):
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1)] = DAYS
    since: Clock = msgspec.field(name="from")
    until: Clock = msgspec.field(name="to")


class Rung(Table, frozen=True, kw_only=True):
    channels: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    after: Duration = "0 s"


class Route(Table, frozen=True, kw_only=True):
    name: Name
    ladder: Annotated[tuple[Rung, ...], msgspec.Meta(min_length=1)]
    level: tuple[Level, ...] = ()
    kind: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    hours: Hours | None = None
    digest: Duration | None = None


class Api(Table, frozen=True, kw_only=True):
    """Where acknowledgements and silences are taken over HTTP.

    The token comes from a variable or a file, never from here.
    """

    listen: str = "127.0.0.1"
    port: Port = 9110
    token_env: str | None = None
    token_file: str | None = None


class Watchdog(Table, frozen=True, kw_only=True):
    """Which channel hears a heartbeat that went the whole way."""

    channel: Name
    every: Duration = "1 min"


class Pager(Table, frozen=True, kw_only=True):
    channels: dict[Name, dict[str, Any]]
    routes: tuple[Route, ...]
    system_routes: tuple[Route, ...]
    timezone: str = "UTC"
    unit: str | None = None
    units: tuple[Unit, ...] = ()
    flood_pages: Annotated[int, msgspec.Meta(ge=2, le=60)] = 10
    flood_window: Duration = "10 min"
    expire_after: Duration = "2 h"
    try_refused_after: Duration = "10 min"
    link: str | None = None
    api: Api | None = None
    watchdog: Watchdog | None = None
