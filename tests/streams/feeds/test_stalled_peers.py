"""Peers that stall keep nobody else from an answer; what a long connection tolerates is counted while it lasts."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import msgspec
import pytest

from streams.config.feeds import FeedTable
from streams.service.metrics import REGISTRY
from tests.streams.feeds.test_certificates import ASKED, KINDS, answered, serving
from tests.streams.feeds.test_fhir import observation

BODY = json.dumps(observation()).encode()
HEAD = (
    "PUT /Observation/o1 HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
)
WHOLE = {"mllp": ASKED["mllp"], "fhir": HEAD.encode() + BODY}
each_kind = pytest.mark.parametrize("kind", KINDS)


def table(kind: str, **fields: Any) -> FeedTable:
    return msgspec.structs.replace(FeedTable(kind=kind, listen="127.0.0.1:0"), **fields)  # type: ignore[arg-type]


async def stalled(port: int, data: bytes) -> socket.socket:
    """Return a connection that sends what fits of some bytes, and then neither sends nor reads."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    made.send(data)
    return made


@each_kind
def test_others_are_answered_while_sixty_peers_stall(kind: str) -> None:
    """Thirty send half a message and say no more; thirty send twenty whole ones and read no answer."""

    async def client(listener: Any) -> str:
        half, many = WHOLE[kind][: len(WHOLE[kind]) // 2], WHOLE[kind] * 20
        held = [await stalled(listener.port, half if place % 2 else many) for place in range(60)]
        found = await answered(listener, None)
        for each in held:
            each.close()
        return found

    assert serving(table(kind, max_connections=100), client) == "answered"


@each_kind
def test_a_peer_that_says_half_and_goes_silent_is_closed_when_the_feed_has_waited(kind: str) -> None:
    """Half open: the connection stays, and nothing comes of it; the feed's `idle` ends it."""

    async def client(listener: Any) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(WHOLE[kind][:20])
        found = await reader.read()
        writer.close()
        return found

    assert serving(table(kind, idle="1 s"), client) == b""


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"feed": "icu", **labels}) or 0.0


def test_faults_of_framing_and_control_ids_used_again_are_counted_while_a_connection_lasts() -> None:
    """Stray bytes, then a message, the same again, and another one under its control id."""
    other = ASKED["mllp"].replace(b"|2.6|", b"|1.6|")

    async def client(listener: Any) -> tuple[float, float]:
        stray = counted("il2_feed_frame_faults_total", kind="stray")
        reused = counted("il2_feed_counted_total", what="control-id-reused")
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"stray")
        for data in (ASKED["mllp"], ASKED["mllp"], other):
            writer.write(data)
            await reader.readuntil(b"\x1c\r")
        found = (
            counted("il2_feed_frame_faults_total", kind="stray") - stray,
            counted("il2_feed_counted_total", what="control-id-reused") - reused,
        )
        writer.close()
        return found

    assert serving(table("mllp"), client) == (5, 1)
