"""Send a test patient the whole way: record to page, page to acknowledgement, correction to amendment.

The patient's id has the reserved prefix (`rules.wire.vocabulary.TEST_PATIENT`): the pager sends its pages on
routes marked as test, and nobody counts it. The stay ends with a discharge, whatever came before.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from rules.guideline.roles import PROBE
from rules.wire import pages
from rules.wire.alerts import NotAnAlert, Transition, decode_transition
from rules.wire.instants import text
from rules.wire.pages import PageRecord
from rules.wire.topics import ALERTS, ASSESSMENTS, PAGES, topic_of
from rules.wire.vocabulary import TEST_PATIENT
from streams.kafka import commands
from streams.kafka.blocking_reader import Tail
from streams.kafka.clients import producer
from streams.kafka.settings import Broker
from streams.qualify.interface import Interface
from streams.qualify.report import Finding, Recorder, passed, skipped

SUBJECT = PROBE
HIGH, NORMAL = 9.0, 1.0
"""mg/dL. The high one is absolute at every site that a configuration can describe; the other is clear."""
WHO = commands.Who("il2watch qualify", "qualification")
POLL_MS = 200
SLOW_S = 5.0
"""From a record to its page; beyond, Il2PagesLate would alarm."""
NO_WORKER = "see that a worker runs on this broker, that it is at work (its /-/ready), and what its log says"
NO_PAGER = "see that a pager runs on this broker, that it is at work (its /-/ready), and what its log says"
NO_ROUTE = "add a route to the site's [pager] table with test = true and a ladder to a receiver"
RECEIVER = "see that the test route's receiver runs and takes pages: address, certificate, key"


def whole_way(recorder: Recorder, broker: Broker, interface: Interface | None, patience: float) -> None:
    """Take a test patient the whole way; after a step that failed only the discharge is made."""
    patient = TestPatient(broker, patience, interface)
    steps = (
        ("page", "From a record to a page", patient.page),
        ("acknowledgement", "From a page to its acknowledgement", patient.acknowledgement),
        ("correction", "From a correction to the amendment", patient.correction),
    )
    going = True
    try:
        for name, title, make in steps:
            step = recorder.step(name, title, make if going else after_a_failure)
            going = going and step.result != "failed"
        recorder.step("discharge", "Test patient gone", patient.discharge)
    finally:
        patient.close()


def after_a_failure() -> Finding:
    """Return the finding of a step that the one before made impossible."""
    return skipped("the step before it failed")


class Seen(NamedTuple):
    """A record that came of the test patient, and when it was read, ms.

    It is an alert, what the pager wrote, or an assessment (its instant); a tombstone is none of these.
    """

    at: int
    topic: str
    alert: Transition | None = None
    page: PageRecord | None = None
    assessed: str | None = None


class TestPatient:
    """A stay of one test patient. `patience`: seconds to wait for each thing that must come.

    `interface`: the feed that its results go through; None: they are published as a feed would.
    """

    __test__ = False  # no test of pytest's

    def __init__(self, broker: Broker, patience: float, interface: Interface | None = None) -> None:
        self.broker, self.patience, self.interface = broker, patience, interface
        self.patient = f"{TEST_PATIENT}{uuid.uuid4().hex[:12]}"
        self.tail = Tail(broker, (ALERTS, PAGES, ASSESSMENTS))
        self.producer = producer(broker, linger_ms=0)
        self.seen: list[Seen] = []
        self.alert = ""
        self.sent = 0

    def close(self) -> None:
        """Disconnect."""
        self.tail.close()
        self.producer.close(timeout=0)

    def send(self, kind: str, id: str, **fields: object) -> int:
        """Publish a record of the patient; return its time, ms: later than that of the one before."""
        self.sent = max(clock(), self.sent + 1)
        value = {"type": kind, "id": id, "patient": self.patient, "at": text(self.sent), **fields}
        record = msgspec.json.encode(value)
        key = self.patient.encode()
        self.producer.send(topic_of(kind), record, key=key, timestamp_ms=self.sent).get(self.patience)
        return self.sent

    def acknowledge(self, at: int) -> str:
        """Publish an acknowledgement of the alert; return its id."""
        command = commands.acknowledgement(self.patient, self.alert, WHO, at)
        commands.send(self.broker, command)
        return command.id

    def until(self, found: Callable[[Seen], bool]) -> Seen | None:
        """Return the first record for which `found` holds, read before or still coming; None: none."""
        end, looked = time.monotonic() + self.patience, 0
        while True:
            for one in self.seen[looked:]:
                if found(one):
                    return one
            looked = len(self.seen)
            if time.monotonic() > end:
                return None
            self._read()

    def _read(self) -> None:
        mine = [one for one in self.tail.poll(POLL_MS) if one.key == self.patient.encode()]
        self.seen += [seen(one.topic, one.value) for one in mine]

    def pages(self) -> list[PageRecord]:
        """Return what the pager wrote of the alert so far."""
        return [one.page for one in self.seen if one.page is not None and one.page.alert == self.alert]

    # The steps.

    def page(self) -> Finding:
        """Let an absolute alert open, and wait until a receiver has its page."""
        self.send("encounter", "cycle", event="cycle-start", location="ward")
        began = self._creatinine(HIGH)
        alerted = self.until(lambda one: _is(one.alert, "opened"))
        if alerted is None or alerted.alert is None:
            return Finding("failed", ("no alert came of the test patient's record",), self._no_alert())
        self.alert = alerted.alert.id
        notified = self.until(
            lambda one: self._of(one, pages.ACCEPTED, "trigger") or self._of(one, pages.UNROUTED)
        )
        if (page := notified and notified.page) and page.outcome == pages.ACCEPTED:
            way = f"through the feed {self.interface.name}" if self.interface else "published to the topics"
            return timed(way, began, alerted.at, notified.at, page.channel or "")
        return self._unpaged(notified)

    def acknowledgement(self) -> Finding:
        """Acknowledge the alert, and wait for the pager's word and the receiver's."""
        began = clock()
        command = self.acknowledge(began)
        answer = self.until(lambda one: one.page is not None and one.page.command == command)
        if answer is None or answer.page is None or answer.page.outcome != pages.ACKNOWLEDGED:
            return Finding("failed", ("the pager does not acknowledge the alert",), NO_PAGER)
        notified = self.until(lambda one: self._of(one, pages.ACCEPTED, "acknowledge"))
        if notified is None:
            return Finding("failed", ("the receiver is not told of the acknowledgement",), RECEIVER)
        times = lasted(began, answer.at), lasted(began, notified.at)
        return passed("acknowledged after {}, the receiver told after {}".format(*times))

    def correction(self) -> Finding:
        """Correct the record, and wait until the alert is amended and its page over."""
        began = self._creatinine(NORMAL, status="corrected")
        amended = self.until(lambda one: _is(one.alert, "amended"))
        if amended is None:
            return Finding("failed", ("the correction amends nothing",), NO_WORKER)
        over = self.until(lambda one: self._of(one, pages.ACCEPTED, "resolve"))
        if over is None:
            return Finding("failed", ("the receiver is not told of the end",), RECEIVER)
        times = lasted(began, amended.at), lasted(began, over.at)
        return passed("amended after {}, the receiver told after {}".format(*times))

    def discharge(self) -> Finding:
        """Discharge the test patient, and wait until nothing is left of the stay.

        A command after it moves the clock of a worker on the log's, and begins no new stay.
        """
        began = self.send("encounter", "discharge", event="discharge")
        if not self.alert:
            return skipped("discharged; nothing was assessed before")
        self.acknowledge(began + 1)
        gone = self.until(lambda one: one.topic == ASSESSMENTS and one.assessed is None)
        if gone is None:
            return Finding("failed", ("the test patient is still assessed",), NO_WORKER)
        return passed(f"gone after {lasted(began, gone.at)}")

    def _creatinine(self, value: float, status: str = "final") -> int:
        """Send a creatinine, and a record after it: a worker on the log's clock decides what is past."""
        if self.interface is None:
            reading = {"code": SUBJECT, "value": value, "unit": "mg/dL"}
            began = self.send("labs", "creatinine", readings=[reading], status=status)
        else:
            began = self.sent = max(clock(), self.sent + 1)
            self.interface.creatinine(self.patient, value, text(began), "C" if status == "corrected" else "F")
        self.send("vitals", f"after-{began}", readings=[{"code": "heart-rate", "value": 80, "unit": "/min"}])
        return began

    def _no_alert(self) -> str:
        """Return what to do where a record brings no alert."""
        if self.interface is None:
            return NO_WORKER
        return f"{NO_WORKER}; see that the feed {self.interface.name} maps LOINC 2160-0 (il2watch feed map)"

    def _of(self, one: Seen, outcome: str, action: str | None = None) -> bool:
        page = one.page
        return page is not None and (page.alert, page.outcome, page.action) == (self.alert, outcome, action)

    def _unpaged(self, unrouted: Seen | None) -> Finding:
        """Return why no receiver has the page, by what the pager wrote."""
        if unrouted is not None:
            return Finding("failed", ("no route takes the test patient's pages",), NO_ROUTE)
        tried = [one for one in self.pages() if one.outcome in (pages.RETRY, pages.REFUSED)]
        if tried:
            why = f"{tried[-1].channel}: {tried[-1].message}"
            return Finding("failed", (f"no attempt of {len(tried)} reached the receiver; {why}",), RECEIVER)
        return Finding("failed", ("an alert, and no page of it within the time",), NO_PAGER)


def seen(topic: str, value: bytes | None) -> Seen:
    """Return a record of an output topic, read now."""
    at = clock()
    if topic == ALERTS:
        return Seen(at, topic, alert=_alert(value))
    if topic == PAGES:
        return Seen(at, topic, page=pages.decode(value))
    fields: Mapping[str, Any] = msgspec.json.decode(value) if value is not None else {}
    return Seen(at, topic, assessed=fields.get("at"))


def _alert(value: bytes | None) -> Transition | None:
    try:
        return decode_transition(value)
    except NotAnAlert:
        return None


def _is(alert: Transition | None, transition: str) -> bool:
    return alert is not None and (alert.subject, alert.transition) == (SUBJECT, transition)


def timed(way: str, began: int, alerted: int, paged: int, channel: str) -> Finding:
    """Return the finding of a page that arrived, with its times. `way`: how the record came in."""
    line = f"{way}, alert after {lasted(began, alerted)}, page at {channel} after {lasted(began, paged)}"
    if paged - began > SLOW_S * 1000:
        return Finding("warned", (line,), f"more than {SLOW_S:.0f} s: see docs/runbooks/Il2PagesLate.md")
    return passed(line)


def lasted(since: int, until: int) -> str:
    return f"{max(0, until - since) / 1000:.2f} s"


def clock() -> int:
    """Return the host's present moment, ms."""
    return time.time_ns() // 1_000_000
