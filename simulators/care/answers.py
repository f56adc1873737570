"""Answer pages: somebody has seen what was paged, and acknowledges it some minutes later.

Assumption: 2 to 10 min, by the episode, so that the same pages have the same answers.
"""

from __future__ import annotations

from typing import Final

from rules.wire.events import Ack
from rules.wire.instants import MINUTE

LEAST, SPREAD = 2, 9
HALF_SECOND: Final = 500
"""Records have whole seconds: an answer shares its instant with none."""
ANSWERED: Final = ("opened", "worsened", "reminder")
LEVELS: Final = ("relative", "absolute")


def answer(patient: str, episode: str, transition: str, level: str, decided: int) -> Ack | None:
    """Return the acknowledgement of a transition that pages, decided at `decided` (ms); None for another."""
    if transition not in ANSWERED or level not in LEVELS:
        return None
    minutes = LEAST + int(episode[:8], 16) % SPREAD
    known = decided - decided % 1000 + minutes * MINUTE + HALF_SECOND
    return Ack(f"answer-{episode}-{decided}", patient, known, known, "final", episode, "nurse", "seen")
