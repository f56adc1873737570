"""Fold the marks in `il2.pages`: what clinicians think of a page, sent or only decided in shadow. Pure.

For a review: `marks = Marks()`, `marks.apply(record)` for each record of the topic in order, then
`counted(marks)`. The last mark of an author on an alert counts, so that a correction is no second opinion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.wire import pages
from rules.wire.pages import PageRecord
from rules.wire.vocabulary import Verdict, is_made_up


class PageMark(NamedTuple):
    """A mark. `alert`: the episode's id; `when`: RFC 3339; level, subject and unit: None where not said."""

    patient: str
    alert: str
    by: str
    verdict: Verdict
    when: str
    level: str | None
    subject: str | None
    unit: str | None


class Marks:
    """The marks in force: one of each author on each alert, in the order they were first made."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], PageMark] = {}

    def apply(self, record: PageRecord) -> bool:
        """Apply a record of the topic; return whether it is a mark. Patients who are made up have none."""
        if record.outcome != pages.MARK or record.mark is None or is_made_up(record.patient):
            return False
        alert, by = record.alert or "", record.by or ""
        self._of[alert, by] = PageMark(
            record.patient, alert, by, record.mark, record.when, record.level, record.subject, record.unit
        )
        return True

    def __iter__(self) -> Iterator[PageMark]:
        return iter(self._of.values())

    def on(self, alert: str) -> list[PageMark]:
        """Return the marks on one alert."""
        return [mark for mark in self if mark.alert == alert]


def counted(marks: Iterable[PageMark]) -> Counter[Verdict]:
    """Return how many marks there are of each verdict: `{"useful": 7, "late": 2}`."""
    return Counter(mark.verdict for mark in marks)
