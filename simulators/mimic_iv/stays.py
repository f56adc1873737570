"""List the ICU stays, each a patient of the wire, and select which rows of a piece of a table belong to which
stay; the rest is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas

from rules.wire.instants import DAY
from simulators.mimic_iv.fact import MimicFact, milliseconds, moments
from simulators.mimic_iv.tables import MimicTable, UnreadableMimic, is_number, needed, path_of, small
from simulators.mimic_iv.tally import OTHER_STAYS, ImportTally

BEFORE = DAY
"""How long before the stay a row may lie: admission weights, the creatinine of the emergency room.

The same 24 h as for weights that the demo keeps with a stay.
"""
NEVER = 1 << 52
STAYS = "icu/icustays"


class MimicStay(NamedTuple):
    """Ids, admission and discharge (ms; `outtime` None: not charted), and age in years (None: not known)."""

    stay: int
    subject: int
    intime: int
    outtime: int | None
    age: float | None

    @property
    def patient(self) -> str:
        """The patient id on the wire: the stay, so that two stays of a subject, often years apart, are two
        courses.
        """
        return str(self.stay)

    @property
    def opens(self) -> int:
        """The earliest time of a row of the stay, ms."""
        return self.intime - BEFORE

    @property
    def closes(self) -> int:
        """The end of the stay, ms; far in the future when no discharge was charted."""
        return NEVER if self.outtime is None else self.outtime

    def encounters(self) -> list[MimicFact]:
        """Return admission, cycle-start and discharge."""
        admitted = [
            MimicFact(self.intime, self.intime, "encounter", event, {"event": event, "location": "icu"})
            for event in ("admit", "cycle-start")
        ]
        return (
            admitted
            if self.outtime is None
            else [
                *admitted,
                MimicFact(self.outtime, self.outtime, "encounter", "discharge", {"event": "discharge"}),
            ]
        )


def stays(folder: Path, wanted: Collection[int] | None, tally: ImportTally) -> list[MimicStay]:
    """Return the stays of `icu/icustays`, in order of stay_id; only those that are `wanted`.

    One whose admission has no time that can be read is left out and counted.

    Raises UnreadableMimic, naming stays that do not exist.
    """
    path = needed(folder, STAYS)
    frame = small(path, ("subject_id", "stay_id", "intime", "outtime"))
    frame = frame if wanted is None else frame[frame.stay_id.isin(list(wanted))]
    missing = sorted(set(wanted or ()) - set(frame.stay_id.tolist()))
    if missing:
        raise UnreadableMimic(f"{path}: no stay {', '.join(map(str, missing))}")
    births = birth_years(folder)
    rows = zip(
        frame.stay_id.tolist(),
        frame.subject_id.tolist(),
        moments(frame.intime),
        moments(frame.outtime),
        frame.intime.tolist(),
        strict=True,
    )
    listed = list(rows)
    if untimed := [row[4] for row in listed if row[2] is None]:
        tally.count_read(STAYS, len(listed))
        tally.drop_untimed(STAYS, untimed)
    return sorted(stay(row, births) for row in listed if row[2] is not None)


def stay(row: tuple[Any, ...], births: dict[int, int]) -> MimicStay:
    """Return the stay of a row; the age from the year of admission and of birth."""
    number, subject, intime, outtime, text = row
    born = births.get(subject)
    return MimicStay(
        int(number), int(subject), intime, outtime, None if born is None else int(text.strip()[:4]) - born
    )


def birth_years(folder: Path) -> dict[int, int]:
    """Return the year in which each subject was born, in the subject's own shifted years; empty without
    `hosp/patients`.
    """
    path = path_of(folder, "hosp/patients")
    if path is None:
        return {}
    frame = small(path, ("subject_id", "anchor_age", "anchor_year"))
    years = (frame.anchor_year - frame.anchor_age).tolist()
    return {
        int(subject): int(year)
        for subject, year in zip(frame.subject_id.tolist(), years, strict=True)
        if year == year
    }


TIMES = ("storetime", "endtime")


class Windows:
    """The stays as a table: their places in the list, their ids, and from when to when their facts
    lie (ms).
    """

    def __init__(self, stays: Sequence[MimicStay]) -> None:
        self.frame: Any = pandas.DataFrame(
            {
                "place": range(len(stays)),
                "stay_id": [stay.stay for stay in stays],
                "subject_id": [stay.subject for stay in stays],
                "opens": [stay.opens for stay in stays],
                "closes": [stay.closes for stay in stays],
            }
        )


def selected(
    frame: Any, table: MimicTable, windows: Windows, items: Collection[int], tally: ImportTally
) -> Any:
    """Return the rows that count, with `place` (whose), `at`, and the other times in ms; one row for each
    stay that it belongs to.
    """
    tally.count_read(table.name, len(frame))
    sound = numeric(frame, table)
    mine = sound[sound[table.key].isin(windows.frame[table.key])]
    tally.rows[table.name][OTHER_STAYS] += len(frame) - len(mine)
    known = mine[mapped(mine, table, items, tally)]
    return within(timed(known, table, tally), table, windows, tally)


def mapped(frame: Any, table: MimicTable, items: Collection[int], tally: ImportTally) -> Any:
    """Return whether each row's item is one that is read; a row without an item is counted as item 0."""
    there = frame.itemid.isin(list(items))
    for item, number in frame.itemid[~there].fillna(0).value_counts().items():
        tally.unmapped[table.name][int(item)] += int(number)
    return there


def numeric(frame: Any, table: MimicTable) -> Any:
    """Return the same rows with their columns of numbers as numbers.

    A word in such a column becomes NaN: it must neither end the import nor turn the whole piece into words.
    """
    columns = [column for column in frame.columns if is_number(table, column)]
    return frame.assign(**{column: pandas.to_numeric(frame[column], errors="coerce") for column in columns})


def timed(frame: Any, table: MimicTable, tally: ImportTally) -> Any:
    """Return the rows that have a time, with `at` and the other times in ms."""
    times = {"at": milliseconds(frame[table.at])} | {
        name: milliseconds(frame[name]) for name in TIMES if name in frame.columns
    }
    found = frame.drop(columns=[table.at]).assign(**times)
    there = found["at"].notna()
    tally.drop_untimed(table.name, frame[table.at][~there].tolist())
    return found[there]


def within(frame: Any, table: MimicTable, windows: Windows, tally: ImportTally) -> Any:
    """Return the rows inside the time of a stay.

    Times are the subject's own, so that no other subject's stay can be meant.
    """
    joined = (
        frame.reset_index(drop=True)
        .reset_index(names="row")
        .merge(windows.frame[["place", table.key, "opens", "closes"]], on=table.key)
    )
    inside = joined[(joined["at"] >= joined.opens) & (joined["at"] <= joined.closes)]
    rows = inside["row"].nunique()
    tally.drop(table.name, "outside-stay", len(frame) - rows)
    if len(inside) > rows:
        tally.adjust(table.name, "for-two-stays", len(inside) - rows)
    return inside.drop(columns=["row", "opens", "closes", table.key])
