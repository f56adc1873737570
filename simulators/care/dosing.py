"""Plan a course and decide on the next dose.

Source: 600,000 IU/kg every 8 h, never reduced, only given or not; 8-12 doses in most first cycles, a delay
beyond 24 h ends the cycle (paper, Interleukin-2 dosing and Table 4). Assumption: a held dose is reconsidered
each hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from simulators.care.order_sheet import OrderSheet
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, Array, Flags

Answer = Literal["give", "hold", "stop"]
Ask = Callable[[int, int], Answer]
"""Called with a patient (index) and the minute at which the dose is due: give it, hold it (asked again within
the hour), or end therapy. Facts up to the minute may be used.
"""

LEAD: Final = 480
"""Minutes from admission to the first dose: premedication starts 8-12 h before (paper, Pretherapy
intervention).
"""


@dataclass(frozen=True, slots=True)
class DosingPlan:
    """The plan of a course.

    `minutes`: how long the course is simulated; `doses`: the most that are given; `interval`: minutes between
    doses; `amount`: IU/kg; `clock`: minutes after midnight UTC at the origin; `norepinephrine`: who is given
    it instead of phenylephrine; `accepted`: by patient, the criteria that a physician accepts at absolute
    level before the cycle; `limits`: by patient, the most doses where they are others; `fluid_only`: who is
    given boluses for pressure and no pressor; `returning`: who comes back for a second cycle.
    """

    minutes: int
    doses: int = 14
    interval: int = 480
    amount: int = 600_000
    clock: int = 420
    clinical_events: Sequence[ClinicalEvent] = ()
    norepinephrine: frozenset[int] = frozenset()
    accepted: Mapping[int, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[int, int] = field(default_factory=dict)
    fluid_only: frozenset[int] = frozenset()
    returning: frozenset[int] = frozenset()

    def part(self, first: int, last: int) -> DosingPlan:
        """Return the plan of patients `first` up to `last`, counted from the first of them."""
        events = (one for one in self.clinical_events if first <= one.patient < last)
        return replace(
            self,
            clinical_events=tuple(one._replace(patient=one.patient - first) for one in events),
            norepinephrine=part_of(self.norepinephrine, first, last),
            accepted={bed: self.accepted[bed + first] for bed in part_of(self.accepted, first, last)},
            limits={bed: self.limits[bed + first] for bed in part_of(self.limits, first, last)},
            fluid_only=part_of(self.fluid_only, first, last),
            returning=part_of(self.returning, first, last),
        )


def part_of(beds: Iterable[int], first: int, last: int) -> frozenset[int]:
    """Return those of the beds from `first` up to `last`, counted from the first of them."""
    return frozenset(bed - first for bed in beds if first <= bed < last)


SECOND_CYCLE: Final = 15 * 1440
"""Minutes from the first cycle to the second. The US label (section 2) has it from day 15, after 9 full days:
14 doses from an afternoon on end at midnight of day 5, so that day 16 is the first that is late enough.
"""
AGAIN: Final = 60
BEFORE: Final = 13
"""Minutes before a dose is asked for at which its vital signs are taken: typed in by then, and fresh."""
ACCEPTED: Final = 60
"""Minutes before the cycle at which a physician accepts what was known before therapy."""
NEVER: Final = 1e9


def naive(patient: int, minute: int) -> Answer:
    """Give the next dose regardless: what the guideline is there to prevent."""
    return "give"


def scripted(script: Mapping[int, Sequence[tuple[int, Answer]]], otherwise: Ask = naive) -> Ask:
    """Return a policy that answers by a script.

    For a patient of the script, the answer is that of its latest entry (from minute, answer) at or before the
    minute; before it, and for the others, that of `otherwise`.
    """

    def ask(patient: int, minute: int) -> Answer:
        answers = [answer for since, answer in script.get(patient, ()) if since <= minute]
        return answers[-1] if answers else otherwise(patient, minute)

    return ask


class Dosing:
    """The doses of all patients.

    `starts`, `last`, `due`, `ended`: minutes (patients,), `NEVER` (or its negative) for what has not
    happened; `given`: doses so far.
    """

    def __init__(self, cohort: Cohort, plan: DosingPlan, ask: Ask) -> None:
        n = len(cohort)
        self.plan, self.ask = plan, ask
        self.starts = (cohort.admitted + LEAD).astype(float)
        self.due = self.starts.copy()
        self.asks = self.starts.copy()
        self.noted, self.last, self.ended, self.given = (
            np.full(n, -NEVER),
            np.full(n, -NEVER),
            np.full(n, NEVER),
            np.zeros(n),
        )

    def treated(self, minute: int) -> Flags:
        """Return who is between cycle start and therapy end."""
        return (self.starts <= minute) & (self.ended > minute)

    def decide(self, here: Flags, sheet: OrderSheet) -> Array:
        """Give, hold or end what is due in this chunk, at its first minute; return 1 for those dosed."""
        now, dosed = sheet.start, np.zeros(len(here))
        self.look(here, sheet)
        self.accept(here, sheet)
        sheet.note("cycle-start", here & (self.starts <= now) & (self.starts > now - 15), sharp=True)
        for bed in np.flatnonzero(here & (self.asks <= now) & (self.ended > now)).tolist():
            answer = self.answer(bed, now)
            if answer == "give":
                dosed[bed] = 1.0
                self.give(bed, sheet)
            elif answer == "stop":
                self.stop(bed, sheet)
            else:
                self.hold(bed, sheet)
        return dosed

    def look(self, here: Flags, sheet: OrderSheet) -> None:
        """Have vital signs taken before a dose is asked for (criteria.md section 4, pre-dose)."""
        soon = self.asks - sheet.start
        sheet.note_at(
            CHUNK - BEFORE, "vital-signs", here & (soon > 0) & (soon <= CHUNK) & (self.ended >= NEVER)
        )

    def accept(self, here: Flags, sheet: OrderSheet) -> None:
        """Accept what was known before therapy."""
        now = here & (self.starts - ACCEPTED <= sheet.start) & (sheet.start < self.starts - ACCEPTED + CHUNK)
        for bed, codes in self.plan.accepted.items():
            for code in codes:
                detail = {"criterion": code, "level": "absolute"}
                here = now & (np.arange(len(now)) == bed)
                sheet.note("accept", here, lambda _, detail=detail: detail)  # type: ignore[misc]

    def answer(self, bed: int, now: int) -> Answer:
        """Return what to do with a dose that is due.

        The first dose is given without asking; after the last planned one therapy ends when another would
        have been due.
        """
        if self.given[bed] == 0:
            return "give"
        most = self.plan.limits.get(bed, self.plan.doses)
        return "stop" if self.given[bed] >= most else self.ask(bed, now)

    def begin_again(self, who: Flags, now: int) -> None:
        """Plan another cycle for those who are admitted again."""
        for times, value in ((self.starts, now + LEAD), (self.due, now + LEAD), (self.asks, now + LEAD)):
            times[who] = value
        self.noted[who], self.last[who], self.ended[who], self.given[who] = -NEVER, -NEVER, NEVER, 0

    def give(self, bed: int, sheet: OrderSheet) -> None:
        """Give the dose; the next is due an interval later."""
        self.given[bed] += 1
        self.last[bed] = sheet.start
        self.due[bed] = self.asks[bed] = sheet.start + self.plan.interval
        self.note(bed, sheet, True, None)

    def hold(self, bed: int, sheet: OrderSheet) -> None:
        """Chart the dose as held when it was due, and again every 8 h."""
        self.asks[bed] = sheet.start + AGAIN
        if sheet.start - self.noted[bed] >= self.plan.interval:
            self.noted[bed] = sheet.start
            self.note(bed, sheet, False, "held: not safe now")

    def stop(self, bed: int, sheet: OrderSheet) -> None:
        """End therapy, minutes after the decision and not at its instant: a stop rule that holds from then on
        must have held on the record too.
        """
        self.ended[bed] = sheet.start
        sheet.note("therapy-end", np.arange(len(self.ended)) == bed)

    def note(self, bed: int, sheet: OrderSheet, given: bool, reason: str | None) -> None:
        """Note the dose, given or held."""
        detail = {"given": given, "amount": self.plan.amount, "reason": reason}
        sheet.note("dose", np.arange(len(self.ended)) == bed, lambda _: detail, sharp=True)
