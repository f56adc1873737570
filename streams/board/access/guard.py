"""Check every request (host, identity, token), add security headers, and slow down guessing of passwords."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from streams.board.access.auth_settings import AuthSettings, RequestUser, cookie_of, set_cookie
from streams.board.access.session import LASTS_S, Session, Sessions
from streams.board.access.users import SEE

FREE_ATTEMPTS = 5
WINDOW_S = 900.0
FIRST_S = 5.0
LONGEST_S = 300.0
MOST = 10_000


class Attempts:
    """Wrong passwords by source: the user tried and the address; either alone is enough to delay the next."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[float]] = {}

    def wait(self, now: float, *sources: str) -> float:
        """Return the seconds until the next attempt is checked; 0: now."""
        return max((self._wait(now, source) for source in sources), default=0.0)

    def wrong(self, now: float, *sources: str) -> None:
        """Record a wrong password."""
        for source in sources:
            tried = self._wrong.pop(source, [])
            self._wrong[source] = [*(when for when in tried if now - when < WINDOW_S), now][-20:]
        for old in list(self._wrong)[:-MOST]:
            del self._wrong[old]

    def right(self, *sources: str) -> None:
        """Forget the wrong passwords of these sources, since one was right."""
        for source in sources:
            self._wrong.pop(source, None)

    def _wait(self, now: float, source: str) -> float:
        """Return the seconds to wait for one source: doubled with every attempt after the free ones."""
        tried = [when for when in self._wrong.get(source, ()) if now - when < WINDOW_S]
        if len(tried) < FREE_ATTEMPTS:
            return 0.0
        return max(0.0, tried[-1] + min(LONGEST_S, FIRST_S * 2.0 ** (len(tried) - FREE_ATTEMPTS)) - now)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUEST_USER: web.RequestKey[RequestUser] = web.RequestKey("user", RequestUser)
FREE = ("/static/", "/-/", "/login")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TLS = "max-age=31536000"


def guard(auth: AuthSettings, sessions: Sessions) -> Any:
    """Return the middleware that refuses a foreign host and a user who may not see."""

    @web.middleware
    async def check(request: web.Request, handler: Answer) -> web.StreamResponse:
        if not auth.knows(request.host):
            return web.Response(status=421, text="this board is not served under that name\n")
        if request.path.startswith(FREE):
            return await handler(request)
        now = int(time.time())
        session = cookie_of(request, sessions, now)
        identity = auth.identity(request, session)
        if identity is None or not identity.may(SEE):
            return nobody(request, auth)
        fresh: str | None = None
        if session is None:
            session, fresh = sessions.begin(None, now)
        request[REQUEST_USER] = RequestUser(identity, session, sessions.token(session))
        response = await handler(request)
        if fresh is not None and not response.prepared:
            set_cookie(response, fresh, auth.secure, LASTS_S)
        return response

    return check


def nobody(request: web.Request, auth: AuthSettings) -> web.Response:
    """Redirect a browser to the login; refuse programs, and requests that no proxy identified."""
    if (
        auth.users is not None
        and request.method == "GET"
        and "text/html" in request.headers.get("Accept", "")
    ):
        return web.Response(status=303, headers={"Location": "/login"})
    return web.Response(status=401, text="log in first\n")


def headed(auth: AuthSettings) -> Any:
    """Return a signal handler that adds the headers to every response, streams included."""

    async def put(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if auth.secure:
            response.headers["Strict-Transport-Security"] = TLS

    return put


def forged(request: web.Request, sessions: Sessions, session: Session, token: str) -> str | None:
    """Return why a request that changes something is not from a page of this board; None: it is."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return "it comes from another site"
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return "it comes from another site"
    return None if sessions.genuine(session, token) else "its token is not this session's; reload the page"
