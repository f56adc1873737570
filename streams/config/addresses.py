"""Check the addresses of Kafka's brokers as they are written: host:port, comma separated."""

from __future__ import annotations

import re

from streams.errors import UsageError

ONE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):(?P<port>[0-9]{1,5})")


def servers_of(text: object) -> str:
    """Return the address, checked and without blanks: `a:1,b:2`.

    Raises UsageError naming the part that is not host:port.
    """
    if not isinstance(text, str):
        raise UsageError(f'broker {text!r}: give it as text, like "localhost:9092"')
    return ",".join(server(part.strip()) for part in text.split(","))


def server(text: str) -> str:
    """Return one host:port, checked. Raises UsageError."""
    found = ONE.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= 65535:
        raise UsageError(f"broker {text!r} is not host:port, like localhost:9092")
    return text


def hosts(servers: str) -> list[tuple[str, int]]:
    """Return each host and port; an IPv6 host without its brackets."""
    parts = (one.rpartition(":") for one in servers.split(","))
    return [(host.strip("[]"), int(port)) for host, _, port in parts]
