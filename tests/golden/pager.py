"""What the pager's policy requests of its channels for the recorded alerts and commands; the clock moves
with them alone.

The receivers are made up and always behave alike: each takes a message five seconds after it was
requested, the oldest of a lane first; `nurse` hears nothing for six hours, and `fax` refuses every fourth
message once.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.golden.doors import COMMANDS, INPUTS, Policy, Step
from tests.golden.log import DATA, HOUR, millis, partitions
from tests.golden.stored import stored, text_of

OUTPUTS = ("pager-requested", "pager-audit")
TAKES = 5_000
QUIET = (millis("2026-03-27T10:00:00Z"), millis("2026-03-27T16:00:00Z"))
"""`nurse` hears nothing in between."""


class Input(NamedTuple):
    """An alert (no key) or a command, and when it comes, ms."""

    now: int
    order: int
    key: str | None
    value: bytes


class Course:
    """A policy that is given its inputs, with its receivers. `at_work`: when a message is tried next."""

    def __init__(self, config: str) -> None:
        self.policy = Policy(config)
        self.at_work: list[tuple[int, str, int]] = []
        self.wakes: dict[str, int] = {}
        self.requested: list[str] = []
        self.audits: list[str] = []

    def play(self, inputs: list[Input]) -> None:
        """Take all inputs, and let a day pass."""
        for one in inputs:
            self.wait(one.now)
            taken = (
                self.policy.alert(one.value, one.now)
                if one.key is None
                else self.policy.command(one.key, one.value, one.now)
            )
            if taken is not None:
                self.note(one.now, *taken)
        self.wait(inputs[-1].now + 24 * HOUR)

    def wait(self, until: int) -> None:
        """Let time pass: whatever the policy wakes for, and every attempt, at its own instant."""
        while (
            moment := min(
                (*self.wakes.values(), *(first[0] for first in self.at_work[:1])), default=until + 1
            )
        ) <= until:
            for patient in [name for name, wake in self.wakes.items() if wake <= moment]:
                self.note(moment, patient, self.policy.due(patient, moment))
                if self.wakes.get(patient, moment + 1) <= moment:
                    raise AssertionError(f"{patient} wakes at {moment}, and nothing comes of it")
            while self.at_work and self.at_work[0][0] <= moment:
                self.deliver(*heapq.heappop(self.at_work))

    def deliver(self, now: int, patient: str, number: int) -> None:
        """Try a message, if it is still wanted and nothing of its lane goes before it."""
        one = next((request for request in self.policy.pending(patient) if request.number == number), None)
        if one is None:
            return
        lane = [
            request
            for request in self.policy.pending(patient)
            if (request.lane, request.channel) == (one.lane, one.channel) and request.parked <= now
        ]
        if lane[0] != one or (one.channel == "nurse" and QUIET[0] <= now < QUIET[1]):
            return heapq.heappush(self.at_work, (now + TAKES, patient, number))
        self.note(now, patient, self.policy.started(patient, number, now))
        if one.channel == "fax" and number % 4 == 0 and not one.parked:
            self.note(now, patient, self.policy.refused(patient, number, now))
            parked = next(
                request.parked for request in self.policy.pending(patient) if request.number == number
            )
            return heapq.heappush(self.at_work, (parked, patient, number))
        return self.note(now, patient, self.policy.accepted(patient, number, now))

    def note(self, now: int, patient: str, step: Step) -> None:
        """Write down what a step requests and why, and when the next one is due."""
        for one in step.requested:
            fields = (
                now,
                patient,
                one.number,
                one.channel,
                one.action,
                one.key,
                one.lane,
                one.step,
                one.since,
                one.began,
                *one.labels,
            )
            self.requested.append("\t".join((*map(str, fields), text_of(one.body))))
            heapq.heappush(self.at_work, (now + TAKES, patient, one.number))
        self.audits += map(text_of, step.audits)
        wake = self.policy.wake(patient)
        self.wakes.pop(patient, None)
        if wake is not None:
            self.wakes[patient] = wake


def inputs() -> list[Input]:
    """Return the alerts as they were recorded and the commands of the log, by the instant they come."""
    return sorted(
        Input(now, order, key, value) for order, (now, key, value) in enumerate((*alerts(), *commands()))
    )


def alerts() -> Iterator[tuple[int, None, bytes]]:
    """Yield the recorded alerts of all partitions and of the machine.

    Not what the worker says now: its fault is not the pager's.
    """
    for name in (*(f"worker-{partition.number}-alerts" for partition in partitions()), "worker-system"):
        for line in stored(name):
            _, time, _, value = line.split("\t")
            yield int(time), None, plain(value).encode()


def plain(value: str) -> str:
    """Return a recorded value as it was; that of an alert is never hex."""
    return str(json.loads(value.removeprefix("json:"))) if value.startswith("json:") else value


def commands() -> Iterator[tuple[int, str, bytes]]:
    """Yield the commands of all partitions, but the ticks."""
    for partition in partitions():
        for record in partition.topics[INPUTS.index(COMMANDS)]:
            if record.key not in (None, b"*") and record.value is not None:
                yield record.timestamp, record.key.decode("utf-8", "replace"), record.value


@cache
def course() -> Course:
    """Play the whole recording once."""
    found = Course((DATA / "site.toml").read_text(encoding="utf-8"))
    found.play(inputs())
    return found


def lines(name: str) -> list[str]:
    """Return an output of the pager's policy."""
    return course().requested if name == OUTPUTS[0] else course().audits
