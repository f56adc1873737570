"""Define the block: a part of a patient's state that is written once, and named by its content.

A head lists the blocks that it stands on by name, so one that has not changed is not written again, and two
writers of the same content write the same record.
"""

import zlib
from hashlib import blake2b
from typing import Any

import msgspec

NAME = 8
"""Bytes of a name: within one patient's few hundred blocks no two contents share one."""

_encoder = msgspec.msgpack.Encoder()


class Block(msgspec.Struct, frozen=True, gc=False):
    """An encoded part of a state, and its name, the digest of its bytes."""

    name: bytes
    data: bytes


def named(data: bytes) -> Block:
    """Return a block of these bytes."""
    return Block(blake2b(data, digest_size=NAME).digest(), data)


def block(value: object) -> Block:
    """Return a value as a block: msgpack, compressed."""
    return named(pack(value))


def pack(value: object) -> bytes:
    """Encode a value as msgpack and compress it."""
    return zlib.compress(_encoder.encode(value), 6)


def unpack(data: bytes, decoder: msgspec.msgpack.Decoder[Any]) -> Any:
    """Decode a compressed value. Raises zlib.error or MsgspecError."""
    return decoder.decode(zlib.decompress(data))
