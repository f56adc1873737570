"""Volumes as bars, each as wide as it took: urine by the hour and by the shift, fluids in."""

from __future__ import annotations

from rules.chart.volumes import shift_of
from rules.wire.events import IO
from rules.wire.vocabulary import ABOVE_MAINTENANCE
from streams.board.sheet.page import Page, Panel, bars, panel
from streams.plot.facts import Collection, began

LOOK_BACK = 8


def collections(page: Page) -> list[tuple[Collection, IO]]:
    """Urine as it was collected, each with when it began."""
    found: list[tuple[Collection, IO]] = []
    for event in page.slow:
        if isinstance(event, IO) and event.direction == "out" and event.kind == "urine":
            earlier = [made for made, _ in found[-LOOK_BACK:]]
            found.append((Collection(began(event, earlier), event.at, event.volume), event))
    return found


def urine(page: Page) -> Panel:
    """Each collection as high as its rate; one whose start nobody knows has none, and is told by its volume."""
    span, rests = page.span, page.rests("urine-hour", "urine-shift")
    shown = [(made, event) for made, event in collections(page) if span.start < made.end <= span.end]
    drawn: list[Panel] = [
        {"from": made.start, "to": made.end, "value": round(made.rate, 1), "text": f"{made.volume:g} mL", "mark": event.id in rests}
        for made, event in shown
        if made.rate is not None
    ]
    unknown = [[made.end, f"{made.volume:g} mL"] for made, _ in shown if made.rate is None]
    return panel("urine", "Urine per hour", "mL/h", bars("urine", "urine", drawn), page.lines("urine-hour"), (0, 60), root=True, texts=unknown)


def shifts(page: Page) -> Panel:
    """Urine by shift, whole volumes at their time; the running shift is hollow: it is not over."""
    totals: dict[tuple[int, int], float] = {}
    for made, _ in collections(page):
        shift = shift_of(made.end, page.guideline.shifts)
        totals[shift] = totals.get(shift, 0.0) + made.volume
    shown = [(shift, volume) for shift, volume in sorted(totals.items()) if shift[1] > page.span.start and shift[0] < page.span.end]
    drawn = [of_shift(page, *shift, volume) for shift, volume in shown]
    return panel("shifts", "Urine per shift", "mL", bars("urine-shift", "urine of the shift", drawn), page.lines("urine-shift"), (0, 300), root=True)


def of_shift(page: Page, start: int, end: int, volume: float) -> Panel:
    running = end > page.span.end
    text = f"{volume:g} mL so far" if running else f"{volume:g} mL"
    return {"from": max(start, page.span.start), "to": min(end, page.span.end), "value": round(volume, 1), "text": text, "running": running}


def fluids(page: Page) -> Panel:
    """What ran in: above maintenance as full bars, the rest as hollow ones."""
    rests = page.rests("fluid-limit")
    drawn: list[Panel] = [
        {
            "from": event.start or event.at, "to": event.at, "value": event.volume, "text": f"{event.volume:g} mL {event.kind.replace('-', ' ')}",
            "mark": event.id in rests, "hollow": event.kind not in ABOVE_MAINTENANCE,
        }
        for event in page.slow
        if isinstance(event, IO) and event.direction == "in" and page.span.start <= event.at <= page.span.end
    ]  # fmt: skip
    return panel("fluids", "Fluids in", "mL", bars("fluids", "fluids", drawn), [], (0, 500))
