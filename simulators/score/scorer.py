"""The score of one configuration over one ward: its alerts beside what truly happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from simulators.score.course import Course
from simulators.score.transition import Transition
from simulators.score.ward import Ward


class Scorer:
    """Takes alert transitions as they are decided; `numbers` says what they are worth. Memory grows with alerts, not with events."""

    def __init__(self, courses: Iterable[Course]) -> None:
        self.courses = {course.patient: course for course in courses}
        self.said: dict[str, list[Transition]] = defaultdict(list)

    def say(self, patient: str, kind: str, subject: str, level: str, transition: str, at: int, decided: int, episode: str) -> None:
        """One transition (wire.md, Alert; `episode` is its id), each patient's in their order. Times in ms."""
        self.said[patient].append(Transition(patient, kind, subject, level, transition, at, decided, episode))

    def numbers(self) -> dict[str, Any]:
        """The score, as JSON goes (see `Ward.numbers`)."""
        ward = Ward()
        for patient, course in self.courses.items():
            ward.add(course, self.said.get(patient, []))
        for patient in sorted(self.said.keys() - self.courses.keys()):
            ward.stranger(self.said[patient])
        return ward.numbers
