"""Hold the report of a qualification: what was looked at, what was found, and what to do about it.

The report as JSON is for programs and archives; `streams.qualify.report_page` renders it for people.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from rules.wire.instants import text
from streams.errors import UsageError

Result = Literal["passed", "warned", "failed", "skipped"]


class Finding(NamedTuple):
    """What a step found: the result, the lines that show it, and what to do (None: nothing)."""

    result: Result
    found: tuple[str, ...] = ()
    remedy: str | None = None


def passed(*found: str) -> Finding:
    """Return the finding of a step that passed."""
    return Finding("passed", found)


def skipped(why: str, remedy: str | None = None) -> Finding:
    """Return the finding of a step that was not made."""
    return Finding("skipped", (why,), remedy)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step as it is reported. `seconds`: how long it lasted; `remedy`: what to do, if anything."""

    name: str
    title: str
    result: Result
    seconds: float
    found: tuple[str, ...] = ()
    remedy: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A qualification. `began`, `ended`: RFC 3339; `identity`: versions and hashes by what they are of."""

    version: str
    host: str
    began: str
    ended: str
    result: Literal["passed", "failed"]
    identity: dict[str, str]
    steps: tuple[Step, ...]

    @property
    def failed(self) -> list[Step]:
        """The steps that failed."""
        return [step for step in self.steps if step.result == "failed"]


class Recorder:
    """Makes the steps one after another. `made`: called with each step."""

    def __init__(self, made: Callable[[Step], None]) -> None:
        self.made = made
        self.began = now()
        self.steps: list[Step] = []

    def step(self, name: str, title: str, make: Callable[[], Finding]) -> Step:
        """Make one step. What cannot be done at all fails it, with the error's own words."""
        began = time.monotonic()
        try:
            finding = make()
        except UsageError as error:
            finding = Finding("failed", (str(error),), "mend what the line names, then qualify again")
        except Exception as fault:
            found = (f"{type(fault).__name__}: {fault}",)
            finding = Finding("failed", found, "report this as a fault of il2watch")
        step = Step(
            name=name,
            title=title,
            result=finding.result,
            seconds=round(time.monotonic() - began, 3),
            found=finding.found,
            remedy=finding.remedy,
        )
        self.steps.append(step)
        self.made(step)
        return step

    def report(self, version: str, host: str, identity: dict[str, str]) -> Report:
        """Return the report of all steps."""
        return Report(
            version=version,
            host=host,
            began=self.began,
            ended=now(),
            result="failed" if any(step.result == "failed" for step in self.steps) else "passed",
            identity=identity,
            steps=tuple(self.steps),
        )


def now() -> str:
    """Return the host's present moment as on the wire."""
    return text(time.time_ns() // 1_000_000)


def encode(report: Report) -> bytes:
    """Return the report as JSON, for reading too."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
