"""Encode the facts of a chart, other than vital signs, in segments by their order of arrival.

What arrives goes into the last segment, which is short; those before it stay as they are, unless a fact in
them is corrected. Segments of one size are merged, so that their number grows with the logarithm of the stay.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from rules.chart.chart import EDITED, FACTS, Chart
from rules.chart.fact_lists import NAMED, PLAIN, every_list, has_fact
from rules.chart.facts import Baseline, F, Fact, FactList, Ghost, place
from rules.decide.block import Block, block, pack, unpack
from rules.decide.column_codec import Columns, ids_of, numbers, packed_ids, plain, steps, sums
from rules.wire.instants import AFTER_ALL

LONGEST = 32
"""Records in the last segment; with so many it is sealed."""
FAN = 4
"""So many segments of one size are merged."""
HEADING = 7
"""Fields that all facts of a record have alike."""
DIGEST = "H"
"""Digests are whole numbers of two bytes."""
BASELINES, GHOSTS = "baselines", "ghosts"
KINDS: dict[str, type[Fact]] = {**PLAIN, **NAMED, BASELINES: Baseline, GHOSTS: Ghost}

List = tuple[str, str]
"""The attribute of a chart that holds facts, and the list's own name there (empty: it is one list)."""
Keys = tuple[dict[str, list[str]], dict[str, int]]
"""The names of the lists by attribute, in their order; the digests of ids that no fact has."""


class Encoded(msgspec.Struct, array_like=True):
    """The facts of some records: what the facts of one have alike, stated once, and the lists they are in."""

    headings: Columns
    digests: bytes
    lists: list[tuple[str, str, Columns]]


_encoded = msgspec.msgpack.Decoder(Encoded)
_keys = msgspec.msgpack.Decoder(Keys)


class Segment(NamedTuple):
    """The facts that arrived up to one (`upto`: Fact.n), of so many records, encoded."""

    upto: int
    records: int
    block: Block


class SavedFacts(msgspec.Struct):
    """The facts of a chart as they are encoded: sealed segments, the last one, the names of the lists."""

    segments: list[Segment]
    last: bytes
    others: dict[str, int]
    keys: Block

    @property
    def sealed(self) -> int:
        """The arrival of the last fact in a sealed segment."""
        return self.segments[-1].upto if self.segments else 0


def save(chart: Chart) -> SavedFacts:
    """Return the facts of a chart, encoded; what has not changed since the last time is not encoded again."""
    saved: SavedFacts | None = chart.saved
    if saved is not None and not chart.unsaved & (FACTS | EDITED):
        return saved
    if saved is None:
        known = {fact.id for facts in every_list(chart) for fact in facts}
        others = {id: digest for id, digest in chart.digests.items() if id not in known}
        saved = SavedFacts([], b"", others, _keys_of(chart, others))
        _taken_note_of(chart)
    elif chart.unsaved & EDITED:
        saved = _mended(chart, saved)
    else:
        saved = SavedFacts(saved.segments, saved.last, saved.others, _keys_of(chart, saved.others))
    _seal(chart, saved)
    chart.saved = saved
    chart.unsaved &= ~(FACTS | EDITED)
    return saved


def _mended(chart: Chart, saved: SavedFacts) -> SavedFacts:
    """Encode those sealed segments again of which a fact is gone or another."""
    edited = _taken_note_of(chart)
    bounds = [segment.upto for segment in saved.segments]
    places = {bisect_left(bounds, fact.n) for fact in edited}
    kept = []
    for i, segment in enumerate(saved.segments):
        if i not in places:
            kept.append(segment)
        elif part := list(_arrived(chart, bounds[i - 1] if i else 0, segment.upto)):
            kept.append(Segment(segment.upto, _records(part), block(_encode(chart, part))))
    others = _without_fact(chart, {*saved.others, *(fact.id for fact in edited)})
    return SavedFacts(kept, b"", others, _keys_of(chart, others))


def _taken_note_of(chart: Chart) -> list[Fact]:
    """Return the facts that are gone or another since the last time this was asked for."""
    edited, chart.reworded = chart.reworded, []
    lists: list[FactList[Any]] = [*every_list(chart), chart.baselines]
    for facts in lists:
        if facts.gone:
            edited += facts.gone
            facts.gone = []
    return edited


def _without_fact(chart: Chart, ids: Iterable[str]) -> dict[str, int]:
    """Return the digests of those ids that no fact has."""
    known = (id for id in ids if id in chart.digests)
    return {id: chart.digests[id] for id in known if not has_fact(chart, id)}


def _keys_of(chart: Chart, others: dict[str, int]) -> Block:
    return block(({name: list(getattr(chart, name)) for name in NAMED}, others))


def _seal(chart: Chart, saved: SavedFacts) -> None:
    """Encode what arrived since the last sealed segment; seal it when it is long enough."""
    recent = list(_arrived(chart, saved.sealed))
    count = _records(recent)
    if count < LONGEST:
        saved.last = pack(_encode(chart, recent))
        return
    segments = [*saved.segments, Segment(chart.n, count, block(_encode(chart, recent)))]
    while (first := _mergeable(segments)) is not None:
        part = list(_arrived(chart, segments[first - 1].upto if first else 0))
        segments[first:] = [Segment(chart.n, _records(part), block(_encode(chart, part)))]
    saved.segments, saved.last = segments, b""


def _mergeable(segments: Sequence[Segment]) -> int | None:
    """Return the index of the first of the last segments, if these are `FAN` of one size."""
    sizes = {_size(segment.records) for segment in segments[-FAN:]}
    return len(segments) - FAN if len(segments) >= FAN and len(sizes) == 1 else None


def _size(records: int) -> int:
    """Return which size of segment so many records make: each has `FAN` times as many as the one before."""
    size = 0
    while records >= LONGEST * FAN:
        records //= FAN
        size += 1
    return size


def _records(part: Iterable[tuple[List, Fact]]) -> int:
    return len({fact.n for _, fact in part})


def _arrived(chart: Chart, after: int, upto: int = AFTER_ALL) -> Iterator[tuple[List, Fact]]:
    """Yield the facts that arrived after another, up to one, with their lists, in the order of the lists."""
    for name in PLAIN:
        yield from (((name, ""), fact) for fact in _between(getattr(chart, name), after, upto))
    for name in NAMED:
        for key, facts in getattr(chart, name).items():
            yield from (((name, key), fact) for fact in _between(facts, after, upto))
    yield from (((BASELINES, ""), fact) for fact in _between(chart.baselines, after, upto))
    newer = takewhile(lambda ghost: ghost.n > after, reversed(chart.ghosts.values()))
    yield from reversed([((GHOSTS, ""), ghost) for ghost in newer if ghost.n <= upto])


def _between(facts: FactList[F], after: int, upto: int) -> Sequence[F]:
    """Return the facts of a list that arrived after another, up to one; all of them as they are."""
    if facts.newest <= after:
        return ()
    return facts if not after and upto == AFTER_ALL else facts.by_arrival(after, upto)


def _encode(chart: Chart, part: Sequence[tuple[List, Fact]]) -> Encoded:
    """Return facts as columns; each names its record's heading by its place among them."""
    headings = sorted({heading(fact) for _, fact in part}, key=_arrival)
    index = {one: i for i, one in enumerate(headings)}
    lists: dict[List, list[Fact]] = {}
    for name, fact in part:
        lists.setdefault(name, []).append(fact)
    digests = array(DIGEST, (chart.digests.get(one[3], 0) for one in headings))
    columns = [(*name, _columns(facts, index)) for name, facts in lists.items()]
    return Encoded(_headings(headings), digests.tobytes(), columns)


Heading = tuple[Any, ...]


def heading(fact: Fact) -> Heading:
    """Return what all facts of a record have alike."""
    return (fact.at, fact.tie, fact.n, fact.id, fact.first, fact.rank, fact.offset)


def _arrival(one: Heading) -> tuple[int, Heading]:
    return one[2], one


def _columns(facts: Sequence[Fact], index: Mapping[Heading, int]) -> Columns:
    own = zip(*(msgspec.structs.astuple(fact)[HEADING:] for fact in facts), strict=True)
    return [steps([index[heading(fact)] for fact in facts]), *(numbers(list(column)) for column in own)]


def _headings(found: Sequence[Heading]) -> Columns:
    if not found:
        return []
    at, tie, n, id, first, rank, offset = map(list, zip(*found, strict=True))
    lags = ([known - moment for known, moment in zip(column, at, strict=True)] for column in (tie, first))
    return [steps(at), *lags, steps(n), packed_ids(id), rank, steps(offset)]


def load(chart: Chart, segments: Sequence[Segment], last: bytes, keys: Block) -> None:
    """Put the facts of encoded segments into a chart. Raises ValueError, TypeError or zlib.error."""
    orders, others = unpack(keys.data, _keys)
    for name, order in orders.items():
        setattr(chart, name, {key: FactList() for key in order})
    found: dict[List, list[Fact]] = {}
    digests = dict(others)
    for data in (*(segment.block.data for segment in segments), *([last] if last else ())):
        _decode(unpack(data, _encoded), found, digests)
    for (name, key), facts in found.items():
        _put(chart, name, key, facts)
    chart.digests = digests
    chart.saved = SavedFacts(list(segments), last, others, keys)


def _put(chart: Chart, name: str, key: str, facts: list[Fact]) -> None:
    """Set one list of a chart, in order of `at`."""
    if name == GHOSTS:
        chart.ghosts = {fact.id: fact for fact in sorted(facts, key=_n)}
        return
    facts.sort(key=place)
    if name in NAMED:
        getattr(chart, name)[key] = FactList(facts)
    else:
        setattr(chart, name, facts)


def _n(fact: Fact) -> int:
    return fact.n


def _decode(encoded: Encoded, found: dict[List, list[Fact]], digests: dict[str, int]) -> None:
    """Add the facts of a segment to the lists, and the digests of their records."""
    headings = _headings_of(encoded.headings)
    listed = array(DIGEST)
    listed.frombytes(encoded.digests)
    digests.update((one[3], digest) for one, digest in zip(headings, listed, strict=True) if digest)
    for name, key, (index, *own) in encoded.lists:
        rows = zip(*map(plain, own), strict=True) if own else ((),) * len(index)
        values = [(*headings[i], *row) for i, row in zip(sums(index), rows, strict=True)]
        kind = KINDS[name]
        facts = msgspec.convert(values, list[kind])  # type: ignore[valid-type]
        found.setdefault((name, key), []).extend(facts)


def _headings_of(columns: Columns) -> list[Heading]:
    if not columns:
        return []
    steps_at, tie, first, n, ids, rank, offset = columns
    at = sums(steps_at)
    later = ([lag + moment for lag, moment in zip(column, at, strict=True)] for column in (tie, first))
    tied, known = later
    return list(zip(at, tied, sums(n), ids_of(ids), known, rank, sums(offset), strict=True))
