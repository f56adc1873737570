"""Add up the results of one subject, or of all, over a ward, and the burden: pages, how many of them true,
and alarm floods (ANSI/ISA-18.2).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from statistics import median
from typing import Any

from rules.wire.instants import DAY, MINUTE
from simulators.score.alarm_hours import AlarmHours, HourCounts
from simulators.score.detection import JUDGED, Detection
from simulators.score.pages import BORDERLINE, TRUE, UNJUDGED, VERDICTS, ScoredPage
from simulators.score.true_spans import ABSOLUTE, NAMES, RELATIVE

Numbers = dict[str, Any]


@dataclass
class LevelTally:
    """True episodes at one level and whether they were detected; patient-hours at that level or worse: all of
    them, and those that could be judged.
    """

    detections: list[Detection] = field(default_factory=list)
    hours: AlarmHours = field(default_factory=AlarmHours)
    decided: AlarmHours = field(default_factory=AlarmHours)
    undecided: int = 0

    def add(self, detections: Iterable[Detection], hours: HourCounts) -> None:
        """Add one patient's detections and hours."""
        self.detections.extend(detections)
        self.hours = self.hours.plus(hours.hours)
        self.decided = self.decided.plus(hours.decided)
        self.undecided += len(hours.undecided)

    def numbers(self, hours: int) -> Numbers:
        """Return the counts as JSON values.

        `hours`: of the whole ward; those without truth or alarm were rightly quiet.
        """
        delays = [one.delay / MINUTE for one in self.detections if one.delay is not None]
        distinct = [one for one in self.detections if one.episode.distinct]
        return {
            "all": detected(self.detections),
            "distinct": detected(distinct),
            "borderline": detected(one for one in self.detections if not one.episode.distinct),
            "afterwards": sum(one.afterwards for one in self.detections),
            "delay_min": {"median": round(median(delays), 1), "worst": round(max(delays), 1)}
            if delays
            else None,
            "hours": scored(self.hours.of(hours)),
            "hours_decided": scored(self.decided.of(hours - self.undecided)) | {"undecided": self.undecided},
        }


def pooled(tallies: Collection[SubjectTally], hours: int) -> Numbers:
    """Return criterion-hours: every patient-hour once for each subject, at both levels, all of them and those
    that could be judged.
    """
    return {
        NAMES[level]: together([one.levels[level] for one in tallies], hours)
        for level in (RELATIVE, ABSOLUTE)
    }


def together(found: Collection[LevelTally], hours: int) -> Numbers:
    """Return the hours of several tallies at one level, added up."""
    every = reduce(AlarmHours.plus, (one.hours.of(hours) for one in found), AlarmHours())
    decided = reduce(AlarmHours.plus, (one.decided.of(hours - one.undecided) for one in found), AlarmHours())
    return {
        "hours": scored(every),
        "hours_decided": scored(decided) | {"undecided": sum(one.undecided for one in found)},
    }


def scored(hours: AlarmHours) -> Numbers:
    return hours._asdict() | {"score": rounded(hours.score)}


def detected(detections: Iterable[Detection]) -> Numbers:
    """Return how many true episodes there were, how many of them were detected, and the share."""
    ones = list(detections)
    found = sum(one.detected for one in ones)
    return {
        "episodes": len(ones),
        "detected": found,
        "sensitivity": rounded(found / len(ones), 4) if ones else None,
    }


@dataclass
class SubjectTally:
    """One subject, or many together, at both levels, with their pages."""

    levels: dict[int, LevelTally] = field(
        default_factory=lambda: {RELATIVE: LevelTally(), ABSOLUTE: LevelTally()}
    )
    pages: Counter[tuple[str, str]] = field(default_factory=Counter)

    def page(self, page: ScoredPage) -> None:
        """Count one page."""
        self.pages[page.transition.level, page.verdict] += 1

    def numbers(self, hours: int) -> Numbers:
        """Return the counts as JSON values; `hours`: of the whole ward."""
        return {NAMES[level]: found.numbers(hours) for level, found in self.levels.items()} | {
            "pages": paged(self.pages)
        }


def paged(pages: Counter[tuple[str, str]]) -> Numbers:
    """Return pages by level and by verdict.

    `ppv`: the share of true ones among those that can be judged; `ppv_with_borderline`: with those within the
    noise.
    """
    verdicts = {
        verdict: sum(number for (_, found), number in pages.items() if found == verdict)
        for verdict in VERDICTS
    }
    levels = {
        level: sum(number for (found, _), number in pages.items() if found == level)
        for level in ("absolute", "relative", "technical")
    }
    judged = pages.total() - verdicts[UNJUDGED]
    near = verdicts[TRUE] + verdicts[BORDERLINE]
    shares = (
        {"ppv": verdicts[TRUE] / judged, "ppv_with_borderline": near / judged}
        if judged
        else {"ppv": None, "ppv_with_borderline": None}
    )
    return (
        {"all": pages.total()}
        | levels
        | verdicts
        | {name: rounded(share, 4) for name, share in shares.items()}
    )


def rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


MANY = 10
WINDOW = 10 * MINUTE


def floods(moments: Iterable[int]) -> int:
    """Return the number of alarm floods.

    A flood begins when ten pages lie within ten minutes, and is over once no such ten end in the last ten
    minutes.
    """
    recent: deque[int] = deque()
    found, last = 0, -(1 << 62)
    for moment in sorted(moments):
        recent.append(moment)
        while recent[0] <= moment - WINDOW:
            recent.popleft()
        if len(recent) >= MANY:
            found += moment - last > WINDOW
            last = moment
    return found


class Burden:
    """The sum of pages of all kinds.

    `new`: pages that say something new (`simulators.score.pages.new_pages`).
    """

    def __init__(self) -> None:
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.new = self.reminders = self.floods = 0
        self.moments: list[int] = []

    def add(self, sent: list[ScoredPage], reminders: int, new: int) -> None:
        """Add one patient's pages."""
        moments = [page.transition.decided for page in sent]
        self.kinds.update((page.transition.kind, page.transition.level) for page in sent)
        self.verdicts.update(page.verdict for page in sent)
        self.new += new
        self.reminders += reminders
        self.floods += floods(moments)
        self.moments.extend(moments)

    def numbers(self, ms: int) -> dict[str, Any]:
        """Return the burden over `ms` of patient time.

        `share_true`: of the pages that can be judged; `share_new`: of pages and reminders together.
        """
        reported = len(self.moments) + self.reminders
        judged = sum(number for (kind, _), number in self.kinds.items() if kind in JUDGED)
        return {
            "all": len(self.moments),
            "per_patient_day": per_day(len(self.moments), ms),
            "with_reminders_per_patient_day": per_day(reported, ms),
            "of_criteria_and_pressure_per_patient_day": per_day(judged, ms),
            "share_true": rounded(self.verdicts[TRUE] / judged, 4) if judged else None,
            "verdicts": dict(sorted(self.verdicts.items())),
            "kinds": [
                {"kind": kind, "level": level, "pages": number}
                for (kind, level), number in sorted(self.kinds.items())
            ],
            "reminders": self.reminders,
            "new": self.new,
            "share_new": rounded(self.new / reported, 4) if reported else None,
            "floods": {"of_one_patient": self.floods, "of_the_ward": floods(self.moments)},
        }


def per_day(number: int, ms: int) -> float | None:
    """Return the number per patient-day; None without patient time."""
    return rounded(number * DAY / ms) if ms else None
