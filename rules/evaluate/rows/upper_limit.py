"""Evaluate labs by the site's upper limit, else by the one that came with each value.

Source: criteria.md 3.2, cardiac-enzymes.
"""

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import Lab, place
from rules.chart.folded import NOTHING, fold, key_of
from rules.chart.unreadable import newest_is_unreadable, unreadable_between
from rules.evaluate.limit_bands import band_of
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import Limit, UpperLimitRow
from rules.guideline.nurse_names import first_capital, input_name
from rules.wire.instants import Instant

SITE_UNIT = "ng/mL"
TROPONIN = "troponin"
Known = dict[str, Lab]
"""The latest result of each lab; or the last one above its limit, of those not seen below it since."""
Course = tuple[Known, Known, Result]
"""Both of these, and what they lead to."""


def upper_limit(row: UpperLimitRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the latest reading of each lab against the site's upper limit, else its own.

    Never measured: clear, unless the site wants one of each patient; never stale. One that may or may not be
    above keeps an absolute row, stale.
    """
    known, _, before_unread = _known(row, chart)
    result = replace(before_unread)
    if not row.never_measured_clear and not any(code in known for code in row.labs):
        result.state, result.missing = INDETERMINATE, (TROPONIN,)
    return _unread(row, chart, result)


def _known(row: UpperLimitRow, chart: Chart) -> Course:
    """Return the latest result of each lab, those above their limits and what they lead to, by `at`."""
    codes = (*row.labs, row.screen)

    def add(state: Course, i: int, lab: Lab) -> Course:
        known, above, result = state
        known[codes[i]] = lab
        if codes[i] in row.labs:
            _follow(row, codes[i], lab, above)
        return known, above, _after(row, known, above, lab, result)

    results = tuple(chart.labs.get(code, NOTHING) for code in codes)
    return fold(chart, key_of(row, chart), results, None, lambda: ({}, {}, Result()), add)


def was_absolute(row: UpperLimitRow, chart: Chart, first: int, end: int) -> bool:
    """Return whether the row was absolute, kept or not, at some moment from `first` up to `end`."""
    known: Known = {}
    above: Known = {}
    result, carried = Result(), False
    results = ((code, lab) for code in row.labs for lab in chart.labs.get(code, ()) if lab.at < end)
    for code, lab in sorted(results, key=lambda one: place(one[1])):
        known[code] = lab
        _follow(row, code, lab, above)
        result = _after(row, known, above, lab, result)
        if lab.at > first and result.state == ABSOLUTE:
            return True
        carried = result.state == ABSOLUTE if lab.at <= first else carried
    return carried


def _follow(row: UpperLimitRow, code: str, lab: Lab, above: Known) -> None:
    """Note a result that is above its limit; one that cannot be told leaves the one before it there."""
    is_high = is_above(row, code, lab)
    if is_high:
        above[code] = lab
    elif is_high is False:
        above.pop(code, None)


def _after(row: UpperLimitRow, known: Known, above: Known, lab: Lab, before: Result) -> Result:
    """Return the result once this reading is known: `known` has the latest of each."""
    codes = [code for code in row.labs if code in above]
    seen = any(known[code] is above[code] for code in codes)
    untold = tuple(lack for code in row.labs if code in known and (lack := lacks(row, code, known[code])))
    if not codes and untold and before.state == ABSOLUTE:
        before.stale, before.missing, before.latest = True, untold, lab.at
        return before
    missing = () if seen else untold or _screened(row, known)
    state = ABSOLUTE if codes else INDETERMINATE if missing else CLEAR
    at = lab.at if state != before.state or before.at is None else before.at
    result = Result(state, at=at, latest=lab.at, stale=bool(codes) and not seen, missing=missing)
    result.flags = sum(1 << i for i, code in enumerate(row.labs) if code in codes)
    return _with_value(row, known | above, codes, result)


def upper(row: UpperLimitRow, code: str, lab: Lab) -> float | None:
    """Return the site's upper limit; else the reading's own.

    The site's is in the canonical unit, so it is not for readings in another (CK-MB may come in U/L).
    """
    own = row.limits.get(code) if lab.unit == SITE_UNIT else None
    return lab.high if own is None else own


def is_above(row: UpperLimitRow, code: str, lab: Lab) -> bool | None:
    """Return whether a reading is above its upper limit; None when that cannot be told."""
    high = upper(row, code, lab)
    state = None if high is None else band_of(lab, None, Limit(">", high))
    return None if state is None else state == ABSOLUTE


def lacks(row: UpperLimitRow, code: str, lab: Lab) -> str | None:
    """Return what is missing to tell whether a reading is above its limit, as an assessment names it."""
    if upper(row, code, lab) is None:
        return f"{code}.high"
    return f"{code}.range" if is_above(row, code, lab) is None else None


def _screened(row: UpperLimitRow, known: Known) -> tuple[str, ...]:
    """Return what Table 5 asks for: a troponin, when the total CK is above and none is as new."""
    screen = known.get(row.screen)
    if screen is None or screen.high is None or not is_above(row, row.screen, screen):
        return ()
    newer = any(known[code].at >= screen.at for code in row.labs if code in known)
    return () if newer else (TROPONIN,)


def _with_value(row: UpperLimitRow, known: Known, above: list[str], result: Result) -> Result:
    """Add the value of a reading above its limit, else of the latest one, and the evidence."""
    measured = sorted((code for code in row.labs if code in known), key=lambda code: place(known[code]))
    chosen = above or measured[-1:]
    for code in chosen[:1]:
        high = upper(row, code, known[code])
        lab = known[code]
        result.value, result.unit, result.comparator = lab.value, lab.unit, lab.comparator
        result.name = _named(code, chosen[1:])
        result.limit = None if high is None else f">{high:g}"
    screen = [row.screen] if result.missing == (TROPONIN,) else []
    result.evidence = tuple(known[code].reference for code in (*chosen, *screen))
    return result


def _named(code: str, others: list[str]) -> str:
    """Return the name of the reading with the value, after those that are above their limits too.

    A troponin stops IL-2, CK-MB alone only delays: the line must say which it was.
    """
    above = (f"{input_name(other)} above its limit" for other in others)
    return first_capital(", and ".join((*above, input_name(code))))


def _unread(row: UpperLimitRow, chart: Chart, result: Result) -> Result:
    """Return the result when the newest of a lab could not be read: kept if absolute, else indeterminate."""
    codes = [code for code in row.labs if newest_is_unreadable(chart, code)]
    if not codes and result.state == CLEAR and _screen_unread(row, chart):
        codes = [row.screen]
    read = [i for i, code in enumerate(row.labs) if code not in codes]
    if not codes or (not result.stale and any(result.flags & 1 << i for i in read)):
        return result
    others = [one for one in result.missing if one.partition(".")[0] not in (*codes, TROPONIN)]
    result.missing = (*others, *(f"{code}.unreadable" for code in codes))
    result.stale = result.state == ABSOLUTE
    if not result.stale:
        result.state, result.limit = INDETERMINATE, None
    return result


def _screen_unread(row: UpperLimitRow, chart: Chart) -> bool:
    """Return whether the newest total CK could not be read, and no troponin or CK-MB is as new."""
    newest = max((labs[-1].at for code in row.labs if (labs := chart.labs.get(code))), default=-FOREVER)
    return newest_is_unreadable(chart, row.screen) and unreadable_between(chart, row.screen, newest, FOREVER)


ROW_TYPE = RowType[UpperLimitRow](
    evaluate=upper_limit, inputs=lambda row: dirty_flags.bits((*row.labs, row.screen))
)
