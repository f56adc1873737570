"""Judge a switch from one guideline pack to another: the part of `il2watch backtest` that compares packs.

Source: editions.md section 6.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.cli import options
from streams.cli.event_files import opened
from streams.cli.score import SIMULATOR
from streams.cli.score import load as load_truth
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import load

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from streams.scoring.decision_points import Compared, Side
    from streams.scoring.switch_gate import Gate, Line, Truth


ABSOLUTE = "absolute"


class Truthful(NamedTuple):
    """A side, and the scorer that holds it against the ground truth, if there is one."""

    side: Side
    scorer: Any


def add_options(command: options.Parser) -> None:
    """Add the options by which packs are compared."""
    command.add_argument(
        "--edition",
        metavar="A",
        help="pack that decides now, like schwartzentruber-2001/2; default: --config",
    )
    command.add_argument(
        "--allow-draft", action="store_true", help="compare a pack of which not everything was read"
    )
    command.add_argument("--truth", metavar="FILE", help="ground truth, from il2watch simulate --truth")
    command.add_argument("--gate", metavar="TOML", help="limits of the switch: the table [gate]")
    command.add_argument("--html", metavar="FILE", type=Path, help="the page as HTML, into a file")
    command.add_argument("--ids", action="store_true", help="name patients by id; default: by number")


def compares_packs(chosen: argparse.Namespace) -> bool:
    """Return whether packs are compared, and not two configurations' alerts."""
    asked = (chosen.edition, chosen.truth, chosen.gate, chosen.html)
    return any(asked) or (chosen.against is not None and _is_pack(chosen.against))


def _is_pack(name: str) -> bool:
    from rules.guideline.packs.registry import PACKS

    return name in PACKS


def guideline_of(named: str | None, chosen: argparse.Namespace) -> Guideline:
    """Return the guideline of a pack or of a configuration; None: the site's own. Raises UsageError."""
    if named is None or not _is_pack(named):
        return site.offline(named or chosen.config, None, [], allow_draft=chosen.allow_draft)
    return site.offline(chosen.config, named, [], allow_draft=chosen.allow_draft)


def main(chosen: argparse.Namespace) -> int:
    """Print the page, and return the gate's exit code: 0 within, 1 exceeded, 3 it cannot be judged."""
    from streams.scoring.decision_points import compare
    from streams.scoring.switch_gate import exit_code, judge

    gate = None if chosen.gate is None else gate_in(chosen.gate)
    guidelines = [guideline_of(named, chosen) for named in (chosen.edition, chosen.against)]
    sides = [_side(one, chosen.truth) for one in guidelines]
    log = load(chosen.file, guidelines[0].choices.ahead)
    events = [event for event in log.events if chosen.at is None or event.known <= chosen.at]
    found = compare(events, sides[0].side, sides[1].side)
    truth = truth_of(sides)
    lines = [] if gate is None else judge(gate, found, truth)
    _print(chosen, found, lines, truth)
    return exit_code(lines)


def _side(guideline: Guideline, truth: str | None) -> Truthful:
    from streams.scoring.decision_points import Side
    from streams.scoring.sharing import alert_handler

    if truth is None:
        return Truthful(Side(guideline), None)
    simulator = import_module(SIMULATOR)
    scorer = simulator.Scorer(list(load_truth(truth, simulator.load_courses)))
    return Truthful(Side(guideline, scorer.saw, scorer.ready, alert_handler(scorer)), scorer)


def truth_of(sides: list[Truthful]) -> Truth | None:
    """Return what ground truth says of the second side against the first; None without one."""
    from streams.scoring.switch_gate import Truth

    a, b = (None if one.scorer is None else one.scorer.numbers() for one in sides)
    if a is None or b is None:
        return None
    missed_a, missed_b = (
        {
            (one["patient"], one["subject"], one["start"])
            for one in found["missed"]
            if one["level"] == "absolute"
        }
        for found in (a, b)
    )
    unsafe = b["readiness"]["unsafe_min"], a["readiness"]["unsafe_min"]
    delays = [(one["criteria"]["absolute"]["delay_min"] or {}).get("median") for one in (b, a)]
    return Truth(unsafe[0], len(missed_b - missed_a), unsafe[1], *delays)


def gate_in(path: str) -> Gate:
    """Return the table `[gate]` of a file. Raises UsageError naming file, line and key."""
    from streams.config.section import parsed
    from streams.scoring.switch_gate import Gate

    file = parsed(site.text(path), path)
    if "gate" not in file.document.values:
        raise UsageError(f"{path}: no table [gate]; docs/spec/editions.md section 6 has one")
    return file.section(Gate, "gate")


def _print(chosen: argparse.Namespace, found: Compared, lines: list[Line], truth: Truth | None) -> None:
    from streams.scoring.difference_page import Reader, html, markdown, page
    from streams.scoring.pack_comparison import concepts

    names = sorted(found.a.engine.patients)
    zone = found.a.guideline.shifts.timezone
    reader = Reader({name: i for i, name in enumerate(names, 1)}, chosen.ids, zone)
    sections = page(found, concepts(found), lines, reader, truth)
    if chosen.html is not None:
        draft = any(side.guideline.deciding.is_draft for side in (found.a, found.b))
        with opened(str(chosen.html)) as into:
            into.write(html(sections, draft).encode())
    if chosen.output == "json":
        from streams.service import files

        files.write(_numbers(found, lines, truth))
    else:
        print(markdown(sections))


def _numbers(found: Compared, lines: list[Line], truth: Truth | None) -> list[dict[str, object]]:
    """Return the comparison as one JSON object."""
    from streams.scoring.switch_gate import pages_per_day

    cells: dict[str, dict[str, int]] = {}
    for one in found.points:
        row = cells.setdefault(one.a.word, {})
        row[one.b.word] = row.get(one.b.word, 0) + 1
    return [
        {
            "a": found.a.guideline.deciding.reference,
            "b": found.b.guideline.deciding.reference,
            "patients": found.patients,
            "patient_days": found.days,
            "decision_points": len(found.points),
            "doses": cells,
            "pages_per_patient_day": [pages_per_day(found, side) for side in (found.a, found.b)],
            "truth": None if truth is None else truth._asdict(),
            "gate": [one._asdict() for one in lines],
        }
    ]
