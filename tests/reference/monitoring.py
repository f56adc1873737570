"""Table 1: what must have been looked at, and what else kind `monitoring` asks for (criteria.md 2, 3, 6)."""

from __future__ import annotations

from dataclasses import dataclass

from . import findings, labs, names, pressors, pressure, recheck, urine
from .clock import FOREVER, HOUR
from .facts import Fact
from .knowledge import Knowledge, clocked, timeless
from .row import ABSOLUTE, ADVISORY, CLEAR, RELATIVE, TECHNICAL
from .table3 import CODES
from .windows import DAILY, GRACE, INTAKE, LAB, VITAL, Pair, intensive, limit

MENTAL: Pair = (8 * HOUR, 8 * HOUR)
ITEMS: list[tuple[str, Pair | None]] = [
    ("vital-signs", VITAL),
    ("intake-output", INTAKE),
    ("weight", DAILY),
    ("mental-status", MENTAL),
    ("iv-site", MENTAL),
    ("blood-count", LAB),
    ("chemistry", LAB),
    ("liver", DAILY),
    ("minerals", DAILY),
    ("coagulation", DAILY),
    ("creatine-kinase", DAILY),
    ("thyroid", None),
    ("urinalysis", None),
    ("ecg", None),
    ("chest-xray", None),
]
SEEN_BY: dict[str, list[tuple[str, ...]]] = {
    "weight": [("weight",)],
    "blood-count": [("platelets",), ("hematocrit", "hemoglobin")],
    "chemistry": [("sodium", "potassium"), ("urea",), ("creatinine",), ("glucose",)],
    "liver": [("alt",), ("ast",), ("bilirubin",)],
    "minerals": [("calcium",), ("magnesium",), ("phosphate",)],
    "coagulation": [("pt", "inr"), ("ptt",)],
    "creatine-kinase": [("ck",)],
    "thyroid": [("tsh",), ("free-t4",)],
}
FINDINGS = ("mental-status", "iv-site", "urinalysis", "ecg", "chest-xray")
PAGED = ("vital-signs", "intake-output")
ENDING = ("iv-site", "coagulation", "creatine-kinase")
FIRST_COAGULATION = 30 * HOUR


@dataclass(frozen=True)
class Watch:
    """One item; `level` is clear while nothing is asked, `at` when it came to its level; `accepted`: it would
    be asked for, were its criterion not accepted.
    """

    what: str
    subject: str
    level: str = CLEAR
    at: int | None = None
    last: int | None = None
    due: int | None = None
    listed: bool = True
    accepted: bool = False


def last_seen(k: Knowledge, what: str) -> int | None:
    """When an item was last seen: the oldest of its parts, each part's latest; None if a part never was."""
    if what == "intake-output":
        return max((f.at for f in urine.usable(k)), default=None)
    if what in FINDINGS:
        looked = [f for f in k.findings(what) if what == "mental-status" or f.event["present"]]
        return max((f.at for f in looked), default=None)
    if what == "vital-signs":
        pressures = pressure.charted(k)
        parts = [_latest(k, ("heart-rate",)), pressures[-1].at if pressures else None]
    else:
        parts = [_latest(k, codes) for codes in SEEN_BY[what]]
    return None if None in parts else min(p for p in parts if p is not None)


def _latest(k: Knowledge, codes: tuple[str, ...]) -> int | None:
    return max((v.at for c in codes if (v := k.latest(c))), default=None)


def table1(k: Knowledge, at: int) -> list[Watch]:
    """Every item of Table 1 from cycle-start on; before it none."""
    if k.cycle is None or at < k.cycle.start:
        return []
    return [_watch(k, at, what, pair) for what, pair in ITEMS]


@clocked
def _watch(k: Knowledge, at: int, what: str, pair: Pair | None) -> Watch:
    assert k.cycle is not None
    last, subject = last_seen(k, what), f"monitoring/{what}"
    ended = k.therapy_end is not None and what in ENDING
    if pair is None or ended:
        return Watch(what, subject, last=last)
    seen = k.cycle.start if last is None else last
    late = limit(k, seen, pair, GRACE, at)
    if what == "coagulation" and not intensive(k, at):
        late = max(late, k.cycle.start + FIRST_COAGULATION)
    level = TECHNICAL if what in PAGED else ADVISORY
    overdue = at >= late
    return Watch(
        what,
        subject,
        level if overdue else CLEAR,
        late if overdue else None,
        last,
        limit(k, seen, pair, 1, at),
    )


# ---- the others, listed only while open


def others(k: Knowledge, at: int, accepted: set[str], goes_on: bool) -> list[Watch]:
    """What else is asked for, in order; pending ones too, not listed."""
    found = [_recheck(k, at, signal) for signal in recheck.SIGNALS]
    found += [
        _technical("reference-limit", labs.unlimited(k)),
        _technical("weight-for-rate", "weight" in pressors.missing_at(k, at)),
        _technical("cycle-start", k.cycle is not None and k.cycle.charted is None),
    ]
    found += [_not_understood(k, at, name) for name in sorted(strangers(k))]
    found.append(_technical("after-discharge", goes_on))
    return found + [w for code in CODES for w in _of_criterion(k, at, code, code in accepted)]


def _technical(what: str, holds: bool) -> Watch:
    return Watch(what, f"monitoring/{what}", TECHNICAL if holds else CLEAR, listed=holds)


@clocked
def _recheck(k: Knowledge, at: int, signal: str) -> Watch:
    subject, asked = f"recheck/{signal}", recheck.recheck(k, at, signal)
    if asked is None:
        return Watch(subject, subject, CLEAR, recheck.last_reading(k, signal), listed=False)
    is_open = asked.level in (TECHNICAL, ABSOLUTE)
    at = asked.at if is_open else recheck.last_reading(k, signal)
    return Watch(subject, subject, asked.level, at, listed=is_open)


@timeless
def strangers(k: Knowledge) -> dict[str, list[Fact]]:
    """Infusions and findings that nobody knows, by name, with their records in order of `at`."""
    found: dict[str, list[Fact]] = {}
    for fact in k.facts:
        if fact.type == "infusion" and not names.ingredient(fact.event["agent"], names.KNOWN_INFUSIONS):
            found.setdefault(names.plain(fact.event["agent"]), []).append(fact)
        elif fact.type == "finding" and not _known(fact.event["code"]):
            found.setdefault(str(fact.event["code"]), []).append(fact)
    return found


def _known(code: str) -> bool:
    return code in (*names.PLAIN_FINDINGS, *names.PACK_FINDINGS) or code in names.VALUED_FINDINGS


def _not_understood(k: Knowledge, at: int, name: str) -> Watch:
    latest, subject = strangers(k)[name][-1], f"not-understood/{name}"
    stopped = latest.type == "infusion" and latest.record.rate == 0
    holds = not stopped and at < latest.at + 8 * HOUR
    return Watch(subject, subject, TECHNICAL if holds else CLEAR, listed=holds)


def strange_infusions(k: Knowledge, at: int) -> list[str]:
    """The infusions not understood that are asked about now."""
    known = [n for n, facts in sorted(strangers(k).items()) if facts[-1].type == "infusion"]
    return [n for n in known if _not_understood(k, at, n).level == TECHNICAL]


AGAIN = 16 * HOUR
UNCONFIRMED = {"cognition": "cognition-failed", "mental-status": "mental-status"}


def _of_criterion(k: Knowledge, at: int, code: str, accepted: bool) -> list[Watch]:
    if code in UNCONFIRMED:
        return _moment(k, at, UNCONFIRMED[code], accepted)
    if code not in findings.ROWS:
        return []
    charted = dict.fromkeys(n for side in findings.ROWS[code] for n in side)
    return [w for n in charted for w in _finding(k, at, code, n, accepted)]


def _finding(k: Knowledge, at: int, code: str, name: str, accepted: bool) -> list[Watch]:
    records = k.findings_of_cycle(name)
    if not records:
        return []
    subject, again = f"finding/{name}", records[-1].at + AGAIN
    present = findings.level(records[-1], code) in (RELATIVE, ABSOLUTE)
    return [_asked_again(at, subject, again, present, accepted)]


def _asked_again(at: int, subject: str, again: int, present: bool, accepted: bool) -> Watch:
    """A finding last charted 16 h ago is asked for, if it counts."""
    if present and not accepted and at >= again:
        return Watch(subject, subject, ADVISORY, again)
    return Watch(subject, subject, listed=False, accepted=present and accepted)


def _moment(k: Knowledge, at: int, name: str, accepted: bool) -> list[Watch]:
    run, subject = findings.run(k, name), f"finding/{name}"
    asks = run[0].at + findings.REVERSAL if run else None
    if asks is not None and run[-1].at < asks and at >= asks:
        return [Watch(subject, subject, TECHNICAL, asks)]
    again = run[-1].at + AGAIN if run else FOREVER
    return [_asked_again(at, subject, again, bool(run), accepted)]
