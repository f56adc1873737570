"""Show the handover of a shift as text: a sheet a patient, the worst first."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from streams import display
from streams.display import LEVEL_COLOUR, RECOMMENDATION, plain
from streams.handover.model import Handover, Line, Section, Sheet, Source
from streams.show.terminal import ascii_only
from streams.times import instant, short, zone_name

RUNNING = "labs"
"""The section whose lines are short: they stand in one paragraph, those known later in another."""


def show(handover: Handover, screen: Console, verbose: bool) -> None:
    """Print every sheet; `verbose`: with where each line comes from."""
    screen.print(Text(headline(handover), style="bold"))
    for one in handover.sheets:
        screen.print()
        _sheet(one, screen, verbose)
    screen.print(Text(f"\n{footer(handover)}", style="dim"))


def headline(handover: Handover) -> str:
    """Return unit, shift and zone, in one line."""
    unit, end = handover.unit or "all units", instant(handover.end)
    count = len(handover.sheets)
    patients = "1 patient" if count == 1 else f"{count} patients"
    shift = f"{short(handover.start)} to {short(handover.end)}"
    return f"Handover, {plain(unit)}: {patients}, shift {shift} ({zone_name(end)})"


def footer(handover: Handover) -> str:
    """Return as of when states are, and the edition that decided."""
    edition = handover.guideline
    return (
        f"States as of {short(handover.at)}; [known later]: after the shift. "
        f"Guideline {edition['id']} version {edition['version']} ({edition['sha256'][:12]}). "
        "It advises and never doses."
    )


def _sheet(one: Sheet, screen: Console, verbose: bool) -> None:
    where = ", ".join(dict.fromkeys(filter(None, (one.unit, one.location, one.mode))))
    since = f" since {short(one.since)}" if one.since else ""
    screen.rule(Text(f"{plain(one.patient)}   {plain(where)}", style="bold"), align="left")
    screen.print(advised(one.advised, screen).append(since, style="default"))
    for section in one.sections:
        _section(section, screen, verbose)


def advised(word: str, screen: Console) -> Text:
    """Return the recommendation with its shape; `discharged` and `not assessed` have none."""
    if word not in RECOMMENDATION:
        return Text(word.replace("-", " "), style="bold")
    level = RECOMMENDATION[word]
    return Text(display.recommendation(word, ascii_only(screen)), style=f"bold {LEVEL_COLOUR[level]}")


def _section(section: Section, screen: Console, verbose: bool) -> None:
    screen.print(Text(section.title, style="underline"))
    if section.name == RUNNING and not verbose:
        for mark, lines in groupby(section.lines, attrgetter("corrected")):
            joined = Text("; ").join(_line(replace(line, corrected=""), screen) for line in lines)
            first = Text(f"[{plain(mark)}] " if mark else "", style="bold")
            screen.print(Padding(first.append(joined), (0, 0, 0, 2)))
        return
    for line in section.lines:
        screen.print(Padding(_line(line, screen), (0, 0, 0, 2)))
        if verbose:
            screen.print(Padding(Text(traced(line), style="dim"), (0, 0, 0, 6)))


def _line(line: Line, screen: Console) -> Text:
    shape = f"{display.pick(display.LEVEL_GLYPH[line.level], ascii_only(screen))} " if line.level else ""
    found = Text(shape, style=LEVEL_COLOUR.get(line.level, "")).append(plain(line.text), style="default")
    if line.note:
        found.append(f" - {plain(line.note)}", style="default")
    return found.append(f" [{plain(line.corrected)}]", style="bold") if line.corrected else found


def traced(line: Line) -> str:
    """Return where a line comes from: `from alert 3f.../4, fact v12`."""
    return "from " + ", ".join(map(source, line.sources)) if line.sources else "from nothing charted"


def source(one: Source) -> str:
    """Return one source: `alert 3f.../4`, `assessment 2026-03-02T15:00:00Z dose`, `fact v12`."""
    more = f"/{one.seq}" if one.kind == "alert" else f" {one.part}" if one.kind == "assessment" else ""
    return f"{one.kind} {plain(one.id)}{more}"
