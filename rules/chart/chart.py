"""Define the chart: what is known of one patient, bounded in size.

Events enter it by `record` alone, which resolves duplicates, corrections and withdrawals. The facts are the
state; everything derived from them is rebuilt when they change.
"""

from typing import Any

from rules.chart import dirty_flags
from rules.chart.course import (
    FOREVER,
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
    Accepted,
    Baseline,
    CountedWeights,
    DoseFact,
    Drug,
    Fact,
    FactList,
    Ghost,
    Lab,
    NotUnderstood,
    Place,
    Resumed,
    SetAside,
    Sign,
    TakenBack,
    Volume,
    Weight,
    drop,
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

VOLUMES = ("urine", "stool", "iv-bolus", "blood-product", "iv-maintenance", "irrigation")


class Chart:
    """Facts by kind, each list in order of `at`, and what is derived from them.

    `saved`: the facts as they were last encoded (`rules.decide.segments`); `unsaved`: what has changed since.
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
        "doses",
        "drugs",
        "earlier",
        "findings",
        "ghosts",
        "guideline",
        "labs",
        "lines",
        "loads",
        "memo",
        "mode",
        "n",
        "not_understood",
        "places",
        "pressors",
        "raw_weights",
        "resumes",
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
        self.ghosts: dict[str, Fact] = {}
        self.digests: dict[str, int] = {}
        self.raw_weights: list[Weight] = FactList()
        self.labs: dict[str, list[Lab]] = {}
        self.volumes: dict[str, list[Volume]] = {kind: FactList() for kind in VOLUMES}
        self.doses: list[DoseFact] = FactList()
        self.lines: Lines = {}
        self.findings: dict[str, list[Sign]] = {}
        self.places: list[Place] = []
        self.baselines: list[Baseline] = []
        self.drugs: list[Drug] = FactList()
        self.resumes: list[Resumed] = []
        self.accepts: list[Accepted] = []
        self.set_aside: list[SetAside] = []
        self.taken_back: list[TakenBack] = []
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
        id = fact.id
        self.unsaved |= EDITED
        del self.seen[id]
        self.ghosts.pop(id, None)
        if self.faded.pop(id, None) is not None:
            self.unsaved |= FADED
        if isinstance(fact, Ghost):
            return 0
        dirty = self._withdraw_set_aside(id)
        if isinstance(fact, VitalsRow | Weight):
            return dirty | self.tail.remove(id) | (dirty_flags.WEIGHT if drop(self.raw_weights, id) else 0)
        if isinstance(fact, Lab):
            return dirty | dirty_flags.bits(code for code, facts in self.labs.items() if drop(facts, id))
        if isinstance(fact, Volume):
            return dirty | dirty_flags.bits(
                VOLUME_INPUT[kind] for kind, facts in self.volumes.items() if drop(facts, id)
            )
        if isinstance(fact, Sign):
            return dirty | dirty_flags.bits(code for code, facts in self.findings.items() if drop(facts, id))
        return dirty | self._withdraw_rest(id)

    def _withdraw_set_aside(self, id: str) -> int:
        codes = {fact.code for fact in self.set_aside if fact.id == id}
        if codes:
            drop(self.set_aside, id)
        return dirty_flags.bits(flag_of(code) for code in codes)

    def _withdraw_rest(self, id: str) -> int:
        dirty = dirty_flags.DOSES if drop(self.doses, id) else 0
        dirty |= dirty_flags.ENCOUNTER if drop(self.places, id) else 0
        dirty |= dirty_flags.BASELINE if drop(self.baselines, id) else 0
        dirty |= dirty_flags.MEDICATION if drop(self.drugs, id) else 0
        dirty |= dirty_flags.RESUME if drop(self.resumes, id) else 0
        dirty |= dirty_flags.ACCEPT if drop(self.accepts, id) else 0
        drop(self.taken_back, id)
        unknown = [drop(facts, id) for facts in self.not_understood.values()]
        dirty |= dirty_flags.NOT_UNDERSTOOD if any(unknown) else 0
        # A list, not a generator: `any` would stop at the first line that held the record, and leave the rate
        # running in another.
        dropped = [drop(rates, id) for rates in self.lines.values()]
        return dirty | (dirty_flags.INFUSIONS if any(dropped) else 0)

    def refresh(self, dirty: int) -> int:
        """Derive again what depends on the changed facts.

        Returns the dirty flags, with those that followed from them.
        """
        if dirty & dirty_flags.BASELINE:
            dirty |= self._baseline()
        reweighed = bool(dirty & dirty_flags.BASELINE)
        if dirty & (dirty_flags.WEIGHT | dirty_flags.BASELINE):
            reweighed = self._weigh() or reweighed
        if reweighed or dirty & dirty_flags.INFUSIONS:
            self._infusions(reweighed)
        if dirty & dirty_flags.URINE:
            longest = self.guideline.row[URINE_RATE].longest  # type: ignore[union-attr]
            self.urine = gone_on(self.urine, self.volumes["urine"], longest, self.volumes["irrigation"])
            self.collections = self.urine.collections
        if dirty & (dirty_flags.ENCOUNTER | dirty_flags.DOSES):
            cycle = cycle_of(self.places, self.doses, self.guideline.choices.cycle_taken_over)
            dirty |= 0 if cycle == self.cycle else dirty_flags.ENCOUNTER
            self.cycle = cycle
            self.cycle_doses = doses_of(self.doses, self.cycle)
        if dirty & (dirty_flags.INFUSIONS | dirty_flags.ENCOUNTER):
            dirty |= self._modes()
        return dirty

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

    def _weigh(self) -> bool:
        """Derive the weights that count; return whether a rate that is charted may be of another one."""
        choices = self.guideline.choices
        rule = (self.baseline_readings.get("weight"), choices.weight_jump, choices.weight_agrees)
        goes_on = self.weights.goes_on(self.raw_weights, rule)
        if not goes_on:
            self.weights = CountedWeights(*rule)
        first = self.weights.read(self.raw_weights)
        latest = max((rates[-1].at for rates in self.lines.values() if rates), default=BEFORE_ALL)
        return not goes_on or (first is not None and first <= latest)

    def _infusions(self, weighed: bool) -> None:
        """Derive what ran, and the pressor load from the first moment on at which something changed."""
        added = None if weighed else self.timeline.added(self.lines)
        if added is None:
            self._infusions_anew()
            return
        pressors, changed = self.guideline.pressors, self.timeline.go_on(self.lines, *added)
        if any(is_pressor(one.agent, pressors) for one in changed):
            t = added[1].at
            self.loads.cut(t)
            now = [one for one in self.timeline.running if is_pressor(one.agent, pressors)]
            now.sort(key=lambda one: (one.rate.at, one.agent, one.rate.n))
            before = self.loads[-1] if self.loads else None
            self.loads.add(load_of(t, now, self.guideline, self._weighing(), before))

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
    chart.raw_weights, chart.drugs = FactList(chart.raw_weights), FactList(chart.drugs)
    chart.refresh(dirty_flags.EVERYTHING)
