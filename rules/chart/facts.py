"""Define the facts of a chart: one accepted record, or one reading of it, in canonical units.

Facts sort by `at`, then by the `known` of the record that carries them (`tie`), then by arrival (`n`):
criteria.md section 1. A sudden jump of weight is an artefact until the next reading agrees with it
(criteria.md section 8).
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec

from rules.wire.events import Reference


class Fact(msgspec.Struct, array_like=True, gc=False):
    """The fields of every fact. Times in ms.

    `first`: when its id first became known; `rank`: 0 preliminary, 1 final, 2 corrected or withdrawn.
    """

    at: int
    tie: int
    n: int
    id: str
    first: int
    rank: int
    offset: int

    @property
    def reference(self) -> Reference:
        """The reference to the fact: its id and source offset."""
        return (self.id, self.offset)


class Ghost(Fact, array_like=True, gc=False):
    """An id without content, kept to recognise duplicates: withdrawn, unused, or pruned."""

    digest: int = 0


class Weight(Fact, array_like=True, gc=False):
    """A weight, kg."""

    value: float


class Lab(Fact, array_like=True, gc=False):
    """A lab result with the reference limits printed with it (None: none).

    `comparator`: `<`, `<=`, `>` or `>=`; the result stands for every value that it allows (criteria.md 8).
    `charted`: the result in words as it was charted, where that was in another unit: `354 µmol/L`.
    """

    value: float
    low: float | None
    high: float | None
    unit: str
    comparator: str | None = None
    charted: str | None = None


class Volume(Fact, array_like=True, gc=False):
    """A volume, mL; `start` is None when no start was charted.

    `count`: how many stools, where nobody measured them: the volume is then 0 and unknown (wire.md, io).
    """

    volume: float
    start: int | None
    count: float | None = None


class DoseFact(Fact, array_like=True, gc=False):
    """A dose of IL-2 given."""

    amount: float
    unit: str


class Rate(Fact, array_like=True, gc=False):
    """An infusion rate: ug/kg/min, or ug/min (U/min) when not `per_kg`.

    In force from its `at` until the next one of its line. `unread`: it runs, and how fast could not be read.
    """

    rate: float
    per_kg: bool
    unread: bool = False


class Sign(Fact, array_like=True, gc=False):
    """A charted finding: `value` is `present`, `absent`, or the finding's own word.

    `specimen`: in which it was found, where that was charted.
    """

    value: str
    specimen: str | None = None


class Place(Fact, array_like=True, gc=False):
    """An encounter event and the location it names, if any: `ward` or `icu`, and the unit as it was named.

    `pack`: of a cycle-start, the guideline pack that it names.
    """

    event: str
    location: str | None
    unit: str | None = None
    pack: str | None = None


class SetAside(Fact, array_like=True, gc=False):
    """Something that was charted and could not be used: a reading, a urine collection, an infusion's rate.

    `code`: its code on the wire, `urine`, or the agent of the infusion; `value` and `unit` as they were sent;
    `reason`: one of `rules.wire.refusals`, or `implausible` or `ambiguous`.
    """

    code: str
    value: float | str | None
    unit: str | None
    reason: str


class TakenBack(Fact, array_like=True, gc=False):
    """A withdrawal: of one code of a record (`code`), or of the record as a whole (empty)."""

    code: str


class NotUnderstood(Fact, array_like=True, gc=False):
    """A record of a finding or an infusion that nobody knows.

    `rate`: of the infusion, as sent; None for a finding.
    """

    name: str
    rate: float | None


class Accepted(Fact, array_like=True, gc=False):
    """An acceptance: a clinician accepts a known abnormality. `clock`: when it took effect.

    `until`: None: to the end of the cycle (wire.md, Events; criteria.md 3.5).
    """

    criterion: str
    level: str
    until: int | None
    by: str
    reason: str
    clock: int
    pack: str | None = None


class Drug(Fact, array_like=True, gc=False):
    """A medication the advice knows, by its class (`steroid`, `antihypertensive`, or a premedication)."""

    kind: str
    agent: str


class Resumed(Fact, array_like=True, gc=False):
    """A resume: a clinician lifts a stop rule. `clock`: when it took effect."""

    rule: str
    clock: int
    pack: str | None = None


class Baseline(Fact, array_like=True):
    """The readings and findings of a `baseline` event: of the baseline only, never of the course.

    `comparators`: of the readings that have one; `unit`: the location it names; `targets`: the patient's own.
    """

    age: float | None
    readings: dict[str, float]
    findings: dict[str, bool]
    dose_1_planned: int | None = None
    comparators: dict[str, str] = {}
    unit: str | None = None
    targets: dict[str, float] = {}


F = TypeVar("F", bound=Fact)
AT = attrgetter("at")


def place(fact: Fact) -> tuple[int, int, int]:
    """Return the sort key of a fact: by `at`, then later `known`, then later in the log."""
    return (fact.at, fact.tie, fact.n)


LONG_AGO = -(1 << 62)


class FactList(list[F]):
    """Facts in order of `at`. `edits`: how often something changed in it otherwise than by a later fact.

    `newest`, `known`: the arrival and the `first` of the latest that was ever in it.

    What goes over the facts in order can go on where it was as long as `edits` stays (`rules.chart.folded`).
    """

    __slots__ = ("edits", "known", "newest")

    def __init__(self, facts: Iterable[F] = ()) -> None:
        super().__init__(facts)
        self.edits = 0
        self.newest = max((fact.n for fact in self), default=0)
        self.known = max((fact.first for fact in self), default=LONG_AGO)


def edits_of(facts: Sequence[Fact]) -> int:
    """Return how often a list was edited; one that does not count it is never gone on with: -1."""
    return facts.edits if isinstance(facts, FactList) else -1


def insert(facts: list[F], fact: F) -> None:
    """Insert a fact into a list in order of `at`."""
    if isinstance(facts, FactList):
        facts.newest, facts.known = max(facts.newest, fact.n), max(facts.known, fact.first)
    if not facts or place(facts[-1]) < place(fact):
        facts.append(fact)
        return
    insort(facts, fact, key=place)
    if isinstance(facts, FactList):
        facts.edits += 1


def latest_known(facts: Sequence[Fact]) -> int:
    """Return a moment after which none of the facts became known, ms."""
    if isinstance(facts, FactList):
        return facts.known
    return max((fact.first for fact in facts), default=LONG_AGO)


def arrived(facts: Sequence[F], after: int, most: int) -> Iterator[F]:
    """Yield the facts that arrived after another, the latest by `at` first: at most so many records came."""
    if isinstance(facts, FactList) and facts.newest <= after:
        return
    for fact in reversed(facts):
        if fact.n > after:
            yield fact
            most -= 1
        if most <= 0:
            return


def charted_at(facts: Sequence[F], at: int) -> Sequence[F]:
    """Return the facts, which are in order of `at`, of one moment."""
    return facts[bisect_left(facts, at, key=AT) : bisect_right(facts, at, key=AT)]


def drop(facts: list[F], id: str) -> bool:
    """Remove what the record `id` charted, and return whether there was anything."""
    kept = [fact for fact in facts if fact.id != id]
    if len(kept) == len(facts):
        return False
    facts[:] = kept
    if isinstance(facts, FactList):
        facts.edits += 1
    return True


def references(facts: Sequence[Fact]) -> tuple[Reference, ...]:
    """Return the references of the facts, in their order."""
    return tuple((fact.id, fact.offset) for fact in facts)


def agrees(value: float, reference: float, fraction: float) -> bool:
    """Return whether a value lies within a fraction of the reference."""
    # Rounded so that 25 % of 80 kg is 20 kg, not 20.000000000000004.
    return round(abs(value - reference), 6) <= round(reference * fraction, 6)


class CountedWeights(FactList[Weight]):
    """The weights that count, in order of `at`; `doubted`: the `at` of each that does not.

    A weight counts that is within `jump` of the one accepted before it (else of the baseline), or confirmed
    by the next reading within `agreement` of it.
    """

    __slots__ = ("_doubt", "_read", "doubted", "rule")

    def __init__(self, baseline: float | None = None, jump: float = 0, agreement: float = 0) -> None:
        super().__init__()
        self.rule = (baseline, jump, agreement)
        self.doubted: list[int] = []
        self._doubt: Weight | None = None
        self._read: tuple[Sequence[Weight], int, int] = ((), 0, 0)

    def goes_on(self, raw: Sequence[Weight], rule: tuple[float | None, float, float]) -> bool:
        """Return whether these are the weights read so far, with nothing but later ones, by the same rule."""
        before, edits, _ = self._read
        return before is raw and self.rule == rule and edits == edits_of(raw) >= 0

    def read(self, raw: Sequence[Weight]) -> int | None:
        """Read the weights that are new, and return the `at` of the first that counts by it, if any does."""
        counted = len(self)
        for i in range(self._read[2], len(raw)):
            self._add(raw[i])
        self._read = (raw, edits_of(raw), len(raw))
        return self[counted].at if len(self) > counted else None

    def _add(self, weight: Weight) -> None:
        baseline, jump, agreement = self.rule
        reference = self[-1].value if self else baseline
        doubt, self._doubt = self._doubt, None
        if reference is None or agrees(weight.value, reference, jump):
            insert(self, weight)
        elif doubt is not None and agrees(weight.value, doubt.value, agreement):
            self.doubted.pop()
            insert(self, doubt)
            insert(self, weight)
        else:
            self._doubt = weight
            self.doubted.append(weight.at)
