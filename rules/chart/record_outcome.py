"""Tell how an event was recorded, and keep what of it could not be used (criteria.md sections 2 and 8)."""

from collections.abc import Iterable

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import EDITED, FACTS, Chart, flag_of
from rules.chart.facts import SetAside, TakenBack, insert, remove
from rules.wire import events, vocabulary
from rules.wire.instants import DAY
from rules.wire.refusals import ID_CONFLICT, IMPLAUSIBLE

Heading = tuple[int, int, int, str, int, int, int]
"""The common fields of a fact, in order."""


class Recorded(msgspec.Struct):
    """How an event was recorded.

    Dirty flags: `dirty`: by new facts; `dirty_amended`: by corrected or withdrawn ones; `dirty_replaced`: of
    what is as if it had never been recorded, a preliminary value replaced by the final one included.
    `refused`: the reason, if it was; `unknown`: infusions nobody knows; `unknown_unit`: a unit that
    the configuration does not name; `implausible`: codes not used; `changed`: whether the event was new.
    """

    dirty: int = 0
    dirty_amended: int = 0
    dirty_replaced: int = 0
    refused: str | None = None
    unknown: tuple[str, ...] = ()
    unknown_unit: str | None = None
    implausible: tuple[str, ...] = ()
    changed: bool = True


DUPLICATE = Recorded(changed=False)
CONFLICT = Recorded(refused=ID_CONFLICT, changed=False)


def plausible(chart: Chart, code: str, value: float, outcome: Recorded) -> bool:
    """Return whether a value may be used; if not, count it (criteria.md section 8)."""
    if chart.guideline.usable(code, value):
        return True
    outcome.implausible = (*outcome.implausible, code)
    return False


def artefact(code: str, value: float, unit: str | None) -> events.Unusable:
    return events.Unusable(code, value, unit, IMPLAUSIBLE)


def set_aside(chart: Chart, heading: Heading, found: Iterable[events.Unusable]) -> int:
    """Keep what could not be used of a record, and return the dirty flags of what depends on it."""
    dirty = 0
    for each in found:
        fact = SetAside(*heading, each.code, each.value, each.unit, each.reason)
        insert(chart.set_aside, fact)
        chart.seen.setdefault(fact.id, fact)
        dirty |= dirty_flags.BIT[flag_of(each.code)]
        chart.unsaved |= FACTS
    if len(chart.set_aside) > LONGEST_SET_ASIDE:
        forget_set_aside(chart, heading[1])
    return dirty


LONGEST_SET_ASIDE = 256
"""How many unusable readings are kept; beyond them those that nothing depends on are dropped."""


def forget_set_aside(chart: Chart, known: int) -> None:
    """Drop what was set aside of the vital signs more than a day ago; of oxygen keep the newest of a code.

    A monitor may send artefacts by the minute, for days: the state stays bounded.
    """
    newest = {fact.code: fact for fact in chart.set_aside}
    gone = [
        fact
        for i, fact in enumerate(chart.set_aside)
        if fact.code in vocabulary.VITALS
        and fact is not newest[fact.code]
        and not (fact.at > known - DAY and i >= len(chart.set_aside) - LONGEST_SET_ASIDE)
    ]
    for fact in gone:
        remove(chart.set_aside, fact)
        chart.unsaved |= EDITED


def withdraw_codes(chart: Chart, heading: Heading, codes: Iterable[str]) -> int:
    """Keep that a code was taken back, or the whole record: what is charted of it earlier does not count."""
    for code in codes:
        fact = TakenBack(*heading, code)
        insert(chart.taken_back, fact)
        chart.seen.setdefault(fact.id, fact)
        chart.unsaved |= FACTS
    return 0
