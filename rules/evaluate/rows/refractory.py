"""Evaluate a row that trips when fluid has not helped (editions.md 3, Refractory)."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import Volume
from rules.chart.folded import key_of
from rules.chart.pressor_loads import load_in_force
from rules.chart.readings import History, Reading
from rules.chart.vital_sign_limits import SIGNALS
from rules.chart.volumes import END
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.result import ABSOLUTE, CLEAR, RELATIVE, TRIPPED, Memory, Result, soonest
from rules.evaluate.row_type import RowType
from rules.evaluate.rows.held_reading import held_of, trip_of
from rules.evaluate.rows.hourly_rate import Stretch, known_in_time, stretch
from rules.evaluate.rows.rolling_volume import decided, kg, since
from rules.guideline.declarations import HeldReadingRow, Limit, RefractoryRow, RollingVolumeRow
from rules.wire.events import Reference
from rules.wire.instants import Instant

Spans = list[tuple[int, int]]
Trip = tuple[int, tuple[Reference, ...]]
CYCLE = "cycle/"
OF = (HeldReadingRow, RollingVolumeRow)


def refractory(
    row: RefractoryRow, chart: Chart, now: Instant, before: Memory, of: OfPack | None = None
) -> Result:
    """Return the result: tripped by the first fact, `wait` after the boluses, at which the condition is met.

    It ends with the condition; one that stands for the cycle with the next cycle-start or a resume. `of`: the
    pack whose row it is; None: whatever pack a resume means.
    """
    found = _trip(row, chart, of)
    if found is None and row.cycle and _stands(row, chart, before, of):
        kept = Result(latest=before.mark, mark=before.mark, held=before.held, at=before.mark)
        return _weaned(row, chart, now, kept)
    if found is None:
        return Result(CLEAR)
    at, evidence = found
    held = tuple((id, offset) for id, offset in evidence)
    return _weaned(row, chart, now, Result(at=at, latest=at, mark=at, held=held, evidence=evidence))


def _weaned(row: RefractoryRow, chart: Chart, now: Instant, result: Result) -> Result:
    """Return a trip as it counts: relative where the pressor load lets a clinician decide."""
    load = load_in_force(chart.loads, now)
    low = row.weaned is not None and load is not None and row.weaned.met(load)
    result.state = RELATIVE if low else ABSOLUTE
    if row.weaned is not None:
        result.next = soonest(now, *(one.at for one in chart.loads))
    return result


def _lifted(row: RefractoryRow, chart: Chart, at: int, of: OfPack | None, goes_on: bool = False) -> bool:
    """Return whether a resume has come since a trip, or a cycle has begun; `goes_on`: the condition does.

    The row ends with its condition unless it lasts longer: a cycle's start ends only what is left of it, and
    what was over before the first one does not stand in it.
    """
    began = chart.cycle.since
    if not goes_on and (began is None or at < began):
        return True
    rules = (CYCLE + row.code, row.code)
    resumes = chart.resumes if of is None else of.lifts(chart.resumes)
    return any(one.rule in rules and one.clock >= at for one in resumes)


def _stands(row: RefractoryRow, chart: Chart, before: Memory, of: OfPack | None) -> bool:
    """Return whether a trip whose readings are no longer kept still stands: its basis was not taken back."""
    if before.state not in TRIPPED or before.mark is None or _lifted(row, chart, before.mark, of):
        return False
    gone = [id for id, _ in before.held if id in chart.ghosts and chart.ghosts[id].rank]
    kept = chart.tail.horizon
    return not gone and kept is not None and before.mark < kept


def _trip(row: RefractoryRow, chart: Chart, of_pack: OfPack | None) -> Trip | None:
    """Return the first trip of the stretches in which the condition held, or of the one that goes on."""
    of = row_of(row, chart)
    scale = kg(chart)
    if isinstance(of, HeldReadingRow):
        spans = _held_spans(of, chart)
        spans = spans if row.cycle else [one for one in spans if one[1] == FOREVER]
        found = [(_by_reading(row, of, chart, span), span[1]) for span in spans]
    elif isinstance(of, RollingVolumeRow) and scale is not None:
        found = [(_by_urine(row, of, chart, span, scale), span[1]) for span in _low_spans(of, chart, scale)]
    else:
        return None
    trips = [
        one
        for one, end in found
        if one is not None and not (row.cycle and _lifted(row, chart, one[0], of_pack, end == FOREVER))
    ]
    return min(trips, default=None)


def row_of(row: RefractoryRow, chart: Chart) -> HeldReadingRow | RollingVolumeRow | None:
    """Return the row whose condition must go on; None: no pack beside has it."""
    for pack in chart.guideline.beside:
        found = pack.row.get(row.of)
        if isinstance(found, OF) and row.code in pack.own_codes and pack.row[row.code] in (row,):
            return found
    return None


def _held_spans(of: HeldReadingRow, chart: Chart) -> Spans:
    held = held_of(of, chart)
    now_on = [(held.changed, FOREVER)] if held.on and held.changed is not None else []
    return [*held.runs, *now_on]


def _low_spans(of: RollingVolumeRow, chart: Chart, scale: float) -> Spans:
    found, i = decided(of, chart, scale) or ([], 0)
    low = bool(found) and found[i].state in TRIPPED
    return [(since(found[i:]), FOREVER)] if low else []


def _enough_from(row: RefractoryRow, chart: Chart, span: tuple[int, int]) -> tuple[int, list[Volume]] | None:
    """Return from when on boluses enough were given in a stretch, and these; None: not enough."""
    given: list[Volume] = []
    for one in chart.volumes["iv-bolus"]:
        if span[0] <= one.at < span[1]:
            given.append(one)
            if len(given) >= row.boluses and round(sum(b.volume for b in given), 4) >= row.volume:
                return one.at, given
    return None


def _by_reading(row: RefractoryRow, of: HeldReadingRow, chart: Chart, span: tuple[int, int]) -> Trip | None:
    enough, limit = _enough_from(row, chart, span), trip_of(of, chart)
    if enough is None or limit is None:
        return None
    found = _first_met(f"{key_of(row, chart)} {span[0]}", of, chart, limit, enough[0] + row.wait)
    if found is None or found.at >= span[1]:
        return None
    return found.at, (*(one.reference for one in enough[1]), found.reference)


def _first_met(key: str, of: HeldReadingRow, chart: Chart, limit: Limit, start: int) -> Reading | None:
    """Return the first reading from a moment on that meets the limit; none is looked at twice."""
    history: History = getattr(chart.tail.readings, SIGNALS[of.signal])
    kept = chart.memo.get(key)
    stamp = (start, limit, history.edits)
    count, found = kept[2] if kept is not None and kept[0] == stamp else (history.index(start), None)
    if found is None:
        found = next((one for one in history[count:] if _met(of, limit, one)), None)
        chart.memo[key] = (stamp, None, (len(history), found))
    return found


def _met(of: HeldReadingRow, limit: Limit, reading: Reading) -> bool:
    return limit.met(reading.value) if reading.mean is None else _mean_met(of, reading.mean)


def _mean_met(of: HeldReadingRow, mean: float) -> bool:
    return of.mean_trip is not None and of.mean_trip.met(mean)


def _by_urine(
    row: RefractoryRow, of: RollingVolumeRow, chart: Chart, span: tuple[int, int], scale: float
) -> Trip | None:
    enough = _enough_from(row, chart, span)
    if enough is None or row.rate is None:
        return None
    for found in _stretches(of, chart, enough[0], row.wait):
        if row.rate.met(round(found.rate / scale, 4)):
            boluses = (one.reference for one in enough[1])
            return found.end, (*boluses, *(one.reference for one in found.inside))
    return None


def _stretches(of: RollingVolumeRow, chart: Chart, start: int, covers: int) -> Iterator[Stretch]:
    """Yield the shortest stretches begun from a moment on that end with each collection and cover enough."""
    for end, _ in groupby(chart.collections[bisect_right(chart.collections, start, key=END) :], key=END):
        begun = [one for one in known_in_time(of, chart, end) if start <= one.start < one.end]
        found = stretch(of, chart, begun, covers) if begun and begun[-1].end == end else None
        if found is not None:
            yield found


def _inputs(row: RefractoryRow) -> int:
    return (
        dirty_flags.FLUIDS
        | (dirty_flags.SYSTOLIC if row.rate is None else dirty_flags.URINE | dirty_flags.MODE)
        | (dirty_flags.INFUSIONS if row.weaned is not None else 0)
        | dirty_flags.BASELINE
        | dirty_flags.WEIGHT
        | dirty_flags.RESUME
        | dirty_flags.ENCOUNTER
        | dirty_flags.DOSES
    )


ROW_TYPE = RowType[RefractoryRow](refractory, _inputs, refractory)
