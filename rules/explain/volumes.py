"""Stool and urine explained: the shifts, the stretch, and each collection's share of it."""

from rules.chart.volumes import Collection, Shift, covered, last_completed, running, shift_of
from rules.explain.citations import cite
from rules.explain.explanation import (
    Answer,
    Cited,
    Rule,
    Window,
    ages,
    amount,
    away,
    back,
    both,
    met,
    number,
    span,
    when,
)
from rules.explain.question import Asked
from rules.guideline.declare import CoveredShiftRow, HourlyRateRow, ShiftVolumeRow


def shift_volume(row: ShiftVolumeRow, asked: Asked) -> Answer:
    """The two last completed shifts and the running one."""
    shifts = asked.guideline.shifts
    under_way = running(asked.t, shifts)
    last = shift_of(under_way[0], shifts)
    before = shift_of(last[0], shifts)
    named = (
        ("the shift before the last", before),
        ("the last completed shift", last),
        ("the running shift", under_way),
    )
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, diarrhea",
            relative=f"{met(row.relative, row.unit)} in the last completed or the running shift",
            absolute=f"{met(row.relative, row.unit)} in each of 2 consecutive shifts",
            window="whole volumes at their `at`, per shift (start, end]",
            stale="never: charted by exception, none charted is 0",
        ),
        facts=[_stool(asked, id, named) for id in asked.ids],
        window=Window(before[0], under_way[1], "the two last completed shifts and the running one"),
        look=asked.look(seen=max((v.at for v in asked.chart.volumes[row.kind]), default=None)),
        why=[_total(row, asked, name, shift) for name, shift in named],
        clears=[
            (
                f"Relative or clear as shifts stay below {amount(row.relative.value, row.unit)}; looked at "
                f"again at {when(under_way[1])}."
            )
        ],
    )


def _stool(asked: Asked, id: str, named: tuple[tuple[str, Shift], ...]) -> Cited:
    found = cite(asked.chart, id, "")
    where = next(
        (name for name, (start, end) in named if found.at is not None and start < found.at <= end),
        "an earlier shift",
    )
    return Cited(
        id=id, part=f"in {where}", at=found.at, known=found.known, value=found.value, unit=found.unit
    )


def _total(row: ShiftVolumeRow, asked: Asked, name: str, shift: Shift) -> str:
    total = round(sum(v.volume for v in asked.chart.volumes[row.kind] if shift[0] < v.at <= shift[1]), 6)
    return (
        f"{name.capitalize()} ({when(shift[0])} to {when(shift[1])}): "
        f"{away(total, row.relative, 'shift', row.unit)}"
    )


def covered_shift(row: CoveredShiftRow, asked: Asked) -> Answer:
    """The last completed shift, or the earlier one whose state is kept."""
    shifts, result, chart = asked.guideline.shifts, asked.result, asked.chart
    last = last_completed(asked.t, shifts)
    shift = last if result.at is None else shift_of(result.at, shifts)
    words = "the last completed shift" if shift == last else "an earlier shift, whose state is kept"
    next_end = shift_of(asked.t + 1, shifts)[1]
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, urine",
            relative=met(row.relative, row.unit),
            absolute=met(row.absolute, row.unit),
            window=f"the last completed shift, collections covering all but {span(row.gap)} of it",
            stale="kept when the last completed shift is not covered",
        ),
        facts=_shares(
            asked,
            [c for c in chart.collections if c.reference[0] in asked.ids],
            shift[0],
            shift[1],
            "the shift",
        ),
        window=Window(*shift, words),
        look=asked.look("intake-output", chart.collections[-1].end if chart.collections else None),
        why=[*both(result.value, row.relative, row.absolute, row.unit), *_coverage(row, asked, last)],
        clears=[
            *back(result.state, row.relative, row.absolute, row.unit, "a covered shift"),
            f"Decided again at the end of the shift, {when(next_end)}.",
        ],
    )


def _coverage(row: CoveredShiftRow, asked: Asked, shift: Shift) -> list[str]:
    start, end = shift
    inside = [one for one in asked.chart.collections if one.reaches(start, end)]
    time, needed = covered(inside, start, end), end - start - row.gap
    share = (
        f"Collections cover {span(time)} of the {span(end - start)} of the last completed shift, "
        f"{when(start)} to {when(end)}"
    )
    total = sum(one.share(start, end) for one in inside)
    return [
        f"{share}: enough."
        if time >= needed
        else f"{share}, {amount(total, 'mL')}; {span(needed - time)} more are needed."
    ]


def hourly_rate(row: HourlyRateRow, asked: Asked) -> Answer:
    """The shortest stretch that covers enough, with each collection's share."""
    seen = asked.guideline.observes[row.monitored_by]
    inside = [one for one in asked.chart.collections if one.reference[0] in asked.ids]
    window = stretch(row, inside)
    last = max((one.end for one in inside), default=None)
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, urine",
            relative=met(row.relative, row.unit),
            absolute=met(row.absolute, row.unit),
            window=(
                "the shortest stretch that starts with a collection, ends with the latest and covers "
                f"at least {span(row.covers)}"
            ),
            stale=(
                "latest collection ended longer ago than "
                f"{ages(int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor))}"
            ),
        ),
        facts=_shares(asked, inside, window.start, window.end, "the stretch") if window else _unused(asked),
        window=window,
        look=asked.look(row.monitored_by, last, row.stale_factor),
        why=[
            *both(asked.result.value, row.relative, row.absolute, row.unit),
            *_sum(inside, window),
            *_no_stretch(row, asked),
        ],
        clears=back(asked.result.state, row.relative, row.absolute, row.unit, "a stretch"),
    )


def stretch(row: HourlyRateRow, inside: list[Collection]) -> Window | None:
    """From when to when the collections that decided were looked at."""
    if not inside:
        return None
    end = max(one.end for one in inside)
    starts = sorted({one.start for one in inside if one.start < one.end}, reverse=True)
    start = next(
        (start for start in starts if covered(inside, start, end) >= row.covers),
        starts[-1] if starts else end,
    )
    return Window(
        start, end, f"the stretch, {span(covered(inside, start, end))} of it covered by collections"
    )


def _sum(inside: list[Collection], window: Window | None) -> list[str]:
    if window is None:
        return []
    total, time = (
        sum(one.share(window.start, window.end) for one in inside),
        covered(inside, window.start, window.end),
    )
    return [f"{amount(total, 'mL')} in {span(time)} of collection."]


def _no_stretch(row: HourlyRateRow, asked: Asked) -> list[str]:
    if asked.result.value is not None or not asked.chart.collections:
        return []
    end = asked.chart.collections[-1].end
    return [
        (
            f"No stretch of at most {span(row.longest)} that ends at {when(end)} covers {span(row.covers)}: "
            "the rate is not known."
        )
    ]


def _unused(asked: Asked) -> list[Cited]:
    return [
        cite(asked.chart, one.reference[0], "the latest collection; no rate can be told from it")
        for one in asked.chart.collections[-1:]
    ]


def _shares(asked: Asked, inside: list[Collection], start: int, end: int, what: str) -> list[Cited]:
    return [cite(asked.chart, one.reference[0], _share(one, start, end, what)) for one in inside]


def _share(one: Collection, start: int, end: int, what: str) -> str:
    share = number(one.share(start, end))
    if one.start == one.end:
        return f"collection of unknown start, {share} mL counted whole in {what}"
    return f"collection {when(one.start)} to {when(one.end)}, {share} mL of it in {what}"
