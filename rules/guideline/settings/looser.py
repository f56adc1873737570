"""Tell which of a site's numbers are looser than published: alarms come later, fewer or lower.

Source: criteria.md section 11. A number that is stricter, or that only another place needs, is not named.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.settings.keys import LEVEL, SUBJECTS, SWITCH, Key, at, keys
from rules.guideline.settings.values import as_toml
from rules.wire.written import written

HIGHER, LOWER, EITHER, NEITHER = "higher", "lower", "either", "neither"
"""In which direction a number is looser; `EITHER`: whichever way it is moved some alarm is later or lost."""

DIRECTIONS = {
    # What clears an alarm, ends a run or takes a reading away: the other way round than what trips.
    "*.clear": "clear",
    "vital-signs.recovers": LOWER,
    "vital-signs.share": EITHER,
    # An excuse.
    "criteria.sinus-tachycardia.fever": LOWER,
    # The laboratory's own limits: the paper has none.
    "criteria.cardiac-enzymes.limits.*": NEITHER,
    "criteria.oxygen-requirement.assumed-fio2": LOWER,
    "criteria.*.window": LOWER,
    "criteria.urine-shift.coverage": EITHER,
    "criteria.urine-hour.covers": EITHER,
    "criteria.urine-hour.longest": EITHER,
    "criteria.urine-hour.clears-over": LOWER,
    "pressure.target-*": LOWER,
    "pressure.clear-above": LOWER,
    "pressure.mean-*": LOWER,
    "pressure.peak-*": NEITHER,
    "pressors.equivalents.*": LOWER,
    "table4.dose-interval": EITHER,
    "advice.diurese.*": EITHER,
    "advice.fever.within": LOWER,
    "advice.chills.within": LOWER,
    "advice.fluid-limit.within": LOWER,
    "advice.fluid-limit.lasts": LOWER,
    "advice.septic-workup.within": EITHER,
    "advice.septic-workup.lasts": EITHER,
    "advice.septic-workup.until": LOWER,
    "advice.forbidden-medication.within": LOWER,
    "advice.premedication.after": LOWER,
    "advice.stop-maintenance.within": LOWER,
    "advice.continue-premedication.until": LOWER,
    # The advice itself is what would be too early.
    "advice.discharge-ready.after": LOWER,
    "advice.discharge-ready.within": LOWER,
    "advice.discharge-ready.limits.platelets": LOWER,
    "advice.discharge-ready.limits.spo2": LOWER,
    "advice.discharge-ready.limits.measured": LOWER,
    "advice.dose-error.within": LOWER,
    "advice.dose-error.until": LOWER,
    "advice.dose-error.limits.published-*": EITHER,
    "advice.dose-against-advice.within": LOWER,
    # A narrower range sets more readings aside.
    "plausible.*.low": HIGHER,
    "plausible.*.high": LOWER,
    "choices.ahead": EITHER,
    "choices.late-readings": LOWER,
    "choices.not-understood-lasts": LOWER,
    "choices.intensive-after-pressor": LOWER,
    "choices.kept-after-discharge": LOWER,
    "choices.charting-goes-on": LOWER,
    "choices.cycle-taken-over": EITHER,
    "choices.weight-*": EITHER,
    "shifts.*": NEITHER,
}
"""Patterns of keys, the first that matches; any other number is looser when higher, or by its comparison."""


class Looser(msgspec.Struct, frozen=True):
    """A number of a site that is looser than published. `here`, `published`: as people read them."""

    key: Key
    here: str
    published: str

    @property
    def text(self) -> str:
        """The key with both numbers: `criteria.creatinine.absolute >=3.5 mg/dL (published >=3 mg/dL)`."""
        return f"{self.key.name} {self.here} (published {self.published})"

    @property
    def words(self) -> str:
        """What it is a number of, with both numbers: `Creatinine, absolute: >=3.5 mg/dL, not >=3 mg/dL`."""
        named = " ".join(self.key.path[1 if len(self.key.path) < 3 else 2 :]).replace("-", " ")
        subject = self.key.subject.replace("-", " ")
        return f"{subject[:1].upper()}{subject[1:]}, {named}: {self.here}, not {self.published}"


def direction(key: Key) -> str:
    """Return in which direction a number is looser."""
    found = next((way for pattern, way in DIRECTIONS.items() if fnmatchcase(key.name, pattern)), None)
    downward = key.op in ("<", "<=")
    if found == "clear":
        return HIGHER if downward else LOWER
    return found or (LOWER if downward else HIGHER)


def looser(guideline: Guideline) -> tuple[Looser, ...]:
    """Return every number that is looser than published, in the order of the document."""
    return tuple(_looser(guideline))


def _looser(guideline: Guideline) -> Iterator[Looser]:
    for key in keys():
        here, published = at(guideline, key.places[0]), at(SCHWARTZENTRUBER_2001, key.places[0])
        if here != published and _is_looser(key, here, published):
            yield _found(key, here, published)


def _found(key: Key, here: Any, published: Any) -> Looser:
    if key.kind == SUBJECTS:
        return Looser(key, f"with {', '.join(one for one in here if one not in published)}", "without")
    return Looser(key, _read(key, here), _read(key, published))


def _read(key: Key, value: Any) -> str:
    if isinstance(value, float):
        return f"{key.op}{written(value, key.unit, value)}"
    return as_toml(value, key.kind).strip('"')


STRICTER_WHEN_OFF = ("table4.group-counts-once", "criteria.cardiac-enzymes.never-measured-clear")


def _is_looser(key: Key, here: Any, published: Any) -> bool:
    if key.kind in (SWITCH, LEVEL):
        return here in (False, "relative") and key.name not in STRICTER_WHEN_OFF
    if key.kind == SUBJECTS:
        return not set(here) <= set(published)
    way = direction(key)
    return way == EITHER or (way != NEITHER and (here > published) == (way == HIGHER))
