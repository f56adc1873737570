"""Define the facts of a chart: one accepted record, or one reading of it, in canonical units.

Facts sort by `at`, then by the `known` of the record that carries them (`tie`), then by arrival (`n`):
criteria.md section 1. A sudden jump of weight is an artefact until the next reading agrees with it
(criteria.md section 8).
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import TypeVar

import msgspec

from rules.wire.events import Reference
from rules.wire.instants import AFTER_ALL


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
AT, N = attrgetter("at"), attrgetter("n")


def place(fact: Fact) -> tuple[int, int, int]:
    """Return the sort key of a fact: by `at`, then later `known`, then later in the log."""
    return (fact.at, fact.tie, fact.n)


LONG_AGO = -(1 << 62)


class FactList(list[F]):
    """Facts in order of `at`. `edits`: how often something changed in it otherwise than by a later fact.

    `newest`, `known`: the arrival and the `first` of the latest that was ever in it; `gone`: what was removed
    since it was last encoded.

    What goes over the facts in order can go on where it was as long as `edits` stays, and else from before
    the earliest fact that changed (`rules.chart.folded`).
    """

    __slots__ = ("_arrived", "_edited", "edits", "gone", "known", "newest")

    def __init__(self, facts: Iterable[F] = ()) -> None:
        super().__init__(facts)
        self.edits = 0
        self.newest, self.known = 0, LONG_AGO
        for fact in self:
            self.newest, self.known = max(self.newest, fact.n), max(self.known, fact.first)
        self.gone: list[F] = []
        self._edited: list[tuple[int, int]] = []
        self._arrived: list[F] | None = None

    def by_arrival(self, after: int, upto: int = AFTER_ALL) -> list[F]:
        """Return the facts that arrived after another, up to one, in that order."""
        if self.newest <= after:
            return []
        if self._arrived is None:
            self._arrived = sorted(self, key=N)
        first, end = (bisect_right(self._arrived, n, key=N) for n in (after, upto))
        return self._arrived[first:end]

    def arrive(self, fact: F) -> None:
        """Note a fact that comes into the list."""
        if fact.n > self.newest:
            self.newest = fact.n
        if fact.first > self.known:
            self.known = fact.first
        if self._arrived is None:
            return
        if not self._arrived or self._arrived[-1].n <= fact.n:
            self._arrived.append(fact)
        else:
            insort(self._arrived, fact, key=N)

    def leave(self, fact: F) -> None:
        """Note a fact that was removed."""
        self.gone.append(fact)
        if self._arrived is not None:
            i = bisect_left(self._arrived, fact.n, key=N)
            while self._arrived[i] is not fact:
                i += 1
            del self._arrived[i]

    def edited(self, at: int) -> None:
        """Count an edit of a fact of moment `at` (ms)."""
        self.edits += 1
        while self._edited and self._edited[-1][1] >= at:
            self._edited.pop()
        self._edited.append((self.edits, at))

    def appended(self, at: int) -> None:
        """Count an edit where a fact, the last one, lies before one that was there and was removed."""
        if self._edited and at <= self._edited[-1][1]:
            self.edited(at)

    def edited_from(self, edits: int) -> int | None:
        """Return the earliest moment of which facts were edited since there were so many edits, ms."""
        i = bisect_right(self._edited, edits, key=itemgetter(0))
        return self._edited[i][1] if i < len(self._edited) else None

    def before(self, count: int) -> "FactList[F]":
        """Return the first so many of the facts, as a list with the same edits."""
        out = FactList[F]()
        out.extend(self[:count])
        out.edits, out.newest, out.known = self.edits, self.newest, self.known
        return out


def edits_of(facts: Sequence[Fact]) -> int:
    """Return how often a list was edited; one that does not count it is never gone on with: -1."""
    return facts.edits if isinstance(facts, FactList) else -1


def insert(facts: list[F], fact: F) -> None:
    """Insert a fact into a list in order of `at`."""
    if isinstance(facts, FactList):
        facts.arrive(fact)
    if not facts or place(facts[-1]) < place(fact):
        facts.append(fact)
        if isinstance(facts, FactList):
            facts.appended(fact.at)
        return
    insort(facts, fact, key=place)
    if isinstance(facts, FactList):
        facts.edited(fact.at)


def listed(lists: dict[str, list[F]], key: str) -> list[F]:
    """Return the facts of a key, in order of `at`; a new list where there is none."""
    found = lists.get(key)
    if found is None:
        found = lists[key] = FactList()
    return found


def latest_known(facts: Sequence[Fact]) -> int:
    """Return a moment after which none of the facts became known, ms."""
    if isinstance(facts, FactList):
        return facts.known
    return max((fact.first for fact in facts), default=LONG_AGO)


def arrived(facts: Sequence[F], after: int) -> Iterable[F]:
    """Return the facts that arrived after another, in whatever order; 0: all."""
    if isinstance(facts, FactList) and after > 0:
        return facts.by_arrival(after)
    return (fact for fact in reversed(facts) if fact.n > after)


def charted_at(facts: Sequence[F], at: int) -> Sequence[F]:
    """Return the facts, which are in order of `at`, of one moment."""
    return facts[bisect_left(facts, at, key=AT) : bisect_right(facts, at, key=AT)]


def of_record(facts: Sequence[F], id: str, moments: Iterable[int]) -> Iterator[F]:
    """Yield what the record `id` charted in a list: its facts have the `at` of one of these moments."""
    for at in moments:
        yield from (fact for fact in charted_at(facts, at) if fact.id == id)


def remove(facts: list[F], fact: F) -> None:
    """Remove a fact that is in a list."""
    i = bisect_left(facts, place(fact), key=place)
    while facts[i] is not fact:
        i += 1
    del facts[i]
    if isinstance(facts, FactList):
        facts.leave(fact)
        facts.edited(fact.at)


def change(facts: list[F], fact: F, other: F) -> None:
    """Put another fact in the place of one that is in a list: of the same moment and arrival."""
    remove(facts, fact)
    insert(facts, other)


def drop(facts: list[F], id: str, moments: Iterable[int]) -> bool:
    """Remove what the record `id` charted at these moments, and return whether there was anything."""
    found = False
    for at in moments:
        first, after = bisect_left(facts, at, key=AT), bisect_right(facts, at, key=AT)
        gone = [fact for fact in facts[first:after] if fact.id == id]
        if gone:
            found, facts[first:after] = True, [fact for fact in facts[first:after] if fact.id != id]
            if isinstance(facts, FactList):
                facts.edited(at)
                for fact in gone:
                    facts.leave(fact)
    return found


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
        """Return whether these are the weights read so far, by the same rule."""
        before, edits, _ = self._read
        return before is raw and self.rule == rule and -1 not in (edits, edits_of(raw))

    def read(self, raw: Sequence[Weight]) -> int | None:
        """Read the weights that are new, and once more those behind what was edited.

        Return the `at` of the first that may count otherwise by it, if any does.
        """
        _, edits, read = self._read
        edited = raw.edited_from(edits) if isinstance(raw, FactList) else None
        if edited is not None:
            read = self._rewind(raw, edited)
        counted = len(self)
        changed = [] if edited is None else [raw[read].at if read < len(raw) else edited, edited]
        for i in range(read, len(raw)):
            self._add(raw[i])
        self._read = (raw, edits_of(raw), len(raw))
        changed += [self[counted].at] if len(self) > counted else []
        return min(changed, default=None)

    def _rewind(self, raw: Sequence[Weight], at: int) -> int:
        """Go back to a weight before moment `at` that counted by itself; return how many come up to it."""
        i = bisect_left(raw, at, key=AT)
        while i and not self._counts_by_itself(raw, i - 1):
            i -= 1
        first = bisect_right(self, raw[i - 1].at, key=AT) if i else 0
        if first < len(self):
            self.edited(self[first].at)
            del self[first:]
        del self.doubted[bisect_right(self.doubted, raw[i - 1].at) if i else 0 :]
        self._doubt = None
        return i

    def _counts_by_itself(self, raw: Sequence[Weight], i: int) -> bool:
        """Return whether a weight, the only one of its moment, is like the one counted before it."""
        weight, at = raw[i], bisect_left(self, raw[i].at, key=AT)
        alone = all(not 0 <= other < len(raw) or raw[other].at != weight.at for other in (i - 1, i + 1))
        return alone and at > 0 and agrees(weight.value, self[at - 1].value, self.rule[1])

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
