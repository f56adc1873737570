"""What outlives a stay: permanent rows, durations, and the doses of a course (editions.md 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..clock import DAY, FOREVER, HOUR, MINUTE
from ..facts import Fact, begins
from ..knowledge import Cycle, known
from ..row import ABSOLUTE, CLEAR, Row

JOINED, CHARTING, KEPT = 6 * HOUR, 15 * MINUTE, 400 * DAY
COURSE, REST_DAYS, SECOND = 21 * DAY, 9, 14


@dataclass(frozen=True)
class OneStay:
    """The facts of one stay, and the discharge that ended it."""

    facts: list[Fact]
    ended: int = FOREVER


def stays(facts: list[Fact]) -> list[OneStay]:
    """Every stay, in order."""
    found: list[OneStay] = []
    mine: list[Fact] = []
    ended: int | None = None
    for fact in facts:
        if ended is None and fact.named == "discharge":
            found.append(OneStay(mine, fact.at))
            ended, mine = fact.at, []
        elif ended is None or (begins(fact) and fact.at > ended):
            ended, mine = None, [*mine, fact]
    return found if ended is not None else [*found, OneStay(mine)]


@dataclass(frozen=True)
class Permanent:
    """A permanent row: its findings, and for how long they must be present."""

    code: str
    findings: tuple[str, ...]
    duration: int | None = None

    def bases(self, facts: list[Fact], at: int) -> list[list[Fact]]:
        """What made it stand, in every stay: each the record that began it, and those that said so again."""
        return [basis for stay in stays(facts) for basis in self._bases(stay, at)]

    def _bases(self, stay: OneStay, at: int) -> list[list[Fact]]:
        if at >= stay.ended + KEPT:
            return []
        findings = [f for f in stay.facts if f.type == "finding" and f.event["code"] in self.findings]
        earlier = [f for f in stay.facts if f.named == "baseline" and self._earlier(f) is not None]
        by_baseline = [[f] for f in earlier[-1:] if self._earlier(f)]
        if self.duration is None:
            return by_baseline + [[f] for f in findings if f.event["present"]]
        return by_baseline + list(self._runs(findings, min(at, stay.ended - 1)))

    def _earlier(self, fact: Fact) -> bool | None:
        history: bool | None = (fact.event.get("findings") or {}).get(f"earlier-{self.code}")
        return history

    def _runs(self, findings: list[Fact], at: int) -> Iterable[list[Fact]]:
        """The records that said so of the runs that lasted longer than the duration by an instant."""
        assert self.duration is not None
        runs: list[tuple[list[Fact], int]] = []
        there: set[str] = set()
        for fact in findings:
            was = bool(there)
            there = there | {fact.event["code"]} if fact.event["present"] else there - {fact.event["code"]}
            if there and not was:
                joins = runs and fact.at - runs[-1][1] < JOINED
                runs[-1:] = [(runs[-1][0], FOREVER)] if joins else [*runs[-1:], ([], FOREVER)]
            elif was and not there:
                runs[-1] = (runs[-1][0], fact.at)
            if fact.event["present"]:
                runs[-1][0].append(fact)
        for records, end in runs:
            deadline = records[0].at + self.duration + CHARTING
            if end > deadline and at >= deadline:
                yield records

    def row(self, facts: list[Fact], at: int) -> Row:
        """Whether it stands: by a record that no `resume` has answered."""
        rule = f"permanent/{self.code}"
        answers = [f.first for f in facts if f.type == "resume" and f.event["rule"] == rule]
        bases = self.bases(facts, at)
        left = [b for b in bases if not any(self._lifted(b, facts, answer) for answer in answers)]
        return Row(ABSOLUTE if left else CLEAR)

    def _lifted(self, basis: list[Fact], facts: list[Fact], answer: int) -> bool:
        """Whether a row stood by a record when it was resumed, and nobody has said so again since."""
        before = [f for f in facts if f.first < answer]
        stood = basis[0].id in {b[0].id for b in self.bases(before, answer - 1)}
        return stood and all(f.first < answer for f in basis)


PERMANENT = (
    Permanent("sustained-vt", ("sustained-vt",)),
    Permanent("rhythm-uncontrolled", ("rhythm-uncontrolled",)),
    Permanent("ecg-ischemia", ("ecg-ischemia", "angina")),
    Permanent("tamponade", ("tamponade",)),
    Permanent("bowel-surgery", ("bowel-ischemia", "gi-bleeding-surgery")),
    Permanent("psychosis-48h", ("coma", "toxic-psychosis"), 48 * HOUR),
    Permanent("seizures-uncontrolled", ("seizures-uncontrolled",)),
    Permanent("intubation-72h", ("intubation",), 72 * HOUR),
    Permanent("dialysis-72h", ("dialysis",), 72 * HOUR),
)


# ---- the regimen


@dataclass(frozen=True)
class Regimen:
    """The greatest number of doses of a cycle and of a course, and whether cycle 2 has its day."""

    per_cycle: int | None = None
    per_course: int | None = None
    rest: bool = False


@dataclass(frozen=True)
class Doses:
    """What was given in the cycle and the course, and before when the cycle's first is too early."""

    in_cycle: int
    in_course: int
    not_before: int | None


def doses(facts: list[Fact], regimen: Regimen) -> Doses:
    """The doses of the present cycle and of its course: a cycle, and the next one within 21 days."""
    cycles = [c for stay in stays(facts) for c in known(stay.facts).cycles]
    if not cycles:
        return Doses(0, 0, None)
    present = cycles[-1]
    given = [c for c in cycles[:-1] if c.doses]
    before = _before(given, present)
    in_cycle = len(present.doses)
    first = before is not None and regimen.rest and not present.doses
    return Doses(
        in_cycle,
        in_cycle + (len(before.doses) if before else 0),
        _rested(before) if first and before else None,
    )


def _before(given: list[Cycle], present: Cycle) -> Cycle | None:
    """The cycle of which the present one is the course's second."""
    first: Cycle | None = None
    for cycle in given:
        first = None if first is not None and _follows(first, cycle) else cycle
    return first if first is not None and _follows(first, present) else None


def _follows(first: Cycle, second: Cycle) -> bool:
    start = second.doses[0].at if second.doses else second.start
    return start - first.doses[-1].at <= COURSE


def _rested(cycle: Cycle) -> int:
    """Day 15 of the course, and after 9 full days without a dose."""
    day1, last = cycle.doses[0].at // DAY, cycle.doses[-1].at // DAY
    return max(day1 + SECOND, last + REST_DAYS + 1) * DAY
