"""Run `il2watch backtest`: the alerts that another configuration would have given over the same file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from streams.cli import event_files, options
from streams.cli.event_files import Course, close, folded
from streams.config import site
from streams.service.event_file import decoded
from streams.service.files import lines

if TYPE_CHECKING:
    from rules.wire.alerts import AlertRecord

DESCRIPTION = (
    "Runs two configurations over one file and prints the alert transitions that only one of them\n"
    "gives. Exit 1 when there are any."
)
EXAMPLE = (
    "  il2watch backtest ward.jsonl --against stricter.toml\n  il2watch backtest ward.jsonl --config "
    "now.toml --against next.toml -o json"
)
COMPARED = ("patient", "decided", "kind", "subject", "level", "transition", "at")


def parser() -> options.Parser:
    command = options.parser("backtest", DESCRIPTION, EXAMPLE)
    options.file(command)
    command.add_argument("--against", metavar="TOML", required=True, help="the other site configuration")
    options.at(command, "--until")
    options.output(command)
    options.config(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Print the differences, each with the configuration that gives it: `now` (--config) or `against`."""
    chosen = parser().parse_args(arguments)
    other = site.guideline(chosen.against)
    raw_lines = list(lines(chosen.file))
    now, against = (
        folded(decoded(chosen.file, raw_lines, side.choices.ahead), side, chosen.at)
        for side in (site.guideline(chosen.config), other)
    )
    found = differences(now, against)
    if options.as_text(chosen.output):
        from streams.show import alerts as alert_tables
        from streams.show import terminal

        alert_tables.show_difference(
            found, (now.guideline.reference, against.guideline.reference), terminal.console()
        )
    else:
        from msgspec import to_builtins

        from streams.service import files

        files.write({"only": side} | to_builtins(alert) for side, alert in found)
    return close(now, chosen.strict) or int(bool(found))


def differences(now: Course, against: Course) -> list[tuple[str, AlertRecord]]:
    """Return the transitions that one side alone gives, in order of decision, each with its side."""
    sides = {"now": now.folded.alerts, "against": against.folded.alerts}
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
