"""The decisions before, taken again with the facts as they are now (criteria.md 1, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from . import advice, pressure
from .clock import Marks, Now
from .facts import Fact
from .knowledge import Knowledge, known
from .row import Row
from .scene import Scene
from .stops import RULED, Standing, latest_accepts
from .table3 import CODES, EVALUATE

COUNTED = ("hypotension", "urine-hour", "urine-shift")
HARMFUL = ("urine-hour", "urine-shift", "oxygen-requirement", "rales", "intubation", "pleural-effusion")


def ruled(k: Knowledge, at: int) -> dict[str, Row]:
    """The rows that stop rules and acceptances look at."""
    wanted = {*RULED, *latest_accepts(k)}
    return {code: EVALUATE[code](k, at) for code in CODES if code in wanted}


def replay(facts: list[Fact], until: int) -> Standing:
    """The stop rules as the decisions before `until` would have left them."""
    standing = Standing()
    learned = sorted({f.first for f in facts if f.first < until})
    k, at = Knowledge([]), learned[0] if learned else until
    while at < until:
        if at in learned:
            k = known(f for f in facts if f.first <= at)
        marks = Marks(at)
        now = Now(at, marks)
        standing.decide(k, ruled(k, now), now)
        later = [t for t in learned if t > at]
        at = min([until, *later[:1], *([marks.next] if marks.next is not None else [])])
    return standing


def as_known_by(facts: list[Fact], at: int) -> list[Fact]:
    """The facts with an `at` up to an instant, as if each had been known by then."""
    return [replace(f, first=min(f.first, int(at))) for f in facts if f.at <= at]


def stays(facts: list[Fact], until: int, opened: Mapping[str, int]) -> set[str]:
    """The advice that stays open once it was, as the decisions before `until` would have left it."""
    found: set[str] = set()
    learned = sorted({f.first for f in facts if f.first < until})
    start = min(opened.values(), default=until)
    k, at = known(f for f in facts if f.first <= start), start
    while at < until:
        if at in learned:
            k = known(f for f in facts if f.first <= at)
        marks = Marks(at)
        now = Now(at, marks)
        scene = Scene(k, now, {c: EVALUATE[c](k, now) for c in HARMFUL}, pressure.hypotension(k, now))
        scene.opened = {**dict.fromkeys(COUNTED, at), **{c: t for c, t in opened.items() if t <= at}}
        scene.stays = found
        found = {code for code, judged in advice.evaluate(scene, advice.STAYS).items() if judged.open}
        later = [t for t in learned if t > at]
        at = min([until, *later[:1], *([marks.next] if marks.next is not None else [])])
    return found
