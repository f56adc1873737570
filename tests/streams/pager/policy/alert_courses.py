"""Many episodes of many patients, as a worker would publish them: opened, worsened, reminded, improved,
resolved. Seeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from streams.pager.policy.state import ReceivedAlert
from tests.streams.pager.policy.telling import alert

SHAPES = (
    ("relative", "clear"),
    ("absolute", "clear"),
    ("relative", "absolute", "clear"),
    ("relative", "absolute", "relative", "clear"),
    ("absolute", "absolute", "relative", "clear"),
    ("technical", "clear"),
)
RANK = {"clear": 0, "technical": 1, "relative": 2, "absolute": 3}


def episodes(number: int, seed: int, start: int, patients: int = 100) -> list[ReceivedAlert]:
    """All alerts of so many episodes, in an order that keeps each patient's numbers ascending."""
    chance = Random(f"courses/{seed}")
    left = {f"e{n:04}": list(chance.choice(SHAPES)) for n in range(number)}
    levels = dict.fromkeys(left, "clear")
    seqs = dict.fromkeys((f"p{n}" for n in range(patients)), 0)
    received: list[ReceivedAlert] = []
    while left:
        id = chance.choice(list(left)[:150])
        patient = f"p{int(id[1:]) % patients}"
        seqs[patient] += 1
        before, levels[id] = levels[id], left[id].pop(0)
        received.append(
            alert(
                transition(before, levels[id]),
                levels[id],
                start + len(received),
                id=id,
                seq=seqs[patient],
                subject=f"s{id}",
                patient=patient,
            )
        )
        if not left[id]:
            del left[id]
    return received


def transition(before: str, level: str) -> str:
    """What the step from a level to another is called; absolute to absolute is a reminder."""
    if before == "clear":
        return "opened"
    if level == "clear":
        return "resolved"
    return (
        "worsened" if RANK[level] > RANK[before] else "improved" if RANK[level] < RANK[before] else "reminder"
    )


def keys(alerts: Iterable[ReceivedAlert]) -> set[str]:
    """The keys that are paged, masked ones among them: every level an episode rises to."""
    return {
        f"{one.transition.id}:{one.transition.level}"
        for one in alerts
        if one.transition.transition in ("opened", "worsened")
    }
