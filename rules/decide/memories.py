"""Encode what is remembered of the subjects: as it was some time ago, in a block, and what has changed since.

A decision changes a few of sixty. Once as many changes were written as would have written all of them several
times, all are written anew.
"""

from copy import copy

import msgspec

from rules.decide.block import Block, block, unpack
from rules.decide.state import Patient
from rules.decide.subjects import RECOMMENDATION
from rules.evaluate.result import Memory

WRITES = 8
"""So many times the memories in a block may be written as changes before it is written anew."""


class Changed(msgspec.Struct, array_like=True):
    """The memories that are others than in the block; the subjects in their order, where that is another."""

    order: list[str] | None
    memories: dict[str, Memory]


class Base(msgspec.Struct):
    """The memories in a block, as copies of their own, and what has become of them.

    `latest`: the memories when they were last looked at; `changed`: those that are others than in the block;
    `written`: how many changes were written since the block.
    """

    memories: dict[str, Memory]
    order: list[str]
    block: Block
    latest: dict[str, Memory]
    changed: dict[str, Memory]
    written: int = 0


_base = msgspec.msgpack.Decoder(dict[str, Memory])


def save(patient: Patient) -> tuple[Changed, Block]:
    """Return what has changed since the block was written, and the block."""
    base: Base | None = patient.base
    if base is not None:
        _look(patient.memories, base)
    if base is None or base.written > WRITES * (len(base.order) + 1):
        base = patient.base = _copied(patient.memories, block(patient.memories))
    base.written += len(base.changed)
    order = list(patient.memories)
    return Changed(None if order == base.order else order, dict(base.changed)), base.block


def _look(memories: dict[str, Memory], base: Base) -> None:
    """Note which memories are others than in the block: a decision replaces those it changes."""
    before = base.latest.get
    new = [name for name, memory in memories.items() if memory is not before(name) or name == RECOMMENDATION]
    for name in new:
        if memories[name] == base.memories.get(name):
            base.changed.pop(name, None)
        else:
            base.changed[name] = memories[name]
    if len(base.latest) != len(memories) or new:
        base.changed = {name: memories[name] for name in base.changed if name in memories}
        base.latest = dict(memories)


def _copied(memories: dict[str, Memory], block: Block) -> Base:
    copies = {name: copy(memory) for name, memory in memories.items()}
    return Base(copies, list(memories), block, dict(memories), {})


def load(patient: Patient, changed: Changed, base: Block) -> None:
    """Put the memories of a block, and what has changed since, into a patient."""
    found: dict[str, Memory] = unpack(base.data, _base)
    memories = {**found, **changed.memories}
    order = memories if changed.order is None else changed.order
    patient.base = _copied(found, base)
    patient.base.changed = dict(changed.memories)
    patient.memories = {name: memories[name] for name in order}
    patient.base.latest = dict(patient.memories)
