"""Explain stool in shifts: the two last completed ones and the running one."""

from rules.chart.volumes import Shift, running, shift_of
from rules.explain.citations import cite
from rules.explain.explanation import (
    Answer,
    Cited,
    Rule,
    Window,
    amount,
    away,
    met,
    when,
)
from rules.explain.question import Asked
from rules.guideline.declarations import ShiftVolumeRow


def explain(row: ShiftVolumeRow, asked: Asked) -> Answer:
    """Explain the row over the two last completed shifts and the running one."""
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
