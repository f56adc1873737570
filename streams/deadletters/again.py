"""Whether a mended record may be sent again: what would only be refused, or not be noticed, is kept back and said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from rules.ingest.decode import decode
from streams.broker.topics import INPUTS
from streams.deadletters.letter import Letter

CORRECTS = ("corrected", "entered-in-error")

_FIELDS = msgspec.json.Decoder(dict[str, Any])


def lost(letter: Letter) -> str | None:
    """Why a letter cannot be sent at all, as `reason: message`; None when it can."""
    if letter.topic not in INPUTS:
        return f"no-topic: {letter.topic} is no input topic, so where the record came from is not known"
    return None


def fault(letter: Letter, ahead: int) -> str | None:
    """Why a letter would be sent in vain, as `reason: message`; None when it may go. `ahead`: ms, the guideline's choice (criteria.md 1)."""
    return lost(letter) or refused(letter, ahead) or unnoticed(letter)


def refused(letter: Letter, ahead: int) -> str | None:
    """Why the worker would refuse it again, or some of it."""
    key = (letter.key or b"").decode("utf-8", "replace")
    _, problems = decode(letter.value or b"", key=key, known=letter.timestamp, ahead=ahead)
    return next((f"{problem.reason}: {problem.message}" for problem in problems if problem.refuses), None)


def unnoticed(letter: Letter) -> str | None:
    """Why the chart would pass it over: it knows the id from the readings it took, and a second `final` is a duplicate (criteria.md, section 1)."""
    event, _ = decode(letter.value or b"", known=letter.timestamp)
    if letter.partly_taken and event is not None and event.status not in CORRECTS:
        return 'duplicate: the rest of this record was taken when it came; send the mended one with "status":"corrected"'
    return None


def keyed(letter: Letter) -> Letter:
    """The letter keyed by the patient its value names; as it is when it names none."""
    try:
        patient = _FIELDS.decode(letter.value or b"").get("patient")
    except (ValueError, RecursionError):
        return letter
    return letter._replace(key=patient.encode("utf-8")) if isinstance(patient, str) and patient else letter


def chosen(letters: Iterable[Letter], reasons: set[str], places: set[str]) -> list[Letter]:
    """Those refused for one of the reasons, at one of the places (none given: any), oldest first."""
    return in_order(letter for letter in letters if (not reasons or letter.reason in reasons) and (not places or letter.where in places))


def once(letters: Iterable[Letter]) -> list[Letter]:
    """Each record once: of two readings refused in one there are two letters."""
    kept: dict[object, Letter] = {}
    for letter in letters:
        kept.setdefault((letter.where, letter.key, letter.value), letter)
    return list(kept.values())


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """By their records' time, then by where they were refused."""
    return sorted(letters, key=lambda letter: (letter.timestamp or 0, place(letter.where)))


def place(where: str) -> tuple[str, int, int]:
    """`topic/partition/offset`, in the order people count."""
    topic, partition, offset = where.rsplit("/", 2)
    return topic, int(partition), int(offset)
