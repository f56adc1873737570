"""Fold the topics into what is known of each patient, and return whose view changed.

Pure: no Kafka, no wall clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rules.chart.volumes import shift_of
from rules.guideline import Guideline
from rules.guideline.site_choices import Shifts
from rules.ingest.decode import decode
from rules.wire import pages
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import Assessment
from rules.wire.events import Tick
from rules.wire.instants import BEFORE_ALL, LATEST, parse
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES
from rules.wire.vocabulary import EVERY_PATIENT, is_made_up
from streams.projections.assessments import Latest, whole
from streams.projections.charted import ChartedFacts
from streams.projections.episodes import CommandsInForce, Episodes, alert_of, of_machine
from streams.projections.pages import PageLog


class PatientProjection:
    """Everything known of one patient.

    `name`: the patient's id; `key`: what replaces it in addresses; `unreadable`: the newest assessment cannot
    be read; `chart`: the worker's state record of the patient, packed; `blocks`: what it stands on, by name;
    `changes`: how many records changed anything; `before`: the last assessment of the shifts before that of
    the newest, which ends at `shift_end`, ms.
    """

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        self.assessment: Assessment | None = None
        self.before: Assessment | None = None
        self.shift_end = BEFORE_ALL
        self.unreadable = False
        self.facts, self.episodes, self.commands, self.pages = (
            ChartedFacts(),
            Episodes(),
            CommandsInForce(),
            PageLog(),
        )
        self.chart: bytes | None = None
        self.blocks: dict[bytes, bytes] = {}
        self.changes = 0

    def assess(self, found: Assessment | None, shifts: Shifts) -> None:
        """Replace the assessment; keep the one before where a shift ended in between."""
        if found is not None and (at := parse(found.at)) > self.shift_end:
            self.before, self.shift_end = self.assessment or self.before, shift_of(at, shifts)[1]
        self.assessment = found

    def assessment_at(self, end: int) -> Assessment | None:
        """Return the assessment as of a shift's end, ms; None when it was not kept."""
        kept = (one for one in (self.assessment, self.before) if one is not None and parse(one.at) <= end)
        return next(kept, None)

    @property
    def present(self) -> bool:
        """Whether the patient is to be shown.

        A patient with facts but no assessment is shown: nobody is looking after them yet.
        """
        assessed = self.assessment is not None or self.unreadable
        return assessed or (self.facts.newest is not None and not self.facts.discharged)


GONE = 2000
"""How many discharged patients are remembered: a fact that arrives late does not bring one back."""


def name_of(key: bytes | None) -> str:
    """Return a key as text: a patient's id, or what is no id, so that it matches no patient."""
    try:
        return (key or b"").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return (key or b"").decode(errors="backslashreplace")


class TopicRecord(NamedTuple):
    """A record of a topic: `time` is its timestamp, ms."""

    topic: str
    key: bytes
    value: bytes | None
    time: int


class Patients:
    """The projections of all patients.

    `clock`: the latest timestamp of any input record, ms; `newest`: the latest `at` of any fact, ms;
    `alarms`: of the system itself, by id; `gone`: discharged patients with their newest fact (ms);
    `mode`: how the pager runs, as it wrote (`live`, `shadow`, `shadow: 4 East`); None: not read.
    """

    def __init__(self, guideline: Guideline, key: Callable[[str], str]) -> None:
        self.guideline, self.key = guideline, key
        self.patients: dict[str, PatientProjection] = {}
        self.by_key: dict[str, PatientProjection] = {}
        self.clock = 0
        self.newest: int | None = None
        self.latest = Latest(whole)
        self.unread: Counter[str] = Counter()
        self.alarms: dict[str, AlertRecord] = {}
        self.gone: dict[str, int] = {}
        self.mode: str | None = None
        self._absent: set[str] = set()
        self.blocks: dict[str, dict[bytes, bytes]] = {}
        self._handlers: dict[str, Callable[[str, TopicRecord], PatientProjection | None]] = {
            ASSESSMENTS: self._assessment, ALERTS: self._alert, PAGES: self._page, COMMANDS: self._command,
        }  # fmt: skip

    def apply(self, record: TopicRecord) -> PatientProjection | None:
        """Apply a record; return the patient whose view it changed, None when it changed nobody's.

        One that cannot be read is counted, whatever it holds.
        """
        name = name_of(record.key)
        if is_made_up(name):
            return None
        if record.topic in INPUTS and record.time <= LATEST:
            self.clock = max(self.clock, record.time)
        try:
            changed = self._handlers.get(record.topic, self._event)(name, record)
        except Exception:
            self.unread["record"] += 1
            return None
        if changed is not None:
            changed.changes += 1
        return changed

    def __iter__(self) -> Iterator[PatientProjection]:
        return (one for one in self.patients.values() if one.present)

    def chart(self, name: str, value: bytes | None) -> None:
        """Store the worker's state record of a patient, from which the page explains.

        Ignored for a patient who is not known here.
        """
        if name in self.patients:
            self.patients[name].chart = value

    def block(self, name: str, block: bytes, value: bytes | None) -> None:
        """Store a block that state records of a patient stand on, or remove it (None).

        Unlike a state record it does not come again, so those of a patient who is not known yet are kept too.
        """
        blocks = self.blocks.setdefault(name, {})
        if value is not None:
            blocks[block] = value
            return
        blocks.pop(block, None)
        if not blocks and name not in self.patients:
            del self.blocks[name]

    def _patient(self, name: str) -> PatientProjection:
        found = self.patients.get(name)
        if found is None:
            found = self.patients[name] = PatientProjection(name, self.key(name))
            found.blocks = self.blocks.setdefault(name, {})
            self.by_key[found.key] = found
        return found

    def _assessment(self, name: str, record: TopicRecord) -> PatientProjection | None:
        readable = self.latest.apply(name, record.value)
        self.unread["assessment"] += not readable
        if record.value is None:
            return self._gone(name)
        found = self._patient(name)
        found.assess(self.latest.of.get(name), self.guideline.shifts)
        found.unreadable = not readable
        return found

    def _gone(self, name: str) -> PatientProjection | None:
        """Remove a discharged patient."""
        found = self.patients.pop(name, None)
        if found is not None:
            del self.by_key[found.key]
            found.assess(None, self.guideline.shifts)
            found.unreadable, found.facts.discharged = False, True
            self.gone[name] = found.facts.newest or 0
            for old in list(self.gone)[:-GONE]:
                del self.gone[old]
        return found

    def prune(self) -> None:
        """Remove patients of whom only alerts or commands are known, if that was so at the last pruning too.

        No stay of theirs is under way.
        """
        absent = {name for name, one in self.patients.items() if not one.present}
        for name in absent & self._absent:
            del self.by_key[self.patients.pop(name).key]
        self._absent = absent

    def _alert(self, name: str, record: TopicRecord) -> PatientProjection | None:
        alert = alert_of(record.value or b"")
        if alert is None:
            self.unread["alert"] += 1
            return None
        if of_machine(alert):
            self._alarm(alert)
            return None
        found = self._patient(name)
        return found if found.episodes.apply(alert) else None

    def _alarm(self, alert: AlertRecord) -> None:
        """Keep an alarm of the system itself until it is cleared."""
        self.alarms.pop(alert.id, None)
        if alert.level != "clear":
            self.alarms[alert.id] = alert

    def _page(self, name: str, record: TopicRecord) -> PatientProjection | None:
        page = pages.decode(record.value)
        if page is not None and page.outcome == pages.MODE and page.patient == EVERY_PATIENT:
            self.mode = page.reason
        if page is None or page.patient not in self.patients:
            return None
        if page.outcome == pages.WOULD_HAVE_PAGED:
            self.mode = self.mode or "shadow"
        found = self.patients[page.patient]
        confirmed = found.commands.confirm(page)
        return found if found.pages.apply(page) or confirmed else None

    def _command(self, name: str, record: TopicRecord) -> PatientProjection | None:
        event, _ = decode(
            record.value or b"", key=name, known=record.time, ahead=self.guideline.choices.ahead
        )
        if event is None or isinstance(event, Tick):
            return None
        found = self._patient(name)
        found.commands.apply(event, found.episodes)
        return found

    def _event(self, name: str, record: TopicRecord) -> PatientProjection | None:
        event, _ = decode(
            record.value or b"", key=name, known=record.time, ahead=self.guideline.choices.ahead
        )
        if event is None:
            self.unread["event"] += 1
            return None
        if name not in self.patients and event.at <= self.gone.get(name, event.at - 1):
            return None
        found = self._patient(name)
        found.facts.apply(event, self.guideline)
        self.newest = event.at if self.newest is None else max(self.newest, event.at)
        return found
