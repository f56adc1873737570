"""Encode the small fields of a patient's state, and what is remembered of its subjects.

The small fields are written with every decision. The memories are in a block as they were some time ago, and
the head says what has changed since: a decision changes a few of sixty. Once as many changes were written as
would have written all of them several times, all are written anew.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.earlier import NOTHING_EARLIER, Earlier
from rules.chart.stays import Stay
from rules.decide.block import Block, block, unpack
from rules.decide.state import AfterDischarge, Patient, Reminders
from rules.evaluate.result import Memory
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant


class Head(msgspec.Struct, array_like=True):
    """The small fields of a patient's state; dirty flags are stored by name."""

    id: str
    now: Instant
    due: Instant | None
    seq: int
    dirty: list[str]
    dirty_amended: list[str]
    dirty_replaced: list[str]
    amendments: tuple[str, ...]
    pending: bool
    dirty_on_vitals: list[str]
    cycles: int
    cycle_start: int | None
    cycle_since: int | None
    quiet: bool
    intensive_since: int | None
    acks: tuple[tuple[str, str], ...]
    resumed: tuple[str, ...]
    discharged: Instant | None
    stay: Stay
    sealed: Instant
    after: AfterDischarge | None
    reminders: Reminders
    given: dict[str, list[int]]
    watched: bool
    fresh: tuple[int, ...]
    rules_n: int
    accepted: frozenset[str]
    outgrown: frozenset[str]
    pack: str = ""
    pack_since: int | None = None
    pack_missing: bool = False
    course: Earlier = NOTHING_EARLIER


FIELDS = Head.__struct_fields__
FLAGS = ("dirty", "dirty_amended", "dirty_replaced", "dirty_on_vitals")
"""Fields of the head that are dirty flags."""
_PLACES = tuple(map(FIELDS.index, FLAGS))
_fields_of: Callable[[Patient], tuple[Any, ...]] = attrgetter(*FIELDS)


def head_of(patient: Patient) -> Head:
    """Return the small fields of a patient."""
    values = list(_fields_of(patient))
    for i in _PLACES:
        values[i] = names(values[i])
    return Head(*values)


def names(mask: int) -> list[str]:
    """Return the names of the inputs whose dirty flags are set."""
    return [name for name, bit in dirty_flags.BIT.items() if mask & bit] if mask else []


def patient_of(head: Head, chart: Chart, guideline: Guideline) -> Patient:
    """Return a patient with these fields; the pack of a running cycle decides, if it is still there."""
    patient = Patient(head.id, guideline.deciding, chart)
    for name in FIELDS:
        value = getattr(head, name)
        setattr(patient, name, dirty_flags.bits(value) if name in FLAGS else value)
    if patient.pack:
        running = guideline.running(patient.pack)
        patient.pack_changed = running is None
        patient.guideline = guideline.deciding if running is None else running
    return patient


WRITES = 8
"""So many times the memories in a block may be written as changes before it is written anew."""


Given = dict[str, list[int]]
"""The opening moments of the episodes so far, by subject: they only ever become more, or are forgotten."""


class Changed(msgspec.Struct, array_like=True):
    """The memories that are others than in the block; the subjects in their order, where that is another.

    `given`: the opening moments that are not in the block.
    """

    order: list[str] | None
    memories: dict[str, Memory]
    given: Given


class Base(msgspec.Struct):
    """The memories in a block, and what has become of them: a decision replaces those it changes.

    `latest`: the memories when they were last looked at; `changed`: those that are others than in the block;
    `given`: the opening moments in the block; `written`: how many changes were written since the block.
    """

    memories: dict[str, Memory]
    order: list[str]
    block: Block
    latest: dict[str, Memory]
    changed: dict[str, Memory]
    given: Given
    written: int = 0


_base = msgspec.msgpack.Decoder(tuple[dict[str, Memory], Given])


def save_memories(patient: Patient) -> tuple[Changed, Block]:
    """Return what has changed since the block was written, and the block."""
    base: Base | None = patient.base
    if base is not None:
        _look(patient.memories, base)
    if base is None or base.written > WRITES * (len(base.order) + 1) or not _goes_on(patient.given, base):
        given = {name: list(moments) for name, moments in patient.given.items()}
        base = patient.base = _of(patient.memories, given, block((patient.memories, given)))
    added = {} if patient.given == base.given else _added(patient.given, base.given)
    base.written += len(base.changed) + sum(map(len, added.values())) // 2
    order = list(patient.memories)
    return Changed(None if order == base.order else order, dict(base.changed), added), base.block


def _goes_on(given: Given, base: Base) -> bool:
    """Return whether the opening moments are those in the block, and more."""
    return given == base.given or all(
        len(given.get(name, ())) >= len(moments) and given[name][: len(moments)][-1:] == moments[-1:]
        for name, moments in base.given.items()
        if moments
    )


def _added(given: Given, before: Given) -> Given:
    """Return the opening moments that are not among those before."""
    found = ((name, moments[len(before.get(name, ())) :]) for name, moments in given.items())
    return {name: moments for name, moments in found if moments}


def _look(memories: dict[str, Memory], base: Base) -> None:
    """Note which memories are others than in the block."""
    if memories == base.latest:
        return
    new = [name for name, memory in memories.items() if memory is not base.latest.get(name)]
    for name in new:
        if memories[name] == base.memories.get(name):
            base.changed.pop(name, None)
        else:
            base.changed[name] = memories[name]
    if len(base.latest) != len(memories) or new:
        base.changed = {name: memories[name] for name in base.changed if name in memories}
        base.latest = dict(memories)


def _of(memories: dict[str, Memory], given: Given, block: Block) -> Base:
    return Base(dict(memories), list(memories), block, dict(memories), {}, given)


def load_memories(patient: Patient, changed: Changed, base: Block) -> None:
    """Put the memories of a block, and what has changed since, into a patient."""
    found, given = unpack(base.data, _base)
    memories = {**found, **changed.memories}
    order = memories if changed.order is None else changed.order
    patient.base = _of(found, given, base)
    names = dict.fromkeys((*given, *changed.given))
    patient.given = {name: [*given.get(name, ()), *changed.given.get(name, ())] for name in names}
    patient.base.changed = dict(changed.memories)
    patient.memories = {name: memories[name] for name in order}
    patient.base.latest = dict(patient.memories)
