"""Identify the user: by login, by a trusted proxy's header, or nobody in particular on this machine alone.

Identification raises nothing; it returns the identity or None.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import NamedTuple

from aiohttp import web

from streams.board.access.session import Session, Sessions
from streams.board.access.users import ACT, EVERYBODY, SEE, Identity, Users
from streams.errors import UsageError

COOKIE = "il2watch"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Proxy(NamedTuple):
    """A proxy that has authenticated the user.

    `header`: the header with the name; `trusted`: the addresses the proxy connects from; `roles`: the header
    with the roles; None: all may act.
    """

    header: str
    trusted: tuple[str, ...]
    roles: str | None = None


class AuthSettings(NamedTuple):
    """How users are authenticated. Neither `users` nor `proxy`: anybody, on this machine alone.

    `hosts`: names the board is served under; `secure`: over TLS.
    """

    users: Users | None = None
    proxy: Proxy | None = None
    hosts: frozenset[str] = frozenset()
    secure: bool = False

    @property
    def open(self) -> bool:
        """Whether no login was set up."""
        return self.users is None and self.proxy is None

    def check(self, listen: str, plain_http: bool = False) -> None:
        """Raise UsageError for a board that anybody on the network could use, or listen to.

        `plain_http`: whoever starts it says that something else encrypts, or that nobody else reaches it.
        """
        if self.open and listen not in LOOPBACK:
            raise UsageError(
                f"--listen {listen}: others could see patients and act; set users-file or proxy-header "
                "in "
                "[board] first"
            )
        if self.users is not None and not (self.secure or plain_http) and listen not in LOOPBACK:
            raise UsageError(
                f"--listen {listen}: passwords and patients would go in the clear; set tls-certfile and "
                "tls-keyfile in [board], or https = true where a proxy in front encrypts; --plain-http where "
                "this address is reached from this machine alone"
            )

    def knows(self, host: str) -> bool:
        """Return whether a request's Host is a name of this board.

        Without a login a foreign name means a page of another site whose requests reach this machine.
        """
        name = (
            host.rsplit(":", 1)[0].strip("[]").lower() if not host.endswith("]") else host.strip("[]").lower()
        )
        return not self.open or name in LOOPBACK or name in self.hosts

    def identity(self, request: web.Request, session: Session | None) -> Identity | None:
        """Return the identity of a request; None: not admitted yet."""
        if self.proxy is not None:
            return through(self.proxy, request)
        if self.users is None:
            return EVERYBODY
        return self.users.identity(session.user) if session is not None and session.user is not None else None


def through(proxy: Proxy, request: web.Request) -> Identity | None:
    """Return the identity named by a trusted proxy.

    None for a request from any other address, whatever its headers say.
    """
    named = request.headers.getall(proxy.header, [])
    if len(named) != 1 or not named[0].strip() or not comes_from(request.remote, proxy.trusted):
        return None
    if proxy.roles is None:
        return Identity(named[0].strip()[:128], frozenset({SEE, ACT}))
    names = {
        role.strip().lower() for value in request.headers.getall(proxy.roles, []) for role in value.split(",")
    }
    roles = frozenset(names & {SEE, ACT})
    return Identity(named[0].strip()[:128], roles) if roles else None


def comes_from(remote: str | None, trusted: tuple[str, ...]) -> bool:
    """Return whether an address is among the trusted ones."""
    try:
        return remote is not None and any(
            ip_address(remote) in ip_network(net, strict=False) for net in trusted
        )
    except ValueError:
        return False


class RequestUser(NamedTuple):
    """The user of one request: identity, session, and the token bound to that session."""

    identity: Identity
    session: Session
    token: str


def cookie_of(request: web.Request, sessions: Sessions, now: int) -> Session | None:
    """Return the session of a request's cookie; None when it has none that is valid."""
    found = request.cookies.get(COOKIE)
    return sessions.session_of(found, now) if found else None


def set_cookie(response: web.StreamResponse, value: str, secure: bool, lasts: int) -> None:
    """Set the session cookie, for this site alone and not readable by scripts."""
    response.set_cookie(
        COOKIE, value, max_age=lasts, path="/", httponly=True, samesite="Strict", secure=secure
    )
