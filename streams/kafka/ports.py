"""Find free ports on loopback, and tell whether a broker answers there."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import time
from collections.abc import Callable

HOST = "127.0.0.1"
# Below every system's range of ephemeral ports: a broker that restarts finds its port free, not lent to some
# outgoing connection.
LOWEST, HIGHEST = 20_000, 32_000
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 7, -1)


def free(number: int = 1) -> list[int]:
    """Return ports that nobody listens on now, each different. Raises OSError when there are none."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST):
        if len(found) == number:
            return found
        if is_free(port):
            found.append(port)
    raise OSError("no free port on loopback")


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def open_at(host: str, port: int) -> bool:
    """Return whether something listens there; False for a host name that does not resolve."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def answers(port: int) -> bool:
    """Return whether a Kafka broker listens on the port.

    It is asked which requests it supports (ApiVersions), and must answer that very request.
    """
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=2) as connection:
        connection.sendall(API_VERSIONS)
        return received(connection, 8)[4:] == struct.pack(">i", 7)
    return False


def received(connection: socket.socket, length: int) -> bytes:
    """Return so many bytes from a connection, fewer if it ends before."""
    data = b""
    while len(data) < length and (more := connection.recv(length - len(data))):
        data += more
    return data


def wait_until(ready: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Ask repeatedly; return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
