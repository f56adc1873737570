"""Run `il2watch demo`: everything on this machine, with made-up patients (wire.md, Command line)."""

from __future__ import annotations

import argparse
import time
from importlib import import_module
from typing import TYPE_CHECKING

from rules.wire.instants import SECOND
from streams.cli import options
from streams.cli.options import seed
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.demo.feed import WardFeed
    from streams.demo.hl7_ward import Interface
    from streams.kafka.settings import Broker

REHEARSAL = "simulators.course.demo_patients:Rehearsal"
"""Imported by name when called, as all of `simulators` is."""
INTERFACES = {"hl7": "simulators.interfaces.hl7_v2"}
MOST = 200

DESCRIPTION = """\
Starts a broker in memory, creates the topics, starts a worker, a pager and the board, and publishes
a simulated ward: first its history, then what happens, at an accelerated clock, for seven days of
the ward's time. On a terminal it shows the most severe first: recommendation, dose clock, what
tripped; below it the pages that nobody has acknowledged, each with a number (type it, and Enter),
and the newest alerts. Elsewhere it prints the alerts, a line each. Doses are given or held as the
guideline says of what is charted. Everything it started ends with it. A site's configuration and
broker are left alone, unless --broker names one."""
EXAMPLE = """\
  il2watch demo --patients 8                  until Ctrl-C
  il2watch demo --for 60s --speed 300
  il2watch demo --feed hl7                    the ward speaks HL7 v2 over MLLP to il2watch feed hl7
  il2watch demo --broker 127.0.0.1:9092       on a broker that runs already, and is empty (make kafka)
  il2watch demo --shadow                      what it would have paged, and nobody is
  IL2WATCH_PAGER_KEY=... il2watch demo --to pagerduty     page a telephone
  il2watch demo --to webhook=URL              page a program of yours"""
EXIT = "exit: 0 done, 1 a process died, 2 usage, or no broker for this platform, 130 interrupted"


def parser() -> options.Parser:
    command = options.parser("demo", DESCRIPTION, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument(
        "--for",
        dest="seconds",
        metavar="TIME",
        type=duration,
        help="end after so long, like 60s or 5m; default: until Ctrl-C",
    )
    command.add_argument(
        "--speed",
        metavar="X",
        type=speed,
        default=120.0,
        help="times real time, like 120; max: as fast as it goes; default: 120",
    )
    command.add_argument(
        "--patients",
        metavar="N",
        type=number,
        default=16,
        help="how many; there are 16 courses, then they repeat; default: 16",
    )
    command.add_argument(
        "--seed",
        metavar="S",
        type=seed,
        default=1,
        help="another number, other patients with the same courses; default: 1",
    )
    command.add_argument(
        "--broker",
        metavar="HOST:PORT",
        help="a broker that runs already and holds no record of il2watch; default: one in memory",
    )
    command.add_argument(
        "--to",
        metavar="KIND[=URL]",
        default="terminal",
        help="whom the pager pages, as of il2watch pager; default: terminal",
    )
    command.add_argument("--shadow", action="store_true", help="the pager decides every page and sends none")
    command.add_argument(
        "--no-board", dest="board", action="store_false", help="without the live page of the unit"
    )
    command.add_argument(
        "--feed",
        choices=tuple(INTERFACES),
        help="the ward speaks like a hospital's systems to a feed on this machine; default: plain events",
    )
    command.add_argument(
        "--keep", action="store_true", help="keep the ward's events and the logs, and print the folder"
    )
    return command


def main(arguments: list[str]) -> int:
    """Run the demo and return its exit code."""
    began = time.monotonic()
    chosen = parser().parse_args(arguments)
    from streams.demo.run import Demo, DemoOptions

    named_broker = broker(chosen)
    check_receiver(chosen.to)
    wanted = DemoOptions(
        chosen.speed,
        chosen.seconds,
        chosen.keep,
        named_broker,
        chosen.to,
        chosen.board,
        interface(chosen.feed),
        chosen.shadow,
    )
    ward = simulated_ward(chosen.patients, chosen.seed, site=named_broker is not None)
    return Demo(ward, wanted, began).run()


def simulated_ward(patients: int, seed: int = 1, site: bool = False) -> WardFeed:
    """Return the ward as a feed that is simulated while it is published; doses follow the guideline.

    `site`: with the site's configuration, else as published.
    """
    from rules.guideline import SCHWARTZENTRUBER_2001
    from streams.config.site import guideline
    from streams.demo.dose_consultant import Consultant
    from streams.demo.feed import ward_feed

    module, name = REHEARSAL.split(":")
    rehearsal = getattr(import_module(module), name)(patients, seed)
    consultant = Consultant(
        rehearsal.cohort.ids, rehearsal.origin, guideline(None) if site else SCHWARTZENTRUBER_2001
    )
    return ward_feed(rehearsal.run(consultant), rehearsal.opens, rehearsal.stories)


def interface(name: str | None) -> Interface | None:
    """Return how the ward speaks to a feed; None: it does not."""
    from rules.wire.vocabulary import FINDINGS, IO_KINDS
    from streams.demo.hl7_ward import Interface

    if name is None:
        return None
    module = import_module(INTERFACES[name])
    return Interface(module.Hl7Writer().message, module.site_map(IO_KINDS, tuple(sorted(FINDINGS))))


def check_receiver(to: str) -> None:
    """Check, before anything is started, that the pager can page the receiver. Raises UsageError."""
    from streams.pager.service.single_receiver import configured

    configured(to)


def broker(chosen: argparse.Namespace) -> Broker | None:
    """Return the broker named on the command line, None when none is.

    It is taken from nowhere else, so that a ward's broker is never used by accident. Raises UsageError.
    """
    if chosen.broker is None:
        return None
    from streams.cli.options import broker_of

    chosen.config = None
    return broker_of(chosen)


def duration(text: str) -> float:
    """Return the seconds of `60s`, `5m`, `1h` or `90`."""
    return options.length(text) / SECOND


def speed(text: str) -> float:
    """Return `--speed`. Raises ArgumentTypeError, which argparse reports."""
    from streams.replay.publish import speed as times

    try:
        return times(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of patients, 1 to {MOST}")
    return int(text)
