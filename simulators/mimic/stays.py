"""ICU stays: each is a patient of the wire, from admission (which stands for `cycle-start`: nobody here had IL-2) to discharge."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from rules.instant import DAY
from simulators.mimic.fact import Fact
from simulators.mimic.tables import Unreadable, needed, path_of, small
from simulators.mimic.times import moments

BEFORE = DAY
"""How long before the stay a row may lie: admission weights, the creatinine of the emergency room. The same 24 h as for weights
that the demo keeps with a stay."""
NEVER = 1 << 52


class Stay(NamedTuple):
    """Ids, admission and discharge (ms; `outtime` None: not charted), and age in years (None: not known)."""

    stay: int
    subject: int
    intime: int
    outtime: int | None
    age: float | None

    @property
    def patient(self) -> str:
        """The patient id on the wire: the stay, so that two stays of a subject, often years apart, are two courses."""
        return str(self.stay)

    @property
    def opens(self) -> int:
        return self.intime - BEFORE

    @property
    def closes(self) -> int:
        return NEVER if self.outtime is None else self.outtime

    def encounters(self) -> list[Fact]:
        """Admission, cycle-start and discharge."""
        admitted = [Fact(self.intime, self.intime, "encounter", event, {"event": event, "location": "icu"}) for event in ("admit", "cycle-start")]
        return admitted if self.outtime is None else [*admitted, Fact(self.outtime, self.outtime, "encounter", "discharge", {"event": "discharge"})]


def stays(folder: Path, wanted: Collection[int] | None = None) -> list[Stay]:
    """The stays of `icu/icustays`, in order of stay_id; only those that are `wanted`. Raises Unreadable, naming stays that are not there."""
    path = needed(folder, "icu/icustays")
    frame = small(path, ("subject_id", "stay_id", "intime", "outtime"))
    frame = frame if wanted is None else frame[frame.stay_id.isin(list(wanted))]
    missing = sorted(set(wanted or ()) - set(frame.stay_id.tolist()))
    if missing:
        raise Unreadable(f"{path}: no stay {', '.join(map(str, missing))}")
    births = birth_years(folder)
    rows = zip(frame.stay_id.tolist(), frame.subject_id.tolist(), moments(frame.intime), moments(frame.outtime), frame.intime.tolist(), strict=True)
    found = [stay(row, births) for row in rows if row[2] is not None]
    return sorted(found)


def stay(row: tuple[Any, ...], births: dict[int, int]) -> Stay:
    number, subject, intime, outtime, text = row
    born = births.get(subject)
    return Stay(int(number), int(subject), intime, outtime, None if born is None else int(text[:4]) - born)


def birth_years(folder: Path) -> dict[int, int]:
    """The year in which each subject was born, in the subject's own shifted years; empty without `hosp/patients`."""
    path = path_of(folder, "hosp/patients")
    if path is None:
        return {}
    frame = small(path, ("subject_id", "anchor_age", "anchor_year"))
    years = (frame.anchor_year - frame.anchor_age).tolist()
    return {int(subject): int(year) for subject, year in zip(frame.subject_id.tolist(), years, strict=True) if year == year}
