"""Timelines drawn by hand: a character is ten minutes from 07:00, `.` clear, `r` relative, `A` absolute, `b`
and `B` the same but borderline.
"""

from __future__ import annotations

from itertools import groupby

from rules.wire.instants import MINUTE, parse
from simulators.score.detection import AlertTransition
from simulators.score.true_spans import ABSOLUTE, RELATIVE, LevelSpan, TrueCourse

START = parse("2026-03-02T07:00:00Z")
STEP = 10 * MINUTE
LEVEL = {"r": RELATIVE, "b": RELATIVE, "A": ABSOLUTE, "B": ABSOLUTE}
NAME = {".": "clear", "r": "relative", "A": "absolute"}
DAY = 24 * 60 * MINUTE


def minute(number: float) -> int:
    """So many minutes after 07:00, in ms."""
    return START + round(number * MINUTE)


def stretches(drawn: str) -> list[LevelSpan]:
    """What the drawing says, in order."""
    found, place = [], 0
    for letter, run in groupby(drawn):
        length = len(list(run))
        if letter in LEVEL:
            found.append(
                LevelSpan(
                    START + place * STEP,
                    START + (place + length) * STEP,
                    LEVEL[letter],
                    distinct=letter in "rA",
                )
            )
        place += length
    return found


def course(
    hours: float = 8, patient: str = "p1", possible: dict[str, str] | None = None, **true: str
) -> TrueCourse:
    """A patient watched so many hours from 07:00; what truly held, drawn, by code (`urine_hour` is
    `urine-hour`).
    """
    held = {code.replace("_", "-"): stretches(drawn) for code, drawn in true.items()}
    might = {code.replace("_", "-"): stretches(drawn) for code, drawn in (possible or {}).items()}
    return TrueCourse(patient, START, minute(hours * 60), held, might)


def drawn_transitions(
    subject: str, drawn: str, late: float = 0, patient: str = "p1", kind: str = "criterion"
) -> list[AlertTransition]:
    """The transitions of one subject whose level is drawn; each decided so many minutes after it was true."""
    transitions, before, episode = [], ".", 0
    for place, level in enumerate(drawn):
        if level != before:
            episode += before == "."
            at = START + place * STEP
            transitions.append(
                AlertTransition(
                    patient,
                    kind,
                    subject,
                    NAME[level],
                    turned(before, level),
                    at,
                    at + round(late * MINUTE),
                    f"{subject}-{episode}",
                )
            )
        before = level
    return transitions


def turned(before: str, level: str) -> str:
    """The transition between two levels."""
    order = ".rA"
    if level == ".":
        return "resolved"
    if before == ".":
        return "opened"
    return "worsened" if order.index(level) > order.index(before) else "improved"
