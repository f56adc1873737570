"""Explain urine per hour: the stretch, and each collection's share of it."""

from rules.chart.volumes import Collection, covered
from rules.evaluate.rows.hourly_rate import ages as limits
from rules.evaluate.rows.hourly_rate import known_in_time, stretch
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
    last = max((one.end for one in inside), default=None)
    window = None if last is None else _window(row, asked, last, row.covers)
    return Answer(
        rule=_rule(row, asked),
        facts=shares(asked, inside, window.start, window.end, "the stretch") if window else _unused(asked),
        window=window,
        look=asked.look(row.monitored_by, last, row.stale_factor),
        why=[
            *both(asked.result.value, row.relative, row.absolute, row.unit),
            *_sum(inside, window),
            *_not_cleared(row, asked, last),
            *_no_stretch(row, asked, seen.what),
        ],
        clears=back(
            asked.result.state,
            row.relative,
            row.absolute,
            row.unit,
            f"a stretch of {span(row.clears_over)}" if asked.tripped else "a stretch",
        ),
    )


def _rule(row: HourlyRateRow, asked: Asked) -> Rule:
    return Rule(
        words=row.words,
        source=row.source,
        section="criteria.md section 3.4, urine-hour",
        relative=met(row.relative, row.unit),
        absolute=met(row.absolute, row.unit),
        window=(
            "the shortest stretch that starts with a collection, ends with the latest and covers "
            f"at least {span(row.covers)}; it clears on one of {span(row.clears_over)}"
        ),
        stale=f"latest collection ended {ages(*limits(row, asked.chart))} ago",
    )


def _window(row: HourlyRateRow, asked: Asked, end: int, covers: int) -> Window | None:
    """Return the window of the stretch that ended at a moment; None when there is none."""
    collections = known_in_time(row, asked.chart, end)
    found = stretch(row, asked.chart, collections, covers) if collections else None
    if found is None:
        return None
    time = covered(found.inside, found.start, found.end)
    return Window(found.start, found.end, f"the stretch, {span(time)} of it covered by collections")


def _not_cleared(row: HourlyRateRow, asked: Asked, end: int | None) -> list[str]:
    """Write why an hour above the limit has not cleared the row."""
    value = asked.result.value
    if end is None or not asked.tripped or not isinstance(value, float) or row.relative.met(value):
        return []
    found = stretch(row, asked.chart, known_in_time(row, asked.chart, end), row.clears_over)
    if found is None:
        return [f"No stretch of {span(row.clears_over)} is known yet that could clear it."]
    return [f"Over {span(row.clears_over)} it was {amount(found.rate, row.unit)}: not yet above the limit."]


def _sum(inside: list[Collection], window: Window | None) -> list[str]:
    if window is None:
        return []
    total, time = (
        sum(one.share(window.start, window.end) for one in inside),
        covered(inside, window.start, window.end),
    )
    return [f"{amount(total, 'mL')} in {span(time)} of collection."]


def _no_stretch(row: HourlyRateRow, asked: Asked, what: str) -> list[str]:
    if asked.result.value is not None or not asked.chart.collections:
        return []
    end = asked.chart.collections[-1].end
    return [
        (
            f"No stretch of less than {span(row.longest)} that ends at {when(end)}, without a hole longer "
            f"than the interval of {what}, covers {span(row.covers)}: the rate is not known."
        )
    ]


def _unused(asked: Asked) -> list[Cited]:
    return [
        cite(asked.chart, one.reference[0], "the latest collection; no rate can be told from it")
        for one in asked.chart.collections[-1:]
    ]
