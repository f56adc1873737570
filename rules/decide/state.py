"""Define the state of one patient between events: chart, subjects' memories, open episodes, stop rules."""

import msgspec

from rules.chart.chart import Chart
from rules.evaluate.result import INDETERMINATE, Memory
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline.edition import Guideline
from rules.wire.events import Reference
from rules.wire.instants import BEFORE_ALL, Instant


class Episode(msgspec.Struct, array_like=True):
    """An episode: from the first state that is not clear to the return to clear. Moments in ms.

    `remind`: the next reminder; `acked`: id of the acknowledgement in force; `alerted`: an advice's one
    reminder was given.
    """

    id: str
    level: str
    rank: int
    opened: int
    last: int
    remind: int | None = None
    acked: str | None = None
    alerted: bool = False
    evidence: tuple[Reference, ...] = ()


class Patient(msgspec.Struct, dict=True):
    """A patient's state.

    `now`: the clock; `due`: the earliest deadline ahead; `rules_due`: that of the stop rules; `discharged`:
    at which instant it was decided; `rules_n`: the arrival of the last fact that the stop rules have seen.

    `accepted`: criteria that are accepted, as of the last decision; `outgrown`: ids of the acceptances that a
    level above theirs has ended; `released`: criteria whose acceptance ends otherwise at this decision.

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
    quiet: bool = False
    intensive_since: int | None = None
    dirty_on_vitals: int = 0
    acks: tuple[tuple[str, str], ...] = ()
    resumed: tuple[str, ...] = ()
    discharged: Instant | None = None
    rules_n: int = 0
    accepted: frozenset[str] = frozenset()
    outgrown: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()

    def memory(self, subject: str) -> Memory:
        """Return the memory of a subject; a new one, indeterminate, if it was never decided."""
        found = self.memories.get(subject)
        if found is None:
            found = self.memories[subject] = Memory(INDETERMINATE)
        return found

    def opened(self, subject: str) -> int | None:
        """Return when its episode opened (ms); without an episode, since when the subject has its state."""
        episode = self.episodes.get(subject)
        return episode.opened if episode is not None else self.memory(subject).since

    @property
    def alerting(self) -> bool:
        """Whether alerts are given: from cycle-start to discharge (criteria.md section 9)."""
        return self.chart.cycle.start is not None and self.discharged is None


def admitted(id: str, guideline: Guideline) -> Patient:
    """Return a patient of whom nothing is known yet."""
    return Patient(id, guideline, Chart(guideline), memories={}, episodes={}, rules={})
