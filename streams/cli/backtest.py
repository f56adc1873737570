"""Run `il2watch backtest`: the alerts that another configuration, or version, gives over the same file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.wire.vocabulary import EVERY_PATIENT
from streams.cli import event_files, options, switch
from streams.cli.event_files import Course, close, folded
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import decoded
from streams.service.files import Line, lines, watched
from streams.times import instant

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from rules.wire.alerts import AlertRecord

DESCRIPTION = (
    "Runs two configurations over one file and prints the alert transitions that only one of them\n"
    "gives; or compares with alerts that another version wrote (run -o json, or il2.alerts). Exit 1\n"
    "when there are any. With guideline packs (--edition, --against PACK) it prints what a switch would\n"
    "change of the doses; exit 1 when a limit of --gate is exceeded, 3 when one cannot be judged."
)
EXAMPLE = (
    "  il2watch backtest ward.jsonl --against stricter.toml\n  il2watch backtest ward.jsonl --config "
    "now.toml --against next.toml -o json\n  il2watch export "
    "-o ward.jsonl && il2watch backtest ward.jsonl --against-alerts old-version.jsonl"
)
COMPARED = ("patient", "decided", "kind", "subject", "level", "transition", "at")


def parser() -> options.Parser:
    command = options.parser("backtest", DESCRIPTION, EXAMPLE)
    options.file(command)
    other = command.add_mutually_exclusive_group(required=True)
    other.add_argument("--against", metavar="B", help="the other site configuration, or a guideline pack")
    other.add_argument(
        "--against-alerts", metavar="ALERTS", help="alerts that another version wrote, as JSON Lines"
    )
    options.at(command, "--until")
    options.output(command)
    options.config(command)
    options.strict(command)
    switch.add_options(command)
    return command


def main(arguments: list[str]) -> int:
    """Print the differences, each with the configuration that gives it: `now` (--config) or `against`."""
    chosen = parser().parse_args(arguments)
    if switch.compares_packs(chosen):
        return switch.main(chosen)
    guideline = site.guideline(chosen.config)
    raw_lines = list(lines(chosen.file))
    now = _folded(chosen, raw_lines, guideline)
    against = _other(chosen, raw_lines)
    found = differences(now.folded.alerts, against.alerts)
    if options.as_text(chosen.output):
        from streams.show import alerts as alert_tables
        from streams.show import terminal

        alert_tables.show_difference(
            found, (now.guideline.reference, against.reference), terminal.console()
        )
    else:
        from msgspec import to_builtins

        from streams.service import files

        files.write({"only": side} | to_builtins(alert) for side, alert in found)
    return close(now, chosen.strict) or int(bool(found))


class Other(NamedTuple):
    """What is compared with: alerts, and the guideline that they name."""

    alerts: list[AlertRecord]
    reference: dict[str, str]


def _folded(chosen: argparse.Namespace, raw_lines: list[Line], guideline: Guideline) -> Course:
    return folded(decoded(chosen.file, raw_lines, guideline.choices.ahead), guideline, chosen.at)


def _other(chosen: argparse.Namespace, raw_lines: list[Line]) -> Other:
    if chosen.against_alerts is not None:
        return written(chosen.against_alerts, chosen.at)
    course = _folded(chosen, raw_lines, site.guideline(chosen.against))
    return Other(course.folded.alerts, course.guideline.reference)


def written(path: str, until: int | None) -> Other:
    """Return the patients' alerts of a file, decided up to `until` (ms). Raises UsageError with the line."""
    from rules.wire.alerts import NotAnAlert, decode

    alerts = []
    for line in watched(lines(path), path):
        try:
            alert = decode(line.data or b"")
        except NotAnAlert as fault:
            raise UsageError(f"{path}:{line.number}: {fault}; write it with: il2watch run -o json") from None
        if alert.patient != EVERY_PATIENT and (until is None or instant(alert.decided) <= until):
            alerts.append(alert)
    named = next((alert.guideline for alert in alerts if alert.guideline), UNNAMED)
    return Other(alerts, named)


UNNAMED = {"id": "no alerts", "version": "-", "sha256": "-"}


def differences(now: list[AlertRecord], against: list[AlertRecord]) -> list[tuple[str, AlertRecord]]:
    """Return the transitions that one side alone gives, in order of decision, each with its side."""
    sides = {"now": now, "against": against}
    shared = tally(sides["now"]) & tally(sides["against"])
    found = [(side, alert) for side, alerts in sides.items() for alert in not_shared(alerts, shared)]
    return sorted(found, key=lambda one: event_files.decision(one[1]))


def not_shared(alerts: Iterable[AlertRecord], shared: Counter[tuple[Any, ...]]) -> list[AlertRecord]:
    """Return the alerts that remain when the shared ones are taken away."""
    remaining, found = shared.copy(), []
    for alert in alerts:
        if remaining[key(alert)] > 0:
            remaining[key(alert)] -= 1
        else:
            found.append(alert)
    return found


def tally(alerts: Iterable[AlertRecord]) -> Counter[tuple[Any, ...]]:
    """Count the transitions by what identifies them."""
    return Counter(map(key, alerts))


def key(alert: AlertRecord) -> tuple[Any, ...]:
    """Return what identifies a transition to the ward.

    The sequence number and the spelling of a limit are left out.
    """
    return tuple(getattr(alert, name) for name in COMPARED)
