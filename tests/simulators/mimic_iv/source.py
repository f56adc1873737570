"""The demo's tables read with plain pandas, and what the guideline says of them, worked out anew from the
source: nothing here uses the product's code. Definitions: criteria.md 3 (urine-hour, phenylephrine-maximum,
creatinine); the adapter's rules: docs/reference/mimic.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DEMO = Path(__file__).parents[3] / ".." / "shared" / "data" / "mimic-iv-demo"
URINE, SUMS = [226559, 226560, 226561, 226567], [226627, 226631, 226633]
PHENYLEPHRINE, CREATININE = 221749, [50912, 52024]
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


def urine_rate(stay_id: int, clock: pd.Timestamp) -> float | None:
    """mL/h over the shortest stretch of at least 60 min that ends with the latest collection; None: not
    known, or older than 2 h.
    """
    rows = urine(stay_id)
    seen = rows[(rows.known <= clock) & (rows.end > clock - 3 * DAY)]
    fresh = seen[seen.known <= seen.end + 2 * HOUR]
    if fresh.empty or clock > fresh.end.max() + 2 * HOUR:
        return None
    last = fresh.end.max()
    here = [(begun(one, seen.end), one.end, one.volume) for one in seen[seen.end <= last].itertuples()]
    for begin in sorted({start for start, end, _ in here if start < end}, reverse=True):
        inside = [one for one in here if one[1] > begin]
        minutes = covered(inside, begin, last)
        if last - begin > DAY:
            return None
        if minutes >= 60:
            return sum(share(*one, begin) for one in inside) * 60 / minutes
    return None


def begun(one: Any, ends: pd.Series) -> pd.Timestamp:
    """When a collection began: as the one before it ended, at most 24 h ago, or a sum from outside; else as
    it ended.
    """
    if not pd.isna(one.sum):
        return one.sum
    before = ends[(ends < one.end) & (ends >= one.end - DAY)].max()
    return one.end if pd.isna(before) else before


def share(start: pd.Timestamp, end: pd.Timestamp, volume: float, begin: pd.Timestamp) -> float:
    """mL after `begin`, taken as evenly spread."""
    return volume if start == end else volume * ((end - max(start, begin)) / (end - start))


def covered(
    spans: list[tuple[pd.Timestamp, pd.Timestamp, float]], begin: pd.Timestamp, last: pd.Timestamp
) -> int:
    """Minutes of the stretch in which some collection ran."""
    running = np.zeros((last - begin) // MIN, dtype=bool)
    for start, end, _ in spans:
        running[max((start - begin) // MIN, 0) : (end - begin) // MIN] = True
    return int(running.sum())


@cache
def phenylephrine(stay_id: int) -> pd.DataFrame:
    rows = (
        table("icu/inputevents")
        .query("stay_id == @stay_id and itemid == @PHENYLEPHRINE")
        .sort_values("starttime")
    )
    return rows.assign(
        known=known(rows.starttime, rows.storetime), follows=rows.starttime.shift(-1) == rows.endtime
    )


def phenylephrine_maximum(stay_id: int, begin: pd.Timestamp, clock: pd.Timestamp) -> float:
    """The highest rate in force between `begin` and `clock`, of what was known then: a rate goes on until its
    end is known, which, when the next rate follows at once, is when that one is.
    """
    rows = phenylephrine(stay_id)
    seen = rows[(rows.known <= clock) & (rows.starttime <= clock)]
    last = seen.endtime.where(~seen.follows, seen.starttime.shift(-1))
    running = seen.rate[last.isna() | (last > begin)]
    return 0.0 if running.empty else float(running.max())


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
