"""Run `il2watch simulate`: a simulated ward, as a file of events, and its ground truth.

Source: wire.md, Command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import Any

from rules.wire.did_you_mean import did_you_mean
from rules.wire.instants import MINUTE
from streams.cli import event_files, options, sharing
from streams.cli.options import seed, whole
from streams.errors import UsageError
from streams.service.lifecycle import until_ended

SCENARIOS = "simulators.scenarios:SCENARIOS"
PARSE_FAULTS = "simulators.faults:parse"
REQUEST = "simulators.course.simulation:SimulationRequest"
PRODUCE, WANTED, PARTS, WHOLE, IN_PARTS = (
    f"simulators.course.output_files:{name}"
    for name in ("produce", "Wanted", "parts_of", "WholeWard", "WardInParts")
)
"""Imported by name when called, as all of `simulators` is."""
START = "2026-03-02T07:00:00Z"
MOST, LONGEST = 100_000, 60.0
QUARTER = 15 * MINUTE
"""The simulated ward's rounds are on full quarters of an hour."""
WIDTH = 100

DESCRIPTION = """\
Simulates patients on high-dose interleukin-2, from admission to discharge, and writes what a
hospital would have charted of them: vital signs each minute or by the hour, intake and output,
laboratory results some time after the draw, doses, pressors, findings. By the policy `guideline` a
dose is given or held, and therapy ended, as the guideline, with the site's configuration, says of
what is charted so far. The same arguments write the same bytes."""
EXAMPLE = """\
  il2watch simulate --list
  il2watch simulate typical-course --patients 1 -o course.jsonl && il2watch plot course.jsonl -o course.svg
  il2watch simulate ward --patients 200 --seed 1 --faults usual -o ward.jsonl.gz --truth truth.jsonl.gz"""


def parser() -> options.Parser:
    command = options.parser("simulate", DESCRIPTION, EXAMPLE)
    command.add_argument("scenario", metavar="SCENARIO", nargs="?", help="one of those that --list names")
    command.add_argument("--list", action="store_true", help="name the scenarios, and what each rehearses")
    command.add_argument("--patients", metavar="N", type=patients, default=8, help="how many; default: 8")
    command.add_argument(
        "--seed", metavar="S", type=seed, default=1, help="another number, other patients; default: 1"
    )
    command.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        default="-",
        help=f"the events, {event_files.FORMS}; default: standard output",
    )
    command.add_argument("--truth", metavar="FILE", help="the ground truth, for il2watch score")
    command.add_argument(
        "--days", metavar="D", type=days, help="how long the ward is watched; default: the scenario's"
    )
    command.add_argument(
        "--start",
        metavar="TIME",
        type=start,
        default=START,
        help=f"when it begins, a full quarter of an hour; default: {START}",
    )
    command.add_argument(
        "--vitals",
        choices=("minute", "hourly", "4-hourly"),
        help="from a monitor, or by hand; default: the scenario's",
    )
    command.add_argument(
        "--policy", choices=("guideline", "naive"), help="who decides about doses; default: the scenario's"
    )
    command.add_argument(
        "--faults",
        metavar="F",
        default="",
        help="of the feed: usual, all, or names and rates, drop=0.01,duplicate; default: none",
    )
    options.fault_log(command, "what the faults did, record by record")
    options.config(command)
    sharing.add_jobs(command, "a ward of less than 100 patient-days is simulated in one")
    return command


@until_ended()
def main(arguments: list[str]) -> int:
    """Write the files and return the exit code."""
    chosen = parser().parse_args(arguments)
    if chosen.list:
        return listed()
    check_faults(chosen.faults)
    check_files([chosen.output, chosen.truth, chosen.fault_log])
    return simulate(chosen, scenario(chosen.scenario))


def simulate(chosen: argparse.Namespace, named: Any) -> int:
    """Run the simulation, with a bar on a terminal, and report at the end how much was written."""
    from streams.service.event_file import warn
    from streams.service.files import filling

    wanted = simulator_attribute(WANTED)(
        chosen.output, chosen.truth, chosen.fault_log, chosen.faults, event_files.opened
    )
    with ward(chosen, named) as simulated, filling() as watch:
        done = simulator_attribute(PRODUCE)(simulated, wanted, watch)
    counts = done.fault_log.counts
    warn(
        f"il2watch: {named.name}, seed {chosen.seed}: {chosen.patients} patients, {done.records:,} "
        f"records{fault_summary(counts['faults'], counts['lost'])}"
    )
    return 0


@contextmanager
def ward(chosen: argparse.Namespace, named: Any) -> Iterator[Any]:
    """Yield the ward that the arguments describe: simulated here, or shared out over processes."""
    from rules.wire.instants import aware
    from streams.config import site
    from streams.demo.dose_consultant import Consultant
    from streams.shards.pool import pool

    request = simulator_attribute(REQUEST)(
        named, chosen.patients, chosen.seed, aware(chosen.start), chosen.days, chosen.vitals, chosen.policy
    )
    consult = partial(Consultant, origin=chosen.start, guideline=site.guideline(chosen.config))
    jobs, truth = chosen.jobs or sharing.cores(), chosen.truth is not None
    parts = simulator_attribute(PARTS)(request, jobs)
    if not parts:
        yield simulator_attribute(WHOLE)(request, consult, truth)
        return
    with TemporaryDirectory(prefix="il2watch-simulate-") as folder:
        opened = partial(pool, min(jobs, len(parts)), None)
        yield simulator_attribute(IN_PARTS)(request, consult, truth, parts, opened, Path(folder))


def simulator_attribute(name: str) -> Any:
    """Return `module:name` of the simulators, imported now."""
    module, attribute = name.split(":")
    return getattr(import_module(module), attribute)


def scenario(name: str | None) -> Any:
    """Return the scenario of a name. Raises UsageError, with the nearest name."""
    scenarios = simulator_attribute(SCENARIOS)
    if name is None:
        raise UsageError("simulate: name a scenario; il2watch simulate --list shows them")
    if name not in scenarios:
        hint = did_you_mean(name, scenarios, "il2watch simulate --list shows them", quoted=True)
        raise UsageError(f"no scenario {name!r}; {hint}")
    return scenarios[name]


def listed() -> int:
    """Print the scenarios, each with what it rehearses."""
    for found in simulator_attribute(SCENARIOS).values():
        print(f"{found.name}\n{fill(found.says, WIDTH, initial_indent='    ', subsequent_indent='    ')}")
    return 0


def check_faults(found: str) -> None:
    """Check the faults before anything is written. Raises UsageError for unknown ones."""
    try:
        simulator_attribute(PARSE_FAULTS)(found)
    except ValueError as error:
        raise UsageError(f"--faults: {error}") from None


def check_files(named: list[str | None]) -> None:
    """Check that no two of the files are the same. Raises UsageError."""
    paths = [path for path in named if path is not None]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(
                f"{path} is named twice; give the events, the truth and the fault log a file each"
            )


def fault_summary(counts: Mapping[str, int], lost: int) -> str:
    """Return what the faults did, in one clause; an empty text when there were none."""
    faults = ", ".join(f"{name} {number:,}" for name, number in counts.items())
    return f"; faults: {faults}; {lost:,} lost" if faults else ""


def patients(text: str) -> int:
    return whole(text, 1, MOST, "number of patients")


def days(text: str) -> float:
    """Return a number of days above 0. Raises ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days, above 0 to {LONGEST:g}")
    return found


def start(text: str) -> int:
    """Return a full quarter of an hour, in ms. Raises ArgumentTypeError."""
    found = options.moment(text)
    if found % QUARTER:
        raise argparse.ArgumentTypeError(f"{text!r} is not a full quarter of an hour; write it like {START}")
    return found
