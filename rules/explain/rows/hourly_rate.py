"""Explain urine per hour: the stretch, and each collection's share of it."""

from rules.chart.volumes import Collection, covered
from rules.explain.citations import cite
from rules.explain.explanation import (
    Answer,
    Cited,
    Rule,
    Window,
    ages,
    amount,
    back,
    both,
    met,
    span,
    when,
)
from rules.explain.question import Asked
from rules.explain.urine_collections import shares
from rules.guideline.declarations import HourlyRateRow


def explain(row: HourlyRateRow, asked: Asked) -> Answer:
    """Explain the row: the shortest stretch that covers enough, with each collection's share."""
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
        facts=shares(asked, inside, window.start, window.end, "the stretch") if window else _unused(asked),
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
    """Return the window of the collections that decided; None when there were none."""
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
