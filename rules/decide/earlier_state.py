"""Decode a patient's state as version 2 had it: one piece, with all facts of a kind together."""

import zlib
from array import array

import msgspec

from rules.chart import dirty_flags, fact_lists
from rules.chart.chart import Chart, rebuilt
from rules.chart.encoded_vitals import Signals
from rules.chart.facts import Baseline, FactList, Ghost
from rules.chart.oxygen import VitalsRow
from rules.decide import column_codec
from rules.decide.column_codec import Columns, F, unpack_readings
from rules.decide.course_memory import remember
from rules.decide.head import Head, patient_of
from rules.decide.segments import DIGEST
from rules.decide.state import Beside, Episode, FormerStay, Patient
from rules.evaluate.result import Memory
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline

VERSION = 2


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


_saved = msgspec.msgpack.Decoder(Saved)
_facts = msgspec.msgpack.Decoder(Facts)
_signals = msgspec.msgpack.Decoder(Signals)
_rest = msgspec.msgpack.Decoder(Rest)


def decode(data: bytes, guideline: Guideline) -> Patient:
    """Return the patient of these bytes. Raises MsgspecError, zlib.error, TypeError or ValueError."""
    saved = _saved.decode(data)
    rest = _rest.decode(zlib.decompress(saved.rest))
    patient = patient_of(rest.head, _chart(saved.chart, guideline), guideline)
    patient.memories, patient.episodes = rest.memories, rest.episodes
    patient.rules, patient.former, patient.others = rest.rules, rest.former, rest.others
    patient.whole = None if saved.whole is None else _chart(saved.whole, guideline)
    patient.replaced = None if saved.replaced is None else _chart(saved.replaced, guideline)
    remember(patient)
    if saved.guideline != guideline.state_key:
        patient.dirty, patient.pending = dirty_flags.EVERYTHING, True
    return patient


def _digests_by_id(chart: Chart, facts: Facts) -> dict[str, int]:
    listed = array(DIGEST)
    listed.frombytes(facts.digests)
    found = zip(fact_lists.ids(chart), listed, strict=True)
    return {**{id: digest for id, digest in found if digest}, **facts.other_digests}


def _lists_of(kind: type[F], tables: dict[str, Columns]) -> dict[str, list[F]]:
    """Return columns as named lists of facts of a kind."""
    return {name: FactList(column_codec.facts_of(kind, table)) for name, table in tables.items()}


def _chart(saved: SavedChart, guideline: Guideline) -> Chart:
    facts = _facts.decode(zlib.decompress(saved.facts))
    chart = Chart(guideline)
    chart.n = saved.n
    for name, kind in fact_lists.PLAIN.items():
        setattr(chart, name, column_codec.facts_of(kind, facts.plain[name]))
    for name, kind in fact_lists.NAMED.items():
        setattr(chart, name, _lists_of(kind, facts.named[name]))
    chart.baselines, chart.digests = FactList(facts.baselines), _digests_by_id(chart, facts)
    chart.ghosts = {ghost.id: ghost for ghost in column_codec.facts_of(Ghost, facts.ghosts)}
    chart.faded.update((ghost.id, ghost) for ghost in column_codec.unpack(Ghost, saved.faded))
    chunks = (*saved.sealed, saved.rows)
    rows = [row for chunk in chunks for row in column_codec.unpack(VitalsRow, chunk)]
    before = unpack_readings(saved.context)
    rebuilt(chart)
    chart.tail.restore(_signals.decode(zlib.decompress(saved.signals)), before, rows)
    fact_lists.index(chart)
    return chart
