"""Define the state of one patient between events: chart, subjects' memories, open episodes, stop rules."""

from typing import Any

import msgspec

from rules.chart.chart import Chart
from rules.chart.earlier import NOTHING_EARLIER, Earlier
from rules.chart.stays import Stay
from rules.evaluate.result import INDETERMINATE, Memory
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline
from rules.wire.events import Reference
from rules.wire.instants import BEFORE_ALL, Instant


class Episode(msgspec.Struct, array_like=True):
    """An episode: from the first state that is not clear to the return to clear. Moments in ms.

    `opened`: the `at` of its opening; `last`: of its last transition; `first`: its opening before a discharge
    that was taken back (else `opened`); `start`: of the earliest fact that opened it; `absolute`: of the
    transition that made it absolute.

    `acked`: id of the acknowledgement in force; `acked_at`: since when; `acked_until`: when it runs out
    (None: it does not); `ran_out`: how many have; `worst`: the worst of each measure so far; `bars`: at the
    acknowledgement; `remembered`: when the readings so far went into `worst` (`rules.decide.steps`).

    `alerted`: an advice's one reminder was given.
    """

    id: str
    level: str
    rank: int
    opened: int
    last: int
    first: int
    start: int
    absolute: int | None = None
    acked: str | None = None
    acked_at: Instant | None = None
    acked_until: Instant | None = None
    ran_out: int = 0
    worst: dict[str, float] = {}
    bars: dict[str, float] = {}
    remembered: Instant = BEFORE_ALL
    alerted: bool = False
    evidence: tuple[Reference, ...] = ()


class Reminders(msgspec.Struct, array_like=True):
    """The one stream of reminders of a patient (criteria.md section 9).

    `since`: when its count last began; `given`: how many have come; `of`: ids of the episodes that are
    absolute and that nobody has acknowledged.
    """

    since: Instant | None = None
    given: int = 0
    of: tuple[str, ...] = ()


class FormerStay(msgspec.Struct, array_like=True):
    """What a stay had come to at its discharge, kept while that can be taken back."""

    stay: Stay
    memories: dict[str, Memory]
    episodes: dict[str, Episode]
    rules: dict[str, StopRuleState]
    cycles: int
    cycle_start: int | None
    cycle_since: int | None
    quiet: bool


class AfterDischarge(msgspec.Struct, array_like=True):
    """Charting that goes on after a discharge.

    `closed`: the discharge's `at`; `known`: when it was decided; `first`: the `at` of the first vital sign,
    urine, rate or dose that is more than a quarter of an hour behind it, with its `evidence`; `corrected`: it
    is another one by a correction of this instant.
    """

    closed: int
    known: Instant
    first: int | None = None
    evidence: tuple[Reference, ...] = ()
    corrected: bool = False


class Beside(msgspec.Struct, array_like=True):
    """What a pack that stands beside has come to: its memories and rules, and its verdict.

    `verdict`: its word at the last decision if that is strict (`withhold`, `stop`), else `none`; `due`: when
    time alone changes it next.
    """

    memories: dict[str, Memory] = {}
    rules: dict[str, StopRuleState] = {}
    rules_due: Instant = BEFORE_ALL
    rules_n: int = 0
    cycles: int = 0
    cycle_start: int | None = None
    cycle_since: int | None = None
    outgrown: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    verdict: str = "none"
    due: Instant = BEFORE_ALL


class Patient(msgspec.Struct, dict=True):
    """A patient's state.

    `now`: the clock; `due`: the earliest deadline ahead; `rules_due`: that of the stop rules; `discharged`:
    at which instant it was decided (None: in a stay).

    `stay`: the present stay, whose facts `chart` has; `whole`: every fact, also those of no stay and of stays
    before, as long as a discharge can be taken back; `sealed`: the last discharge that no longer can;
    `former`: the stay before the last discharge.

    `cycles`, `cycle_start`, `cycle_since`: the cycle at the last decision (`rules.chart.course.Cycle`).
    `given`: the opening moments of the episodes so far, by subject. `watched`: whether a reading can be a
    step of an acknowledged episode; `fresh`: the `at` of the vitals records of this instant, if so. `reopen`:
    what was open before a discharge that is taken back at this instant, with its first opening.

    `replaced`: what the corrections of this instant replaced; `alone`: the chart as its new facts alone make
    it; `ended`: when what ends at this decision first opened, by subject (`rules.decide.amendments`).

    `rules_n`: the arrival of the last fact that the stop rules have seen; `accepted`: criteria that are
    accepted, as of the last decision; `outgrown`: ids of the acceptances that a level above theirs has ended;
    `released`: criteria whose acceptance ends otherwise at this decision.

    `undischarged`: charting goes on after a discharge no more, by a correction of it at this instant.

    `verdicts`: the readiness before each dose that is decided for the first time (`rules.decide.dose_audit`).
    `timed`: the deadlines of the subjects, with the memories that they are of.

    `pack`: the key of the guideline pack that decides; `pack_since`: the cycle it was fixed for;
    `pack_missing`: the cycle names one that is not configured; `pack_changed`: the one it was begun with is
    gone. `others`: what the packs beside have come to, by key; `beside`: this is such a view of a patient.
    `course`: what is remembered of earlier stays. `base`: the memories as they were last written as a block
    (`rules.decide.head`).

    Dirty flags (rules.chart.dirty_flags) since the last decision: `dirty`, `dirty_amended` and
    `dirty_replaced` as in rules.chart.record.Recorded; `dirty_on_vitals`: what any vitals record makes dirty,
    whatever it says.
    """

    id: str
    guideline: Guideline
    chart: Chart
    now: Instant = BEFORE_ALL
    due: Instant | None = None
    dirty: int = 0
    dirty_amended: int = 0
    dirty_replaced: int = 0
    amendments: tuple[str, ...] = ()
    pending: bool = False
    seq: int = 0
    memories: dict[str, Memory] = {}
    episodes: dict[str, Episode] = {}
    rules: dict[str, StopRuleState] = {}
    rules_due: Instant = BEFORE_ALL
    cycles: int = 0
    cycle_start: int | None = None
    cycle_since: int | None = None
    quiet: bool = False
    intensive_since: int | None = None
    dirty_on_vitals: int = 0
    acks: tuple[tuple[str, str], ...] = ()
    resumed: tuple[str, ...] = ()
    discharged: Instant | None = None
    stay: Stay = Stay()
    whole: Chart | None = None
    sealed: Instant = BEFORE_ALL
    former: FormerStay | None = None
    after: AfterDischarge | None = None
    reminders: Reminders = msgspec.field(default_factory=Reminders)
    given: dict[str, list[int]] = {}
    watched: bool = False
    fresh: tuple[int, ...] = ()
    reopen: dict[str, int] = {}
    replaced: Chart | None = None
    alone: Chart | None = None
    ended: dict[str, int] = {}
    rules_n: int = 0
    accepted: frozenset[str] = frozenset()
    outgrown: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    undischarged: bool = False
    verdicts: dict[str, str] = {}
    timed: tuple[dict[str, Memory], dict[str, Instant]] = ({}, {})
    pack: str = ""
    pack_since: int | None = None
    pack_missing: bool = False
    pack_changed: bool = False
    others: dict[str, Beside] = {}
    beside: bool = False
    course: Earlier = NOTHING_EARLIER
    base: Any = None

    def memory(self, subject: str) -> Memory:
        """Return the memory of a subject; a new one, indeterminate, if it was never decided."""
        try:
            return self.memories[subject]
        except KeyError:
            found = self.memories[subject] = Memory(INDETERMINATE)
            return found

    @property
    def deadlines(self) -> dict[str, Instant]:
        """When each subject may change by time alone, of those that may."""
        of, found = self.timed
        if of is not self.memories:
            found = {name: memory.next for name, memory in self.memories.items() if memory.next is not None}
            self.timed = (self.memories, found)
        return found

    def opened(self, subject: str) -> int | None:
        """Return when its episode first opened (ms); without one, since when the subject has its state."""
        episode = self.episodes.get(subject)
        return episode.first if episode is not None else self.memory(subject).since

    @property
    def alerting(self) -> bool:
        """Whether alerts are given: from cycle-start to discharge (criteria.md section 9)."""
        return self.chart.cycle.start is not None and self.discharged is None

    @property
    def over(self) -> bool:
        """Whether the cycle's therapy has ended, by a record that is known."""
        return self.chart.cycle.end is not None


def admitted(id: str, guideline: Guideline) -> Patient:
    """Return a patient of whom nothing is known yet."""
    return Patient(id, guideline.deciding, Chart(guideline), memories={}, episodes={}, rules={}, others={})
