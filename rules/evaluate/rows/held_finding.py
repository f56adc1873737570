"""Evaluate a row that holds from one finding until others are charted (editions.md 3, Hold)."""

from collections.abc import Callable

import msgspec

from rules.chart.chart import Chart
from rules.chart.facts import Sign, place
from rules.chart.folded import key_of
from rules.chart.stated import flags_of, fold_stated
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result, in_time, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import HeldFindingRow
from rules.wire.instants import Instant

HELD = "held"


class Named(msgspec.Struct, frozen=True):
    """A finding as a row names it: code, specimen (None: any), and the word that it has."""

    code: str
    specimen: str | None
    word: str

    def tells(self, sign: Sign) -> bool:
        """Return whether a record of the code is of the specimen; one that names none counts."""
        return self.specimen is None or sign.specimen in (None, self.specimen)


def named(text: str) -> Named:
    """Return what a row names: `guaiac-positive:stool=absent`."""
    code, _, word = text.partition("=")
    code, _, specimen = code.partition(":")
    return Named(code, specimen or None, word or "present")


def held_finding(row: HeldFindingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result: held from a finding on until all that lifts it is charted at or after it.

    What lifts it is a record that says so: silence is none. A new cycle changes nothing.
    """
    course = _course(row, chart)
    if course.on:
        return _aged(row, chart, now, course.result())
    result = Result(CLEAR, at=course.changed, latest=course.last)
    if course.lifted:
        result.evidence = tuple(sign.reference for sign in course.lifted)
    return result if row.fresh is None else _fresh(row, chart, now, result)


def _aged(row: HeldFindingRow, chart: Chart, now: Instant, result: Result) -> Result:
    """Return a row that holds, stale once what must be seen fresh is too old."""
    seen = None if row.fresh is None else _seen(row, chart, row.fresh)
    if seen is not None:
        stale_at = Instant(seen.at + row.stale)
        result.stale, result.next = now >= stale_at, soonest(now, stale_at)
    return result


def _seen(row: HeldFindingRow, chart: Chart, code: str) -> Sign | None:
    """Return the latest record of what must be seen fresh."""
    key, counts = f"{key_of(row, chart)} {code}", _counts(row)

    def latest(found: Sign | None, code: str, sign: Sign) -> Sign | None:
        return sign if counts(code, sign) else found

    return fold_stated(chart, key, (code,), _none, latest, holds=True)


def _none() -> Sign | None:
    return None


def _counts(row: HeldFindingRow) -> Callable[[str, Sign], bool]:
    """Return whether a record counts: not one of what must be fresh that was stale when it became known."""
    fresh = in_time(lambda at, t: at + row.stale)
    return lambda code, sign: code != row.fresh or fresh(sign)


def _fresh(row: HeldFindingRow, chart: Chart, now: Instant, result: Result) -> Result:
    """Return a clear result as it is while what must be seen is fresh; else it cannot be told."""
    assert row.fresh is not None
    seen = _seen(row, chart, row.fresh)
    if seen is None:
        return Result(INDETERMINATE, missing=(row.fresh,))
    stale_at = seen.at + row.stale
    if now >= stale_at:
        at = stale_at if now == stale_at else None
        return Result(INDETERMINATE, at=at, missing=(row.fresh,), evidence=(seen.reference,))
    result.next = stale_at
    result.evidence = result.evidence or (seen.reference,)
    result.latest = seen.at
    return result


def _course(row: HeldFindingRow, chart: Chart) -> "Course":
    """Return the course of a row over the records of all findings that it names, of the whole stay."""
    trips, resumes = (tuple(map(named, texts)) for texts in (row.trips, row.resumes))
    codes = dict.fromkeys(one.code for one in (*trips, *resumes))
    counts = _counts(row)

    def enter(course: Course, code: str, sign: Sign) -> Course:
        return course.enter(code, sign) if counts(code, sign) else course

    return fold_stated(chart, key_of(row, chart), codes, lambda: Course(trips, resumes), enter, holds=True)


class Course(msgspec.Struct):
    """The course of a row over its records: whether it holds, since when, and what is not charted yet.

    Of a copy nothing changes with the other: what it keeps is replaced, not changed.
    """

    trips: tuple[Named, ...]
    resumes: tuple[Named, ...]
    latest: dict[tuple[Named, str | None], Sign] = {}
    tripped_by: frozenset[Named] = frozenset()
    on: bool = False
    changed: int | None = None
    last: int | None = None
    tripped: Sign | None = None
    lifted: tuple[Sign, ...] = ()

    def enter(self, code: str, sign: Sign) -> "Course":
        """Enter the next record, and return the course."""
        self.last = sign.at
        noted = [one for one in (*self.trips, *self.resumes) if one.code == code and one.tells(sign)]
        self.latest = {**self.latest, **{(one, sign.specimen): sign for one in noted}}
        trips = [one for one in self.trips if one.code == code and one.tells(sign) and sign.value == one.word]
        if trips:
            self.tripped = sign
            self.tripped_by |= set(trips)
            if not self.on:
                self.on, self.changed, self.lifted = True, sign.at, ()
        if self.on and not self.present() and not self.missing():
            self.on, self.changed, self.tripped_by = False, sign.at, frozenset()
            self.lifted = tuple(signs[-1] for one in self.resumes if (signs := self._latest(one))) or (sign,)
        return self

    def present(self) -> list[tuple[Named, Sign]]:
        """Return what is present of what trips the row, of each specimen."""
        return [(one, sign) for one in self.trips for sign in self._latest(one) if sign.value == one.word]

    def missing(self) -> tuple[str, ...]:
        """Return the codes that are not charted, as they must be, at or after what tripped the row.

        They are what lifts it, and a denial of each finding that has tripped it since it holds.
        """
        assert self.tripped is not None
        since = self.tripped.at
        wanted = [one.code for one in self.resumes if not self._says(one, since, True)]
        denied = [
            one.code for one in self.trips if one in self.tripped_by and not self._says(one, since, False)
        ]
        return tuple(dict.fromkeys((*wanted, *denied)))

    def _says(self, one: Named, since: int, word: bool) -> bool:
        """Return whether a record from a moment on says what a row names, or without `word` otherwise."""
        return any(sign.at >= since and (sign.value == one.word) == word for sign in self._latest(one))

    def _latest(self, one: Named) -> list[Sign]:
        """Return the latest record of each specimen, in order of `at`."""
        found = [sign for (named_as, _), sign in self.latest.items() if named_as == one]
        return sorted(found, key=place)

    def result(self) -> Result:
        """Return the result while the row holds; a finding of one specimen goes by the name of the row."""
        assert self.tripped is not None
        present = self.present()
        return Result(
            ABSOLUTE,
            at=self.changed,
            latest=self.last,
            value=None if present else HELD,
            missing=() if present else self.missing(),
            findings=tuple(dict.fromkeys(_name(one) for one, _ in present if one.specimen is None)),
            evidence=tuple(dict.fromkeys(sign.reference for _, sign in present)) or (self.tripped.reference,),
        )


def _name(one: Named) -> str:
    return one.code if one.word == "present" else f"{one.code}={one.word}"


def _inputs(row: HeldFindingRow) -> int:
    return flags_of(named(text).code for text in (*row.trips, *row.resumes))


ROW_TYPE = RowType[HeldFindingRow](evaluate=held_finding, inputs=_inputs)
