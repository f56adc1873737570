"""JSON Lines on stdout: UTF-8 whatever the terminal speaks, one object a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import msgspec


def write(objects: Iterable[Any]) -> None:
    """Prints each object on a line of its own."""
    encode = msgspec.json.Encoder().encode
    sys.stdout.flush()
    for item in objects:
        sys.stdout.buffer.write(encode(item) + b"\n")
    sys.stdout.buffer.flush()
