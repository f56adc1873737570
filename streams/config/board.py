"""Define the configuration's `[board]` table: how the board shows the site, and who has access.

[board]
site = "4 West"                                   # the page's heading; default il2watch
units = [{ patients = "w4-*", unit = "4 West" }]  # the first that matches; else ward, icu
quiet = "15 min"                                  # a feed silent for longer is dead, whatever was usual
users-file = "/etc/il2watch/users.toml"           # a login; il2watch board --hash makes a password's hash
session-keys-file = "/run/secrets/board-keys"     # a key a line: the first signs sessions, all verify
proxy-header = "X-Forwarded-User"                 # or a proxy that authenticates, instead of users-file
proxy-roles-header = "X-Forwarded-Groups"         # see, act; without it everybody may act
proxy-from = ["10.0.0.7"]                         # the addresses whose header is believed
hosts = ["board.ward.example"]                    # names it is served under, besides this machine's own
tls-certfile = "/etc/ssl/board.pem"               # and tls-keyfile; or https = true behind a proxy with TLS

The users' file, which it names, tells who may log in, with what roles:

[users.rn-14]
name = "R. Nurse"                   # the name in the audit; default: the user's name
password = "scrypt$32768$8$3$..."   # il2watch board --hash
roles = ["see", "act"]
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from rules.wire.durations import duration
from streams.config.section import Duration, Fault, SiteFile, Table, Unit


class Board(Table, frozen=True, kw_only=True):
    """The keys of the configuration's `[board]` table."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=60, description="name shown on the page")] = (
        "il2watch"
    )
    units: Annotated[
        tuple[Unit, ...], msgspec.Meta(description="units by patient; the first that matches")
    ] = ()
    quiet: Annotated[Duration, msgspec.Meta(description="a feed silent for longer counts as failed")] = (
        "15 min"
    )
    users_file: Annotated[str | None, msgspec.Meta(description="who may log in")] = None
    session_keys_file: Annotated[
        str | None, msgspec.Meta(description="a key a line: the first signs sessions, all verify")
    ] = None
    proxy_header: Annotated[str | None, msgspec.Meta(description="names the user, set by a proxy")] = None
    proxy_roles_header: Annotated[str | None, msgspec.Meta(description="names the roles: see, act")] = None
    proxy_from: Annotated[
        tuple[str, ...], msgspec.Meta(description="addresses whose header is believed")
    ] = ()
    hosts: Annotated[tuple[str, ...], msgspec.Meta(description="names it is served under")] = ()
    tls_certfile: Annotated[str | None, msgspec.Meta(description="certificate to serve TLS with")] = None
    tls_keyfile: Annotated[str | None, msgspec.Meta(description="its key")] = None
    https: Annotated[bool, msgspec.Meta(description="a proxy in front encrypts")] = False

    @property
    def secure(self) -> bool:
        """Whether the board is reached over TLS."""
        return self.https or self.tls_certfile is not None


def section(file: SiteFile) -> Board:
    """Return the table, checked. Raises UsageError naming file, line and key."""
    table = file.section(Board, "board")
    if fault := conflict(table):
        file.blame(("board", fault.key), fault.text)
    return table


def conflict(table: Board) -> Fault | None:
    """Return which keys do not go together, or None."""
    try:
        duration(table.quiet)
    except ValueError as error:
        return Fault("quiet", str(error))
    if table.users_file and table.proxy_header:
        return Fault("proxy-header", "stands beside users-file: a login here or a proxy's, not both")
    if bool(table.proxy_header) != bool(table.proxy_from):
        given = "proxy-header" if table.proxy_header else "proxy-from"
        together = "proxy-header and proxy-from go together"
        return Fault(given, f"{together}: a header is believed from these addresses alone")
    if table.proxy_roles_header and not table.proxy_header:
        return Fault("proxy-roles-header", "needs proxy-header")
    if bool(table.tls_certfile) != bool(table.tls_keyfile):
        given = "tls-certfile" if table.tls_certfile else "tls-keyfile"
        return Fault(given, "tls-certfile and tls-keyfile go together")
    return None


Role = Literal["see", "act"]
UserName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")]


class User(Table, frozen=True, kw_only=True):
    """A user who may log in to the board."""

    password: Annotated[str, msgspec.Meta(description="its hash, from il2watch board --hash")]
    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, description="what the user may do")]
    name: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None,
        msgspec.Meta(description="name written to the audit; else the user's name"),
    ] = None


class UsersFile(Table, frozen=True, kw_only=True):
    """The board's users' file, a document of its own."""

    users: Annotated[dict[UserName, User], msgspec.Meta(description="a table each, by the user's name")]
