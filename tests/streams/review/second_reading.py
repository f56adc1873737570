"""A second computation of every number of a review, from the lines of the files alone, in plain Python."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
Key = tuple[str, str, str]
FACTS = ("vitals", "io", "labs", "dose", "infusion", "medication", "finding")
ALARMS = ("opened", "worsened")


def ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def percentile(values: Iterable[float], share: float) -> float:
    """Linear between the two nearest, as a textbook has it."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


class SecondReading:
    """The files of a folder, and a period [start, end) in ms."""

    def __init__(
        self, folder: Path, start: int, end: int, zone: str, late_after: int, whose: Callable[[str], bool]
    ) -> None:
        self.start, self.end, self.zone, self.late_after = start, end, ZoneInfo(zone), late_after
        found = {(one["id"], one["seq"]): one for one in reversed(lines(folder / "alerts.jsonl"))}
        self.system = [one for one in found.values() if one["kind"] == "system"]

        def unit(patient: str) -> bool:
            return patient != "il2watch-test-1" and whose(patient)

        mine = [one for one in found.values() if one["patient"] != "*"]
        self.every_name = sorted({one["patient"] for one in mine if unit(one["patient"])})
        self.alerts = [one for one in mine if self.inside(ms(one["decided"])) and unit(one["patient"])]
        self.every_page = [one for one in lines(folder / "pages.jsonl") if unit(one["patient"])]
        self.pages = [one for one in self.every_page if self.inside(ms(one["when"]))]
        self.every_event = [one for one in lines(folder / "events.jsonl") if unit(one["patient"])]
        self.events = [one for one in self.every_event if self.inside(known(one))]
        acts = ("acknowledged", "acknowledged-already", "silence", "silence-cut")
        self.acts = [one for one in self.every_page if one["outcome"] in acts]
        self.orders = [one for one in self.every_event if one["type"] in ("resume", "accept")]
        self.letters = [one for one in lines(folder / "deadletters.jsonl") if self.inside(one["when"])]
        self.found: dict[Key, float] = {}

    def inside(self, moment: int) -> bool:
        return self.start <= moment < self.end

    def hour(self, at: str) -> str:
        return f"{datetime.fromisoformat(at).astimezone(self.zone):%H}"

    def put(self, table: str, counts: Counter[str], measure: str = "number") -> None:
        self.found |= {(table, row, measure): count for row, count in counts.items()}

    def days(self) -> float:
        """From each patient's first fact to the discharge, as far as it is in the period."""
        last = max(known(one) for one in self.every_event)
        total = 0.0
        for patient in {one["patient"] for one in self.every_event}:
            own = [one for one in self.every_event if one["patient"] == patient]
            begins = min(ms(one["at"]) for one in own if one.get("event") != "discharge")
            ends = min([last, *(ms(one["at"]) for one in own if one.get("event") == "discharge")])
            total += max(0, min(ends, self.end) - max(begins, self.start))
        return total / 86_400_000

    def numbers(self) -> dict[Key, float]:
        days = self.days()
        self.found["burden", "all", "patient-days"] = days
        alarms = [one for one in self.alerts if one["transition"] in ALARMS]
        requested = [one for one in self.of("owed") if one["action"] == "trigger"]
        for what, found, when in (("alarms", alarms, "decided"), ("pages", requested, "when")):
            for table, label in (
                ("burden", lambda one: "all"),
                ("subject", lambda one: one["subject"]),
                ("level", lambda one: one["level"]),
                ("hour", lambda one, when=when: self.hour(one[when])),
            ):
                counts = Counter(label(one) for one in found)
                self.put(table, counts, what)
                if days:
                    self.found |= {
                        (table, row, f"{what} a patient-day"): n / days for row, n in counts.items()
                    }
        self.put("transition", Counter(one["transition"] for one in self.alerts))
        self.put("organ system", Counter(one["system"] or "none" for one in alarms))
        self.acknowledged()
        self.answered()
        self.unanswered()
        self.flapping()
        self.feed()
        return self.found

    def of(self, *outcomes: str) -> list[Record]:
        return [one for one in self.pages if one["outcome"] in outcomes]

    def acknowledged(self) -> None:
        found = self.of("acknowledged")
        self.put("acknowledged", Counter(one["level"] for one in found))
        words = {True: "yes", False: "no", None: "unsaid"}
        self.put("actionable", Counter(words[one.get("actionable")] for one in found))
        timed = [one for one in found if "waited_ms" in one]
        for by, label in (("level", lambda one: one["level"]), ("hour", lambda one: self.hour(one["when"]))):
            groups = defaultdict(list)
            for one in timed:
                groups[label(one)].append(one["waited_ms"] / 1000)
            for row, seconds in groups.items():
                table = f"time to acknowledge, by {by}"
                self.found[table, row, "acknowledged"] = len(seconds)
                self.found[table, row, "median s"] = percentile(seconds, 0.5)
                self.found[table, row, "90th percentile s"] = percentile(seconds, 0.9)

    def answered(self) -> None:
        types = Counter(one["type"] for one in self.events)
        counts = {
            "reminders": sum(one["transition"] == "reminder" for one in self.alerts),
            "escalations": len(self.of("escalated")),
            "silences": len(self.of("silence", "silence-cut")),
            "floods": len(self.of("flood-began")),
            "resumes": types["resume"],
            "acceptances": types["accept"],
        }
        self.put("answers", Counter(counts))
        held = {"masked": "masked", "silenced": "silenced", "acknowledged-already": "acknowledged", "flood": "flood",
                "digest": "digest", "off-hours": "off-hours", "unrouted": "unrouted"}  # fmt: skip
        self.put("held back", Counter({name: len(self.of(outcome)) for outcome, name in held.items()}))
        self.put("enqueued", Counter(one["action"] for one in self.of("owed")))
        self.put("marks", Counter(one["mark"] for one in self.of("mark")))
        self.put("would have paged", Counter(one["level"] for one in self.of("would-have-paged")))
        self.put("escalated because", Counter(one["cause"] for one in self.of("escalated")))

    def unanswered(self) -> None:
        sent = [one for one in self.of("accepted") if one["action"] == "trigger"]
        paged = {one["alert"] for one in sent}
        seen = {one["alert"] for one in self.every_page if one["outcome"] == "acknowledged"}
        idle = sum(not self.acted(one) for one in sent)
        for row, every, without in (("episodes", len(paged), len(paged - seen)), ("pages", len(sent), idle)):
            self.found["unanswered", row, "paged"] = every
            self.found["unanswered", row, "unanswered"] = without
            if every:
                self.found["unanswered", row, "share unanswered"] = without / every

    def acted(self, page: Record) -> bool:
        """Whether somebody acknowledged, silenced, accepted or resumed within 30 min."""
        begins, subject = ms(page["when"]), (page["patient"], page["subject"])
        acts = [
            ms(one["when"])
            for one in self.acts
            if (one["outcome"].startswith("acknowledged") and one["alert"] == page["alert"])
            or (one["outcome"].startswith("silence") and (one["patient"], one["subject"]) == subject)
        ]
        acts += [
            known(one)
            for one in self.orders
            if (one["patient"], one.get("criterion", page["subject"])) == subject
        ]
        return any(begins <= at <= begins + 30 * 60_000 for at in acts)

    def flapping(self) -> None:
        opened = defaultdict(list)
        for one in self.alerts:
            if one["transition"] == "opened" and one["level"] != "advisory":
                opened[one["patient"], one["subject"]].append(ms(one["decided"]))
        for (patient, subject), when in opened.items():
            most = max(sum(0 <= last - one <= 12 * 3_600_000 for one in when) for last in when)
            if most >= 3:
                row = f"patient {self.every_name.index(patient) + 1}, {subject}"
                self.found["flapping", row, "episodes"] = len(when)
                self.found["flapping", row, "most in 12 h"] = most

    def feed(self) -> None:
        delays = defaultdict(list)
        for one in self.events:
            if one["type"] in FACTS:
                delay = known(one) - ms(one["at"])
                for row in ("all", one.get("source", one["type"])):
                    delays[row].append(delay)
        for row, every in delays.items():
            late = [one / 1000 for one in every if one > self.late_after]
            self.found["late charting", row, "charted"] = len(every)
            self.found["late charting", row, "late"] = len(late)
            self.found["late charting", row, "share late"] = len(late) / len(every)
            if late:
                self.found["late charting", row, "median delay s"] = percentile(late, 0.5)
                self.found["late charting", row, "90th percentile s"] = percentile(late, 0.9)
        self.put("dead letters", Counter(one["reason"] for one in self.letters))
        self.put("unmapped", Counter(one["message"] for one in self.letters if one["reason"] == "unmapped"))
        wrong = [one for one in self.letters if one["reason"] in ("from-the-future", "bad-time")]
        self.put("clocks", Counter(f"{one['topic']}: {one['reason']}" for one in wrong))
        own = [one for one in self.system if self.inside(ms(one["decided"])) and one["transition"] in ALARMS]
        self.put("alarms of the system", Counter(one["subject"] for one in own))


def known(event: Record) -> int:
    return ms(event.get("known", event["at"]))
