"""Health over HTTP, on loopback unless told otherwise: `/-/healthy`, `/-/ready`, `/metrics`.

Nothing of a patient is served.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from streams.errors import UsageError
from streams.service import metrics

Answer = Callable[[], str | None]
"""None: all is well; else one line that says what is not."""


def application(healthy: Answer, ready: Answer) -> web.Application:
    """The three pages."""
    app = web.Application()
    app.router.add_get("/-/healthy", _page(healthy))
    app.router.add_get("/-/ready", _page(ready))
    app.router.add_get("/metrics", _metrics)
    return app


def _page(ask: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(_: web.Request) -> web.Response:
        fault = ask()
        return web.Response(status=200 if fault is None else 503, text=f"{fault or 'ok'}\n")

    return page


async def _metrics(_: web.Request) -> web.Response:
    return web.Response(
        body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serves until the runner's `cleanup`. Raises UsageError when the port is taken."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise UsageError(f"--metrics-port {port}: {error.strerror}; name another, or 0 for none") from None
    return runner
