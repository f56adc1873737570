"""Ask the running services for their versions and clocks: an older worker beside a newer pager is a fault."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from streams.errors import UsageError
from streams.qualify.broker import compared
from streams.qualify.report import Finding, Recorder, passed, skipped

DEFAULT = ("127.0.0.1:9108", "127.0.0.1:9109")
"""Where a worker and a pager serve their metrics, unless they are told otherwise."""
PATIENCE_S = 5.0
BUILD = re.compile(r'^il2_build_info\{[^}]*version="([^"]*)"', re.MULTILINE)
GUIDELINE = re.compile(r'^il2_guideline_info\{[^}]*sha256="([^"]*)"', re.MULTILINE)


class Answer(NamedTuple):
    """What a service says of itself. `guideline`: its hash, None where it goes by none.

    `clock`: its present moment by its host, to the second; `before`, `after`: this host's around it; ms.
    """

    address: str
    version: str
    guideline: str | None
    clock: int
    before: int
    after: int


def running(recorder: Recorder, addresses: Sequence[str], version: str, guideline: str) -> None:
    """Make the steps on the running services. `version`, `guideline`: this command's; the latter's hash."""
    answers: list[Answer] = []

    def same() -> Finding:
        answers.extend(ask(address) for address in addresses)
        return versions(answers, version, guideline)

    recorder.step("versions", "Versions of the running services", same)
    recorder.step("service-clocks", "Clocks of the running services", lambda: clocks(answers))


def ask(address: str) -> Answer:
    """Return what the service at `host:port` says of itself. Raises UsageError."""
    before = time.time_ns() // 1_000_000
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=PATIENCE_S) as answer:
            text, date = answer.read().decode(), parsedate_to_datetime(answer.headers["Date"])
    except OSError as error:
        why = getattr(error, "reason", error)
        raise UsageError(
            f"no service answers at {address} ({why}); --service names where each serves its metrics"
        ) from None
    version, guideline = BUILD.search(text), GUIDELINE.search(text)
    if version is None:
        raise UsageError(f"{address} says no version: it is no service of il2watch, or one of long ago")
    moment, after = round(date.timestamp() * 1000), time.time_ns() // 1_000_000
    return Answer(address, version[1], guideline[1] if guideline else None, moment, before, after)


def versions(answers: Sequence[Answer], version: str, guideline: str) -> Finding:
    """Check that every service is of this version and goes by this configuration's numbers."""
    other = [line for one in answers for line in differing(one, version, guideline)]
    if other:
        return Finding(
            "failed",
            tuple(other),
            "stop every service, install one version everywhere, start them with the same configuration",
        )
    return passed(*(f"{one.address}: version {one.version}" for one in answers))


def differing(one: Answer, version: str, guideline: str) -> list[str]:
    """Return a line for the version and one for the guideline, where they are others than here."""
    lines = [f"{one.address}: version {one.version}, here {version}"] if one.version != version else []
    if one.guideline is not None and one.guideline != guideline:
        lines.append(f"{one.address}: guideline sha256 {one.guideline[:12]}…, here {guideline[:12]}…")
    return lines


def clocks(answers: Sequence[Answer]) -> Finding:
    """Compare each service's clock with this host's."""
    if not answers:
        return skipped("no service said its time")
    found = [compared(one.address, one.clock, one.before, one.after) for one in answers]
    worst = next((one for one in found if one.result == "failed"), found[0])
    return worst._replace(found=tuple(line for one in found for line in one.found))
