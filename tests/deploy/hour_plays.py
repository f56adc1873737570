"""What each process does in these hours (tests/deploy/hour.py): what it counts while all is well, and its
troubles minute by minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec

from rules.guideline import load
from rules.ingest.decode import decode
from rules.wire.assessments import encode
from rules.wire.events import Event
from rules.wire.vocabulary import LEVELS, EventType
from simulators.scenarios.worked import events
from streams.board import service as board_service
from streams.board.liveness import Problem
from streams.census import service as census_service
from streams.census.service import prepare_labels
from streams.cli import event_files
from streams.config import site
from streams.feeds.service import metrics as feeds
from streams.pager.service import metrics as pager
from streams.projections.assessments import Census
from streams.service import metrics

Play = Callable[[float], None]
TYPES = EventType.__args__  # type: ignore[attr-defined]  # a Literal's words
SUBJECTS = (
    ("urine-hour", "renal"),
    ("hypotension", ""),
    ("creatinine", "renal"),
    ("sinus-tachycardia", "cardiac"),
)
CHANNELS = ("ward", "sms")
HOUR_MS = 3_600_000
SYSTEM_SUBJECTS = (
    "cannot-be-worked-off",
    "records-lost",
    "partitions-added",
    "state-lost",
    "changelog-cut",
    "wrong-partition",
    "clock",
)


def within(minute: float, first: float, last: float) -> bool:
    return first <= minute < last


def every(minute: float, minutes: float, offset: float = 0) -> bool:
    return (minute - offset) % minutes == 0


def started() -> None:
    metrics.BUILD.info({"version": "0.2.0"})


def worker(name: str) -> Play:
    started()
    partitions = [str(number) for number in (range(6) if name == "worker-1" else range(6, 12))]
    reference = site.guideline(None).reference

    def play(minute: float) -> None:
        other = name == "worker-2" and within(minute, 98, 100)
        metrics.GUIDELINE.info(reference | {"sha256": "other"} if other else reference)
        metrics.BUILD.info({"version": "0.0.9" if other else "0.2.0"})
        if not within(minute, 85, 90):
            read(minute)
        decide(minute)
        stand(minute, partitions)
        for subject in SYSTEM_SUBJECTS:
            metrics.SYSTEM_ALARM.labels(subject).set(within(minute, 120, 126))

    return play


def read(minute: float) -> None:
    """Records: all kinds in calm hours, ticks alone from 103 on."""
    for type in TYPES if minute < 103 else ("tick",):
        metrics.EVENTS.labels(type, "used").inc(15)
    if minute < 103 and every(minute, 5):
        metrics.EVENTS.labels("vitals", "duplicate").inc()
        metrics.DEAD_LETTERS.labels("malformed").inc()
    if within(minute, 100, 102):
        metrics.DEAD_LETTERS.labels("from-the-future").inc(5)
    metrics.DEAD_LETTER_SHARE.set(0.2 if within(minute, 100, 102) else 0.001)
    metrics.DEAD_LETTER_ALARM.set(within(minute, 100, 102))


def decide(minute: float) -> None:
    metrics.EVALUATION.observe(0.004)
    metrics.LATENESS.observe(240)
    metrics.STATE_RECORDS.inc(12)
    metrics.LATENCY.observe(8 if within(minute, 90, 96) else 0.03)
    if every(minute, 10):
        for subject, _ in SUBJECTS:
            metrics.ALERTS.labels(subject, "relative", "opened").inc()
            metrics.ALERTS.labels(subject, "clear", "resolved").inc()
    if minute == 73:
        metrics.ALERTS_AGAIN.inc(2)


def stand(minute: float, partitions: list[str]) -> None:
    metrics.STUCK_PARTITIONS.set(1 if within(minute, 80, 90) else 0)
    for partition in partitions:
        metrics.PATIENTS.labels(partition).set(1)
        metrics.LAG.labels("il2.vitals", partition).set(600 if within(minute, 80, 90) else 1)
        for level in LEVELS:
            metrics.ACTIVE.labels(partition, level).set(1)


def paging(name: str) -> Play:
    started()
    pager.prepare(CHANNELS)

    def play(minute: float) -> None:
        metrics.LAG.labels("il2.alerts", "0").set(150 if within(minute, 70, 72) else 0)
        if not within(minute, 64, 71) and every(minute, 1):
            pager.HEARTBEAT.set(HEART_S + minute * 60)
            pager.HEARTBEAT_DURATION.set(0.4)
        metrics.SYSTEM_ALARM.labels("outbox-lost").set(within(minute, 120, 126))
        pager.SHADOW.set(0)
        pager.WOULD_HAVE.labels("trigger", "relative").inc(every(minute, 10))
        alerts(minute)
        pages(minute)
        burden(minute)
        channels(minute)

    return play


HEART_S = 1_772_409_600


def alerts(minute: float) -> None:
    if every(minute, 10):
        for subject, system in SUBJECTS:
            kind = "criterion" if system else "blood-pressure"
            pager.ALERTS.labels(kind, system, subject, "relative", "opened", "5-west").inc()
            pager.ALERTS.labels(kind, system, subject, "clear", "resolved", "5-west").inc()


def pages(minute: float) -> None:
    """One page each 20 minutes in the calm hour, one each minute from 84 on."""
    if every(minute, 20 if minute < 84 else 1, offset=5):
        pager.PENDING.labels("trigger", "relative", "criterion", "5-west").inc()
        pager.PAGES.labels("ward", "accepted").inc()
        pager.HELD_BACK.labels("masked").inc()
        pager.ACKNOWLEDGE.labels("relative").observe(90)
        pager.ACKNOWLEDGEMENTS.labels("relative", "yes" if minute < 84 else "no").inc()
    pager.SINCE_AT.observe(280)
    pager.SINCE_DECIDED.observe(8 if within(minute, 72, 76) else 0.2)


def burden(minute: float) -> None:
    if every(minute, 30, offset=25):
        pager.ESCALATIONS.labels("unacknowledged").inc()
    if within(minute, 90, 92) and every(minute, 0.5):
        pager.FLOODS_BEGUN.inc()
    pager.FLOODS.set(2 if within(minute, 90, 100) else 0)
    pager.SILENCES.labels("relative").set(1)
    pager.UNACKNOWLEDGED.labels("absolute").set(2 if within(minute, 90, 100) else 0)


def channels(minute: float) -> None:
    dead = within(minute, 76, 82)
    pager.OUTBOX.labels("sms").set(9 if dead else 0)
    pager.OLDEST.labels("sms").set((minute - 76) * 60 if dead else 0)
    pager.CIRCUIT.labels("sms").set(within(minute, 77, 82))
    if dead:
        pager.PAGES.labels("sms", "retry").inc()
    if minute == 82:
        pager.PAGES.labels("sms", "refused").inc()
        pager.PAGES.labels("sms", "expired").inc(3)


def census(name: str) -> Play:
    """Eight patients in the course of the worked example, each further in it than the one before; beside the
    deciding pack stands another.
    """
    started()
    guideline, course = load('[packs]\noverlays = ["proleukin-us-label/2024-12"]\n'), course_events()
    prepare_labels(guideline)
    counted = Census()
    first = min(event.known for event in course)

    def play(minute: float) -> None:
        if every(minute, 20):
            for bed in range(8):
                until = first + round((bed * 12 + minute / 60) * HOUR_MS)
                (assessment,) = event_files.assessments(event_files.fold_events(course, guideline, until))
                mine = msgspec.structs.replace(assessment, patient=str(bed))
                counted.apply(str(bed).encode(), encode(mine))
        census_service.show(counted)

    return play


def course_events() -> list[Event]:
    decoded = (decode(json.dumps(event))[0] for event in events())
    return [event for event in decoded if event is not None]


def board(name: str) -> Play:
    """Live, but while it reads at its start, while the feed is silent, and while Kafka leaves it alone."""
    started()

    def play(minute: float) -> None:
        loading, silent, alone = minute < 2, within(minute, 20, 30), within(minute, 100, 106)
        wrong = (
            [Problem("loading", "Reading.")] * loading
            + [Problem("feed", "Nothing.")] * silent
            + [Problem("broker", "No answer.")] * alone
        )
        board_service.show(wrong)

    return play


def feed(name: str) -> Play:
    started()
    labelled = "icu"

    def play(minute: float) -> None:
        now = 1_772_409_600 + minute * 60
        trouble = within(minute, 100, 160)
        feeds.SILENCE.labels(labelled).set(600)
        feeds.CONNECTIONS.labels(labelled).set(2)
        feeds.IN_HAND.labels(labelled).set(0)
        feeds.LAST.labels(labelled).set(now - (900 if within(minute, 110, 120) else 10))
        feeds.SKEW.labels(labelled).set(-600 if trouble else -1)
        feeds.CERTIFICATE.labels(labelled).set(now + 86_400 * (10 if trouble else 60))
        feeds.AWAY.set(within(minute, 125, 130))
        feeds.OUTAGE.inc(15 if within(minute, 125, 130) else 0)
        feeds.MESSAGES.labels(labelled, "ORU", "taken").inc(5)
        feeds.ANSWER.observe(0.02)
        feeds.BYTES.labels(labelled).inc(9_000)
        feeds.EVENTS.labels(labelled, "vitals").inc(30)
        feeds.UNMAPPED.labels(labelled, "LN").inc(2_000 if trouble else 10)
        feeds.REFUSED.labels(labelled, "bad-unit").inc(30 if trouble else 0)
        feeds.LETTERS.labels(labelled, "bad-unit").inc(5 if trouble else 0)
        feeds.COUNTED.labels(labelled, "duplicate").inc(1)
        feeds.COUNTED.labels(labelled, "lost-notifications").inc(within(minute, 120, 126))
        feeds.FRAMES.labels(labelled, "empty").inc(1)

    return play


PLAYS = {
    "il2-worker": worker,
    "il2-pager": paging,
    "il2-census": census,
    "il2-board": board,
    "il2-feed": feed,
}
