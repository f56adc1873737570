"""What is said of a command is what the pager or the worker says of it, never that it was sent."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rules.wire import pages
from rules.wire.assessments import AcceptedItem
from rules.wire.pages import PageRecord
from streams.board.commands import OF_PAGER, became, unanswered
from streams.kafka import commands
from streams.projections.patients import PatientProjection
from tests.streams.samples import assessed

WHO = commands.Who("dr-3", "chronic, rate controlled")
ACK = commands.acknowledgement("p1", "0123456789abcdef", WHO, 0)
RESUME = commands.resume("p1", "arrhythmia", WHO, 0)
ACCEPT = commands.accept("p1", "atrial-fibrillation", "absolute", None, WHO, 0)
END = commands.acceptance_end("p1", "atrial-fibrillation", "absolute", WHO, 0)


def projection(**fields: Any) -> PatientProjection:
    made = PatientProjection("p1", "k1")
    made.assessment = assessed("p1", **fields)
    return made


def answered(outcome: str, command: str = ACK.id, **fields: Any) -> PatientProjection:
    made = projection()
    made.pages.apply(PageRecord(when="", outcome=outcome, patient="p1", command=command, **fields))
    return made


def kept(level: str = "absolute", by: str = "dr-3") -> list[dict[str, Any]]:
    found = AcceptedItem(
        criterion="atrial-fibrillation", level=level, until=None, by=by, reason="chronic, rate controlled"
    )
    return [msgspec.to_builtins(found)]


@pytest.mark.parametrize(
    ("outcome", "well", "words"),
    [
        (pages.ACKNOWLEDGED, True, "Acknowledged."),
        (pages.ALREADY, True, "It was acknowledged already; the acknowledgement is renewed."),
        (pages.ACK_OVER, False, "That alert is over: nothing is acknowledged."),
        (pages.ACK_EARLY, False, "The pager knows no such open alert: nothing is acknowledged."),
        (pages.SILENCE, True, "Silenced until 2026-03-02 10:30Z."),
        (pages.SILENCE_CUT, True, "Silenced until 2026-03-02 10:30Z: no longer is possible at this level."),
        (pages.SILENCE_ENDED, True, "The silence is over."),
        ("something new", False, "The pager says: something new."),
    ],
)
def test_the_pagers_word_is_what_became_of_an_acknowledgement_or_a_silence(
    outcome: str, well: bool, words: str
) -> None:
    found = became(ACK, answered(outcome, until="2026-03-02T10:30:00Z"))
    assert found == (well, words)
    assert outcome in OF_PAGER or outcome == "something new"


def test_what_the_pager_says_of_another_command_is_no_answer() -> None:
    assert became(ACK, answered(pages.ACKNOWLEDGED, command="another")) is None
    assert became(ACK, projection()) is None


@pytest.mark.parametrize(
    ("command", "fields", "found"),
    [
        (RESUME, {"reasons": ["stop-rule:arrhythmia"]}, None),
        (RESUME, {"reasons": []}, (True, "The stop rule is lifted.")),
        (ACCEPT, {"accepted": []}, None),
        (ACCEPT, {"accepted": kept()}, (True, "Accepted as known.")),
        (ACCEPT, {"accepted": kept(by="dr-4")}, None),
        (ACCEPT, {"accepted": kept(level="relative")}, None),
        (END, {"accepted": kept()}, None),
        (END, {"accepted": []}, (True, "The acceptance is over.")),
    ],
)
def test_the_assessment_is_what_became_of_a_resume_or_an_acceptance(
    command: Any, fields: dict[str, Any], found: Any
) -> None:
    assert became(command, projection(**fields)) == found


@pytest.mark.parametrize(
    ("command", "assessed_since", "well", "words"),
    [
        (ACK, True, None, "no pager has said a word"),
        (RESUME, False, None, "no worker has said a word"),
        (RESUME, True, False, "still stands"),
        (ACCEPT, True, False, "Not accepted"),
        (END, True, False, "The acceptance still stands"),
    ],
)
def test_silence_is_said_too(command: Any, assessed_since: bool, well: bool | None, words: str) -> None:
    found = unanswered(command, assessed_since)
    assert (found.well, words in found.text) == (well, True)
