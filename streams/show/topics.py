"""The topics for people and for programs: what was created, what differs, and what the broker does not tell."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console

from streams.broker.check import Report
from streams.broker.creation import Outcome
from streams.broker.topics import ALL
from streams.show.terminal import cell, table

NOT_TOLD = "not told by this broker"


def created(outcome: Outcome, screen: Console) -> None:
    """A row a topic: created now, or there before."""
    made = table("topic", "partitions", "copies", "this call")
    for record in creations(outcome):
        made.add_row(record["topic"], str(record["partitions"]), str(record["replication"]), "created" if record["created"] else "was there")
    screen.print(made)


def creations(outcome: Outcome) -> list[dict[str, Any]]:
    """One object a topic of the wire, as it is now."""
    return [
        {"topic": topic, "created": topic in outcome.created, "partitions": there.partitions, "replication": there.replication}
        for topic, there in ((topic, outcome.there[topic]) for topic in ALL)
    ]


def differences(report: Report, screen: Console) -> None:
    """Each difference, or that there is none; then how many settings could not be seen."""
    if report.differences:
        made = table("topic", "setting", "is", "should be")
        for one in report.differences:
            made.add_row(cell(one.topic), cell(one.setting), cell(one.found), cell(one.wanted))
        screen.print(made)
    else:
        screen.print("no difference")
    for setting, number in Counter(setting for _, setting in report.untold).items():
        screen.print(f"{setting}: {NOT_TOLD} ({number} topics)")


def as_records(report: Report) -> list[dict[str, Any]]:
    """One object a difference; what is not told has `is` null and a note."""
    found = [{"topic": one.topic, "setting": one.setting, "is": one.found, "should": one.wanted} for one in report.differences]
    return found + [{"topic": topic, "setting": setting, "is": None, "note": NOT_TOLD} for topic, setting in report.untold]
