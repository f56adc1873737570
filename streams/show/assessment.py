"""Show one patient's assessment and explanations: the recommendation, then why, then what to look at next.

Source: wire.md, Assessment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.written import hours_of
from streams import display, measurements
from streams.display import LEVEL_COLOUR, RECOMMENDATION, plain
from streams.show.terminal import ascii_only, cell, level, table
from streams.times import UTC, ZONE, instant, localized, short, zone_name

if TYPE_CHECKING:
    from rules.explain import Explanation
    from rules.wire.alerts import AlertRecord
    from rules.wire.assessments import (
        AcceptedItem,
        AdviceItem,
        Assessment,
        CriterionRow,
        OverlayItem,
        PressorRate,
    )


def show(assessment: Assessment, screen: Console) -> None:
    """Print the whole assessment of one patient."""
    screen.rule(
        Text(f"{plain(assessment.patient)}   {headed(assessment.at)}   {assessment.mode}", style="bold"),
        align="left",
    )
    screen.print(summary(assessment, screen))
    for line in packs(assessment):
        screen.print(Padding(line, (0, 0, 0, 2)))
    screen.print()
    screen.print(criteria(assessment, screen))
    screen.print(clear_rows(assessment, screen))
    for line in (
        *overdue(assessment, screen),
        *advice(assessment, screen),
        *accepted(assessment),
        *set_aside(assessment),
    ):
        screen.print(Padding(line, (0, 0, 0, 2)))
    screen.print(Text(guideline(assessment), style="dim"))
    screen.print()


def packs(assessment: Assessment) -> list[Text]:
    """Return the banner of a draft pack that decides, and one quiet line for each pack beside."""
    banner = (Text(one, style="bold") for one in display.draft_banner(assessment.guideline))
    return [*banner, *(Text(beside(one), style="dim") for one in assessment.overlays or ())]


def beside(one: OverlayItem) -> str:
    """Return what a pack says that stands beside: `beside til-2024/1 (draft): no-objection`."""
    draft = " (draft)" if one.guideline.get("status") == "draft" else ""
    why = f": {listed(one.reasons)}" if one.reasons else ""
    return f"beside {one.guideline['id']}/{one.guideline['version']}{draft}: {one.verdict}{why}"


def headed(at: str) -> str:
    """Return the instant of a screen, with the zone that all its times are in."""
    return short(at) if ZONE.get() == UTC else f"{short(at)} ({zone_name(instant(at))})"


def summary(assessment: Assessment, screen: Console) -> Table:
    """Return the recommendation with dose, pressure and fluids; before therapy, also the eligibility."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_row("", recommendation(assessment, screen))
    grid.add_row("dose", dose(assessment))
    grid.add_row("pressure", pressure(assessment, screen))
    grid.add_row("fluids", fluids(assessment))
    if assessment.pressors.agents:
        grid.add_row("pressors", pressors(assessment))
    if assessment.dose.readiness == "not-started":
        grid.add_row("eligible", eligibility(assessment))
    return grid


def recommendation(assessment: Assessment, screen: Console) -> Text:
    """Return `▲ delay  because urine-hour, creatinine`, with the counts of Table 4."""
    reasons = f"  because {listed(assessment.reasons)}" if assessment.reasons else ""
    return recommended(assessment.recommendation, screen).append(
        f"{reasons}  ({assessment.relative} relative, {assessment.absolute} absolute)", style="default"
    )


def recommended(name: str, screen: Console) -> Text:
    """Return `▲ delay`."""
    return Text(
        display.recommendation(name, ascii_only(screen)), style=f"bold {LEVEL_COLOUR[RECOMMENDATION[name]]}"
    )


def dose(assessment: Assessment) -> str:
    """Return what was given, what is due, and whether it may be given."""
    d = assessment.dose
    late = f", {hours_of(d.delayed_h)} h late" if d.delayed_h else ""
    blockers = f"; blocked by {listed(d.blockers)}" if d.blockers else ""
    return f"{d.readiness}: {d.number} given, last {short(d.last)}, next due {short(d.due)}{late}{blockers}"


def pressure(assessment: Assessment, screen: Console) -> Text:
    """Return the latest systolic pressure against its target (Table 2)."""
    bp = assessment.blood_pressure
    target = f"target above {bp.target:g}" + (" (assumed: no baseline)" if bp.assumed else "")
    where = "".join(f", {word}" for word in ("stale" if bp.stale else None, bp.phase) if word)
    latest = measurements.measured(bp.latest, "mm[Hg]", f"{bp.target:g}")
    return Text(f"{latest}, {target}{where}  ").append(level(bp.state, screen))


def fluids(assessment: Assessment) -> str:
    """Return what ran above maintenance in 24 h, against the limit."""
    given = assessment.fluids
    return f"{given.above_maintenance_24h_ml:g} of {given.limit_ml:g} mL above maintenance in 24 h"


def pressors(assessment: Assessment) -> str:
    """Return the pressor load with the rates it is made of."""
    found = assessment.pressors
    rates = (f"{plain(one.agent)} {rate(one)}" for one in found.agents)
    return f"load {measurements.measured(found.load, found.unit)}: {', '.join(rates)}"


def rate(one: PressorRate) -> str:
    return "rate not known" if one.rate is None else measurements.measured(one.rate, one.unit)


def criteria(assessment: Assessment, screen: Console) -> RenderableType:
    """Return the rows of Table 3 that are tripped, indeterminate or measured, in the table's order."""
    made = table("state", "criterion", "value", "limit", "since", "note")
    for row in filter(deserves_line, assessment.criteria):
        value = (row.comparator or "") + measurements.measured(row.value, row.unit, row.limit)
        made.add_row(
            level(row.state, screen),
            row.code,
            value,
            cell(row.limit),
            short(row.since),
            note(row),
        )
    return made


def deserves_line(row: CriterionRow) -> bool:
    """Return whether a row is shown on a line of its own."""
    return row.state != "clear" or row.value is not None or row.evaluates_at is not None


def note(row: CriterionRow) -> str:
    """Return what qualifies a state: stale, missing inputs, causes to correct, when it will be evaluated."""
    words = [
        "stale" if row.stale else "",
        f"not seen: {listed(row.missing)}" if row.missing else "",
        f"correct: {listed(row.correctable)}" if row.correctable else "",
        f"judged at {short(row.evaluates_at)}" if row.evaluates_at else "",
    ]
    return "; ".join(filter(None, words))


def clear_rows(assessment: Assessment, screen: Console) -> Text:
    """Return the other rows, all clear, in one line: they were evaluated too."""
    codes = [row.code for row in assessment.criteria if not deserves_line(row)]
    return level("clear", screen).append(f": {listed(codes)}\n") if codes else Text()


def overdue(assessment: Assessment, screen: Console) -> list[Text]:
    """Return what should have been measured by now (Table 1)."""
    late = [item for item in assessment.monitoring if item.overdue]
    return [
        level("technical", screen).append(
            f" {charting(item.what)}, last {short(item.last)} ({item.what})", style="default"
        )
        for item in late
    ]


def charting(what: str) -> str:
    """Return an item of Table 1 in a nurse's words; any other subject of `monitoring` as it is."""
    known = SCHWARTZENTRUBER_2001.observes
    return known[what].words if what in known else "open"


def accepted(assessment: Assessment) -> list[Text]:
    """Return the acceptances in force."""
    return [Text(acceptance(one)) for one in assessment.accepted]


def acceptance(one: AcceptedItem) -> str:
    """Return an acceptance: of what, up to which level, until when, by whom and why."""
    until = short(one.until) if one.until else "the end of the cycle"
    what = f"accepted: {one.criterion} up to {one.level}, until {until}"
    return f"{what}, by {plain(one.by)}: {plain(one.reason)}"


def set_aside(assessment: Assessment) -> list[Text]:
    """Return what was charted in the last 24 h and is not used, with why (criteria.md section 8)."""
    return [
        Text(
            f"not used: {plain(one.code)} {measurements.measured(one.value, one.unit)}, {short(one.at)}: "
            f"{plain(one.reason)}"
        )
        for one in assessment.ignored
    ]


def advice(assessment: Assessment, screen: Console) -> list[Text]:
    """Return what the guideline advises now, with its table."""
    return [advice_line(item, screen) for item in assessment.advice]


def advice_line(item: AdviceItem, screen: Console) -> Text:
    subject = f" ({item.subject})" if item.subject else ""
    shape = display.pick(display.LEVEL_GLYPH["advisory"], ascii_only(screen))
    return Text(f"{shape} {item.code}{subject}", style=LEVEL_COLOUR["advisory"]).append(
        f": {plain(item.text)} [{item.source}]", style="default"
    )


def eligibility(assessment: Assessment) -> str:
    """Return `met ecg, steroid; unknown infection`."""
    states = ("met", "not-met", "unknown")
    by_state = {
        state: [item.item for item in assessment.eligibility if item.state == state] for state in states
    }
    return "; ".join(f"{state} {listed(items)}" for state, items in by_state.items() if items)


def guideline(assessment: Assessment) -> str:
    """Return the edition that decided, with the hash of its numbers."""
    edition = assessment.guideline
    return (
        f"guideline {edition['id']} version {edition['version']} ({edition['sha256'][:12]}). It advises "
        "and never doses."
    )


def listed(words: Iterable[str]) -> str:
    return ", ".join(plain(word) for word in words)


def show_explanation(
    explanation: Explanation, alerts: list[AlertRecord], screen: Console, verbose: bool
) -> None:
    """Print the whole explanation; `verbose`: with the section of the specification."""
    from rules.explain import lines

    for banner in display.draft_banner(explanation.guideline):
        screen.print(Text(banner, style="bold"))
    headline, *rest = map(localized, lines(explanation, verbose))
    screen.print(Text(plain(headline), style="bold"))
    for line in rest:
        indent = len(line) - len(line.lstrip())
        screen.print(
            Padding(Text(plain(line.strip()), style="" if indent else "bold"), (0, 0, 0, 2 * indent))
        )
    history(alerts, screen)


def history(alerts: list[AlertRecord], screen: Console) -> None:
    """Print every transition so far."""
    screen.print(
        Text("\nWhat was said", style="bold") if alerts else Text("\nNo alert was given for it so far.")
    )
    made = table("decided", "level", "transition", "message")
    for alert in alerts:
        what = display.transition(alert.transition, ascii_only(screen))
        made.add_row(short(alert.decided), level(alert.level, screen), what, cell(alert.message))
    if alerts:
        screen.print(made)
