"""The burden: how many pages a ward gets, of which kinds, how many of them true, and when they come in floods."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulators.score.floods import floods
from simulators.score.pages import TRUE, Page
from simulators.score.tally import rounded
from simulators.score.transition import JUDGED

DAY = 86_400_000


class Burden:
    """Adds pages of all kinds up. `again`: openings and worsenings to a level for which the episode had been paged."""

    def __init__(self) -> None:
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.again = self.reminders = self.floods = 0
        self.moments: list[int] = []

    def add(self, sent: list[Page], again: int, reminders: int) -> None:
        """One patient's."""
        moments = [page.transition.decided for page in sent]
        self.kinds.update((page.transition.kind, page.transition.level) for page in sent)
        self.verdicts.update(page.verdict for page in sent)
        self.again += again
        self.reminders += reminders
        self.floods += floods(moments)
        self.moments.extend(moments)

    def numbers(self, ms: int) -> dict[str, Any]:
        """Over so much patient time. `share_true`: of the pages that can be judged."""
        judged = sum(number for (kind, _), number in self.kinds.items() if kind in JUDGED)
        return {
            "all": len(self.moments),
            "per_patient_day": per_day(len(self.moments), ms),
            "of_criteria_and_pressure_per_patient_day": per_day(judged, ms),
            "share_true": rounded(self.verdicts[TRUE] / judged, 4) if judged else None,
            "verdicts": dict(sorted(self.verdicts.items())),
            "kinds": [{"kind": kind, "level": level, "pages": number} for (kind, level), number in sorted(self.kinds.items())],
            "again": self.again,
            "reminders": self.reminders,
            "floods": {"of_one_patient": self.floods, "of_the_ward": floods(self.moments)},
        }


def per_day(number: int, ms: int) -> float | None:
    return rounded(number * DAY / ms) if ms else None
