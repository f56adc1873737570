"""Show topics and dead letters to people: what was created, what differs, what was refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType, field
from rich.console import Console
from rich.text import Text

from rules.wire.deadletters import Letter
from rules.wire.instants import text
from rules.wire.topics import ALL
from streams.display import plain
from streams.kafka.topic_creation import CreationOutcome, Report
from streams.show.terminal import cell, table
from streams.times import short

UNKNOWN = "not told by this broker"


def created(outcome: CreationOutcome, screen: Console) -> None:
    """Print a row a topic: created by this call, or there before."""
    made = table("topic", "partitions", "copies", "this call")
    for one in creations(outcome):
        made.add_row(
            one.topic,
            str(one.partitions),
            str(one.replication),
            "created" if one.created else "was there",
        )
    screen.print(made)


class Creation(Struct, frozen=True):
    """A topic of the wire as it is now. `created`: by this call."""

    topic: str
    created: bool
    partitions: int
    replication: int


def creations(outcome: CreationOutcome) -> list[Creation]:
    """Return one object a topic of the wire, as it is now."""
    return [
        Creation(topic, topic in outcome.created, there.partitions, there.replication)
        for topic, there in ((topic, outcome.there[topic]) for topic in ALL)
    ]


def differences(report: Report, screen: Console) -> None:
    """Print each difference, or that there is none; then how many settings the broker does not report."""
    if report.differences:
        made = table("topic", "setting", "is", "should be")
        for one in report.differences:
            made.add_row(cell(one.topic), cell(one.setting), cell(one.found), cell(one.wanted))
        screen.print(made)
    else:
        screen.print("no difference")
    for setting, number in Counter(setting for _, setting in report.unreported).items():
        screen.print(f"{setting}: {UNKNOWN} ({number} topics)")


class Compared(Struct, frozen=True):
    """A setting that differs, or that this broker does not report: then `is` is null, and a note says so."""

    topic: str
    setting: str
    found: str | None = field(name="is")
    should: str | UnsetType | None = UNSET
    note: str | UnsetType = UNSET


def as_records(report: Report) -> list[Compared]:
    """Return one object a difference, and one a setting that is not reported."""
    found = [Compared(one.topic, one.setting, one.found, one.wanted) for one in report.differences]
    return found + [Compared(topic, setting, None, note=UNKNOWN) for topic, setting in report.unreported]


HEAD = ("where", "record time", "key", "reason", "message", "value")
LONGEST_VALUE = 60


def show_table(letters: Iterable[Letter], screen: Console) -> None:
    """Print the letters, or that there are none."""
    found = list(letters)
    if not found:
        screen.print("no dead letters")
        return
    made = table(*HEAD)
    for letter in found:
        made.add_row(*map(Text, row(letter)))
    screen.print(made)


def row(letter: Letter) -> tuple[str, ...]:
    """Return one letter's cells."""
    time = short(None if letter.timestamp is None else text(letter.timestamp))
    return (
        letter.where,
        time,
        printable(letter.key),
        cell(letter.reason),
        cell(letter.message),
        printable(letter.value),
    )


def printable(data: bytes | None) -> str:
    """Return bytes as text on one line, safe to print, shortened where they are long."""
    if not data:
        return "-"
    found = plain(data.decode("utf-8", "backslashreplace"))
    return found if len(found) <= LONGEST_VALUE else found[: LONGEST_VALUE - 3] + "..."
