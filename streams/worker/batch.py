"""What crosses from the consumer to the agent: the next records of one partition number, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Record(Protocol):
    """A record as the client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Batch(NamedTuple):
    """`records` with the number of their topic among the inputs; `positions`: by topic, the offset after the last one that was handed on.

    `edge`: the log holds nothing more; `now`: wall time (ms) if time is to pass by the wall, which it does at the edge alone.
    `committed`: where this assignment began to read; `ends`: where the topics ended when this was put together.
    """

    partition: int
    records: Sequence[tuple[int, Record]]
    positions: tuple[int, ...]
    committed: tuple[int, ...]
    ends: tuple[int, ...]
    edge: bool
    now: int | None = None
