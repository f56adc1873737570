"""Run `il2watch score`: how good the monitor is, on a simulated ward whose truth is known.

Source: wire.md, Command line.
"""

from __future__ import annotations

import argparse
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.cli import options, sharing
from streams.cli.plot import check_page
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import warn

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from streams.plot.burden import Point
    from streams.scoring.engines import DecodedFeed, FoldingEngine
    from streams.show.score_numbers import FaultCounts, Numbers, Records, Score

SIMULATOR, ANSWERS = "simulators.score", "simulators.care.answers"
"""Imported by name when called, as all of `simulators` is."""
PUBLISHED = "as published"

DESCRIPTION = """\
Runs the engine over a simulated ward and compares every alert with the ground truth: per
criterion, which true episodes were alerted and how late, which pages were true, and how great the
alarm burden is. True episodes that even a perfect observer might not have seen (`borderline`:
within the measurement's noise, or over before anyone looks) are shown apart and never left out.
With several --config, each is scored."""
EXAMPLE = """\
  il2watch score ward.jsonl.gz --truth truth.jsonl.gz     both from il2watch simulate ward -o ... --truth ...
  il2watch score ward.jsonl.gz --truth truth.jsonl.gz --config now.toml --config next.toml \\
    --plot burden.svg"""
EXIT = (
    "exit: 0 done, 1 the fault log and what was refused do not agree, "
    "2 usage or configuration, 130 interrupted"
)


class Contender(NamedTuple):
    """One configuration to be scored, with its engine and its scorer."""

    name: str
    guideline: Guideline
    scorer: Any
    engine: FoldingEngine


def parser() -> options.Parser:
    command = options.parser("score", DESCRIPTION, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument(
        "file", metavar="EVENTS", help="events in order of `known`, plain or gzip; - is standard input"
    )
    command.add_argument(
        "--truth", metavar="FILE", required=True, help="the ground truth, from il2watch simulate --truth"
    )
    options.fault_log(
        command, "what faults did to the events, from il2watch simulate; what is refused must be in it"
    )
    command.add_argument(
        "--config",
        metavar="TOML",
        action="append",
        help="site configuration, may be given again; default: as for il2watch run",
    )
    command.add_argument(
        "--unanswered",
        action="store_true",
        help="nobody acknowledges a page; default: somebody does, 2 to 10 min after each",
    )
    command.add_argument(
        "--plot",
        metavar="FILE",
        type=Path,
        help="alarm burden against sensitivity, a point a configuration: .svg, .png or .pdf",
    )
    options.output(command)
    options.packs(command)
    sharing.add_options(command)
    return command


def main(arguments: list[str]) -> int:
    """Print one score a configuration; return 1 when the fault log and what was refused do not agree."""
    chosen = parser().parse_args(arguments)
    if chosen.plot is not None:
        check_page(chosen.plot)
    contenders = list(contenders_of(chosen))
    decoded = run(chosen, contenders)
    expected = fault_log(chosen.fault_log)
    scores = [score(one, decoded, expected) for one in contenders]
    show(scores, chosen)
    return int(any(found["records"]["accounted"] is False for found in scores))


def contenders_of(chosen: argparse.Namespace) -> list[Contender]:
    """Return every configuration that is to be scored. Raises UsageError."""
    courses = list(load(chosen.truth, import_module(SIMULATOR).load_courses))
    return [contender(path, courses, chosen) for path in chosen.config or [None]]


def contender(path: str | None, courses: list[Any], chosen: argparse.Namespace) -> Contender:
    """Return the configuration in a file, or the published one, ready to be scored, with the packs chosen.

    Raises UsageError.
    """
    from streams.scoring.sharing import scoring_engine

    guideline = site.offline(path, chosen.edition, chosen.overlay, chosen.allow_draft)
    scorer = import_module(SIMULATOR).Scorer(courses)
    engine = scoring_engine(guideline, scorer, answer(chosen))
    return Contender(path or PUBLISHED, guideline, scorer, engine)


def answer(chosen: argparse.Namespace) -> Any:
    """Return how a simulated ward answers a page; None when nobody does."""
    return None if chosen.unanswered else import_module(ANSWERS).answer


def run(chosen: argparse.Namespace, contenders: list[Contender]) -> DecodedFeed:
    """Fold the file with every engine, with a progress bar when it is large."""
    from streams.scoring.engines import DecodedFeed
    from streams.service.files import lines, watched

    decoded = DecodedFeed(chosen.file)
    if (chosen.jobs or sharing.cores()) == 1 and chosen.scheduler is None:
        decoded.through(watched(lines(chosen.file), chosen.file), [one.engine for one in contenders])
        return decoded
    ahead = contenders[0].guideline.choices.ahead
    with sharing.source(chosen, lambda every: decoded.checked(every, ahead)) as source:
        if isinstance(source, list):
            decoded.through(source, [one.engine for one in contenders])
        else:
            share(chosen, source, decoded.known, contenders)
    return decoded


def share(chosen: argparse.Namespace, source: sharing.Shared, last: int, contenders: list[Contender]) -> None:
    """Score a file's shards with every configuration; `last`: the feed's last instant, ms."""
    from streams.scoring.sharing import SharedFile, score_shards
    from streams.service.files import filling

    file = SharedFile(*source, contenders[0].guideline.choices.ahead, last)
    with filling() as watch:
        for one in contenders:
            score_shards(file, one.engine, one.scorer, answer(chosen), watch)


def load(path: str, reader: Any) -> Any:
    """Return what a simulator's reader makes of a file. Raises UsageError naming file and line."""
    try:
        return list(found) if not isinstance(found := reader(path), dict) else found
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; il2watch simulate writes it") from None
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"{path}: {error}; il2watch simulate writes such a file") from None


def fault_log(path: str | None) -> FaultCounts | None:
    """Return what the fault log says should have been refused and lost; None without one."""
    found: FaultCounts | None = None if path is None else load(path, import_module(SIMULATOR).expected)
    return found


def score(one: Contender, decoded: DecodedFeed, expected: FaultCounts | None) -> Score:
    """Return a configuration's score with the account of its records."""
    numbers: Numbers = one.scorer.numbers()
    return {
        "configuration": one.name,
        "guideline": one.guideline.deciding.reference,
        **numbers,
        "records": accounts(one, decoded, expected),
    }


def accounts(one: Contender, decoded: DecodedFeed, expected: FaultCounts | None) -> Records:
    """Return what became of the records.

    `accounted`: whether exactly what the fault log says was refused; None without one.
    """
    refused = decoded.refused + one.engine.refused
    return {
        "read": decoded.lines_read,
        "refused": ordered(refused),
        "implausible": ordered(one.engine.implausible),
        "unused": ordered(decoded.noted),
        "ledger": expected,
        "accounted": None if expected is None else expected["refused"] == ordered(refused),
    }


def ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def show(scores: list[Score], chosen: argparse.Namespace) -> None:
    """Print the scores, and draw them if asked to."""
    if options.as_text(chosen.output):
        from streams.show import scores as tables
        from streams.show import terminal

        tables.show(scores, terminal.console())
    else:
        from streams.service import files

        files.write(scores)
    if chosen.plot is not None:
        from streams.plot import burden

        burden.draw([point(one) for one in scores], chosen.plot)
        warn(f"il2watch: {chosen.plot}: {len(scores)} configurations drawn")


def point(score: Score) -> Point:
    """Return what is drawn of a configuration."""
    from streams.plot.burden import Point, Sensitivity

    levels = {"absolute": score["criteria"]["absolute"], "relative": score["criteria"]["relative"]}
    return Point(
        Path(score["configuration"]).name,
        score["pages"]["of_criteria_and_pressure_per_patient_day"] or 0.0,
        {
            level: Sensitivity(found["all"]["sensitivity"], found["distinct"]["sensitivity"])
            for level, found in levels.items()
        },
    )
