"""Encode and decode state records: a patient's state, the input offsets it contains, and its pending alerts.

And the fencing terms that rows and records carry, by which a reader knows what an outranked writer said.

A state stands on blocks, which are written once, under keys of their own in the same partition. A block
travels in the state record until it is acknowledged there, so that a record never stands on what is not
written; small ones stay in it.

A state record is written before its alerts are published: a decision is durable before anyone sees it, so no
restart can decide otherwise under an alert number that was already used. Alerts that a kill keeps from being
published are in the record, and are published by the partition's next owner.

Source: docs/decisions on the worker.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from rules.wire.topics import ALERTS, ASSESSMENTS

VERSION = 2
READ = (1, VERSION)
"""Versions that are read: a record of the first has its state in one piece, without blocks."""
STATE_TABLE = "charts"
"""The name of the table of state records."""
PARTITION_PREFIX = "\x00ward/"
"""The prefix of the key of a partition's own row; no patient id holds a control character."""


NO_TERM = -1
"""The term of what was written before there were terms: earlier than any."""
MARK = b"\xc1"
"""The first byte of a value with a term; msgpack never uses it, so a value without one begins otherwise."""
_TERM = struct.Struct(">Q")


def in_term(value: bytes, term: int) -> bytes:
    """Return a value of the worker's table as it is written in a fencing term."""
    return value if term == NO_TERM else MARK + _TERM.pack(term) + value


def apart(data: bytes) -> tuple[int, bytes]:
    """Return the term that a value of the worker's table was written in, and the value."""
    if not data.startswith(MARK) or len(data) <= _TERM.size:
        return NO_TERM, data
    return int(_TERM.unpack_from(data, 1)[0]), data[1 + _TERM.size :]


HEADER = "term"
"""The header of an alert or assessment that tells the term it was written in."""


def header(term: int) -> list[tuple[str, bytes]]:
    """Return the header of a record that is written in a term; none where there is no term."""
    return [] if term == NO_TERM else [(HEADER, str(term).encode())]


class UnknownStateRecord(ValueError):
    """The bytes are not a state record that this version can read."""


def key(name: str) -> bytes:
    """Return the key of a record: the patient's id, or a name that no patient has."""
    return name.encode("utf-8", "surrogatepass")


class PendingAlert(msgspec.Struct, array_like=True):
    """An alert as it is published: its bytes, the header `evidence`, and the record's time (ms)."""

    value: bytes
    evidence: str
    time: int


class StateRecord(msgspec.Struct, array_like=True):
    """One encoded patient state with the input offsets it contains.

    `positions`: by input topic, the first offset whose record is not in the state yet. `wake`: the instant
    from which on time alone changes something (None: none). `pending`: the alerts of the last write, packed;
    `ticked`: a tick caused the write, so that offsets do not tell whether they were published. `assessed`:
    the assessment of this state is published with it. `open`: open episodes by level, in the order of
    `LEVELS`. `over`: the patient is discharged. `state`: the head of the state; `blocks`: the names of those
    it stands on, in order; `carried`: those that are in this record.
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
    blocks: tuple[bytes, ...] = ()
    carried: dict[bytes, bytes] = {}


_encoder = msgspec.msgpack.Encoder()
_row = msgspec.msgpack.Decoder(StateRecord)
_pending = msgspec.msgpack.Decoder(list[PendingAlert])


def pack(record: StateRecord) -> bytes:
    """Encode a state record."""
    return _encoder.encode(record)


def unpack(data: bytes) -> StateRecord:
    """Decode a state record. Raises UnknownStateRecord."""
    try:
        record = _row.decode(apart(data)[1])
    except msgspec.DecodeError as error:
        raise UnknownStateRecord(f"not a row of the worker's table: {error}") from error
    if record.version not in READ:
        raise UnknownStateRecord(
            f"the table's row has version {record.version}, this program reads {VERSION}"
        )
    return record


def settled_record(record: StateRecord, assessed: bool) -> StateRecord:
    """Return a state record that says that its alerts are published, and whether its assessment is."""
    return msgspec.structs.replace(record, pending=b"", ticked=False, assessed=assessed)


def newer(value: bytes, other: bytes) -> bool:
    """Return whether a state record, encoded, outranks another: by its term, else by how much it contains.

    A worker that was thought dead may write behind its successor: its term is earlier, whatever it contains.
    Raises UnknownStateRecord.
    """
    term, before = apart(value)[0], apart(other)[0]
    return term > before or (term == before and sum(unpack(value).positions) >= sum(unpack(other).positions))


def pack_pending(alerts: list[PendingAlert]) -> bytes:
    """Encode pending alerts, compressed.

    Alerts are similar, and a backlog may leave hundreds pending: compressed they stay far below Kafka's
    largest record.
    """
    return zlib.compress(_encoder.encode(alerts), 1) if alerts else b""


def unpack_pending(data: bytes) -> list[PendingAlert]:
    """Decode pending alerts."""
    return _pending.decode(zlib.decompress(data)) if data else []


BLOCK_SEPARATOR = "\x00"
"""Between a patient's id and the name of a block in a key; no patient id holds a control character."""


def block_key(patient: str, block: bytes) -> str:
    """Return the key of a patient's block by its name."""
    return f"{patient}{BLOCK_SEPARATOR}{block.hex()}"


def block_of(name: str) -> tuple[str, bytes] | None:
    """Return whose block a key is of, and the block's name; None when it is of none."""
    patient, separator, block = name.partition(BLOCK_SEPARATOR)
    return (patient, bytes.fromhex(block)) if separator and patient else None


def blocks_of(record: StateRecord, find: Callable[[bytes], bytes]) -> list[bytes]:
    """Return the blocks that a state record stands on, in order; `find` returns one that is written apart."""
    return [record.carried[name] if name in record.carried else find(name) for name in record.blocks]


def partition_key(partition: int) -> str:
    """Return the key of a partition's own row."""
    return f"{PARTITION_PREFIX}{partition}"


def pack_tick(moment: int) -> bytes:
    """Encode a partition's own row: the latest tick (ms) for all of its patients."""
    return _encoder.encode(moment)


def unpack_tick(data: bytes) -> int:
    """Decode a partition's own row."""
    return int(msgspec.msgpack.decode(apart(data)[1], type=int))


AGE = struct.Struct(">QQ")


def stamped(value: bytes, term: int, revision: int) -> bytes:
    """Return a value as a row: in front its age, which is the term it is written in, then its revision."""
    return AGE.pack(term, revision) + value


def unstamped(row: bytes) -> bytes:
    """Return the value in a row."""
    return row[AGE.size :]


FENCED = (ALERTS, ASSESSMENTS)


def written_in(headers: Iterable[tuple[str, bytes | None]] | None) -> int | None:
    """Return the term that a record was written in; None: it does not say, or not in figures."""
    for name, value in headers or ():
        if name == HEADER and value is not None and value.isdigit() and len(value) < _LONGEST:
            return int(value)
    return None


_LONGEST = 19


class Ranks:
    """The latest term read of each partition: what an outranked writer said behind it does not count."""

    def __init__(self) -> None:
        self.latest: dict[tuple[str, int], int] = {}

    def counts(self, topic: str, partition: int, headers: Iterable[tuple[str, bytes | None]] | None) -> bool:
        """Return whether a record counts; one without a term always does."""
        term = written_in(headers) if topic in FENCED else None
        if term is None:
            return True
        latest = self.latest[topic, partition] = max(term, self.latest.get((topic, partition), term))
        return term == latest

    def counting(self, records: Iterable[Any]) -> list[Any]:
        """Return those records, as a Kafka client returns them, that count."""
        return [one for one in records if self.counts(one.topic, one.partition, one.headers)]
