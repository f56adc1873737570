"""From alert transitions to strips: how long each criterion stood at which level (criteria.md, section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from streams.times import instant

DRAWN = {"criterion", "blood-pressure"}


class Stretch(NamedTuple):
    """One level from an instant to the next, in ms; `open` when it still stood at the end of the page."""

    start: int
    end: int
    level: str
    open: bool = False


Strips = dict[str, list[Stretch]]


def strips(alerts: Iterable[dict[str, Any]], order: Sequence[str], end: int) -> Strips:
    """The stretches of every tripped criterion and of hypotension, in the order of the table; `end` closes what still stands."""
    found: Strips = {}
    for (subject, _), transitions in episodes(alerts).items():
        found.setdefault(subject, []).extend(stretches(transitions, end))
    return {subject: found[subject] for subject in ("hypotension", *order) if found.get(subject)}


def episodes(alerts: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """(subject, episode id) -> its levels by the instant each became true; reminders change nothing."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for alert in alerts:
        if alert["kind"] in DRAWN and alert["transition"] != "reminder":
            found.setdefault((alert["subject"], alert["id"]), []).append((instant(alert["at"]), alert["level"]))
    return found


def stretches(levels: list[tuple[int, str]], end: int) -> list[Stretch]:
    """What lies between one transition and the next; `clear` ends an episode and has no stretch."""
    ends = [*(at for at, _ in levels[1:]), end]
    last = len(levels) - 1
    return [
        Stretch(start, stop, level, number == last)
        for number, ((start, level), stop) in enumerate(zip(levels, ends, strict=True))
        if level != "clear" and stop > start
    ]
