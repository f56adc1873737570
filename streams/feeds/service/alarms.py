"""Say on the alerts topic what is wrong with an interface: it is silent, its clock is off, its codes are new.

Alerts about the system, under patient `*` with kind `system`: none holds a word of a patient. An alarm's id
is that of its feed and subject, so that the next process closes what this one left open.
Source: docs/spec/feeds.md, Metrics.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rules.wire.alerts import CLEAR, encode, system_alert
from rules.wire.durations import duration
from rules.wire.instants import DAY, MINUTE, SECOND, Instant
from rules.wire.topics import ALERTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.config.feeds import FeedTable
from streams.feeds.mapping.handled import Handled
from streams.kafka.producer import OutgoingRecord

TECHNICAL = "technical"
SKEW_MS = 2 * MINUTE
GAP_LASTS_MS = 5 * MINUTE
SILENT, CLOCK, CODES, GAP = "feed-silent", "feed-clock", "feed-codes", "feed-gap"
MOST_CODES = 5
EVERY_S = 15.0
"""How often it is looked whether an alarm is due: what came in between decides about the clock."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .:/_-]{0,39}")


class FeedAlarm:
    """One alarm of one feed. `open`: None: not known, for the process before may have left it open."""

    def __init__(self, feed: str, subject: str) -> None:
        self.feed, self.subject = feed, f"{subject}/{feed}"
        self.open: bool | None = None

    def after(self, now: Instant, is_open: bool, message: str, limit: str | None) -> OutgoingRecord | None:
        """Return the alert to append, if the alarm opened or closed by it. `now`: ms."""
        if is_open == self.open:
            return None
        self.open = is_open
        level = TECHNICAL if is_open else CLEAR
        alert = system_alert(self.subject, level, message, now, seq=now, limit=limit)
        return OutgoingRecord(ALERTS, EVERY_PATIENT.encode(), encode(alert), time=now)


class FeedAlarms:
    """The alarms of one feed, over what its messages show. `began`: when it started, ms."""

    def __init__(self, name: str, table: FeedTable, began: Instant) -> None:
        self.name, self.replays = name, table.replay
        self.silence, self.often = int(duration(table.silence)), table.unmapped_alert
        self.last, self.gap_at, self.any = began, -GAP_LASTS_MS, False
        self.off: int | None = None
        self.came: Counter[str] = Counter()
        self.known: set[str] = set()
        self.fresh: list[str] = []
        self.day = began // DAY
        self.alarms = {subject: FeedAlarm(name, subject) for subject in (SILENT, CLOCK, CODES, GAP)}

    def seen(self, handled: Handled, now: Instant, ahead: int | None = None) -> None:
        """Take note of a message. `ahead`: its own time less its arrival, ms (None: not known)."""
        self.last, self.any = now, True
        if ahead is not None and (self.off is None or abs(ahead) < abs(self.off)):
            self.off = ahead
        for (what, label), number in handled.tally.items():
            if what == "unmapped" and self.often and label not in self.known:
                self._count(label, number)
            elif what == "lost-notifications":
                self.gap_at = now

    def _count(self, code: str, number: int) -> None:
        self.came[code] += number
        if self.came[code] >= self.often:
            self.known.add(code)
            self.fresh.append(code if _PLAIN.fullmatch(code) else "a local code")

    def after(self, now: Instant) -> Iterator[OutgoingRecord]:
        """Yield the alerts to append at an instant, ms."""
        if now // DAY != self.day:
            self.day, self.fresh = now // DAY, []
            self.came.clear()
        found = (
            self._silence(now),
            self._clock(now),
            self.alarms[CODES].after(now, bool(self.fresh), self._codes(), f">={self.often} a day"),
            self.alarms[GAP].after(now, now - self.gap_at < GAP_LASTS_MS, self._gap(), None),
        )
        yield from (alert for alert in found if alert is not None)

    def unsaid(self) -> None:
        """Take back the last alerts: they were not written, and are due again."""
        for alarm in self.alarms.values():
            alarm.open = None

    def _silence(self, now: Instant) -> OutgoingRecord | None:
        """Return the alert on silence, which ends with a message, and not with a new process."""
        silent = now - self.last >= self.silence
        if not silent and not self.any:
            return None
        text = f"Nothing comes from the interface {self.name}: look at its sender and at the network"
        again = f"The interface {self.name} sends again"
        limit = f">={self.silence // SECOND} s"
        return self.alarms[SILENT].after(now, silent, text if silent else again, limit)

    def _clock(self, now: Instant) -> OutgoingRecord | None:
        """Return the alert on the clock, by the message since the last time that was off the least.

        A message that waited at its sender looks like a clock that is behind; one that did not comes soon.
        """
        off, self.off = self.off, None
        if off is None or self.replays:
            return None
        wrong = abs(off) > SKEW_MS
        way = "ahead" if off > 0 else "behind"
        text = f"The clock of the interface {self.name} is {abs(off) // SECOND} s {way}: set it (NTP)"
        right = f"The clock of the interface {self.name} is right"
        return self.alarms[CLOCK].after(now, wrong, text if wrong else right, f">{SKEW_MS // SECOND} s")

    def _codes(self) -> str:
        if not self.fresh:
            return f"No new code comes from the interface {self.name}"
        named = ", ".join(dict.fromkeys(self.fresh[:MOST_CODES]))
        return f"The interface {self.name} sends codes that no map knows: {named}; map or ignore them"

    def _gap(self) -> str:
        return f"Notifications of the interface {self.name} are missing: ask its server for what was not sent"
