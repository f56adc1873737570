"""Evaluate which criteria are accepted: known abnormalities that a clinician has accepted.

Source: criteria.md section 3.5, accept.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from rules.chart.chart import Chart
from rules.chart.facts import Accepted, Resumed
from rules.chart.folded import fold
from rules.evaluate.result import soonest
from rules.guideline.edition import Guideline
from rules.wire.alerts import RANK
from rules.wire.instants import Instant


class OfPack(msgspec.Struct, frozen=True):
    """Whose rows an acceptance or a resume may be of: a guideline's, that which decides unless `named`."""

    guideline: Guideline
    named: bool = False

    def means(self, one: Accepted) -> bool:
        """Return whether an acceptance means a criterion of this pack."""
        return one.criterion in self.guideline.own_codes and self.is_meant(one.pack)

    def is_meant(self, pack: str | None) -> bool:
        """Return whether a command that names a pack, or none, means this one."""
        return not self.named if pack is None else pack in (self.guideline.key, self.guideline.id)

    def lifts(self, resumes: Iterable[Resumed]) -> Iterator[Resumed]:
        """Yield the resumes that mean a rule or a row of this pack."""
        return (one for one in resumes if self.is_meant(one.pack))


def lasting(chart: Chart, now: Instant, of: OfPack | None = None) -> dict[str, Accepted]:
    """Return the latest acceptance of each criterion, unless it has ended by time, by command or by cycle.

    An acceptance takes effect when it is read, whatever its `at`.
    """
    if not chart.accepts:
        return {}
    latest = _latest(chart, of or OfPack(chart.guideline))
    return {code: one for code, one in latest.items() if _lasts(one, chart, now)}


def _latest(chart: Chart, of: OfPack) -> dict[str, Accepted]:
    """Return the latest acceptance of each criterion, by when it became known; those that come are added."""

    def add(latest: dict[str, Accepted], _: int, one: Accepted) -> dict[str, Accepted]:
        if of.means(one):
            latest[one.criterion] = max(latest.get(one.criterion, one), one, key=_known)
        return latest

    return fold(chart, f"accepted {id(of.guideline)} {of.named}", (chart.accepts,), None, dict, add)


def _known(one: Accepted) -> tuple[int, int]:
    return one.first, one.n


def _lasts(one: Accepted, chart: Chart, now: Instant) -> bool:
    ended = one.until is not None and (one.until <= one.at or one.until <= now)
    return not ended and chart.cycle.holds(one.first)


def outgrown(
    chart: Chart, now: Instant, state: Callable[[str], str | None], of: OfPack | None = None
) -> set[str]:
    """Return the ids of the acceptances whose criterion is at a level above the accepted one.

    `state`: of a criterion; None where it is not known here.
    """
    found = ((one.id, one.level, state(code)) for code, one in lasting(chart, now, of).items())
    return {id for id, level, now_at in found if now_at is not None and is_above(now_at, level)}


def is_above(state: str, level: str) -> bool:
    """Return whether a state is worse than an accepted level."""
    return RANK.get(state, 0) > RANK[level]


def accepted(chart: Chart, now: Instant, ended: frozenset[str], of: OfPack | None = None) -> frozenset[str]:
    """Return the criteria that are accepted; `ended`: acceptances that ended by a level above theirs."""
    return frozenset(code for code, one in lasting(chart, now, of).items() if one.id not in ended)


def next_end(chart: Chart, now: Instant, of: OfPack | None = None) -> Instant | None:
    """Return when the next acceptance ends by time."""
    return soonest(now, *(one.until for one in lasting(chart, now, of).values()))
