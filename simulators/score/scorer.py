"""Score one configuration over one ward: its alerts against the ground truth, added up over the patients
subject by subject, and the losses to be expected from the fault log.
"""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from rules.wire.events import Event
from rules.wire.instants import DAY, MINUTE, text
from simulators.score.alarm_hours import NOTHING, hour_counts, hours_in
from simulators.score.detection import (
    CRITERION,
    JUDGED,
    REMINDER,
    AlarmSpan,
    AlertTransition,
    Detection,
    OnsetTally,
    alarms,
    detect,
    onsets,
)
from simulators.score.pages import FALSE, LESS, ScoredPage, judged, new_pages, pages
from simulators.score.readiness import ReadinessScore, Unsafe
from simulators.score.tally import Burden, Numbers, SubjectTally, pooled
from simulators.score.true_spans import ABSOLUTE, NAMES, RELATIVE, TrueCourse, at_least


class _Entry(msgspec.Struct):
    lost: bool
    refused: list[str]


def expected(path: str) -> dict[str, Any]:
    """Return `altered`, `lost` and `refused` (by reason) of a fault log file (simulators.faults.fault_log),
    gzip by its name.

    Raises OSError, and ValueError naming the line that is no entry.
    """
    decoder = msgspec.json.Decoder(_Entry)
    altered, lost, refused = 0, 0, Counter[str]()
    with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = decoder.decode(line)
            except msgspec.MsgspecError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            altered, lost = altered + 1, lost + entry.lost
            refused.update(entry.refused)
    return {"altered": altered, "lost": lost, "refused": dict(sorted(refused.items()))}


RECOMMENDATION = "recommendation"
HYPOTENSION = "hypotension"
"""Decided beside the rows of Table 3 and not counted among them (criteria.md section 5)."""


class CohortScore:
    """The score of all patients.

    `subjects`: by code; `criteria`: all rows of Table 3 together, where an hour counts once whatever is true
    in it; `missed`, `untrue`: each true episode that was not alerted, and each page that was not true, for
    inspection. `onsets`: of distinct absolute episodes; `unsafe`: readiness while it was not safe, by
    patient.
    """

    def __init__(self) -> None:
        self.patients, self.without_truth, self.ms, self.hours = 0, 0, 0, 0
        self.subjects: dict[str, SubjectTally] = defaultdict(SubjectTally)
        self.criteria, self.burden = SubjectTally(), Burden()
        self.missed: list[Numbers] = []
        self.untrue: list[Numbers] = []
        self.onsets = OnsetTally()
        self.readiness: dict[str, Unsafe] = {}

    def add(self, course: TrueCourse, transitions: list[AlertTransition]) -> None:
        """Add a patient: what truly happened, and the alert transitions in their order."""
        self.patients += 1
        self.ms += course.end - course.start
        self.hours += hours_in(course.start, course.end)
        ones = by_subject(transitions)
        for level in (RELATIVE, ABSOLUTE):
            self._level(course, level, {subject: alarms(theirs, level) for subject, theirs in ones.items()})
        self._pages(transitions, course)

    def add_without_truth(self, transitions: list[AlertTransition]) -> None:
        """Add a patient without ground truth: the pages count as burden and are not judged."""
        self.without_truth += 1
        self._pages(transitions, None)

    def _level(self, course: TrueCourse, level: int, alarmed: Mapping[str, list[AlarmSpan]]) -> None:
        any_criterion = NOTHING
        for code in sorted(course.true.keys() | course.possible.keys() | alarmed.keys()):
            true, on = at_least(course.true.get(code, []), level), alarmed.get(code, [])
            detections = detect(true, on)
            hours = hour_counts(
                course.start, course.end, true, at_least(course.possible.get(code, []), level), on
            )
            self.subjects[code].levels[level].add(detections, hours)
            self.missed.extend(missed(course, code, level, one) for one in detections if not one.detected)
            if level == ABSOLUTE:
                self.onsets.found[course.charting].extend(onsets(course.patient, code, detections))
            if code != HYPOTENSION:
                self.criteria.levels[level].add(detections, NOTHING)
                any_criterion = any_criterion.plus(hours)
        self.criteria.levels[level].add([], any_criterion)

    def _pages(self, transitions: list[AlertTransition], course: TrueCourse | None) -> None:
        sent = [judged(page, course) for page in pages(transitions)]
        self.burden.add(sent, sum(map(is_reminder, transitions)), new_pages(transitions))
        self.untrue.extend(untrue(page) for page in sent if page.verdict in (FALSE, LESS))
        for page in sent:
            if page.transition.kind in JUDGED:
                self.subjects[page.transition.subject].page(page)
            if page.transition.kind == CRITERION:
                self.criteria.page(page)

    @property
    def numbers(self) -> Numbers:
        """The score as JSON values.

        Sensitivities and shares are 0 to 1, delays in minutes, scores 0 to 100.
        """
        return {
            "patients": self.patients,
            "patients_without_truth": self.without_truth,
            "patient_days": round(self.ms / DAY, 2),
            "criteria": self.criteria.numbers(self.hours),
            "subjects": {code: tally.numbers(self.hours) for code, tally in sorted(self.subjects.items())},
            "criterion_hours": pooled(
                [tally for code, tally in self.subjects.items() if code != HYPOTENSION], self.hours
            ),
            "pages": self.burden.numbers(self.ms),
            "readiness": readiness_numbers(self.readiness),
            "onsets": self.onsets.numbers(),
            "missed": self.missed,
            "untrue": self.untrue,
        }


def by_subject(transitions: Iterable[AlertTransition]) -> dict[str, list[AlertTransition]]:
    """Return the transitions of subjects that have a ground truth, each in order."""
    found: dict[str, list[AlertTransition]] = defaultdict(list)
    for one in transitions:
        if one.kind in JUDGED:
            found[one.subject].append(one)
    return found


def is_reminder(one: AlertTransition) -> bool:
    """Return whether a transition repeats the page of an absolute episode."""
    return one.transition == REMINDER and one.kind in (*JUDGED, RECOMMENDATION)


def readiness_numbers(found: Mapping[str, Unsafe]) -> Numbers:
    """Return the minutes of readiness as JSON values, over all patients, and where they were unsafe."""
    return {
        "ready_min": round(sum(one.ready for one in found.values()), 1),
        "unsafe_min": round(sum(one.unsafe for one in found.values()), 1),
        "unsafe_by_latent_truth_min": round(sum(one.latent for one in found.values()), 1),
        "unsafe": [
            {"patient": patient, "subject": code, "minutes": round(minutes, 1)}
            for patient, one in sorted(found.items())
            for code, minutes in sorted(one.by_code.items())
        ],
    }


def missed(course: TrueCourse, code: str, level: int, one: Detection) -> Numbers:
    """Return an episode that was not alerted, as JSON values."""
    episode = one.episode
    return {
        "patient": course.patient,
        "subject": code,
        "level": NAMES[level],
        "start": text(episode.start),
        "end": text(episode.end),
        "minutes": (episode.end - episode.start) // MINUTE,
        "distinct": episode.distinct,
    }


def untrue(page: ScoredPage) -> Numbers:
    """Return a page that was not true, as JSON values."""
    one = page.transition
    named = {"patient": one.patient, "subject": one.subject, "level": one.level, "verdict": page.verdict}
    return named | {"at": text(one.at), "decided": text(one.decided), "episode": one.episode}


Collected = tuple[dict[str, list[AlertTransition]], dict[str, Unsafe]]
"""Alert transitions and minutes of readiness, by patient."""


class Scorer:
    """Collects alert transitions as they are decided; `numbers` scores them.

    Memory grows with alerts, not with events.
    """

    def __init__(self, courses: Iterable[TrueCourse]) -> None:
        self.courses = {course.patient: course for course in courses}
        self.transitions: dict[str, list[AlertTransition]] = defaultdict(list)
        self.readiness = {patient: ReadinessScore(course) for patient, course in self.courses.items()}

    def add(
        self,
        patient: str,
        kind: str,
        subject: str,
        level: str,
        transition: str,
        at: int,
        decided: int,
        episode: str,
        carried: bool = False,
    ) -> None:
        """Add one transition (wire.md, Alert; `episode` is its id); each patient's must come in their order.

        Times in ms.
        """
        self.transitions[patient].append(
            AlertTransition(patient, kind, subject, level, transition, at, decided, episode, carried)
        )

    def saw(self, event: Event) -> None:
        """Note a record as it becomes known."""
        if event.patient in self.readiness:
            self.readiness[event.patient].saw(event)

    def ready(self, patient: str, start: int, end: int) -> None:
        """Note a time (ms) in which a dose was called ready, in order with the records."""
        if patient in self.readiness:
            self.readiness[patient].ready(start, end)

    def part(self, ours: Callable[[str], bool]) -> Scorer:
        """Return a scorer, with nothing added yet, of those patients for whom `ours` is true."""
        return Scorer(course for patient, course in self.courses.items() if ours(patient))

    def collected(self) -> Collected:
        """Return what was added: all that a score depends on beside the truth."""
        return dict(self.transitions), {patient: one.minutes for patient, one in self.readiness.items()}

    def collect(self, found: Collected) -> None:
        """Add what another scorer collected of other patients."""
        transitions, readiness = found
        self.transitions.update(transitions)
        for patient, minutes in readiness.items():
            self.readiness[patient].minutes = minutes

    def numbers(self) -> dict[str, Any]:
        """Return the score as JSON values (see `CohortScore.numbers`)."""
        cohort = CohortScore()
        cohort.readiness = {patient: one.minutes for patient, one in self.readiness.items()}
        for patient, course in self.courses.items():
            cohort.add(course, self.transitions.get(patient, []))
        for patient in sorted(self.transitions.keys() - self.courses.keys()):
            cohort.add_without_truth(self.transitions[patient])
        return cohort.numbers
