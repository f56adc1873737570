"""The demo's tables read with plain pandas, and what the guideline says of them, worked out anew from the
source: nothing here uses the product's code. Definitions: criteria.md 3.2 (creatinine), 3.3
(phenylephrine-maximum), 3.4 (urine-hour) and 6; the adapter's rules: docs/reference/mimic.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

DEMO = Path(__file__).parents[3] / ".." / "shared" / "data" / "mimic-iv-demo"
URINE, SUMS = [226559, 226560, 226561, 226567], [226627, 226631, 226633]
PHENYLEPHRINE, CREATININE = 221749, [50912, 52024]
EQUIVALENTS = {221749: 1.0, 221906: 10.0, 221289: 10.0, 221662: 0.1}
"""ug/kg/min of phenylephrine for one of phenylephrine, norepinephrine, epinephrine, dopamine."""
DOPAMINE, RENAL = 221662, 2.5
"""Up to 2.5 ug/kg/min dopamine is no pressor."""
MIN, HOUR, DAY = pd.Timedelta(minutes=1), pd.Timedelta(hours=1), pd.Timedelta(days=1)


@cache
def table(name: str) -> pd.DataFrame:
    frame = pd.read_csv(DEMO / f"{name}.csv.gz", low_memory=False)
    for column in frame.columns.intersection(
        ["charttime", "starttime", "endtime", "storetime", "intime", "outtime"]
    ):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def known(at: pd.Series, stored: pd.Series) -> pd.Series:
    """The storetime, or the event's own time where the storetime lies more than 15 min before it."""
    return stored.where(stored >= at - 15 * MIN, at)


@cache
def stay(stay_id: int) -> pd.Series:
    stays = table("icu/icustays")
    return stays[stays.stay_id == stay_id].iloc[0]


@cache
def urine(stay_id: int) -> pd.DataFrame:
    """The collections: end, volume, when known, and the sum from outside the ICU that came after the
    collection before, if one did.
    """
    rows = table("icu/outputevents").query("stay_id == @stay_id").sort_values("charttime")
    sums, rows = rows[rows.itemid.isin(SUMS)].charttime, rows[rows.itemid.isin(URINE)]
    found = pd.DataFrame(
        {"end": rows.charttime, "volume": rows.value, "known": known(rows.charttime, rows.storetime)}
    )
    before = {end: found.end[found.end < end].max() for end in found.end}
    after = {
        end: sums[(sums < end) & (sums >= end - DAY) & ~(sums <= before[end])].max() for end in found.end
    }
    return found.assign(sum=found.end.map(after))


class Collection(NamedTuple):
    """Urine from `start` to `end`, mL; without a known start both are the same. In s since the epoch."""

    start: int
    end: int
    volume: float
    known: int


class Hour(NamedTuple):
    """What urine-hour is at a clock; `value`: mL/h of the latest stretch."""

    state: str
    stale: bool
    value: float | None


def urine_hour(stay_id: int, clock: pd.Timestamp) -> Hour:
    """The row at a clock: over the ends of collections in order, each with the stretch that ends there."""
    now, seen = seconds(clock), collections(stay_id, clock)
    state, value, goes_stale = "indeterminate", None, now
    for last in sorted({one.end for one in seen}):
        limit = stale_at(stay_id, last)
        here = tuple(one for one in seen if last - 2 * 86400 < one.end <= last and one.known <= limit)
        if any(one.end == last for one in here):
            goes_stale, value = limit, rate_over(here, last, 60)
            state = stepped(state, value, rate_over(here, last, 120))
    stale = now >= goes_stale
    return Hour("indeterminate" if stale and state == "clear" else state, stale, value)


def seconds(moment: pd.Timestamp) -> int:
    return int(moment.value // 1_000_000_000)


def stepped(before: str, hour: float | None, two: float | None) -> str:
    """The state after a stretch, by its rate (mL/h; None: not known) and by that of two hours."""
    tripped = before in ("relative", "absolute")
    if hour is None:
        return before if tripped else "indeterminate"
    if hour <= 20:
        return "absolute" if hour < 10 else "relative"
    return "relative" if tripped and (two is None or two <= 20) else "clear"


def stale_at(stay_id: int, end: int) -> int:
    """Twice the interval after its end: 4 h on a ward, 1 h in the ICU, which counts from the admission."""
    return min(end + 8 * 3600, max(end, seconds(stay(stay_id).intime)) + 2 * 3600)


@cache
def charted_urine(stay_id: int) -> list[tuple[int, float, int, int | None]]:
    """The collections: end, volume, when known, the sum from outside before it; times in s."""
    return [
        (seconds(one.end), one.volume, seconds(one.known), None if pd.isna(one.sum) else seconds(one.sum))
        for one in urine(stay_id).itertuples(index=False)
    ]


def collections(stay_id: int, clock: pd.Timestamp) -> list[Collection]:
    """The collections that are known at a clock, each from the end of the one before it, if that is less
    than 24 h ago, or from the sum from outside.
    """
    seen = [one for one in charted_urine(stay_id) if one[2] <= seconds(clock)]
    ends = sorted({end for end, *_ in seen})
    before = {end: earlier for earlier, end in pairwise(ends) if end - earlier < 86400}
    return [
        Collection(before.get(end, end) if outside is None else outside, end, volume, known)
        for end, volume, known, outside in seen
    ]


@cache
def rate_over(here: tuple[Collection, ...], last: int, least: int) -> float | None:
    """mL/h over the shortest stretch that ends at `last` and covers `least` minutes; None: not known."""
    for begin in sorted({one.start for one in here if one.start < one.end}, reverse=True):
        inside = [one for one in here if one.end > begin]
        covered, hole = coverage(inside, begin, last)
        if last - begin >= 86400 or hole > 3600:
            return None
        if covered >= least * 60:
            return round(sum(share(one, begin) for one in inside) * 3600 / covered, 4)
    return None


def coverage(inside: list[Collection], begin: int, last: int) -> tuple[int, int]:
    """The seconds of the stretch in which some collection ran, and the longest time in which none did."""
    until, covered, hole = begin, 0, 0
    for one in sorted(one for one in inside if one.start < one.end):
        hole = max(hole, one.start - until)
        covered += max(0, one.end - max(one.start, until))
        until = max(until, one.end)
    return covered, max(hole, last - until)


def share(one: Collection, begin: int) -> float:
    """mL after `begin`, taken as evenly spread."""
    if one.start == one.end:
        return one.volume
    return one.volume * (one.end - max(one.start, begin)) / (one.end - one.start)


@cache
def pressors(stay_id: int) -> pd.DataFrame:
    """The rows of pressors that ran for some time at a rate, ug/kg/min, in order."""
    rows = table("icu/inputevents").query("stay_id == @stay_id and itemid in @EQUIVALENTS and rate.notna()")
    rows = rows[rows.endtime > rows.starttime].sort_values(["starttime", "endtime"])
    assert set(rows.rateuom) <= {"mcg/kg/min"}
    return rows


def phenylephrine(stay_id: int) -> pd.DataFrame:
    rows = pressors(stay_id)
    return rows[rows.itemid == PHENYLEPHRINE]


class Rate(NamedTuple):
    """A pump's rate from an instant on, and when that was known."""

    at: pd.Timestamp
    known: pd.Timestamp
    rate: float


@cache
def pumps(stay_id: int) -> list[tuple[int, list[Rate]]]:
    """By pump its agent's item and its rates: each row is a rate, and a 0 at its end unless the next begins
    there.
    """
    found: list[tuple[int, list[Any]]] = []
    for row in pressors(stay_id).itertuples(index=False):
        free = next(
            (mine for item, mine in found if item == row.itemid and mine[-1].endtime <= row.starttime), None
        )
        if free is None:
            found.append((row.itemid, free := []))
        free.append(row)
    return [(item, list(rates(mine))) for item, mine in found]


def rates(mine: list[Any]) -> Iterator[Rate]:
    """The rates of one pump's rows."""
    for row, following in zip(mine, [*(row.starttime for row in mine[1:]), None], strict=True):
        yield Rate(row.starttime, known_at(row.starttime, row.storetime), row.rate)
        if following != row.endtime:
            yield Rate(row.endtime, known_at(row.endtime, row.storetime), 0.0)


def known_at(at: pd.Timestamp, stored: pd.Timestamp) -> pd.Timestamp:
    """As `known`, of one row."""
    return stored if stored >= at - 15 * MIN else at


def highest_load(stay_id: int, begin: pd.Timestamp, clock: pd.Timestamp) -> float:
    """The highest load of pressors in force between `begin` and `clock`, both included, of what was known
    then: ug/kg/min of phenylephrine.
    """
    seen = [(item, [one for one in found if one.known <= clock]) for item, found in pumps(stay_id)]
    moments = {begin, *(one.at for _, found in seen for one in found if begin < one.at <= clock)}
    return max(round(load(seen, moment), 4) for moment in moments)


def load(seen: list[tuple[int, list[Rate]]], moment: pd.Timestamp) -> float:
    """The load at a moment: the rates of each agent's pumps added up, by its equivalent."""
    running: dict[int, float] = defaultdict(float)
    for item, found in seen:
        begun = [one for one in found if one.at <= moment]
        running[item] += max(begun, key=lambda one: one.at).rate if begun else 0.0
    return sum(rate * EQUIVALENTS[item] for item, rate in running.items() if item != DOPAMINE or rate > RENAL)


@cache
def creatinine(stay_id: int) -> pd.DataFrame:
    here = stay(stay_id)
    rows = table("hosp/labevents").query(
        "subject_id == @here.subject_id and itemid in @CREATININE and valuenum.notna()"
    )
    inside = rows[(rows.charttime >= here.intime - DAY) & (rows.charttime <= here.outtime)]
    return inside.sort_values("charttime")[["charttime", "storetime", "valuenum"]]


def creatinine_state(stay_id: int, clock: pd.Timestamp) -> tuple[str, float | None]:
    """State and value of the latest result known; older than 18 h in the ICU (36 h if taken before) it is not
    told, unless tripped.
    """
    seen = creatinine(stay_id)
    seen = seen[seen.storetime <= clock]
    if seen.empty:
        return "indeterminate", None
    last = seen.iloc[-1]
    limit = min(last.charttime + 36 * HOUR, max(last.charttime, stay(stay_id).intime) + 18 * HOUR)
    state = "absolute" if last.valuenum >= 3.0 else "relative" if last.valuenum >= 2.5 else "clear"
    return ("indeterminate" if state == "clear" and clock > limit else state), float(last.valuenum)
