"""Compute the numbers of a period: alarms, pages, answers, and the feed beside them.

Definitions are in docs/howto/hold-an-alarm-review.md, where a committee reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from rules.wire import pages
from rules.wire.alerts import SYSTEM
from rules.wire.instants import DAY, HOUR, MINUTE, SECOND
from streams.review.records import Records, is_counted

ALARMS = ("opened", "worsened")
TRIGGER = "trigger"
ACT_WITHIN = 30 * MINUTE
FLAPS, FLAP_WITHIN = 3, 12 * HOUR
CLOCKS = ("from-the-future", "bad-time")
FACTS = ("vitals", "io", "labs", "dose", "infusion", "medication", "finding")


class Number(NamedTuple):
    """One number: its table, the row in it, what is measured."""

    table: str
    row: str
    measure: str


Numbers = dict[Number, float]


class Period(NamedTuple):
    """What is reviewed: [start, end) in ms, the site's zone, and from what delay on a fact is late, ms."""

    start: int
    end: int
    zone: str
    late_after: int

    @property
    def before(self) -> Period:
        """The period of the same length before this one."""
        return self._replace(start=2 * self.start - self.end, end=self.start)

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the period."""
        if frame.empty:
            return frame
        return _where(frame, (frame["when"] >= self.start) & (frame["when"] < self.end))

    def hours(self, when: pd.Series[int]) -> pd.Series[str]:
        """Return the local hour of the day of instants, `00` to `23`."""
        local = pd.to_datetime(when, unit="ms", utc=True).dt.tz_convert(ZoneInfo(self.zone))
        return local.dt.strftime("%H")


def numbers(records: Records, period: Period, wanted: Callable[[str], bool]) -> Numbers:
    """Return every number of a period. `wanted`: whether a patient is of the unit that is reviewed."""
    chosen = _Chosen(records, period, wanted)
    parts = (
        chosen.burden(),
        chosen.transitions(),
        chosen.acknowledgements(),
        chosen.answers(),
        chosen.held(),
        chosen.unanswered(),
        chosen.flapping(),
        chosen.late(),
        refused(records, period),
        system(records, period),
    )
    return {Number(*key): float(value) for part in parts for key, value in part}


Found = Iterator[tuple[tuple[str, str, str], float]]


class _Chosen:
    """The records of the patients that are reviewed."""

    def __init__(self, records: Records, period: Period, wanted: Callable[[str], bool]) -> None:
        self.period = period
        frames = (records.alerts, records.pages, records.facts)
        self.all_alerts, self.all_pages, self.all_facts = (_of(frame, wanted) for frame in frames)
        self.alerts, self.pages, self.facts = (
            period.of(frame) for frame in (self.all_alerts, self.all_pages, self.all_facts)
        )
        self.days = patient_days(self.all_facts, period)

    def burden(self) -> Found:
        """Yield alarms and pages, and each a patient-day, by subject, level, hour, unit and in all."""
        yield ("burden", "all", "patient-days"), self.days
        alarms = self.alerts[self.alerts["transition"].isin(ALARMS)] if len(self.alerts) else self.alerts
        enqueued = self._pages(pages.ENQUEUED, TRIGGER)
        for what, frame in (("alarms", alarms), ("pages", enqueued)):
            yield from self._rated(what, "burden", pd.Series({"all": len(frame)}))
            if len(frame):
                for table in ("subject", "level"):
                    yield from self._rated(what, table, _counts(frame[table]))
                yield from self._rated(what, "hour", self.period.hours(frame["when"]).value_counts())

    def _rated(self, what: str, table: str, counts: pd.Series[int]) -> Found:
        for row, count in counts.items():
            yield (table, str(row), what), count
            if self.days:
                yield (table, str(row), f"{what} a patient-day"), count / self.days

    def transitions(self) -> Found:
        """Yield all transitions, by which; and alarms by organ system: the numbers of the dashboard."""
        if len(self.alerts):
            yield from _all("transition", _counts(self.alerts["transition"]))
            alarms = self.alerts[self.alerts["transition"].isin(ALARMS)]
            yield from _all("organ system", _counts(alarms["system"]))

    def acknowledgements(self) -> Found:
        """Yield the times from a page's acceptance to its acknowledgement, s, by level and by hour."""
        found = self._pages(pages.ACKNOWLEDGED)
        if found.empty:
            return
        yield from _all("acknowledged", _counts(found["level"]))
        yield from _all("actionable", _counts(found["actionable"]))
        timed = found[found["waited"] >= 0]
        seconds = timed["waited"] / SECOND
        by = {"time to acknowledge, by level": timed["level"].astype(str)}
        by["time to acknowledge, by hour"] = self.period.hours(timed["when"])
        for table, labels in by.items():
            for row, group in seconds.groupby(labels):
                yield (table, str(row), "acknowledged"), len(group)
                yield (table, str(row), "median s"), float(np.percentile(group, 50))
                yield (table, str(row), "90th percentile s"), float(np.percentile(group, 90))

    def answers(self) -> Found:
        """Yield reminders, escalations, silences, resumes, acceptances, floods."""
        reminders = (self.alerts["transition"] == "reminder").sum() if len(self.alerts) else 0
        yield ("answers", "reminders", "number"), reminders
        counted = {
            "escalations": (pages.ESCALATED,),
            "silences": (pages.SILENCE, pages.SILENCE_CUT),
            "floods": (pages.FLOOD_BEGAN,),
        }
        for name, outcomes in counted.items():
            yield ("answers", name, "number"), sum(len(self._pages(one)) for one in outcomes)
        for name, type in (("resumes", "resume"), ("acceptances", "accept")):
            found = (self.facts["type"] == type).sum() if len(self.facts) else 0
            yield ("answers", name, "number"), found

    def held(self) -> Found:
        """Yield pages that were not sent by rule, and what was enqueued, by what it does at the receiver."""
        for outcome, name in HELD.items():
            yield ("held back", name, "number"), len(self._pages(outcome))
        yield from _all("enqueued", _counts(self._pages(pages.ENQUEUED)["action"]))
        yield from _all("marks", _counts(self._pages(pages.MARK)["mark"]))
        yield from _all("would have paged", _counts(self._pages(pages.WOULD_HAVE_PAGED)["level"]))
        yield from _all("escalated because", _counts(self._pages(pages.ESCALATED)["cause"]))

    def unanswered(self) -> Found:
        """Yield the paged episodes that nobody acknowledged, and the pages without any act within 30 min."""
        sent = self._pages(pages.ACCEPTED, TRIGGER)
        every = self.all_pages
        seen = (
            every[every["outcome"] == pages.ACKNOWLEDGED]["alert"] if len(every) else pd.Series([], dtype=str)
        )
        paged = set(sent["alert"]) if len(sent) else set()
        silent = paged - set(seen)
        yield ("unanswered", "episodes", "paged"), len(paged)
        yield ("unanswered", "episodes", "unanswered"), len(silent)
        idle = self._without_act(sent) if len(sent) else 0
        yield ("unanswered", "pages", "paged"), len(sent)
        yield ("unanswered", "pages", "unanswered"), idle
        if paged:
            yield ("unanswered", "episodes", "share unanswered"), len(silent) / len(paged)
            yield ("unanswered", "pages", "share unanswered"), idle / len(sent)

    def _without_act(self, sent: pd.DataFrame) -> int:
        """Return how many pages no acknowledgement, silence, resume or acceptance follows within 30 min."""
        every, facts = self.all_pages, self.all_facts
        acts = [
            (every[every["outcome"].isin(SEEN)], ["alert"]),
            (every[every["outcome"].isin(QUIET)], SUBJECT),
        ]
        if len(facts):
            acts.append((facts[facts["type"] == "accept"], SUBJECT))
            acts.append((facts[facts["type"] == "resume"], ["patient"]))
        idle = pd.Series(True, index=sent.index)
        for found, by in acts:
            if len(found):
                idle &= ~_followed(sent, found, by)
        return int(idle.sum())

    def flapping(self) -> Found:
        """Yield the subjects of which a patient had three episodes in 12 h; patients are numbered."""
        if self.alerts.empty:
            return
        opened = self.alerts[(self.alerts["transition"] == "opened") & (self.alerts["level"] != "advisory")]
        opened = opened.sort_values("when", kind="stable")
        number = {name: place for place, name in enumerate(sorted(self.all_alerts["patient"].unique()), 1)}
        for (patient, subject), group in opened.groupby(SUBJECT, observed=True)["when"]:
            when = group.to_numpy()
            first = np.searchsorted(when, when - FLAP_WITHIN, side="left")
            most = int((np.arange(len(when)) - first + 1).max())
            if most >= FLAPS:
                row = f"patient {number[patient]}, {subject}"
                yield ("flapping", row, "episodes"), len(when)
                yield ("flapping", row, "most in 12 h"), most

    def late(self) -> Found:
        """Yield the share of facts charted late, and by how much, by source."""
        facts = self.facts[self.facts["type"].isin(FACTS)] if len(self.facts) else self.facts
        if facts.empty:
            return
        delay = facts["when"] - facts["at"]
        for row, group in [("all", delay), *delay.groupby(facts["source"].astype(str))]:
            late = group[group > self.period.late_after]
            yield ("late charting", str(row), "charted"), len(group)
            yield ("late charting", str(row), "late"), len(late)
            yield ("late charting", str(row), "share late"), len(late) / len(group)
            if len(late):
                yield ("late charting", str(row), "median delay s"), float(np.percentile(late, 50)) / SECOND
                yield (
                    ("late charting", str(row), "90th percentile s"),
                    float(np.percentile(late, 90)) / SECOND,
                )

    def _pages(self, outcome: str, action: str | None = None) -> pd.DataFrame:
        frame = self.pages
        if frame.empty:
            return pd.DataFrame(
                {name: [] for name in ("action", "cause", "level", "subject", "when", "alert", "mark")}
            )
        found = frame[frame["outcome"] == outcome]
        return found if action is None else found[found["action"] == action]


HELD = {
    pages.MASKED: "masked", pages.SILENCED: "silenced", pages.ALREADY: "acknowledged", pages.FLOODED: "flood",
    pages.DIGESTED: "digest", pages.OFF_HOURS: "off-hours", pages.UNROUTED: "unrouted",
}  # fmt: skip
SEEN = (pages.ACKNOWLEDGED, pages.ALREADY)
QUIET = (pages.SILENCE, pages.SILENCE_CUT)
SUBJECT = ["patient", "subject"]


def refused(records: Records, period: Period) -> Found:
    """Yield dead letters by reason, codes not mapped, and records whose time was wrong, by topic."""
    tables: dict[tuple[str, str], int] = {}
    for one in records.refusals:
        if one.when is None or not period.start <= one.when < period.end:
            continue
        keys = [("dead letters", one.reason)]
        keys += [("unmapped", one.message)] if one.reason == "unmapped" else []
        keys += [("clocks", f"{one.topic}: {one.reason}")] if one.reason in CLOCKS else []
        for key in keys:
            tables[key] = tables.get(key, 0) + 1
    yield from ((((table, row, "number")), count) for (table, row), count in tables.items())


def system(records: Records, period: Period) -> Found:
    """Yield the alarms of the system itself that opened, by subject; a clock that is off is one of them."""
    alerts = period.of(records.alerts)
    if len(alerts):
        own = alerts[(alerts["kind"] == SYSTEM) & alerts["transition"].isin(ALARMS)]
        yield from _all("alarms of the system", _counts(own["subject"]))


BEGINS = ("admit", "baseline", "cycle-start")
"""What begins a stay after a discharge, beside a dose (criteria.md section 1)."""


def patient_days(facts: pd.DataFrame, period: Period) -> float:
    """Return the days that patients were in care within a period: from a first fact to the discharge.

    What is charted after a discharge belongs to no stay, until another begins.
    """
    if facts.empty:
        return 0.0
    total, last = 0, int(facts["when"].max())
    own = facts[facts["type"].isin((*FACTS, "encounter"))].sort_values("at", kind="stable")
    for _, stays in own.groupby("patient", observed=True):
        for begins, ends in _stays(stays, last):
            total += max(0, min(ends, period.end) - max(begins, period.start))
    return total / DAY


def _stays(facts: pd.DataFrame, last: int) -> Iterator[tuple[int, int]]:
    """Yield when each stay of a patient begins and ends, ms; one that goes on ends at `last`."""
    begins: int | None = int(facts["at"].iloc[0])
    moving = facts[facts["event"].isin((*BEGINS, "discharge")) | (facts["type"] == "dose")]
    for at, event in zip(moving["at"], moving["event"], strict=True):
        if begins is None and event != "discharge":
            begins = int(at)
        elif begins is not None and event == "discharge":
            yield begins, int(at)
            begins = None
    if begins is not None:
        yield begins, last


def _of(frame: pd.DataFrame, wanted: Callable[[str], bool]) -> pd.DataFrame:
    if frame.empty:
        return frame
    names = [name for name in frame["patient"].cat.categories if is_counted(name) and wanted(name)]
    return _where(frame, frame["patient"].isin(names))


def _where(frame: pd.DataFrame, chosen: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows that are chosen; the frame itself where all are, for a copy costs its size."""
    return frame if chosen.all() else frame[chosen]


def _counts(column: pd.Series[str]) -> pd.Series[int]:
    counts = column.value_counts()
    return counts[counts > 0]


def _all(table: str, counts: pd.Series[int]) -> Found:
    yield from (((table, str(row) or "none", "number"), count) for row, count in counts.items())


def _followed(sent: pd.DataFrame, acts: pd.DataFrame, by: list[str]) -> pd.Series[bool]:
    """Return which pages an act of the same `by` follows within `ACT_WITHIN`, one at its very instant too."""
    left = sent[["when", *by]].astype(dict.fromkeys(by, str)).sort_values("when", kind="stable")
    right = acts[["when", *by]].astype(dict.fromkeys(by, str)).sort_values("when", kind="stable")
    right["act"] = right["when"]
    found = pd.merge_asof(left, right, on="when", by=by, direction="forward", tolerance=ACT_WITHIN)
    return pd.Series(found["act"].notna().to_numpy(), index=left.index)
