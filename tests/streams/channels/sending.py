"""Pages sent over a channel of the registry to a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from streams.channels.page import Page, Receipt
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from tests.streams.channels.server import Asked, Reply, serving


class Sent(list[Receipt]):
    """The receipts, and what the server was asked."""

    asked: list[Asked]


def sent(
    kind: str,
    pages: list[Page],
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    reply: Reply | None = None,
    path: str = "",
) -> Sent:
    """Sends the pages, one after another. Raises TransportError as the channel does."""

    async def run() -> Sent:
        async with serving(reply) as server:
            made = channel(
                "oncall",
                {"kind": kind, "url": server.url + path, "timeout-s": 5} | dict(options),
                Secrets(environ),
            )
            try:
                receipts = Sent([await made.send(one) for one in pages])
            finally:
                await made.close()
        receipts.asked = server.asked
        return receipts

    return asyncio.run(run())
