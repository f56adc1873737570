"""All that is known of a stay at some clock, sorted by what it tells; no clock is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache, wraps
from typing import Any, TypeVar, cast

from . import names
from .clock import HOUR, Marks, Now
from .facts import READING_TYPES, Fact, Value
from .units import rounded

TAKEN_OVER = 8 * HOUR
Answer = TypeVar("Answer")


def timeless(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Remembers, with the knowledge, what is asked of it alone and of no clock."""

    @wraps(ask)
    def remembered(k: Knowledge, *more: Any) -> Answer:
        key = (ask, more)
        memory = k.__dict__.setdefault("_memory", {})
        if key not in memory:
            memory[key] = ask(k, *more)
        return cast(Answer, memory[key])

    return remembered


def clocked(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Remembers, with the knowledge, what is asked of it at a clock, and the mark that the answer leaves."""

    @wraps(ask)
    def remembered(k: Knowledge, at: int, *more: Any) -> Answer:
        key = (ask, int(at), more)
        memory = k.__dict__.setdefault("_memory", {})
        if key not in memory:
            marks = Marks(int(at))
            memory[key] = ask(k, Now(at, marks), *more), marks.next
        answer, mark = memory[key]
        if mark is not None and isinstance(at, Now):
            at.marks.add(mark - at.shift)
        return cast(Answer, answer)

    return remembered


@dataclass
class Cycle:
    """A cycle: begun by a `cycle-start`, or by a dose until a `cycle-start` takes it over."""

    start: int
    charted: Fact | None
    doses: list[Fact]
    end: Fact | None = None


class Knowledge:
    """The facts of a stay, in order of `at`."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts

    # ---- readings

    @cached_property
    def _results(self) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = {}
        for fact in self.facts:
            if fact.type in READING_TYPES:
                for value in fact.values:
                    if value.item.problem != "unknown-code":
                        found.setdefault(value.code, []).append(value)
        return {code: sorted(values, key=lambda v: v.rank) for code, values in found.items()}

    def results(self, code: str) -> list[Value]:
        """Every reading of a code in order of `at`, those that cannot be used among them."""
        return self._weights if code == "weight" else self._results.get(code, [])

    @timeless
    def series(self, code: str) -> list[Value]:
        """The usable readings of a code in order of `at`."""
        return [v for v in self.results(code) if v.usable]

    def latest(self, code: str) -> Value | None:
        """The latest usable reading, whatever its age."""
        values = self.series(code)
        return values[-1] if values else None

    @cached_property
    def _weights(self) -> list[Value]:
        """Weights, those more than 25 % off the accepted one before them marked as implausible."""
        return weighed(self._results.get("weight", []), self.baseline("weight"))

    # ---- baselines

    @cached_property
    def baselines(self) -> list[Fact]:
        """Baseline encounters in order of `at`."""
        return [f for f in self.facts if f.named == "baseline"]

    @timeless
    def baseline(self, code: str) -> Fraction | None:
        """The latest usable baseline reading of a code."""
        found = [v for f in self.baselines for v in f.values if v.code == code and v.usable]
        return max(found, key=lambda v: v.rank).value if found else None

    # ---- records by type

    @cached_property
    def _types(self) -> dict[str, list[Fact]]:
        types: dict[str, list[Fact]] = {}
        for fact in self.facts:
            types.setdefault(fact.type, []).append(fact)
        return types

    def of_type(self, kind: str) -> list[Fact]:
        """Facts of a record type in order of `at`."""
        return self._types.get(kind, [])

    @timeless
    def volumes(self, direction: str, *kinds: str) -> list[Fact]:
        """Usable volumes of these kinds in order of `at`."""
        return [
            f
            for f in self.of_type("io")
            if f.event["direction"] == direction and f.event["kind"] in kinds and f.record.volume is not None
        ]

    @timeless
    def findings(self, code: str) -> list[Fact]:
        """Finding records of a code in order of `at`."""
        return [f for f in self.of_type("finding") if f.event["code"] == code]

    @timeless
    def findings_of_cycle(self, code: str) -> list[Fact]:
        """Those at or after the start of the cycle that a second or later `cycle-start` has begun."""
        start = self.reset
        return [f for f in self.findings(code) if start is None or f.at >= start]

    @timeless
    def given(self, *agents: str) -> list[Fact]:
        """Medicines charted that have one of the agents as an ingredient."""
        return [f for f in self.of_type("medication") if names.ingredient(f.event["agent"], agents)]

    # ---- cycles

    @cached_property
    def cycles(self) -> list[Cycle]:
        """The cycles of the stay in order."""
        found: list[Cycle] = []
        ranked = sorted(self.facts, key=lambda f: (f.at, _order(f), f.rank))
        for fact in ranked:
            now = found[-1] if found else None
            if fact.named == "cycle-start":
                if now and now.end is None and not now.charted and fact.at - now.start <= TAKEN_OVER:
                    now.charted = fact
                else:
                    found.append(Cycle(fact.at, fact, []))
            elif _is_dose(fact):
                if now is None or now.end is not None:
                    found.append(Cycle(fact.at, None, [fact]))
                else:
                    now.doses.append(fact)
            elif fact.named == "therapy-end" and now and now.end is None:
                now.end = fact
        return found

    @property
    def cycle(self) -> Cycle | None:
        """The cycle whose clocks run."""
        return self.cycles[-1] if self.cycles else None

    @property
    def charted(self) -> Cycle | None:
        """The cycle that stop rules, findings, acceptances and episodes belong to: the first, or the latest
        that a `cycle-start` has begun.
        """
        later = [c for c in self.cycles[1:] if c.charted]
        return later[-1] if later else self.cycles[0] if self.cycles else None

    @property
    def epoch(self) -> str | None:
        """The name of that cycle."""
        cycle = self.charted
        if cycle is None:
            return None
        return "first" if cycle is self.cycles[0] or cycle.charted is None else cycle.charted.id

    @property
    def reset(self) -> int | None:
        """Since when findings charted by exception count; None: they always do."""
        cycle = self.charted
        return None if cycle is None or cycle is self.cycles[0] else cycle.start

    @property
    def therapy_end(self) -> Fact | None:
        """The first therapy-end of the cycle."""
        return self.cycle.end if self.cycle else None

    @property
    def doses(self) -> list[Fact]:
        """Doses given in the cycle in order of `at`."""
        return self.cycle.doses if self.cycle else []

    @cached_property
    def all_doses(self) -> list[Fact]:
        """Doses given in the stay in order of `at`."""
        return [f for f in self.facts if _is_dose(f)]


@lru_cache(4096)
def _known(facts: tuple[Fact, ...]) -> Knowledge:
    return Knowledge(list(facts))


def known(facts: Iterable[Fact]) -> Knowledge:
    """The knowledge of some facts: of the same facts the same, with all it remembers."""
    return _known(tuple(facts))


def _is_dose(fact: Fact) -> bool:
    return fact.type == "dose" and fact.event["given"] and fact.record.problem is None


def _order(fact: Fact) -> int:
    """Within one `at`: a cycle starts before its dose, and ends after it."""
    return 0 if fact.named == "cycle-start" else 2 if fact.named == "therapy-end" else 1


def weighed(weights: list[Value], baseline: Fraction | None) -> list[Value]:
    """Weights with those marked that criteria.md 8 does not accept."""
    kept: list[Value] = []
    reference, refused = baseline, None
    for weight in weights:
        if not weight.usable or reference is None or within(weight.value, reference, Fraction(1, 4)):
            kept.append(weight)
            reference = weight.value if weight.usable else reference
            refused = None if weight.usable else refused
        elif refused is not None and within(weight.value, kept[refused].value, Fraction(1, 20)):
            kept[refused] = replace(kept[refused], item=replace(kept[refused].item, problem=None))
            kept.append(weight)
            reference, refused = weight.value, None
        else:
            refused = len(kept)
            kept.append(replace(weight, item=replace(weight.item, problem="implausible")))
    return kept


def within(value: Fraction, reference: Fraction, share: Fraction) -> bool:
    """Whether a value differs from its reference by no more than a share of it."""
    return rounded(abs(value - reference)) <= rounded(share * reference)
