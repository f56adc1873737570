"""Everything worked out at one clock: rows, recommendation, advice, what is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from . import advice, monitoring, table4
from .knowledge import Knowledge
from .monitoring import Watch
from .row import CLEAR
from .scene import Judged, Scene
from .subjects import LOW, Key


@dataclass
class Look:
    """Everything worked out at a decision."""

    at: int
    k: Knowledge
    scene: Scene
    advice: dict[str, Judged]
    watches: list[Watch]
    recommendation: str
    reasons: list[str]

    def level(self, key: Key) -> str:
        """The level of a subject."""
        kind, subject = key
        if kind == "criterion":
            return self.scene.rows[subject].state
        if key == LOW:
            return self.scene.low.state
        if kind == "advice":
            return self.advice[subject].level
        return next((w.level for w in self.watches if w.subject == subject), CLEAR)


def finish(scene: Scene) -> Look:
    """The recommendation, then the advice that knows it, and what is asked for."""
    now = dict.fromkeys(("hypotension", "urine-hour", "urine-shift"), int(scene.at))
    scene.opened = {**now, **scene.opened}
    recommendation, reasons = table4.recommend(scene, advice.evaluate(scene, advice.WATCHES))
    scene.recommendation = recommendation
    watches = monitoring.table1(scene.k, scene.at)
    watches += monitoring.others(scene.k, scene.at, set(scene.accepted), scene.goes_on)
    return Look(scene.at, scene.k, scene, advice.evaluate(scene), watches, recommendation, reasons)
