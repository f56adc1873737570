"""Run `il2watch qualify`: show on this machine that what runs is what was tested."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import event_files, options
from streams.cli.options import broker_of, connection
from streams.config import site
from streams.errors import UsageError
from streams.service.exit_codes import DONE, FINDINGS, version

if TYPE_CHECKING:
    from streams.kafka.settings import Broker
    from streams.qualify.report import Recorder, Report, Step

DESCRIPTION = """\
Qualifies an installation on the machine that will run, with the site's configuration: installed
files and packages, configuration, acceptance cases and the recorded ward, topics, the services'
versions and all clocks; then a test patient goes the whole way, through the configuration's HL7
feed (where there is one), worker and pager, to a receiver and back. Its pages go to the route
marked as test; it appears in no census, rate, review, handover or board. Each step that fails says
what, and what to do.

Writes REPORT as HTML to sign, and beside it the same as JSON.

Exit: 0 passed (warnings are in the report), 1 a step failed, 2 usage or configuration."""
EXAMPLE = """\
  il2watch qualify --config site.toml --report qualification.html
  il2watch qualify --report installed.html --offline
  il2watch qualify --report nightly.html --metrics-file /var/lib/node_exporter/il2watch.prom"""
TOPICS = ("partitions", "replication", "min-insync", "retention", "retention-bytes")
TAGS = {"passed": "ok", "warned": "warning", "failed": "FAILED", "skipped": "skipped"}


def parser() -> options.Parser:
    command = options.parser("qualify", DESCRIPTION, EXAMPLE)
    command.add_argument(
        "--report", metavar="FILE", type=report_file, required=True, help="where the report goes: NAME.html"
    )
    connection(command)
    command.add_argument(
        "--offline", action="store_true", help="the installation alone: no broker, no services"
    )
    running(command)
    command.add_argument(
        "--metrics-file",
        metavar="FILE",
        type=Path,
        help="where the result goes as metrics, for node_exporter's textfile collector",
    )
    return command


def running(command: options.Parser) -> None:
    """Add the options that say what runs, and how long to wait for it."""
    command.add_argument(
        "--service",
        metavar="HOST:PORT",
        action="append",
        help="where a service serves its metrics; again for each; default: worker and pager on this machine",
    )
    for name in TOPICS:
        command.add_argument(f"--{name}", metavar="X", help="of the topics, as of il2watch topics check")
    command.add_argument(
        "--patience",
        metavar="S",
        type=options.positive,
        default=60.0,
        help="seconds for each thing that must come of the test patient; default: 60",
    )


def report_file(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".html":
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .html; the JSON goes beside it")
    return path


def main(arguments: list[str]) -> int:
    """Make all steps and write the report; raises UsageError before anything is made."""
    chosen = parser().parse_args(arguments)
    from streams.qualify.installation import identity
    from streams.qualify.report import Recorder

    writable(chosen.report)
    config = chosen.config or os.environ.get(site.CONFIG) or None
    guideline = site.guideline(config)
    broker = None if chosen.offline else broker_of(chosen)
    recorder = Recorder(show)
    make_steps(recorder, chosen, config, broker, guideline.deciding.sha256)
    report = recorder.report(version(), socket.gethostname(), identity(guideline, config))
    write(report, chosen.report, chosen.metrics_file)
    print(f"{report.result}: {chosen.report}")
    return FINDINGS if report.failed else DONE


def make_steps(
    recorder: Recorder, chosen: argparse.Namespace, config: str | None, broker: Broker | None, guideline: str
) -> None:
    """Make all steps; what fails keeps none of the others from being made. `guideline`: its hash."""
    from streams.qualify import services
    from streams.qualify.broker import on_the_broker
    from streams.qualify.command import installed
    from streams.qualify.end_to_end import whole_way
    from streams.qualify.interface import interface_of

    installed(recorder, config)
    if broker is not None:
        on_the_broker(recorder, broker, topics(chosen))
        services.running(recorder, chosen.service or services.DEFAULT, version(), guideline)
        whole_way(recorder, broker, interface_of(site.opened(config)), chosen.patience)


def topics(chosen: argparse.Namespace) -> list[str]:
    """Return the options that `il2watch topics check` is given."""
    named = {name: getattr(chosen, name.replace("-", "_")) for name in ("broker", "config", *TOPICS)}
    return [word for name, value in named.items() if value is not None for word in (f"--{name}", value)]


def writable(path: Path) -> None:
    """Raise UsageError where the report cannot be written: not after five minutes."""
    if not path.parent.is_dir():
        raise UsageError(f"--report {path}: no folder {path.parent}; make it, or name another")


def show(step: Step) -> None:
    """Print a step as it is made, and what to do about it."""
    print(f"{TAGS[step.result]:8} {step.title} ({step.seconds:.1f} s)", file=sys.stderr)
    if step.result != "passed":
        for line in (*step.found, *([f"do: {step.remedy}"] if step.remedy else ())):
            print(f"         {line}", file=sys.stderr)


def write(report: Report, path: Path, metrics_file: Path | None) -> None:
    """Write the report as HTML and JSON, and the result as metrics."""
    from streams.qualify import metrics
    from streams.qualify.report import encode
    from streams.qualify.report_page import page

    for into, data in ((path, page(report).encode()), (path.with_suffix(".json"), encode(report))):
        with event_files.opened(str(into)) as file:
            file.write(data)
    if metrics_file is not None:
        metrics.write(report, metrics_file, time.time())
