"""Findings (criteria.md 3.5), charted by exception: no record means absent. Mental status alone is not."""

from __future__ import annotations

from collections.abc import Callable

from .clock import HOUR
from .facts import Fact
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown
from .windows import STALE_MENTAL, counted, stale

REVERSAL = 2 * HOUR
IMPLIED = ("coma", "toxic-psychosis")
Evaluate = Callable[[Knowledge, int], Row]

ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "atrial-fibrillation": ((), ("atrial-fibrillation",)),
    "supraventricular-tachycardia": ((), ("supraventricular-tachycardia",)),
    "ventricular-arrhythmia": ((), ("ventricular-arrhythmia", "sustained-vt")),
    "ecg-ischemia": ((), ("ecg-ischemia",)),
    "moist-desquamation": ((), ("moist-desquamation",)),
    "refractory-vomiting": ((), ("refractory-vomiting",)),
    "abdominal-distention": (("ileus", "distention"), ("severe-distention",)),
    "abdominal-pain": ((), ("severe-abdominal-pain",)),
    "bleeding": (("guaiac-positive",), ("frank-blood",)),
    "infection": ((), ("infection",)),
    "extremities": (("extremity-tightness",), ("extremity-paresthesias",)),
    "vivid-dreams": (("vivid-dreams",), ()),
    "emotional-lability": (("emotional-lability",), ("persistent-crying",)),
    "hallucination": ((), ("hallucination",)),
    "cognition": ((), ("cognition-failed",)),
    "disorientation": ((), ("disorientation",)),
    "dyspnea": (("dyspnea-at-rest",), ()),
    "intubation": ((), ("intubation",)),
    "rales": (("rales",), ("rales",)),
    "pleural-effusion": ((), ("effusion-drained",)),
}


def level(fact: Fact, code: str) -> str:
    """What a finding record alone makes of its row."""
    if fact.event["code"] == "rales":
        return {"half": ABSOLUTE, "one-third": RELATIVE}.get(str(fact.event["value"]), CLEAR)
    if not fact.event["present"]:
        return CLEAR
    return ABSOLUTE if fact.event["code"] in ROWS[code][1] else RELATIVE


def finding(code: str) -> Evaluate:
    """Absolute if an absolute finding is present, else relative if a relative one is."""

    def evaluate(k: Knowledge, at: int) -> Row:
        return _row(k, code)

    return evaluate


@timeless
def _row(k: Knowledge, code: str) -> Row:
    names = dict.fromkeys(c for side in ROWS[code] for c in side)
    latest: dict[tuple[str, str | None], Fact] = {}
    row = Row(CLEAR)
    for fact in sorted((f for n in names for f in k.findings_of_cycle(n)), key=lambda f: f.rank):
        latest[fact.event["code"], fact.event.get("specimen")] = fact
        state = _worst(latest, code)
        basis = [f for f in latest.values() if level(f, code) == state]
        first = row.at is None
        row = Row(state, evidence=ids(basis), at=fact.at if first or state != row.state else row.at)
    return row


def _worst(latest: dict[tuple[str, str | None], Fact], code: str) -> str:
    levels = {level(f, code) for f in latest.values()}
    return ABSOLUTE if ABSOLUTE in levels else RELATIVE if RELATIVE in levels else CLEAR


# ---- mental status, and what must be confirmed


def bad(fact: Fact) -> bool:
    """Whether a mental status or a cognition test is not well."""
    if fact.event["code"] == "mental-status":
        return bool(fact.event["value"] == "changed")
    return fact.event.get("present") is True


@timeless
def run(k: Knowledge, code: str) -> list[Fact]:
    """The unbroken run of bad records up to the latest; empty if that is well."""
    facts = statuses(k) if code == "mental-status" else k.findings_of_cycle(code)
    found: list[Fact] = []
    for fact in reversed(facts):
        if not bad(fact):
            break
        found.append(fact)
    return found[::-1]


@timeless
def statuses(k: Knowledge) -> list[Fact]:
    """Mental status records that count, those of what implies that it is changed among them."""
    implied = [f for code in IMPLIED for f in k.findings_of_cycle(code) if f.event["present"]]
    found = sorted([*k.findings("mental-status"), *implied], key=lambda f: f.rank)
    return counted(k, found, STALE_MENTAL)


def confirmed(found: list[Fact]) -> bool:
    """Whether a run was charted again, still so, 2 h or more after its first record."""
    return bool(found) and found[-1].at - found[0].at >= REVERSAL


def mental_status(k: Knowledge, at: int) -> Row:
    """Absolute 2 h after the first record of the unbroken run of `changed`; clear until then."""
    facts, changed = statuses(k), run(k, "mental-status")
    if not facts:
        return unknown("mental-status")
    old = stale(k, facts[-1].at, STALE_MENTAL, at)
    if changed and at >= changed[0].at + REVERSAL:
        return Row(ABSOLUTE, stale=old, evidence=ids(changed), at=changed[0].at + REVERSAL)
    if old:
        return unknown("mental-status", evidence=ids(facts[-1:]))
    if changed:
        until = changed[0].at + REVERSAL
        return Row(CLEAR, evaluates_at=until, evidence=ids(changed), at=_well_since(facts))
    return Row(CLEAR, evidence=ids(facts[-1:]), at=_well_since(facts))


def _well_since(facts: list[Fact]) -> int:
    """Since when the row has been clear: runs of `changed` shorter than 2 h are part of it."""
    since = facts[-1].at
    for i in range(len(facts) - 1, -1, -1):
        until = facts[i + 1].at if i + 1 < len(facts) else facts[i].at
        first = next((j for j in range(i, -1, -1) if not bad(facts[j])), -1) + 1
        if bad(facts[i]) and until - facts[first].at >= REVERSAL:
            break
        since = facts[i].at
    return since


def well_since(k: Knowledge) -> int | None:
    """The first record of the unbroken run of `normal` up to the latest."""
    facts = statuses(k)
    bads = [i for i, f in enumerate(facts) if bad(f)]
    return next((f.at for f in facts[bads[-1] + 1 if bads else 0 :]), None)


def watched(k: Knowledge, at: int) -> bool:
    """Mental status changed, not yet for 2 h."""
    return mental_status(k, at).evaluates_at is not None
