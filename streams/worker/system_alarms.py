"""Say what is wrong with the system itself: partitions and clocks (dead letters: `dead_letter_alarm`).

Alerts about the system go to `il2.alerts` under key and patient `*` with kind `system`. Time is an argument:
milliseconds of the worker's own clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from rules.wire.alerts import (
    CHANGELOG_CUT,
    CLEAR,
    PARTITIONS_ADDED,
    RECORDS_LOST,
    STATE_LOST,
    encode,
    system_alert,
)
from rules.wire.instants import MINUTE, SECOND, text
from rules.wire.refusals import CANNOT_BE_WORKED_OFF, WRONG_PARTITION
from rules.wire.topics import ALERTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.kafka.producer import OutgoingRecord
from streams.worker.worker_clock import WRONG_MS, WorkerClock

TECHNICAL = "technical"
LASTS = 5 * MINUTE


class SystemAlarm:
    """One alarm of one worker: it gives an alert when it opens, and one when it closes."""

    def __init__(self, worker: str, subject: str) -> None:
        self.worker, self.subject = worker, subject
        self.open, self.opened, self.seq = False, 0, 0

    def after(
        self,
        now: int,
        is_open: bool,
        message: str,
        limit: str | None = None,
        value: float | None = None,
        unit: str | None = None,
    ) -> OutgoingRecord | None:
        """Return the alert to append, if the alarm opened or closed by it.

        `now`: ms; `limit`, `value` and its `unit`: as on the wire.
        """
        if is_open == self.open:
            return None
        self.open = is_open
        self.opened = now if is_open else self.opened
        self.seq += 1
        alert = system_alert(
            self.subject,
            TECHNICAL if is_open else CLEAR,
            message,
            now,
            seq=self.seq,
            source=f"{self.worker}|{text(self.opened)}",
            value=value,
            unit=unit,
            limit=limit,
        )
        return OutgoingRecord(ALERTS, EVERY_PATIENT.encode(), encode(alert), time=now)


class RecentAlarm:
    """Open while something happened in the last 5 minutes."""

    def __init__(self, worker: str, subject: str) -> None:
        self.alarm, self.last = SystemAlarm(worker, subject), -LASTS

    def after(self, now: int, happened: bool, message: str) -> OutgoingRecord | None:
        """Return the alert after a batch in which it happened or not."""
        if happened:
            self.last = now
        return self.alarm.after(now, now - self.last < LASTS, message)


MISPLACED = (
    "A producer splits patients: records lie in another partition than their key's and are refused; "
    "set it to Kafka's own partitioner (murmur2); see il2watch deadletters ls"
)
STUCK = (
    "What was sent cannot be worked off ({}): the records are among the dead letters and count for nothing; "
    "look at the patients concerned; see il2watch deadletters ls --reason cannot-be-worked-off"
)


class ClockAlarm:
    """Open while the host's wall clock is more than a minute away from the worker's clock."""

    def __init__(self, worker: str, clock: WorkerClock) -> None:
        self.alarm, self.clock = SystemAlarm(worker, "clock"), clock

    def after(self, now: int) -> OutgoingRecord | None:
        """Return the alert when the clock went wrong, or came right."""
        off = self.clock.ahead
        message = (
            f"The worker's host clock stepped {abs(off) // SECOND} s {'ahead' if off > 0 else 'back'}: it is "
            "followed slowly; set the host's clock (NTP)"
        )
        return self.alarm.after(now, self.clock.wrong, message, limit=f">{WRONG_MS // SECOND} s")


CUT = (
    "{} records were deleted by retention before they were read ({}); what they said is unknown: look at the "
    "patients, and see docs/reference/reliability.md"
)
ADDED = (
    "Topics have other partitions than this worker reads ({}): new patients may lie in some that nobody "
    "reads; see docs/reference/reliability.md"
)
GONE = (
    "The state of partitions {} is lost: what was known of their patients is gone; stop all workers, start "
    "one with --rebuild; see docs/reference/reliability.md"
)
OLDER = (
    "The state of partitions {} is an older copy: what came since it was made is missing; "
    "stop all workers, start one with --rebuild; see docs/reference/reliability.md"
)
SHORT = (
    "The changelog of partitions {} was deleted or replaced under this worker: it wrote there again all that "
    "it holds; find out who did it; see docs/reference/reliability.md"
)
RECENT = (WRONG_PARTITION, CANNOT_BE_WORKED_OFF, RECORDS_LOST, PARTITIONS_ADDED, CHANGELOG_CUT)


class SystemAlarms:
    """The alarms of one worker beside that of the dead letters. `clock`: None: time comes from the log."""

    def __init__(self, worker: str, clock: WorkerClock | None) -> None:
        self.recent = {subject: RecentAlarm(worker, subject) for subject in RECENT}
        self.state = SystemAlarm(worker, STATE_LOST)
        self.clock = None if clock is None else ClockAlarm(worker, clock)

    def open(self) -> dict[str, bool]:
        """Return by subject whether each alarm is open."""
        clock = {} if self.clock is None else {self.clock.alarm.subject: self.clock.alarm.open}
        recent = {subject: alarm.alarm.open for subject, alarm in self.recent.items()}
        return {**recent, self.state.subject: self.state.open, **clock}

    def after(
        self, now: int, happened: Mapping[str, str], lost: Sequence[int] = (), older: Sequence[int] = ()
    ) -> Iterable[OutgoingRecord]:
        """Yield the alerts to append after a batch.

        `now`: ms; `happened`: by subject, what happened in it, in words; `lost`: the partitions that were
        found without their state, ever, `older`: with that of an older copy: that alarm stays.
        """
        found = [
            alarm.after(now, subject in happened, happened.get(subject, "It has not happened for 5 minutes"))
            for subject, alarm in self.recent.items()
        ]
        text, numbers = (GONE, lost) if lost else (OLDER, older)
        found.append(self.state.after(now, bool(numbers), text.format(", ".join(map(str, numbers)))))
        found.append(self.clock.after(now) if self.clock else None)
        return (alert for alert in found if alert is not None)


def happenings(
    misplaced: int,
    stuck: Sequence[str],
    cut: Mapping[str, int],
    added: str | None,
    shortened: Collection[int] = (),
) -> dict[str, str]:
    """Return what happened in a batch, by subject.

    `misplaced`: its misplaced records; `stuck`: the errors of what could not be worked off, whose types alone
    are told, since a message may name a patient; `cut`: records lost, by topic and partition; `added`: how
    partitions differ (None: they do not); `shortened`: those whose changelog is shorter than what is held.
    """
    kinds = ", ".join(sorted({line.partition(":")[0] for line in stuck}))
    found = {
        WRONG_PARTITION: MISPLACED if misplaced else None,
        CANNOT_BE_WORKED_OFF: STUCK.format(kinds) if stuck else None,
        RECORDS_LOST: CUT.format(sum(cut.values()), ", ".join(sorted(cut))) if cut else None,
        PARTITIONS_ADDED: ADDED.format(added) if added else None,
        CHANGELOG_CUT: SHORT.format(", ".join(map(str, sorted(shortened)))) if shortened else None,
    }
    return {subject: text for subject, text in found.items() if text is not None}
