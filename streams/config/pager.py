"""Define the configuration's `[pager]` table: keys and types.

`streams.pager.service.config` builds routes and channels from it.

[pager]
timezone = "Europe/Berlin"                   # of working hours; default UTC
unit = "4 West"                              # or units = [{ patients = "w4-*", unit = "4 West" }]
expire-after = "2 h"                         # what is over and not sent by then is stated expired

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

[[pager.system-routes]]                      # alarms of the machine itself; no channel of a route above
name = "machine"
ladder = [{ channels = ["operations"] }]

[pager.api]
token-env = "IL2WATCH_TOKEN"

[pager.watchdog]
channel = "dead-man"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from rules.wire.vocabulary import Level
from streams.config.section import Duration, Port, Table, Unit

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clock = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


def description(what: str) -> msgspec.Meta:
    """Return the metadata with a key's description, for the reference page and for editors."""
    return msgspec.Meta(description=what)


class Hours(Table, frozen=True, kw_only=True):
    """Working hours: days of the week and times of day."""

    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1, description="on which it holds")] = DAYS
    since: Annotated[Clock, description("HH:MM at which it begins to hold")] = msgspec.field(name="from")
    until: Annotated[Clock, description("HH:MM until which it holds")] = msgspec.field(name="to")


class Rung(Table, frozen=True, kw_only=True):
    """One escalation step: the channels notified, and when."""

    channels: Annotated[
        tuple[Name, ...], msgspec.Meta(min_length=1, description="channels notified in this step")
    ]
    after: Annotated[Duration, description("when nobody has acknowledged by then")] = "0 s"


class Route(Table, frozen=True, kw_only=True):
    """A route: the alerts it takes, and their escalation policy."""

    name: Annotated[Name, description("what it is called; each name once")]
    ladder: Annotated[
        tuple[Rung, ...], msgspec.Meta(min_length=1, description="escalation policy: its steps")
    ]
    level: Annotated[tuple[Level, ...], description("levels it takes; none: all")] = ()
    kind: Annotated[tuple[str, ...], description("kinds of alert it takes; none: all")] = ()
    system: Annotated[tuple[str, ...], description("organ systems it takes; none: all")] = ()
    subject: Annotated[tuple[str, ...], description("patterns of subjects it takes; none: all")] = ()
    unit: Annotated[tuple[str, ...], description("units it takes; none: all")] = ()
    hours: Annotated[Hours | None, description("when it holds; none: always")] = None
    digest: Annotated[Duration | None, description("gather for so long into one page")] = None
    test: Annotated[
        bool,
        description("takes the made-up patients of il2watch qualify, and nobody else; sends in shadow too"),
    ] = False


class Api(Table, frozen=True, kw_only=True):
    """The keys of `[pager.api]`: where acknowledgements and silences are accepted over HTTP.

    The token comes from a variable or a file, never from this table.
    """

    listen: Annotated[str, description("the address it is served at")] = "127.0.0.1"
    port: Annotated[Port, description("the port it is served at")] = 9110
    token_env: Annotated[str | None, description("the variable that holds its token")] = None
    token_file: Annotated[str | None, description("or the file whose first line it is")] = None


class Watchdog(Table, frozen=True, kw_only=True):
    """The channel that gets the heartbeat."""

    channel: Annotated[Name, description("where the heartbeat goes")]
    every: Annotated[Duration, description("how often")] = "1 min"


class Pager(Table, frozen=True, kw_only=True):
    """The keys of the configuration's `[pager]` table."""

    channels: Annotated[
        dict[Name, Mapping[str, Any]], description("a table each: docs/reference/channels.md")
    ]
    routes: Annotated[tuple[Route, ...], description("the first that matches takes an alert")]
    system_routes: Annotated[tuple[Route, ...], description("routes of system alarms")]
    timezone: Annotated[str, description("IANA name; of hours")] = "UTC"
    unit: Annotated[str | None, description("the ward")] = None
    units: Annotated[tuple[Unit, ...], description("several wards; the first that matches")] = ()
    flood_pages: Annotated[int, msgspec.Meta(ge=2, le=60, description="pages that make a flood")] = 10
    flood_window: Annotated[Duration, description("in how long")] = "10 min"
    expire_after: Annotated[
        Duration, description("when an undelivered page of a resolved episode expires")
    ] = "2 h"
    try_refused_after: Annotated[Duration, description("when a refused page is tried again")] = "10 min"
    link: Annotated[str | None, description("where people find the board")] = None
    shadow: Annotated[
        bool | tuple[str, ...],
        description("decide every page and send none; or the units for which none is sent"),
    ] = False
    api: Annotated[Api | None, description("acknowledgements and silences over HTTP")] = None
    watchdog: Annotated[Watchdog | None, description("end-to-end heartbeat")] = None
