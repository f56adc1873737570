"""Encode a patient's state as bytes and decode it again: msgpack, with a version.

A state is a head, which is small and changes with every decision, and the blocks that it stands on, which
are written once (`rules.decide.block`): the facts in segments, the vital signs between two marks, what came
before the tail, and the memories as they were some time ago. What can be derived from the facts is not stored
but derived again.
"""

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from rules.chart import dirty_flags, fact_lists
from rules.chart.chart import FADED, Chart, rebuilt
from rules.chart.encoded_vitals import Signals
from rules.chart.facts import Ghost
from rules.chart.oxygen import VitalsRow
from rules.decide import column_codec, earlier_state, segments
from rules.decide.block import Block, block, named, unpack
from rules.decide.column_codec import readings_of, signals_of
from rules.decide.course_memory import remember
from rules.decide.head import Changed, Head, head_of, load_memories, patient_of, save_memories
from rules.decide.segments import Segment
from rules.decide.state import Beside, Episode, FormerStay, Patient
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline

VERSION = 3


class UnknownState(ValueError):
    """An error: the bytes are not a state that this version can read."""


class State(NamedTuple):
    """A state in parts: its head, and the blocks that it stands on, in the order of the head."""

    head: bytes
    blocks: list[Block]


class SavedChart(msgspec.Struct, array_like=True):
    """A chart as its head has it.

    `segments`: of each sealed one the arrival of its last fact, and how many records; `last`: the facts
    since; `sealed`: how many blocks the vital signs take; `rows`: those since the last mark.
    """

    n: int
    segments: list[tuple[int, int]]
    last: bytes
    sealed: int
    rows: list[VitalsRow]


class Edge(msgspec.Struct, array_like=True):
    """What came before the tail: the signals, the readings in reach, the ids of the last records."""

    signals: Signals
    readings: Any
    faded: Any


class Rest(msgspec.Struct, array_like=True):
    """What is small and changes with every decision."""

    head: Head
    memories: Changed
    episodes: dict[str, Episode]
    rules: dict[str, StopRuleState]
    former: FormerStay | None
    others: dict[str, Beside] = {}


class Saved(msgspec.Struct, array_like=True):
    """A head as it is encoded; `version` comes first, so that it can be checked.

    `blocks`: those it stands on, where they are written with it.
    """

    version: int
    guideline: str
    rest: Rest
    chart: SavedChart
    whole: SavedChart | None
    replaced: SavedChart | None
    blocks: list[bytes]


_encoder = msgspec.msgpack.Encoder()
_saved = msgspec.msgpack.Decoder(Saved)
_edge = msgspec.msgpack.Decoder(Edge)
_columns = msgspec.msgpack.Decoder(column_codec.Columns)
_version = msgspec.msgpack.Decoder(list[object])


def encode(patient: Patient) -> bytes:
    """Return the state as bytes; the patient that `decode` returns of them decides on in the same way."""
    saved, blocks = _state(patient)
    saved.blocks = [one.data for one in blocks]
    return _encoder.encode(saved)


def parts(patient: Patient) -> State:
    """Return the state as a head and its blocks; a block that has not changed is not encoded again."""
    saved, blocks = _state(patient)
    return State(_encoder.encode(saved), blocks)


def pack(patient: Patient) -> None:
    """Hold a patient's older vital signs encoded in memory, as far as `parts` has encoded them."""
    patient.chart.pack()
    if patient.whole is not None:
        patient.whole.pack()


def _state(patient: Patient) -> tuple[Saved, list[Block]]:
    changed, base = save_memories(patient)
    blocks = [base]
    head = head_of(patient)
    head.given = {}
    rest = Rest(head, changed, patient.episodes, patient.rules, patient.former, patient.others)
    whole, replaced = patient.whole, patient.replaced
    return (
        Saved(
            VERSION,
            patient.chart.guideline.state_key,
            rest,
            _saved_chart(patient.chart, blocks),
            None if whole is None else _saved_chart(whole, blocks),
            None if replaced is None else _saved_chart(replaced, blocks),
            [],
        ),
        blocks,
    )


def _saved_chart(chart: Chart, blocks: list[Block]) -> SavedChart:
    """Return a chart as its head has it, and add its blocks."""
    facts, tail = segments.save(chart), chart.tail
    tail.seal(_rows)
    if tail.context is None or chart.unsaved & FADED:
        faded = column_codec.columns(list(chart.faded.values()))
        signals, before = tail.edge()
        tail.context = block(Edge(signals, signals_of(before), faded))
        chart.unsaved &= ~FADED
    blocks.append(facts.keys)
    blocks += (segment.block for segment in facts.segments)
    blocks.append(tail.context)
    blocks += tail.sealed
    return SavedChart(
        chart.n,
        [(segment.upto, segment.records) for segment in facts.segments],
        facts.last,
        len(tail.sealed),
        tail.recent[tail.recent_marks[-1].start :],
    )


def _rows(rows: Sequence[VitalsRow]) -> Block:
    return named(column_codec.pack(rows))


def decode(data: bytes, guideline: Guideline, blocks: Sequence[bytes] = ()) -> Patient:
    """Return the patient of these bytes: of a whole state, or of a head with its blocks.

    Under another guideline than the one it was saved under, everything is decided again.

    Raises UnknownState: not a state, or of another version.
    """
    try:
        if _version_of(data) == earlier_state.VERSION:
            return earlier_state.decode(data, guideline)
        saved = _saved.decode(data)
        if saved.version != VERSION:
            raise UnknownState(_of_version(saved.version))
        return _patient_of(saved, guideline, list(blocks) or saved.blocks)
    except (msgspec.MsgspecError, zlib.error, TypeError, IndexError, ValueError) as error:
        raise UnknownState(_not_a_state(data, error)) from error


def _patient_of(saved: Saved, guideline: Guideline, blocks: list[bytes]) -> Patient:
    left = [named(data) for data in reversed(blocks)]
    base = left.pop()
    chart = _chart(saved.chart, guideline, left)
    whole = None if saved.whole is None else _chart(saved.whole, guideline, left)
    replaced = None if saved.replaced is None else _chart(saved.replaced, guideline, left)
    rest = saved.rest
    patient = patient_of(rest.head, chart, guideline)
    load_memories(patient, rest.memories, base)
    patient.episodes, patient.rules = rest.episodes, rest.rules
    patient.former, patient.others = rest.former, rest.others
    patient.whole, patient.replaced = whole, replaced
    remember(patient)
    if saved.guideline != guideline.state_key:
        patient.dirty, patient.pending = dirty_flags.EVERYTHING, True
    return patient


def _version_of(data: bytes) -> int:
    """Return the version of a state; that of this program where the bytes do not tell one.

    It is the first of an array: the second byte of a short one.
    """
    return data[1] if len(data) > 1 and 0x90 <= data[0] <= 0x9F and data[1] < 0x80 else VERSION


def _not_a_state(data: bytes, error: Exception) -> str:
    """Return why bytes are no state; one of an earlier version has its number first."""
    if isinstance(error, UnknownState):
        return str(error)
    version = _version_of(data)
    if version != VERSION and _is_array(data):
        return _of_version(version)
    return f"not a patient state of version {VERSION}: {error}"


def _of_version(version: int) -> str:
    return (
        f"patient state has version {version}, this program reads {earlier_state.VERSION} and {VERSION}: "
        "start the worker once with --rebuild, which makes the state anew from the input topics"
    )


def _is_array(data: bytes) -> bool:
    try:
        return isinstance(_version.decode(data)[0], int)
    except (msgspec.MsgspecError, IndexError):
        return False


def _chart(saved: SavedChart, guideline: Guideline, left: list[Block]) -> Chart:
    """Return a chart, and take its blocks from the end of those that are left."""
    chart = Chart(guideline)
    chart.n = saved.n
    keys = left.pop()
    segments.load(chart, [Segment(*one, left.pop()) for one in saved.segments], saved.last, keys)
    context = left.pop()
    sealed = [left.pop() for _ in range(saved.sealed)]
    edge = unpack(context.data, _edge)
    chart.faded.update((ghost.id, ghost) for ghost in column_codec.facts_of(Ghost, edge.faded))
    rebuilt(chart)
    _restore_tail(chart, saved, edge, sealed)
    chart.tail.context = context
    fact_lists.index(chart)
    chart.unsaved = 0
    return chart


def _restore_tail(chart: Chart, saved: SavedChart, edge: Edge, sealed: list[Block]) -> None:
    chunks = [column_codec.unpack(VitalsRow, one.data) for one in sealed]
    rows = [row for chunk in (*chunks, saved.rows) for row in chunk]
    tail = chart.tail
    tail.restore(edge.signals, readings_of(edge.readings), rows)
    ends = [sum(map(len, chunks[:i])) for i in range(len(chunks) + 1)]
    if [mark.start for mark in tail.marks] == ends:
        tail.sealed = sealed
