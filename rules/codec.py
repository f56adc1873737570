"""A patient's state as bytes and back: msgpack, with a version. What follows from the facts is derived again, not stored.

Sealed runs of vitals and the facts that rarely change are packed once and kept packed until they change.
"""

import zlib

import msgspec

from rules.chart import inputs
from rules.chart.chart import Chart, rebuilt
from rules.chart.facts import Baseline, Dose, Drug, Fact, Ghost, Lab, Place, Rate, Resumed, Sign, Volume, Weight
from rules.chart.oxygen import VitalsRow
from rules.chart.vitals import Signals, Tail
from rules.evaluate.result import Memory
from rules.evaluate.stop import Stand
from rules.guideline.edition import Guideline
from rules.state import Episode, Patient

VERSION = 1


class UnknownState(ValueError):
    """The bytes are not a state this version can read."""


class Facts(msgspec.Struct, array_like=True):
    """The facts of a chart that are not vitals, by kind."""

    labs: dict[str, list[Lab]]
    volumes: dict[str, list[Volume]]
    doses: list[Dose]
    lines: dict[str, list[Rate]]
    findings: dict[str, list[Sign]]
    places: list[Place]
    baselines: list[Baseline]
    drugs: list[Drug]
    resumes: list[Resumed]
    weights: list[Weight]
    ghosts: list[Ghost]


class Head(msgspec.Struct, array_like=True):
    """Everything small."""

    id: str
    now: int
    due: int | None
    n: int
    seq: int
    touched: list[str]
    amended: list[str]
    amendments: tuple[str, ...]
    pending: bool
    wake: list[str]
    cycles: int
    cycle_start: int | None
    quiet: bool
    intensive_since: int | None
    acks: tuple[tuple[str, str], ...]
    resumed: tuple[str, ...]
    discharged: int | None


class Saved(msgspec.Struct, array_like=True):
    version: int
    guideline: str
    head: Head
    memories: bytes
    episodes: dict[str, Episode]
    rules: dict[str, Stand]
    facts: bytes
    signals: Signals
    sealed: list[bytes]
    rows: list[VitalsRow]
    faded: list[Ghost]


_encoder = msgspec.msgpack.Encoder()
_saved = msgspec.msgpack.Decoder(Saved)
_facts = msgspec.msgpack.Decoder(Facts)
_rows = msgspec.msgpack.Decoder(list[VitalsRow])
_memories = msgspec.msgpack.Decoder(dict[str, Memory])


def names(mask: int) -> list[str]:
    return [name for name, bit in inputs.BIT.items() if mask & bit]


def encode(patient: Patient) -> bytes:
    """The state as bytes; `decode` gives back one that goes on in the same way."""
    chart = patient.chart
    chart.tail.seal(lambda rows: pack(rows))
    if chart.packed is None:
        chart.packed = pack(_of(chart))
    saved = Saved(
        VERSION,
        patient.guideline.sha256,
        _head(patient),
        pack(patient.memories),
        patient.episodes,
        patient.rules,
        chart.packed,
        chart.tail.marks[0][1],
        chart.tail.sealed,
        chart.tail.rows[chart.tail.marks[-1][0] :],
        [ghost for ghost in chart.faded.values() if isinstance(ghost, Ghost)],
    )
    return _encoder.encode(saved)


def pack(value: object) -> bytes:
    return zlib.compress(_encoder.encode(value), 6)


def decode(data: bytes, guideline: Guideline) -> Patient:
    """The patient of these bytes. Under another guideline than the one it was saved under everything is decided anew.

    Raises UnknownState: not a state, or of another version.
    """
    try:
        saved = _saved.decode(data)
        facts = _facts.decode(zlib.decompress(saved.facts))
        rows = [row for chunk in saved.sealed for row in _rows.decode(zlib.decompress(chunk))] + saved.rows
        memories = _memories.decode(zlib.decompress(saved.memories))
    except (msgspec.DecodeError, zlib.error) as error:
        raise UnknownState(f"not a patient state of version {VERSION}: {error}") from error
    if saved.version != VERSION:
        raise UnknownState(f"patient state has version {saved.version}, this program reads {VERSION}")
    patient = _patient(saved, _chart(saved, facts, rows, guideline), guideline)
    patient.memories = memories
    if saved.guideline != guideline.sha256:
        patient.touched, patient.pending = inputs.EVERYTHING, True
    return patient


def _of(chart: Chart) -> Facts:
    ghosts = [ghost for ghost in chart.ghosts.values() if isinstance(ghost, Ghost)]
    return Facts(
        chart.labs,
        chart.volumes,
        chart.doses,
        chart.lines,
        chart.findings,
        chart.places,
        chart.baselines,
        chart.drugs,
        chart.resumes,
        chart.raw_weights,
        ghosts,
    )


def _head(p: Patient) -> Head:
    return Head(
        p.id,
        p.now,
        p.due,
        p.chart.n,
        p.seq,
        names(p.touched),
        names(p.amended),
        p.amendments,
        p.pending,
        names(p.wake),
        p.cycles,
        p.cycle_start,
        p.quiet,
        p.intensive_since,
        p.acks,
        p.resumed,
        p.discharged,
    )


def _patient(saved: Saved, chart: Chart, guideline: Guideline) -> Patient:
    head = saved.head
    return Patient(
        head.id,
        guideline,
        chart,
        now=head.now,
        due=head.due,
        touched=inputs.bits(head.touched),
        amended=inputs.bits(head.amended),
        amendments=head.amendments,
        pending=head.pending,
        seq=head.seq,
        episodes=saved.episodes,
        rules=saved.rules,
        cycles=head.cycles,
        cycle_start=head.cycle_start,
        quiet=head.quiet,
        intensive_since=head.intensive_since,
        wake=inputs.bits(head.wake),
        acks=head.acks,
        resumed=head.resumed,
        discharged=head.discharged,
    )


def _chart(saved: Saved, facts: Facts, rows: list[VitalsRow], guideline: Guideline) -> Chart:
    chart = Chart(guideline)
    chart.n = saved.head.n
    chart.labs, chart.volumes, chart.doses, chart.lines = facts.labs, facts.volumes, facts.doses, facts.lines
    chart.findings, chart.places, chart.baselines = facts.findings, facts.places, facts.baselines
    chart.drugs, chart.resumes, chart.raw_weights = facts.drugs, facts.resumes, facts.weights
    chart.ghosts = {ghost.id: ghost for ghost in facts.ghosts}
    chart.faded = {ghost.id: ghost for ghost in saved.faded}
    _restore(chart.tail, saved.signals, rows)
    rebuilt(chart)
    chart.seen = _index(chart)
    chart.packed = saved.facts
    return chart


def _restore(tail: Tail, signals: Signals, rows: list[VitalsRow]) -> None:
    tail.rows = rows
    tail.marks = [(0, signals)]
    tail.again(-1)


def _index(chart: Chart) -> dict[str, Fact]:
    """Which fact stands for each id: the one `record` would have left there."""
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
        chart.raw_weights,  # type: ignore[list-item]
        chart.tail.rows,  # type: ignore[list-item]
    ]
    for facts in groups:
        seen.update((fact.id, fact) for fact in facts)
    return seen
