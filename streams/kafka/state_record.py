"""A patient's row in the table: the state, how far the log is in it, and the alerts it owes.

Source: docs/decisions on the worker.

The row is written before its alerts are: a decision is durable before anyone sees it, so no restart can
decide otherwise under a number that was given. What a kill keeps from being published is in the row, and is
published again by whoever takes over.
"""

from __future__ import annotations

import zlib

import msgspec

VERSION = 1
LEVELS = ("absolute", "relative", "technical", "advisory")
STATE_TABLE = "charts"
"""The name of the table of rows."""
PARTITION_PREFIX = "\x00ward/"
"""Keys of a partition's own row; no patient id holds a control character."""


class UnknownStateRecord(ValueError):
    """The bytes are not a row this version can read."""


def key(name: str) -> bytes:
    """Return the key of a record: the patient's id, or a name that no patient has."""
    return name.encode("utf-8", "surrogatepass")


class PendingAlert(msgspec.Struct, array_like=True):
    """An alert as it is published: its bytes, the header `evidence`, and the record's time (ms)."""

    value: bytes
    evidence: str
    time: int


class StateRecord(msgspec.Struct, array_like=True):
    """What the table holds of a patient.

    `positions`: by input topic, the offset from which on records are not in the state yet. `wake`: the
    instant from which on time alone changes something (None: nothing ahead). `owed`: the alerts of the last
    write, packed; `ticked`: it was a tick that wrote, so that offsets do not tell whether they were
    published. `shown`: the assessment of this state goes out with it. `open`: open episodes by level, as
    `LEVELS` has them. `over`: the stay is over, and the state but a stub.
    """

    version: int
    positions: tuple[int, ...]
    wake: int | None
    pending: bytes
    ticked: bool
    assessed: bool
    open: tuple[int, ...]
    over: bool
    state: bytes


_encoder = msgspec.msgpack.Encoder()
_row = msgspec.msgpack.Decoder(StateRecord)
_pending = msgspec.msgpack.Decoder(list[PendingAlert])


def pack(record: StateRecord) -> bytes:
    return _encoder.encode(record)


def unpack(data: bytes) -> StateRecord:
    """The row of these bytes. Raises UnknownRow."""
    try:
        record = _row.decode(data)
    except msgspec.DecodeError as error:
        raise UnknownStateRecord(f"not a row of the worker's table: {error}") from error
    if record.version != VERSION:
        raise UnknownStateRecord(
            f"the table's row has version {record.version}, this program reads {VERSION}"
        )
    return record


def newer(one: StateRecord, other: StateRecord) -> bool:
    """Whether a row has at least as much of the log in it as another.

    A worker that was thought dead may write behind its successor.
    """
    return sum(one.positions) >= sum(other.positions)


def pack_pending(alerts: list[PendingAlert]) -> bytes:
    """Alerts are much alike, and a backlog may owe hundreds: packed they stay far below Kafka's largest
    record.
    """
    return zlib.compress(_encoder.encode(alerts), 1) if alerts else b""


def unpack_pending(data: bytes) -> list[PendingAlert]:
    return _pending.decode(zlib.decompress(data)) if data else []


def partition_key(partition: int) -> str:
    return f"{PARTITION_PREFIX}{partition}"


def pack_tick(moment: int) -> bytes:
    """A partition's own row: the latest tick for all of its patients."""
    return _encoder.encode(moment)


def unpack_tick(data: bytes) -> int:
    return int(msgspec.msgpack.decode(data, type=int))
