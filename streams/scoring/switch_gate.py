"""Judge a switch from one guideline pack to another: every limit of the gate, and what the doses say.

Source: editions.md section 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rules.wire.alerts import Alert
from streams.config.section import Table
from streams.scoring.decision_points import LETS_GO, Compared, Point, Side

WITHIN, EXCEEDED, DRAFT, NOT_JUDGED = 0, 1, 2, 3
PAGED = ("opened", "worsened")
LEVELS = ("absolute", "relative", "technical")
REFUSES = ("withhold", "stop")


class Gate(Table, frozen=True, kw_only=True, rename=None):
    """The table `[gate]`: what a switch may cost.

    The two that need the truth: None is 0 where there is a truth, and is not judged where there is none.
    """

    max_extra_pages_per_patient_day: float = 0.3
    max_doses_b_gives_a_withholds: int = 0
    max_share_doses_b_withholds_a_gives: float = 0.10
    max_blind_share: float = 0.05
    max_unsafe_readiness_min: float | None = None
    max_missed_absolute: int | None = None
    require_verified: bool = True
    min_patients: int = 20
    min_doses: int = 100


class Truth(NamedTuple):
    """What ground truth says of the second pack against the first.

    Minutes of unsafe readiness; absolute truths that the first pages and it misses; the median delay (min) of
    a page for an absolute truth.
    """

    unsafe_min: float
    missed_absolute: int
    unsafe_a_min: float
    delay_min: float | None = None
    delay_a_min: float | None = None


class Line(NamedTuple):
    """One limit of the gate: its name, the figure, the limit, whether it holds (None: not judged)."""

    name: str
    figure: float | str | None
    limit: float | str
    holds: bool | None


def pages(alerts: Iterable[Alert]) -> int:
    """Return how many alerts page: no reminders, nothing carried, no second opinions."""
    return sum(
        alert.transition in PAGED and alert.level in LEVELS and alert.kind != "overlay" and not alert.carried
        for alert in alerts
    )


def reminders(alerts: Iterable[Alert]) -> int:
    """Return how many alerts remind of what was paged; overlays never do."""
    return sum(alert.transition == "reminder" for alert in alerts)


def beside(alerts: Iterable[Alert]) -> int:
    """Return how many transitions are of packs that stand beside: none is a page."""
    return sum(alert.kind == "overlay" for alert in alerts)


def a_day(number: int, days: float) -> float:
    """Return a number a patient-day; 0 without a day."""
    return round(number / days, 4) if days else 0.0


def pages_per_day(found: Compared, side: Side) -> float:
    """Return a side's pages a patient-day."""
    return a_day(pages(side.alerts), found.days)


def share(part: int, whole: int) -> float:
    """Return a share, 0 to 1; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0


def judge(gate: Gate, found: Compared, truth: Truth | None) -> list[Line]:
    """Return every limit with its figure, in the order of the table."""
    points = found.points
    extra = round(pages_per_day(found, found.b) - pages_per_day(found, found.a), 4)
    looser = sum(one.b.word in LETS_GO and one.a.word in REFUSES for one in points)
    stricter = share(
        sum(one.b.word in REFUSES and one.a.word in LETS_GO for one in points),
        sum(one.a.word in LETS_GO for one in points),
    )
    blind = share(sum(one.b.word == "blind" for one in points), len(points))
    status = found.b.guideline.deciding.status
    return [
        _judged(
            found.days > 0, "max_extra_pages_per_patient_day", extra, gate.max_extra_pages_per_patient_day
        ),
        _most("max_doses_b_gives_a_withholds", looser, gate.max_doses_b_gives_a_withholds),
        _most("max_share_doses_b_withholds_a_gives", stricter, gate.max_share_doses_b_withholds_a_gives),
        _most("max_blind_share", blind, gate.max_blind_share),
        *_of_truth(gate, truth),
        *_verified(gate, status),
        _least("min_patients", found.patients, gate.min_patients),
        _least("min_doses", doses(points), gate.min_doses),
    ]


def doses(points: Iterable[Point]) -> int:
    """Return how many points are dose records."""
    return sum(one.given is not None for one in points)


def _of_truth(gate: Gate, truth: Truth | None) -> list[Line]:
    limits = (
        ("max_unsafe_readiness_min", gate.max_unsafe_readiness_min, truth and truth.unsafe_min),
        ("max_missed_absolute", gate.max_missed_absolute, truth and truth.missed_absolute),
    )
    return [
        Line(name, None, limit or 0, None) if truth is None else _most(name, figure or 0, limit or 0)
        for name, limit, figure in limits
        if limit is not None or truth is not None
    ]


def _verified(gate: Gate, status: str) -> list[Line]:
    return (
        [Line("require_verified", status, "verified", status == "verified")] if gate.require_verified else []
    )


def _judged(seen: bool, name: str, figure: float, limit: float) -> Line:
    """Return a limit, not judged where nothing was seen that could be over it."""
    return _most(name, figure, limit) if seen else Line(name, None, limit, None)


def _most(name: str, figure: float, limit: float) -> Line:
    return Line(name, figure, limit, figure <= limit)


def _least(name: str, figure: int, limit: int) -> Line:
    return Line(name, figure, limit, None if figure < limit else True)


def exit_code(lines: Iterable[Line]) -> int:
    """Return 0 within all, 1 where a limit is exceeded, 3 where one cannot be judged."""
    held = [line.holds for line in lines]
    if False in held:
        return EXCEEDED
    return NOT_JUDGED if None in held else WITHIN
