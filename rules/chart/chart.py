"""Define the chart: what is known of one patient, bounded in size.

Events enter it by `record` alone, which resolves duplicates, corrections and withdrawals. The facts are the
state; everything derived from them is rebuilt when they change.
"""

from collections.abc import Mapping
from typing import Any

from rules.chart import dirty_flags
from rules.chart.course import (
    FOREVER,
    MARKS,
    Cycle,
    Mode,
    Span,
    cycle_of,
    doses_of,
    first_difference,
    intensive_care,
    merged,
)
from rules.chart.earlier import NOTHING_EARLIER, Earlier
from rules.chart.facts import (
    LONG_AGO,
    Accepted,
    Baseline,
    CountedWeights,
    DoseFact,
    Drug,
    F,
    Fact,
    FactList,
    Ghost,
    Lab,
    NotUnderstood,
    Place,
    Rate,
    Resumed,
    SetAside,
    Sign,
    TakenBack,
    Volume,
    Weight,
    drop,
    edits_of,
    of_record,
)
from rules.chart.infusions import Lines, Ran, Timeline, in_force
from rules.chart.oxygen import VitalsRow
from rules.chart.pressor_loads import Loads, is_pressor, load_of, pressor_loads
from rules.chart.seen import Seen
from rules.chart.vital_sign_limits import setting_for
from rules.chart.vitals import Tail
from rules.chart.volumes import Resolved, gone_on
from rules.chart.weighing import Weighing
from rules.guideline.edition import Guideline
from rules.guideline.roles import URINE_RATE
from rules.wire import vocabulary
from rules.wire.instants import BEFORE_ALL

FADED_KEPT = 200
"""Ids of vitals that left the tail and are still recognised as duplicates."""

FACTS, EDITED, FADED = 1, 2, 4
"""What has changed since a chart was encoded: facts were added; one that was there is gone or another; the
ids of vitals that left the tail."""

LISTS = (
    "accepts",
    "baselines",
    "doses",
    "drugs",
    "places",
    "raw_weights",
    "resumes",
    "set_aside",
    "taken_back",
)
"""Attributes that hold one list of facts each."""
VOLUMES = ("urine", "stool", "iv-bolus", "blood-product", "iv-maintenance", "irrigation")


class Chart:
    """Facts by kind, each list in order of `at`, and what is derived from them.

    `seen`: the fact in force of each id; `moved`: the `at` of all facts of an id whose corrections have
    another one. `judged`: while an instant is decided for several packs, what their rows came to, by code.

    `saved`: the facts as they were last encoded (`rules.decide.segments`); `unsaved`: what has changed since;
    `reworded`: the facts that are still there and of which something beside them is another.
    """

    __slots__ = (
        "accepts",
        "age",
        "baseline_findings",
        "baseline_readings",
        "baselines",
        "collections",
        "cycle",
        "cycle_doses",
        "digests",
        "dopamine",
        "dose_1_planned",
        "dosed",
        "doses",
        "drugs",
        "earlier",
        "findings",
        "ghosts",
        "guideline",
        "judged",
        "labs",
        "lines",
        "loads",
        "memo",
        "mode",
        "moved",
        "n",
        "not_understood",
        "places",
        "pressors",
        "raw_weights",
        "resumes",
        "reworded",
        "saved",
        "seen",
        "set_aside",
        "tail",
        "taken_back",
        "targets",
        "timeline",
        "unsaved",
        "urine",
        "volumes",
        "weights",
    )

    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline
        self.n = 0
        self.saved: Any = None
        self.unsaved = EDITED | FADED
        self.reworded: list[Fact] = []
        self.moved: dict[str, tuple[int, ...]] = {}
        self.ghosts: dict[str, Fact] = {}
        self.digests: dict[str, int] = {}
        self.raw_weights: list[Weight] = FactList()
        self.labs: dict[str, list[Lab]] = {}
        self.volumes: dict[str, list[Volume]] = {kind: FactList() for kind in VOLUMES}
        self.doses: list[DoseFact] = FactList()
        self.dosed = (-1, 0, (-1, 0))
        self.lines: Lines = {}
        self.findings: dict[str, list[Sign]] = {}
        self.places: list[Place] = FactList()
        self.baselines: FactList[Baseline] = FactList()
        self.drugs: list[Drug] = FactList()
        self.resumes: list[Resumed] = FactList()
        self.accepts: list[Accepted] = FactList()
        self.set_aside: list[SetAside] = FactList()
        self.taken_back: list[TakenBack] = FactList()
        self.not_understood: dict[str, list[NotUnderstood]] = {}
        self.mode = Mode()
        self.tail = Tail(setting_for({}, guideline), self.mode)
        self.seen = Seen({}, self.tail.recall, self.tail.unpack)
        self.weights = CountedWeights()
        self.urine = Resolved([], [])
        self.collections = self.urine.collections
        self.timeline = self._timeline()
        self.loads = Loads()
        self.memo: dict[str, tuple[object, object, Any]] = {}
        self.judged: dict[str, tuple[Any, ...]] | None = None
        self.dopamine: list[Span] = []
        self.pressors: list[Span] = []
        self.cycle = Cycle()
        self.cycle_doses: list[DoseFact] = []
        self.age: float | None = None
        self.dose_1_planned: int | None = None
        self.baseline_readings: dict[str, float] = {}
        self.baseline_findings: dict[str, bool] = {}
        self.targets: dict[str, float] = {}
        self.earlier: Earlier = NOTHING_EARLIER

    def pack(self) -> None:
        """Hold the older vital signs encoded, as far as they are encoded to be written."""
        self.tail.pack(self.seen)
        if not self.unsaved & FADED:
            self.seen.pack_faded()

    @property
    def faded(self) -> dict[str, Ghost]:
        """The ids of the last records that left the tail, the oldest first."""
        return self.seen.faded

    def withdraw(self, fact: Fact) -> int:
        """Remove everything that the record of `fact` charted, and return the dirty flags of it."""
        id, moments = fact.id, self.moments(fact)
        self.unsaved |= EDITED
        del self.seen[id]
        if (ghost := self.ghosts.pop(id, None)) is not None:
            self.reworded.append(ghost)
        if self.faded.pop(id, None) is not None:
            self.unsaved |= FADED
        if isinstance(fact, Ghost):
            return 0
        dirty = self._withdraw_set_aside(id, moments)
        if isinstance(fact, VitalsRow | Weight):
            weighed = drop(self.raw_weights, id, moments)
            return dirty | self.tail.remove(id) | (dirty_flags.WEIGHT if weighed else 0)
        if isinstance(fact, Lab):
            return dirty | dirty_flags.bits(_dropped(self.labs, id, moments))
        if isinstance(fact, Volume):
            kinds = _dropped(self.volumes, id, moments)
            return dirty | dirty_flags.bits(VOLUME_INPUT[kind] for kind in kinds)
        if isinstance(fact, Sign):
            return dirty | dirty_flags.bits(_dropped(self.findings, id, moments))
        return dirty | self._withdraw_rest(id, moments)

    def moments(self, fact: Fact) -> tuple[int, ...]:
        """Return each `at` (ms) that a fact of the same record may have; `fact`: the one in force."""
        return self.moved.get(fact.id, (fact.at,))

    def _withdraw_set_aside(self, id: str, moments: tuple[int, ...]) -> int:
        codes = {fact.code for fact in of_record(self.set_aside, id, moments)}
        if codes:
            drop(self.set_aside, id, moments)
        return dirty_flags.bits(flag_of(code) for code in codes)

    def _withdraw_rest(self, id: str, moments: tuple[int, ...]) -> int:
        dirty = 0
        lists: tuple[tuple[list[Any], int], ...] = (
            (self.doses, dirty_flags.DOSES),
            (self.places, dirty_flags.ENCOUNTER),
            (self.baselines, dirty_flags.BASELINE),
            (self.drugs, dirty_flags.MEDICATION),
            (self.resumes, dirty_flags.RESUME),
            (self.accepts, dirty_flags.ACCEPT),
            (self.taken_back, 0),
        )
        for facts, flag in lists:
            dirty |= flag if drop(facts, id, moments) else 0
        dirty |= dirty_flags.NOT_UNDERSTOOD if _dropped(self.not_understood, id, moments) else 0
        return dirty | (dirty_flags.INFUSIONS if _dropped(self.lines, id, moments) else 0)

    def refresh(self, dirty: int) -> int:
        """Derive again what depends on the changed facts.

        Returns the dirty flags, with those that followed from them.
        """
        if dirty & dirty_flags.BASELINE:
            dirty |= self._baseline()
        reweighed = LONG_AGO if dirty & dirty_flags.BASELINE else None
        if dirty & (dirty_flags.WEIGHT | dirty_flags.BASELINE):
            reweighed = min(filter(None, (self._weigh(), reweighed)), default=None)
        if reweighed is not None or dirty & dirty_flags.INFUSIONS:
            self._infusions(reweighed)
        if dirty & dirty_flags.URINE:
            longest = self.guideline.row[URINE_RATE].longest  # type: ignore[union-attr]
            self.urine = gone_on(self.urine, self.volumes["urine"], longest, self.volumes["irrigation"])
            self.collections = self.urine.collections
        if dirty & (dirty_flags.ENCOUNTER | dirty_flags.DOSES):
            dirty |= self._course()
        if dirty & (dirty_flags.INFUSIONS | dirty_flags.ENCOUNTER):
            dirty |= self._modes()
        return dirty

    def _course(self) -> int:
        """Derive the cycle and its doses; return the dirty flag of the encounter where the cycle is another.

        Doses that only follow on a cycle that runs are added, and where the patient is changes no cycle.
        """
        edits, count, placed = self.dosed
        new, moves = self.doses[count:], self.places[placed[1] :]
        self.dosed = (edits_of(self.doses), len(self.doses), (edits_of(self.places), len(self.places)))
        goes_on = edits == self.dosed[0] >= 0 and placed[0] == self.dosed[2][0] >= 0
        stays = not any(place.event in MARKS for place in moves)
        if goes_on and stays and all(map(self.is_another_dose, new)):
            self.cycle_doses.extend(new)
            return 0
        cycle = cycle_of(self.places, self.doses, self.guideline.choices.cycle_taken_over)
        changed = cycle != self.cycle
        self.cycle, self.cycle_doses = cycle, doses_of(self.doses, cycle)
        return dirty_flags.ENCOUNTER if changed else 0

    def is_another_dose(self, dose: DoseFact) -> bool:
        """Return whether a dose changes nothing about a cycle: it lies behind its start, and every place."""
        start, latest = self.cycle.start, self.places[-1].at if self.places else dose.at - 1
        return start is not None and max(start, latest) < dose.at and self.cycle.end is None

    def _baseline(self) -> int:
        self.age = next((b.age for b in reversed(self.baselines) if b.age is not None), None)
        planned = (b.dose_1_planned for b in reversed(self.baselines) if b.dose_1_planned is not None)
        self.dose_1_planned = next(planned, None)
        self.baseline_readings = {code: value for b in self.baselines for code, value in b.readings.items()}
        self.baseline_findings = {code: value for b in self.baselines for code, value in b.findings.items()}
        self.targets = {code: value for b in self.baselines for code, value in b.targets.items()}
        setting = setting_for(self.baseline_readings, self.guideline, self.targets)
        if setting == self.tail.setting:
            return 0
        self.tail.set(setting)
        return dirty_flags.SYSTOLIC | dirty_flags.SPO2

    def _weigh(self) -> int | None:
        """Derive the weights that count; return from when on (ms) a charted rate may be of another."""
        choices = self.guideline.choices
        rule = (self.baseline_readings.get("weight"), choices.weight_jump, choices.weight_agrees)
        if not self.weights.goes_on(self.raw_weights, rule):
            self.weights = CountedWeights(*rule)
            self.weights.read(self.raw_weights)
            return LONG_AGO
        first = self.weights.read(self.raw_weights)
        latest = max((rates[-1].at for rates in self.lines.values() if rates), default=BEFORE_ALL)
        return first if first is not None and first <= latest else None

    def _infusions(self, weighed: int | None) -> None:
        """Derive what ran, and the pressor load, from the first moment on at which something changed.

        `weighed`: from when on (ms) rates may be of another weight; None: none is.
        """
        added = None if weighed is not None else self.timeline.added(self.lines)
        since = min(filter(None, (weighed, self.timeline.changed_from(self.lines))), default=LONG_AGO)
        if added is not None:
            self._infuse(*added)
        elif since == LONG_AGO:
            self._infusions_anew()
        else:
            self.loads.cut(since)
            for one in self.timeline.rewind(self.lines, since):
                self._infuse(*one)

    def _infuse(self, key: str, rate: Rate) -> None:
        """Let the next rate of a line come into force, and count the load that runs then."""
        pressors, changed = self.guideline.pressors, self.timeline.go_on(self.lines, key, rate)
        if any(is_pressor(one.agent, pressors) for one in changed):
            self.loads.cut(rate.at)
            now = [one for one in self.timeline.running if is_pressor(one.agent, pressors)]
            now.sort(key=lambda one: (one.rate.at, one.agent, one.rate.n))
            before = self.loads[-1] if self.loads else None
            self.loads.add(load_of(rate.at, now, self.guideline, self._weighing(), before))

    def _infusions_anew(self) -> None:
        forces = in_force(self.lines)
        self.timeline = self._timeline()
        self.timeline.begin(self.lines, forces)
        self.loads = pressor_loads(forces, self.guideline, self._weighing())

    def _timeline(self) -> Timeline:
        """Return an empty timeline: of vasopressors, of dopamine, of all that asks for intensive care."""
        every = (*vocabulary.VASOPRESSORS, *self.guideline.pressors.without)
        return Timeline((Ran(vocabulary.VASOPRESSORS), Ran(("dopamine",)), Ran(every)))

    def _weighing(self) -> Weighing:
        return Weighing(self.weights, self.baselines)

    def _modes(self) -> int:
        after = self.guideline.choices.intensive_after_pressor
        spans = [each.until(self.timeline.running) for each in self.timeline.rans]
        self.pressors, self.dopamine, any_running = spans
        kept = [(start, end if end == FOREVER else end + after) for start, end in any_running]
        mode = Mode(merged([*kept, *intensive_care(self.places)]))
        start = first_difference(self.mode.spans, mode.spans)
        if start is None:
            return 0
        self.mode = mode
        self.tail.set_mode(mode, start)
        return dirty_flags.MODE | dirty_flags.VITALS


def _dropped(lists: Mapping[str, list[F]], id: str, moments: tuple[int, ...]) -> list[str]:
    """Remove what a record charted in some lists, in each of them, and return the names of those."""
    return [name for name, facts in lists.items() if drop(facts, id, moments)]


def flag_of(code: str) -> str:
    """Return the dirty flag of a code that was set aside: of a reading, of urine, or an infusion's agent."""
    if code in ("o2-device", "o2-flow", "fio2"):
        return "oxygen"
    if code.startswith("baseline-"):
        return "baseline"
    if code == "dose":
        return "doses"
    if code in VOLUME_INPUT:
        return VOLUME_INPUT[code]
    if code == "diastolic-bp" or code == "mean-bp":
        return "systolic-bp"
    return code if code in dirty_flags.BIT else "infusions"


VOLUME_INPUT = {
    "urine": "urine",
    "stool": "stool",
    "iv-bolus": "fluids",
    "blood-product": "fluids",
    "iv-maintenance": "iv-maintenance",
    "irrigation": "urine",
}


def rebuilt(chart: Chart) -> None:
    """Derive everything in a chart from its facts, as after decoding them."""
    for name in LISTS:
        setattr(chart, name, FactList(getattr(chart, name)))
    chart.refresh(dirty_flags.EVERYTHING)
