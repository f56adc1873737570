"""One stream of reminders a patient (criteria.md 9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .clock import HOUR, MINUTE, note
from .episodes import Episode, Journal, Key
from .row import ABSOLUTE

KINDS = ("criterion", "blood-pressure", "recommendation")
FIRST, SECOND, EVERY = 15 * MINUTE, 75 * MINUTE, 2 * HOUR
AFTER_THERAPY = (
    "hypotension",
    "atrial-fibrillation",
    "supraventricular-tachycardia",
    "ventricular-arrhythmia",
    "oxygen-requirement",
    "intubation",
    "infection",
    "bleeding",
    "vivid-dreams",
    "emotional-lability",
    "hallucination",
    "mental-status",
    "cognition",
    "disorientation",
)


@dataclass
class Reminders:
    """Who is unanswered, and since when is counted."""

    members: dict[Key, str] = field(default_factory=dict)  # with the episode's id
    begun: int | None = None

    def decide(self, journal: Journal, at: int, unanswered: list[Episode]) -> None:
        """Counts on, begins again, or ends; reminds if it is time and nothing else was printed of them."""
        now = {e.key: e.id for e in unanswered}
        if any(self.members.get(key) != id for key, id in now.items()):
            self.begun = int(at)
        self.members = now
        if not now:
            self.begun = None
        if self.begun is None:
            return
        note(at, self._next(int(at)))
        printed = {(a["kind"], a["subject"]) for _, a in journal.fresh}
        if self._due(int(at)) and not printed & set(now):
            oldest = min(unanswered, key=lambda e: (e.absolute_at, journal.places.get(e.key, 0)))
            journal.remind(at, oldest, [e.subject for e in _ordered(journal, unanswered)])

    def _due(self, at: int) -> bool:
        assert self.begun is not None
        since = at - self.begun
        return since == FIRST or (since >= SECOND and (since - SECOND) % EVERY == 0)

    def _next(self, at: int) -> int:
        assert self.begun is not None
        since = at - self.begun
        if since < FIRST:
            return self.begun + FIRST
        if since < SECOND:
            return self.begun + SECOND
        return self.begun + SECOND + ((since - SECOND) // EVERY + 1) * EVERY


def _ordered(journal: Journal, episodes: list[Episode]) -> list[Episode]:
    return sorted(episodes, key=lambda e: journal.places.get(e.key, 0))


def eligible(episode: Episode, after_therapy: bool) -> bool:
    """Whether an episode reminds while nobody has acknowledged it."""
    if episode.kind not in KINDS or episode.level != ABSOLUTE:
        return False
    return not after_therapy or episode.subject in AFTER_THERAPY
