"""The configuration's `[board]` table: how the board shows the site, and who comes in.

[board]
site = "4 West"                                   # what stands on the page; default il2watch
units = [{ patients = "w4-*", unit = "4 West" }]  # the first that matches; else ward, icu
quiet = "15 min"                                  # a feed silent for longer is dead, whatever was usual
users-file = "/etc/il2watch/users.toml"           # a login; il2watch board --hash makes a password's hash
proxy-header = "X-Forwarded-User"                 # or a proxy that has asked, instead of users-file
proxy-roles-header = "X-Forwarded-Groups"         # see, act; without it everybody may act
proxy-from = ["10.0.0.7"]                         # the addresses whose header is believed
hosts = ["board.ward.example"]                    # names it is served under, besides this machine's own
tls-certfile = "/etc/ssl/board.pem"               # and tls-keyfile; or https = true behind a proxy with TLS
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import msgspec

from rules.guideline.settings.document import ConfigError, Document, read
from rules.guideline.settings.values import duration
from streams.board.access import users
from streams.board.access.door import Door, Proxy
from streams.board.board_state import Ways
from streams.config import site as engine
from streams.errors import UsageError


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    patients: str
    unit: str


class Board(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The table as it is written."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "il2watch"
    units: tuple[Unit, ...] = ()
    quiet: str = "15 min"
    users_file: str | None = None
    proxy_header: str | None = None
    proxy_roles_header: str | None = None
    proxy_from: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    tls_certfile: str | None = None
    tls_keyfile: str | None = None
    https: bool = False

    @property
    def secure(self) -> bool:
        return self.https or self.tls_certfile is not None


def load(path: str | None) -> Board:
    """The table of a configuration (`path`, else `IL2WATCH_CONFIG`); as if empty without one.

    Raises UsageError naming file, line and key.
    """
    named = path or os.environ.get(engine.CONFIG)
    if not named:
        return Board()
    try:
        document = read(engine.text(named))
    except ConfigError as error:
        raise UsageError(f"{named}: {error.problems[0]}") from None
    return told(document, named)


def told(document: Document, named: str) -> Board:
    """The table, checked. Raises UsageError."""
    table: Any = document.values.get("board", {})
    place = f"{named}: line {document.line(('board',))}: [board]"
    try:
        found = msgspec.convert(table, Board)
    except msgspec.ValidationError as error:
        raise UsageError(f"{place} {error}") from None
    if fault := conflict(found):
        raise UsageError(f"{place} {fault}")
    return found


def conflict(found: Board) -> str | None:
    """What does not go together; None: all does."""
    try:
        duration(found.quiet)
    except ValueError as error:
        return f"quiet: {error}"
    if found.users_file and found.proxy_header:
        return "users-file and proxy-header: a login here or a proxy's, not both"
    if bool(found.proxy_header) != bool(found.proxy_from):
        return "proxy-header and proxy-from go together: a header is believed from these addresses alone"
    if found.proxy_roles_header and not found.proxy_header:
        return "proxy-roles-header: needs proxy-header"
    if bool(found.tls_certfile) != bool(found.tls_keyfile):
        return "tls-certfile and tls-keyfile go together"
    return None


def ways(found: Board, wall: bool) -> Ways:
    """How the board shows things."""
    return Ways(
        found.site, wall, tuple((one.patients, one.unit) for one in found.units), duration(found.quiet) / 1000
    )


def door(found: Board) -> Door:
    """How people come in. Raises UsageError when the users' file cannot be used."""
    proxy = (
        Proxy(found.proxy_header, found.proxy_from, found.proxy_roles_header) if found.proxy_header else None
    )
    return Door(
        users.load(found.users_file) if found.users_file else None,
        proxy,
        frozenset(map(str.lower, found.hosts)),
        found.secure,
    )
