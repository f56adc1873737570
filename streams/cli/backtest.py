"""Run `il2watch backtest`: the alerts that another configuration, or version, gives over the same file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.wire.vocabulary import EVERY_PATIENT
from streams.cli import event_files, options, sharing, switch
from streams.config import site
from streams.errors import UsageError
from streams.service.files import Line, lines, watched
from streams.times import instant

if TYPE_CHECKING:
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
    sharing.add_options(command)
    switch.add_options(command)
    return command


def main(arguments: list[str]) -> int:
    """Print the differences, each with the configuration that gives it: `now` (--config) or `against`."""
    chosen = parser().parse_args(arguments)
    if switch.compares_packs(chosen):
        return switch.main(chosen)
    guideline = site.guideline(chosen.config)
    with sharing.source(chosen) as source:
        now = sharing.fold(chosen.file, source, guideline, sharing.Wanted(chosen.at))
        against = _other(chosen, source)
        found = differences(now.alerts(), against.alerts)
        differs = show(
            found, (guideline.deciding.reference, against.reference), options.as_text(chosen.output)
        )
        return sharing.close(now, chosen.strict) or int(differs)


def show(
    found: Iterator[tuple[str, AlertRecord]], references: tuple[dict[str, str], dict[str, str]], text: bool
) -> bool:
    """Print the differences, as a table or as JSON Lines; return whether there are any."""
    if text:
        from streams.show import alerts as alert_tables
        from streams.show import terminal

        listed = list(found)
        alert_tables.show_difference(listed, references, terminal.console())
        return bool(listed)
    from msgspec import to_builtins

    from streams.service import files

    first = next(found, None)
    differing = () if first is None else chain([first], found)
    files.write({"only": side} | to_builtins(alert) for side, alert in differing)
    return first is not None


class Other(NamedTuple):
    """What is compared with: alerts in order of decision, then patient, and the guideline that they name."""

    alerts: Iterable[AlertRecord]
    reference: dict[str, str]


def _other(chosen: argparse.Namespace, source: list[Line] | sharing.Shared) -> Other:
    if chosen.against_alerts is not None:
        return written(chosen.against_alerts, chosen.at)
    guideline = site.guideline(chosen.against)
    course = sharing.fold(chosen.file, source, guideline, sharing.Wanted(chosen.at))
    return Other(course.alerts(), guideline.deciding.reference)


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
    return Other(sorted(alerts, key=event_files.decision), named)


UNNAMED = {"id": "no alerts", "version": "-", "sha256": "-"}


def differences(
    now: Iterable[AlertRecord], against: Iterable[AlertRecord]
) -> Iterator[tuple[str, AlertRecord]]:
    """Yield what one side alone gives, with its side, in order of decision, then patient.

    Both sides come in that order: only what was decided of one patient at one instant is held.
    """
    both = merge(_sided("now", now), _sided("against", against), key=lambda one: event_files.decision(one[1]))
    for _, group in groupby(both, key=lambda one: event_files.decision(one[1])):
        sides: dict[str, list[AlertRecord]] = {"now": [], "against": []}
        for side, alert in group:
            sides[side].append(alert)
        shared = tally(sides["now"]) & tally(sides["against"])
        for side, alerts in sides.items():
            yield from ((side, alert) for alert in not_shared(alerts, shared))


def _sided(side: str, alerts: Iterable[AlertRecord]) -> Iterator[tuple[str, AlertRecord]]:
    return ((side, alert) for alert in alerts)


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
