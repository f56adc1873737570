"""Which rows of a piece of a table belong to which stay: by `stay_id`, or (laboratory) by subject and time. The rest is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas

from simulators.mimic.stays import Stay
from simulators.mimic.tables import Table, is_number
from simulators.mimic.tally import OTHER_STAYS, Tally
from simulators.mimic.times import milliseconds

TIMES = ("storetime", "endtime")


class Windows:
    """The stays as a table: their places in the list, their ids, and from when to when their facts lie (ms)."""

    def __init__(self, stays: Sequence[Stay]) -> None:
        self.frame: Any = pandas.DataFrame(
            {
                "place": range(len(stays)),
                "stay_id": [stay.stay for stay in stays],
                "subject_id": [stay.subject for stay in stays],
                "opens": [stay.opens for stay in stays],
                "closes": [stay.closes for stay in stays],
            }
        )


def selected(frame: Any, table: Table, windows: Windows, items: Collection[int], tally: Tally) -> Any:
    """The rows that count, with `place` (whose), `at`, and the other times in ms; one row for each stay that it belongs to."""
    tally.read(table.name, len(frame))
    sound = numeric(frame, table)
    mine = sound[sound[table.key].isin(windows.frame[table.key])]
    tally.rows[table.name][OTHER_STAYS] += len(frame) - len(mine)
    known = mine[mapped(mine, table, items, tally)]
    return within(timed(known, table, tally), table, windows, tally)


def mapped(frame: Any, table: Table, items: Collection[int], tally: Tally) -> Any:
    """Whether each row's item is one that is read; a row without an item is counted as item 0."""
    there = frame.itemid.isin(list(items))
    for item, number in frame.itemid[~there].fillna(0).value_counts().items():
        tally.unmapped[table.name][int(item)] += int(number)
    return there


def numeric(frame: Any, table: Table) -> Any:
    """The same rows; a word in a column of numbers is no number, and neither ends the import nor makes words of the whole piece."""
    columns = [column for column in frame.columns if is_number(table, column)]
    return frame.assign(**{column: pandas.to_numeric(frame[column], errors="coerce") for column in columns})


def timed(frame: Any, table: Table, tally: Tally) -> Any:
    """The rows that have a time, with `at` and the other times in ms."""
    times = {"at": milliseconds(frame[table.at])} | {name: milliseconds(frame[name]) for name in TIMES if name in frame.columns}
    found = frame.drop(columns=[table.at]).assign(**times)
    there = found["at"].notna()
    tally.drop(table.name, "no-time", int((~there).sum()))
    return found[there]


def within(frame: Any, table: Table, windows: Windows, tally: Tally) -> Any:
    """The rows inside the time of a stay. Times are the subject's own, so that no other subject's stay can be meant."""
    joined = frame.reset_index(drop=True).reset_index(names="row").merge(windows.frame[["place", table.key, "opens", "closes"]], on=table.key)
    inside = joined[(joined["at"] >= joined.opens) & (joined["at"] <= joined.closes)]
    rows = inside["row"].nunique()
    tally.drop(table.name, "outside-stay", len(frame) - rows)
    if len(inside) > rows:
        tally.adjust(table.name, "for-two-stays", len(inside) - rows)
    return inside.drop(columns=["row", "opens", "closes", table.key])
