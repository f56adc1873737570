"""Encode a patient's state as bytes and decode it again: msgpack, with a version.

What can be derived from the facts is not stored but derived again.
"""

import zlib
from collections.abc import Mapping, Sequence

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart, rebuilt
from rules.chart.facts import (
    Accepted,
    Baseline,
    DoseFact,
    Drug,
    Fact,
    Ghost,
    Lab,
    NotUnderstood,
    Place,
    Rate,
    Resumed,
    SetAside,
    Sign,
    Volume,
    Weight,
)
from rules.chart.oxygen import VitalsRow
from rules.chart.readings import Reading
from rules.chart.vitals import Signals
from rules.decide import column_codec
from rules.decide.column_codec import Columns, F
from rules.decide.state import Episode, Patient
from rules.evaluate.result import Memory
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant

VERSION = 1


class UnknownState(ValueError):
    """An error: the bytes are not a state that this version can read."""


class Facts(msgspec.Struct, array_like=True):
    """The facts of a chart that are not vitals, by kind, as columns."""

    labs: dict[str, Columns]
    volumes: dict[str, Columns]
    doses: Columns
    lines: dict[str, Columns]
    findings: dict[str, Columns]
    places: Columns
    baselines: list[Baseline]
    drugs: Columns
    resumes: Columns
    weights: Columns
    ghosts: Columns
    accepts: Columns
    set_aside: Columns
    not_understood: dict[str, Columns]
    digests: dict[str, int]


class Head(msgspec.Struct, array_like=True):
    """The small fields of a patient's state; dirty flags are stored by name."""

    id: str
    now: Instant
    due: Instant | None
    n: int
    seq: int
    dirty: list[str]
    dirty_amended: list[str]
    dirty_replaced: list[str]
    amendments: tuple[str, ...]
    pending: bool
    dirty_on_vitals: list[str]
    cycles: int
    cycle_start: int | None
    quiet: bool
    intensive_since: int | None
    acks: tuple[tuple[str, str], ...]
    resumed: tuple[str, ...]
    discharged: Instant | None
    rules_n: int
    accepted: tuple[str, ...]
    outgrown: tuple[str, ...]


class Saved(msgspec.Struct, array_like=True):
    """A patient's state as it is encoded; `version` comes first, so that it can be checked."""

    version: int
    guideline: str
    head: Head
    memories: bytes
    episodes: dict[str, Episode]
    rules: dict[str, StopRuleState]
    facts: bytes
    signals: Signals
    sealed: list[bytes]
    rows: list[VitalsRow]
    faded: bytes
    context: bytes


_encoder = msgspec.msgpack.Encoder()
_saved = msgspec.msgpack.Decoder(Saved)
_facts = msgspec.msgpack.Decoder(Facts)
_memories = msgspec.msgpack.Decoder(dict[str, Memory])
_context = msgspec.msgpack.Decoder(list[list[Reading]])


def names(mask: int) -> list[str]:
    """Return the names of the inputs whose dirty flags are set."""
    return [name for name, bit in dirty_flags.BIT.items() if mask & bit]


def encode(patient: Patient) -> bytes:
    """Return the state as bytes; the patient that `decode` returns of them decides on in the same way."""
    chart = patient.chart
    chart.tail.seal(column_codec.pack)
    if chart.packed is None:
        chart.packed = pack(_of(chart))
    if chart.packed_faded is None:
        chart.packed_faded = column_codec.pack(list(chart.faded.values()))
    if chart.tail.context is None:
        chart.tail.context = pack(chart.tail.before())
    saved = Saved(
        VERSION,
        patient.guideline.sha256,
        _head(patient),
        pack(patient.memories),
        patient.episodes,
        patient.rules,
        chart.packed,
        chart.tail.marks[0].signals,
        chart.tail.sealed,
        chart.tail.rows[chart.tail.marks[-1].start :],
        chart.packed_faded,
        chart.tail.context,
    )
    return _encoder.encode(saved)


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
        facts = _facts.decode(zlib.decompress(saved.facts))
        rows = [row for chunk in saved.sealed for row in column_codec.unpack(VitalsRow, chunk)] + saved.rows
        faded = column_codec.unpack(Ghost, saved.faded)
        memories = _memories.decode(zlib.decompress(saved.memories))
    except (msgspec.MsgspecError, zlib.error, TypeError, ValueError) as error:
        raise UnknownState(f"not a patient state of version {VERSION}: {error}") from error
    if saved.version != VERSION:
        raise UnknownState(f"patient state has version {saved.version}, this program reads {VERSION}")
    patient = _patient(saved, _chart(saved, facts, rows, faded, guideline), guideline)
    patient.memories = memories
    if saved.guideline != guideline.sha256:
        patient.dirty, patient.pending = dirty_flags.EVERYTHING, True
    return patient


def _of(chart: Chart) -> Facts:
    return Facts(
        by_name(chart.labs),
        by_name(chart.volumes),
        column_codec.columns(chart.doses),
        by_name(chart.lines),
        by_name(chart.findings),
        column_codec.columns(chart.places),
        chart.baselines,
        column_codec.columns(chart.drugs),
        column_codec.columns(chart.resumes),
        column_codec.columns(chart.raw_weights),
        column_codec.columns(list(chart.ghosts.values())),
        column_codec.columns(chart.accepts),
        column_codec.columns(chart.set_aside),
        by_name(chart.not_understood),
        chart.digests,
    )


def by_name(lists: Mapping[str, Sequence[Fact]]) -> dict[str, Columns]:
    """Return named lists of facts as columns."""
    return {name: column_codec.columns(facts) for name, facts in lists.items()}


def lists_of(kind: type[F], tables: dict[str, Columns]) -> dict[str, list[F]]:
    """Return columns as named lists of facts of a kind."""
    return {name: column_codec.facts_of(kind, table) for name, table in tables.items()}


def _head(p: Patient) -> Head:
    return Head(
        p.id,
        p.now,
        p.due,
        p.chart.n,
        p.seq,
        names(p.dirty),
        names(p.dirty_amended),
        names(p.dirty_replaced),
        p.amendments,
        p.pending,
        names(p.dirty_on_vitals),
        p.cycles,
        p.cycle_start,
        p.quiet,
        p.intensive_since,
        p.acks,
        p.resumed,
        p.discharged,
        p.rules_n,
        tuple(sorted(p.accepted)),
        tuple(sorted(p.outgrown)),
    )


def _patient(saved: Saved, chart: Chart, guideline: Guideline) -> Patient:
    head = saved.head
    return Patient(
        head.id,
        guideline,
        chart,
        now=head.now,
        due=head.due,
        dirty=dirty_flags.bits(head.dirty),
        dirty_amended=dirty_flags.bits(head.dirty_amended),
        dirty_replaced=dirty_flags.bits(head.dirty_replaced),
        amendments=head.amendments,
        pending=head.pending,
        seq=head.seq,
        episodes=saved.episodes,
        rules=saved.rules,
        cycles=head.cycles,
        cycle_start=head.cycle_start,
        quiet=head.quiet,
        intensive_since=head.intensive_since,
        dirty_on_vitals=dirty_flags.bits(head.dirty_on_vitals),
        acks=head.acks,
        resumed=head.resumed,
        discharged=head.discharged,
        rules_n=head.rules_n,
        accepted=frozenset(head.accepted),
        outgrown=frozenset(head.outgrown),
    )


def _chart(
    saved: Saved, facts: Facts, rows: list[VitalsRow], faded: list[Ghost], guideline: Guideline
) -> Chart:
    chart = Chart(guideline)
    chart.n = saved.head.n
    chart.labs, chart.volumes = lists_of(Lab, facts.labs), lists_of(Volume, facts.volumes)
    chart.lines, chart.findings = lists_of(Rate, facts.lines), lists_of(Sign, facts.findings)
    chart.doses, chart.places = (
        column_codec.facts_of(DoseFact, facts.doses),
        column_codec.facts_of(Place, facts.places),
    )
    chart.drugs, chart.resumes = (
        column_codec.facts_of(Drug, facts.drugs),
        column_codec.facts_of(Resumed, facts.resumes),
    )
    chart.raw_weights, chart.baselines = column_codec.facts_of(Weight, facts.weights), facts.baselines
    chart.accepts = column_codec.facts_of(Accepted, facts.accepts)
    chart.set_aside = column_codec.facts_of(SetAside, facts.set_aside)
    chart.not_understood = lists_of(NotUnderstood, facts.not_understood)
    chart.digests = facts.digests
    chart.ghosts = {ghost.id: ghost for ghost in column_codec.facts_of(Ghost, facts.ghosts)}
    chart.faded = {ghost.id: ghost for ghost in faded}
    before = _context.decode(zlib.decompress(saved.context))
    chart.tail.restore(saved.signals, before, rows)
    rebuilt(chart)
    chart.seen = _index(chart)
    chart.packed, chart.packed_faded, chart.tail.context = saved.facts, saved.faded, saved.context
    return chart


def _index(chart: Chart) -> dict[str, Fact]:
    """Return the fact in force for each id: the one `record` would have left there."""
    seen: dict[str, Fact] = {**chart.ghosts, **chart.faded}
    groups: list[list[Fact]] = [
        *chart.labs.values(),  # type: ignore[list-item]
        *chart.volumes.values(),  # type: ignore[list-item]
        *chart.lines.values(),  # type: ignore[list-item]
        *chart.findings.values(),  # type: ignore[list-item]
        chart.doses,  # type: ignore[list-item]
        chart.places,  # type: ignore[list-item]
        chart.drugs,  # type: ignore[list-item]
        chart.resumes,  # type: ignore[list-item]
        chart.accepts,  # type: ignore[list-item]
        chart.set_aside,  # type: ignore[list-item]
        *chart.not_understood.values(),  # type: ignore[list-item]
        chart.raw_weights,  # type: ignore[list-item]
        chart.tail.rows,  # type: ignore[list-item]
    ]
    for facts in groups:
        seen.update((fact.id, fact) for fact in facts)
    return seen
