"""The one door to `rules` for commands that work from files: what they ask of the engine, and in which shape."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.errors import UsageError
from streams.times import instant

if TYPE_CHECKING:
    from rules.decide.engine import Outcome
    from rules.guideline import Guideline
    from rules.wire.events import Event

CONFIG = "IL2WATCH_CONFIG"


class Folded(NamedTuple):
    """What a fold leaves: alert transitions in order of decision, then patient; what the fold refused; what it kept and did not use."""

    alerts: list[dict[str, Any]]
    refused: list[tuple[Event, str]]
    noted: Counter[str]
    clock: int
    outcome: Outcome


def guideline(path: str | None) -> Guideline:
    """The guideline with a site's configuration (`path`, else `IL2WATCH_CONFIG`, else none). Raises UsageError naming key and line."""
    from rules.guideline import SCHWARTZENTRUBER_2001

    named = path or os.environ.get(CONFIG)
    if not named:
        return SCHWARTZENTRUBER_2001
    found, fault = checked(named)
    if found is None:
        raise UsageError(f"{named}: {fault}")
    return found


def checked(path: str) -> tuple[Guideline, None] | tuple[None, str]:
    """The guideline with a configuration, or what is wrong with it: key and line. Raises UsageError when it cannot be read at all."""
    content = text(path)
    from rules.guideline import ConfigError, load

    try:
        return load(content), None
    except ConfigError as error:
        return None, str(error)


def text(path: str) -> str:
    """A configuration file's text. Raises UsageError when it cannot be read or is not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; is it a TOML file?") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --config or {CONFIG} names the site configuration") from None


def fold(events: Iterable[Event], guide: Guideline, until: int | None = None) -> Folded:
    """Folds events in order of `known`; `until` takes only what was known then, and moves every clock there."""
    from rules.decide.engine import fold as folding
    from rules.wire.alerts import wire

    outcome = folding(events, guide, until)
    noted = Counter({reason: number for reason, number in outcome.counts.items() if ":" not in reason})
    clocks = [patient.now >> 1 for patient in outcome.patients.values()]
    clock = max(clocks, default=0) if until is None else until
    return Folded([wire(alert) for alert in outcome.alerts], outcome.refused, noted, clock, outcome)


def assessments(folded: Folded) -> list[dict[str, Any]]:
    """One assessment a patient at the fold's clock, in order of patient id; none for who is discharged."""
    from rules.decide.engine import assessments as assessing

    return assessing(folded.outcome)


def decision(alert: dict[str, Any]) -> tuple[int, str]:
    """Where an alert stands in a file's order: when it was decided, then whose it is."""
    return instant(alert["decided"]), alert["patient"]
