"""Listen for MLLP on the address of each feed: who may connect, how many, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from ipaddress import ip_address, ip_network

from streams.errors import UsageError
from streams.feeds.service import metrics
from streams.feeds.service.conversation import Conversation, Feed
from streams.feeds.service.tls import Certificate

log = logging.getLogger("il2watch.feeds")


class Listener:
    """The listener of one feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.allowed = [ip_network(network) for network in feed.table.allow]
        self.certificate = Certificate(feed.name, feed.table)
        self.running: dict[asyncio.Task[None], Conversation] = {}
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises UsageError when the address is taken."""
        host, port = self.feed.table.address
        try:
            self.server = await asyncio.start_server(
                self._connected, host, port, ssl=self.certificate.context, limit=1 << 17
            )
        except OSError as error:
            raise UsageError(
                f"feeds.{self.feed.name}: listen {self.feed.table.listen}: {error.strerror}"
            ) from None
        metrics.CONNECTIONS.labels(self.feed.name).set(0)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self.server is not None
        return int(self.server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more; let each message in hand be stored and answered, and end the rest."""
        self.feed.stopping.set()
        if self.server is not None:
            self.server.close()
        idle = [task for task, conversation in self.running.items() if not conversation.in_hand]
        for task in idle:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running, timeout=self.feed.hold + 1)
        for task in list(self.running):
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("peername")
        peer = str(address[0]) if address else ""
        task = asyncio.current_task()
        assert task is not None
        if not self._may(peer):
            metrics.FRAMES.labels(self.feed.name, "not-allowed").inc()
            log.warning("%s: a connection from an address that is not allowed: closed", self.feed.name)
            writer.close()
            return
        conversation = Conversation(self.feed, reader, writer, peer)
        self.running[task] = conversation
        metrics.CONNECTIONS.labels(self.feed.name).inc()
        try:
            keep_alive(writer)
            await conversation.run()
        except (ConnectionError, asyncio.CancelledError):
            pass
        except Exception:
            log.exception("%s: a connection failed", self.feed.name)
        finally:
            del self.running[task]
            metrics.CONNECTIONS.labels(self.feed.name).dec()
            conversation.ended()
            await closed(writer)

    def _may(self, peer: str) -> bool:
        """Return whether an address may connect, and whether there is room for one more."""
        if len(self.running) >= self.feed.table.max_connections:
            return False
        if not self.allowed:
            return True
        return any(ip_address(peer.partition("%")[0]) in network for network in self.allowed)


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """Have the system probe a peer that says nothing: a half-open connection ends."""
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection; one that is broken already is no fault."""
    writer.close()
    with contextlib.suppress(ConnectionError, TimeoutError, asyncio.CancelledError, OSError):
        async with asyncio.timeout(5):
            await writer.wait_closed()
