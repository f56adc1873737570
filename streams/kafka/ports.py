"""Free ports on loopback, and whether a broker answers there."""

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
    """Ports that nobody listens on now, each different. Raises OSError when there are none."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST):
        if len(found) == number:
            return found
        if is_free(port):
            found.append(port)
    raise OSError("no free port on loopback")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def open_at(host: str, port: int) -> bool:
    """Whether something listens there. A name that nobody knows, too, is nothing."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def answers(port: int) -> bool:
    """Whether something there speaks Kafka: it is asked which requests it knows (ApiVersions), and must
    answer that very question.
    """
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=2) as connection:
        connection.sendall(API_VERSIONS)
        return received(connection, 8)[4:] == struct.pack(">i", 7)
    return False


def received(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length and (more := connection.recv(length - len(data))):
        data += more
    return data


def wait_until(ready: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Asks again and again; whether it became so in time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
