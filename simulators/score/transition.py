"""What the score needs of an alert (wire.md, Alert): one transition of one episode."""

from __future__ import annotations

from typing import NamedTuple

CRITERION, PRESSURE = "criterion", "blood-pressure"
JUDGED = (CRITERION, PRESSURE)
"""The kinds whose subjects have a truth: the rows of Table 3, and hypotension."""
PAGED = ("absolute", "relative", "technical")
RANK = {"clear": 0, "advisory": 0, "technical": 0, "relative": 1, "absolute": 2}


class Transition(NamedTuple):
    """Names as on the wire; `at`, `decided`: ms; `episode`: the alert's id; `transition`: opened, worsened, improved, resolved, amended, reminder."""

    patient: str
    kind: str
    subject: str
    level: str
    transition: str
    at: int
    decided: int
    episode: str

    @property
    def rank(self) -> int:
        """0 for what is neither relative nor absolute."""
        return RANK[self.level]
