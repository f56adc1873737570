"""Evaluate a row that stands for good once a finding was there, or had lasted (editions.md 3, Permanent)."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.earlier import lasting, over_at
from rules.chart.facts import Sign
from rules.chart.folded import NOTHING, fold, key_of
from rules.chart.stated import flags_of
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.result import ABSOLUTE, CLEAR, Memory, Result, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import PermanentFindingRow
from rules.wire.events import Reference
from rules.wire.instants import Instant
from rules.wire.vocabulary import EARLIER

PERMANENT = "permanent/"


class Run(msgspec.Struct, frozen=True):
    """A finding present without a break: its records, and when it was denied (None: not yet).

    `joined`: the `at` of the records that ended a short break.
    """

    signs: tuple[Sign, ...]
    end: int | None = None
    joined: tuple[int, ...] = ()


class Tripped(msgspec.Struct, frozen=True):
    """When a row tripped, when that became known, and by which records."""

    at: int
    known: int
    evidence: tuple[Reference, ...]


def permanent_finding(
    row: PermanentFindingRow, chart: Chart, now: Instant, before: Memory, of: OfPack | None = None
) -> Result:
    """Return the result: from the first trip on it stands, through cycles and stays, until a resume.

    `of`: the pack whose row it is; None: whatever pack a resume means.
    """
    resumes = chart.resumes if of is None else of.lifts(chart.resumes)
    lifted = max((one.clock for one in resumes if one.rule == PERMANENT + row.code), default=None)
    runs = runs_of(row, chart)
    found = [one for one in trips(row, chart, runs, now) if lifted is None or one.known > lifted]
    if found:
        first = min(found, key=lambda one: one.at)
        over = _forgotten_at(row, chart, now)
        return Result(ABSOLUTE, at=first.at, latest=first.at, evidence=first.evidence, next=over)
    return Result(CLEAR, at=lifted, next=_deadline_ahead(row, runs, now))


def trips(row: PermanentFindingRow, chart: Chart, runs: Iterable[Run], now: Instant) -> Iterator[Tripped]:
    """Yield what makes the row stand: earlier stays, what a baseline says of them, and the records."""
    for one in lasting(chart.earlier, now).standing:
        if one.code == row.code:
            yield Tripped(one.at, one.at, ((one.id, one.offset),))
    for baseline in chart.baselines:
        if baseline.findings.get(EARLIER + row.code):
            yield Tripped(baseline.at, baseline.first, (baseline.reference,))
    for run in runs:
        found = _lasted(row, run, now) if row.lasts else _at_once(run)
        if found is not None:
            yield found


def _forgotten_at(row: PermanentFindingRow, chart: Chart, now: Instant) -> Instant | None:
    """Return when what earlier stays left of the row is over; None: they left nothing."""
    over = over_at(chart.earlier)
    left = any(one.code == row.code for one in lasting(chart.earlier, now).standing)
    return Instant(over) if left and over is not None else None


def _at_once(run: Run) -> Tripped:
    first = run.signs[0]
    return Tripped(first.at, _latest_known(run), (first.reference,))


def _latest_known(run: Run) -> Instant:
    """Return when the last record that says so became known: of two findings one may be denied since."""
    return Instant(max(one.first for one in run.signs if one.value == "present"))


def _lasted(row: PermanentFindingRow, run: Run, now: Instant) -> Tripped | None:
    """Return the trip of a run that has lasted: at its deadline, or when a break over it ended."""
    deadline = run.signs[0].at + row.lasts + row.grace
    if now < deadline or (run.end is not None and run.end <= deadline):
        return None
    last = max((at for at in run.joined if at > deadline), default=deadline)
    in_break = any(at == last for at in run.joined)
    known = max(deadline, _latest_known(run))
    return Tripped(last if in_break else deadline, known, tuple(one.reference for one in run.signs))


def _deadline_ahead(row: PermanentFindingRow, runs: Sequence[Run], now: Instant) -> Instant | None:
    if not row.lasts:
        return None
    # A denial may be charted ahead of its time: the run goes on until then.
    deadlines = ((run.signs[0].at + row.lasts + row.grace, run.end) for run in runs[-1:])
    return soonest(now, *(deadline for deadline, end in deadlines if end is None or end > deadline))


class _Runs(msgspec.Struct, frozen=True):
    """The runs so far: those that are over, the last one, and which findings are present."""

    over: tuple[Run, ...] = ()
    last: Run | None = None
    present: frozenset[str] = frozenset()


def runs_of(row: PermanentFindingRow, chart: Chart) -> tuple[Run, ...]:
    """Return the runs of the stay in which one of the findings was present; short breaks join them."""
    codes = row.findings

    def add(runs: _Runs, i: int, sign: Sign) -> _Runs:
        code = codes[i]
        present = runs.present | {code} if sign.value == "present" else runs.present - {code}
        run, was = runs.last, bool(runs.present)
        if present and run is not None and (was or _joins(row, run, sign.at)):
            return _Runs(runs.over, _gone_on(run, sign, was), present)
        if present:
            return _Runs(runs.over if run is None else (*runs.over, run), Run((sign,)), present)
        if was and run is not None:
            run = msgspec.structs.replace(run, end=sign.at)
        return _Runs(runs.over, run, present)

    signs = tuple(chart.findings.get(code, NOTHING) for code in codes)
    found = fold(chart, key_of(row, chart), signs, None, _Runs, add)
    return found.over if found.last is None else (*found.over, found.last)


def _joins(row: PermanentFindingRow, run: Run, at: int) -> bool:
    return run.end is not None and at - run.end < row.joins


def _gone_on(run: Run, sign: Sign, was: bool) -> Run:
    joined = run.joined if was else (*run.joined, sign.at)
    return Run((*run.signs, sign), None, joined)


def _inputs(row: PermanentFindingRow) -> int:
    return (
        flags_of(row.findings)
        | dirty_flags.RESUME
        | dirty_flags.BASELINE
        | dirty_flags.ENCOUNTER
        | dirty_flags.DOSES
    )


ROW_TYPE = RowType[PermanentFindingRow](permanent_finding, _inputs, permanent_finding)
