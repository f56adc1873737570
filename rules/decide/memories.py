"""Encode what is remembered of the subjects: as it was some time ago, in a block, and what has changed since.

A decision changes a few of sixty. Once as many changes were written as would have written all of them several
times, all are written anew.
"""

from copy import copy

import msgspec

from rules.decide.block import Block, block, unpack
from rules.decide.state import Patient
from rules.evaluate.result import Memory

WRITES = 8
"""So many times the memories in a block may be written as changes before it is written anew."""


class Changed(msgspec.Struct, array_like=True):
    """The memories that are others than in the block; the subjects in their order, where that is another."""

    order: list[str] | None
    memories: dict[str, Memory]


class Base(msgspec.Struct):
    """The memories in a block, as copies of their own, and how many changes were written since."""

    memories: dict[str, Memory]
    order: list[str]
    block: Block
    written: int = 0


_base = msgspec.msgpack.Decoder(dict[str, Memory])


def save(patient: Patient) -> tuple[Changed, Block]:
    """Return what has changed since the block was written, and the block."""
    base: Base | None = patient.base
    changed = {} if base is None else _changed(patient.memories, base)
    if base is None or base.written + len(changed) > WRITES * (len(base.order) + 1):
        base, changed = _copied(patient.memories, block(patient.memories)), {}
        patient.base = base
    base.written += len(changed)
    order = list(patient.memories)
    return Changed(None if order == base.order else order, changed), base.block


def _changed(memories: dict[str, Memory], base: Base) -> dict[str, Memory]:
    before = base.memories.get
    return {name: memory for name, memory in memories.items() if memory != before(name)}


def _copied(memories: dict[str, Memory], block: Block) -> Base:
    return Base({name: copy(memory) for name, memory in memories.items()}, list(memories), block)


def load(patient: Patient, changed: Changed, base: Block) -> None:
    """Put the memories of a block, and what has changed since, into a patient."""
    found: dict[str, Memory] = unpack(base.data, _base)
    patient.base = _copied(found, base)
    memories = {**found, **changed.memories}
    order = memories if changed.order is None else changed.order
    patient.memories = {name: memories[name] for name in order}
