"""Explain stool in shifts: the two last completed ones and the running one."""

from rules.chart.volumes import Shift
from rules.evaluate.rows.shift_volume import ShiftTotal, totals_at
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

NAMES = ("the shift before the last", "the last completed shift", "the running shift")


def explain(row: ShiftVolumeRow, asked: Asked) -> Answer:
    """Explain the row over the two last completed shifts and the running one."""
    totals = totals_at(row, asked.guideline.shifts, asked.chart.volumes[row.kind], asked.t)
    named = tuple((name, found.shift) for name, found in zip(NAMES, totals, strict=True))
    end = totals[-1].shift[1]
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.2, diarrhea",
            relative=f"{met(row.relative, row.unit)} in the last completed or the running shift",
            absolute=f"{met(row.relative, row.unit)} in each of 2 consecutive shifts",
            window="whole volumes at their `at`, per shift (start, end]; the limit is for 8 h",
            stale="never: charted by exception, none charted is 0",
        ),
        facts=[_stool(asked, id, named) for id in asked.ids],
        window=Window(totals[0].shift[0], end, "the two last completed shifts and the running one"),
        look=asked.look(seen=max((v.at for v in asked.chart.volumes[row.kind]), default=None)),
        why=[_total(row, name, found) for name, found in zip(NAMES, totals, strict=True)],
        clears=[
            (
                f"Relative or clear as shifts stay below {amount(row.relative.value, row.unit)}; looked at "
                f"again at {when(end)}."
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


def _total(row: ShiftVolumeRow, name: str, found: ShiftTotal) -> str:
    start, end = found.shift
    unmeasured = " Stool lies in it that nobody measured." if found.unmeasured else ""
    return (
        f"{name.capitalize()} ({when(start)} to {when(end)}): "
        f"{away(found.total, found.limit, 'shift', row.unit)}{unmeasured}"
    )
