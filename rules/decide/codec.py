"""Encode a patient's state as bytes and decode it again: msgpack, with a version.

What can be derived from the facts is not stored but derived again.
"""

import zlib
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rules.chart import dirty_flags, fact_lists
from rules.chart.chart import Chart, rebuilt
from rules.chart.earlier import NOTHING_EARLIER, Earlier
from rules.chart.facts import Baseline, Fact, FactList, Ghost
from rules.chart.oxygen import VitalsRow
from rules.chart.stays import Stay
from rules.chart.vitals import Signals
from rules.decide import column_codec
from rules.decide.column_codec import Columns, F
from rules.decide.course_memory import remember
from rules.decide.readings_codec import pack_readings, unpack_readings
from rules.decide.state import AfterDischarge, Beside, Episode, FormerStay, Patient, Reminders
from rules.evaluate.result import Memory
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant

VERSION = 2
DIGEST = "H"
"""Digests are whole numbers of two bytes."""


class UnknownState(ValueError):
    """An error: the bytes are not a state that this version can read."""


class Facts(msgspec.Struct, array_like=True):
    """The facts of a chart that are not vitals, as columns, by the attributes that hold them."""

    plain: dict[str, Columns]
    named: dict[str, dict[str, Columns]]
    baselines: list[Baseline]
    ghosts: Columns
    digests: bytes
    other_digests: dict[str, int]


class SavedChart(msgspec.Struct, array_like=True):
    """A chart as it is encoded."""

    n: int
    facts: bytes
    signals: bytes
    sealed: list[bytes]
    rows: bytes
    faded: bytes
    context: bytes


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


class Saved(msgspec.Struct, array_like=True):
    """A patient's state as it is encoded; `version` comes first, so that it can be checked."""

    version: int
    guideline: str
    rest: bytes
    chart: SavedChart
    whole: SavedChart | None
    replaced: SavedChart | None


class Rest(msgspec.Struct, array_like=True):
    """What is small and changes with every decision."""

    head: Head
    memories: dict[str, Memory]
    episodes: dict[str, Episode]
    rules: dict[str, StopRuleState]
    former: FormerStay | None
    others: dict[str, Beside] = {}


_encoder = msgspec.msgpack.Encoder()
_saved = msgspec.msgpack.Decoder(Saved)
_facts = msgspec.msgpack.Decoder(Facts)
_signals = msgspec.msgpack.Decoder(Signals)
_rest = msgspec.msgpack.Decoder(Rest)
_version = msgspec.msgpack.Decoder(list[object])


def names(mask: int) -> list[str]:
    """Return the names of the inputs whose dirty flags are set."""
    return [name for name, bit in dirty_flags.BIT.items() if mask & bit]


def encode(patient: Patient) -> bytes:
    """Return the state as bytes; the patient that `decode` returns of them decides on in the same way."""
    saved = Saved(
        VERSION,
        patient.chart.guideline.state_key,
        pack(
            Rest(
                _head(patient),
                patient.memories,
                patient.episodes,
                patient.rules,
                patient.former,
                patient.others,
            )
        ),
        _saved_chart(patient.chart),
        None if patient.whole is None else _saved_chart(patient.whole),
        None if patient.replaced is None else _saved_chart(patient.replaced),
    )
    return _encoder.encode(saved)


def _saved_chart(chart: Chart) -> SavedChart:
    chart.tail.seal(column_codec.pack)
    if chart.packed is None:
        chart.packed = pack(_of(chart))
    if chart.packed_faded is None:
        chart.packed_faded = column_codec.pack(list(chart.faded.values()))
    tail = chart.tail
    if tail.context is None:
        tail.context = pack_readings(tail.before())
    return SavedChart(
        chart.n,
        chart.packed,
        pack(tail.marks[0].signals),
        tail.sealed,
        column_codec.pack(tail.rows[tail.marks[-1].start :]),
        chart.packed_faded,
        tail.context,
    )


def pack(value: object) -> bytes:
    """Encode a value as msgpack and compress it."""
    return zlib.compress(_encoder.encode(value), 6)


def decode(data: bytes, guideline: Guideline) -> Patient:
    """Return the patient of these bytes.

    Under another guideline than the one it was saved under, everything is decided again.

    Raises UnknownState: not a state, or of another version.
    """
    try:
        saved = _saved.decode(data)
        chart = _chart(saved.chart, guideline)
        whole = None if saved.whole is None else _chart(saved.whole, guideline)
        replaced = None if saved.replaced is None else _chart(saved.replaced, guideline)
        rest = _rest.decode(zlib.decompress(saved.rest))
    except (msgspec.MsgspecError, zlib.error, TypeError, ValueError) as error:
        raise UnknownState(_not_a_state(data, error)) from error
    if saved.version != VERSION:
        raise UnknownState(_of_version(saved.version))
    patient = _patient(rest, chart, guideline)
    patient.whole, patient.replaced = whole, replaced
    remember(patient)
    if saved.guideline != guideline.state_key:
        patient.dirty, patient.pending = dirty_flags.EVERYTHING, True
    return patient


def _not_a_state(data: bytes, error: Exception) -> str:
    """Return why bytes are no state; one of an earlier version has its number first."""
    try:
        version = _version.decode(data)[0]
    except (msgspec.MsgspecError, IndexError):
        version = VERSION
    if isinstance(version, int) and version != VERSION:
        return _of_version(version)
    return f"not a patient state of version {VERSION}: {error}"


def _of_version(version: int) -> str:
    return (
        f"patient state has version {version}, this program reads {VERSION}: "
        "start the worker once with --rebuild, which makes the state anew from the input topics"
    )


def _of(chart: Chart) -> Facts:
    return Facts(
        {name: column_codec.columns(getattr(chart, name)) for name in fact_lists.PLAIN},
        {name: by_name(getattr(chart, name)) for name in fact_lists.NAMED},
        chart.baselines,
        column_codec.columns(list(chart.ghosts.values())),
        *_digests(chart),
    )


def _digests(chart: Chart) -> tuple[bytes, dict[str, int]]:
    """Return the digests of the facts in the order of `fact_lists.ids`, and others by id."""
    ids = fact_lists.ids(chart)
    listed = array(DIGEST, (chart.digests.get(id, 0) for id in ids))
    known = frozenset(ids)
    return listed.tobytes(), {id: digest for id, digest in chart.digests.items() if id not in known}


def _digests_by_id(chart: Chart, facts: Facts) -> dict[str, int]:
    listed = array(DIGEST)
    listed.frombytes(facts.digests)
    found = zip(fact_lists.ids(chart), listed, strict=True)
    return {**{id: digest for id, digest in found if digest}, **facts.other_digests}


def by_name(lists: Mapping[str, Sequence[Fact]]) -> dict[str, Columns]:
    """Return named lists of facts as columns."""
    return {name: column_codec.columns(facts) for name, facts in lists.items()}


def lists_of(kind: type[F], tables: dict[str, Columns]) -> dict[str, list[F]]:
    """Return columns as named lists of facts of a kind."""
    return {name: FactList(column_codec.facts_of(kind, table)) for name, table in tables.items()}


FLAGS = ("dirty", "dirty_amended", "dirty_replaced", "dirty_on_vitals")
"""Fields of the head that are dirty flags."""


def _head(patient: Patient) -> Head:
    fields = ((name, getattr(patient, name)) for name in Head.__struct_fields__)
    values: list[Any] = [names(value) if name in FLAGS else value for name, value in fields]
    return Head(*values)


def _patient(rest: Rest, chart: Chart, guideline: Guideline) -> Patient:
    patient = Patient(rest.head.id, guideline.deciding, chart)
    for name in Head.__struct_fields__:
        value = getattr(rest.head, name)
        setattr(patient, name, dirty_flags.bits(value) if name in FLAGS else value)
    patient.memories, patient.episodes = rest.memories, rest.episodes
    patient.rules, patient.former, patient.others = rest.rules, rest.former, rest.others
    if patient.pack:
        running = guideline.running(patient.pack)
        patient.pack_changed = running is None
        patient.guideline = guideline.deciding if running is None else running
    return patient


def _chart(saved: SavedChart, guideline: Guideline) -> Chart:
    facts = _facts.decode(zlib.decompress(saved.facts))
    chart = Chart(guideline)
    chart.n = saved.n
    for name, kind in fact_lists.PLAIN.items():
        setattr(chart, name, column_codec.facts_of(kind, facts.plain[name]))
    for name, kind in fact_lists.NAMED.items():
        setattr(chart, name, lists_of(kind, facts.named[name]))
    chart.baselines, chart.digests = facts.baselines, _digests_by_id(chart, facts)
    chart.ghosts = {ghost.id: ghost for ghost in column_codec.facts_of(Ghost, facts.ghosts)}
    chart.faded = {ghost.id: ghost for ghost in column_codec.unpack(Ghost, saved.faded)}
    chunks = (*saved.sealed, saved.rows)
    rows = [row for chunk in chunks for row in column_codec.unpack(VitalsRow, chunk)]
    before = unpack_readings(saved.context)
    rebuilt(chart)
    chart.tail.restore(_signals.decode(zlib.decompress(saved.signals)), before, rows)
    chart.seen = fact_lists.index(chart)
    chart.packed, chart.packed_faded, chart.tail.context = saved.facts, saved.faded, saved.context
    return chart
