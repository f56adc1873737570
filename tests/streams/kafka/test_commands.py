"""Commands as they go into the topic: what the engine's decoder takes, and what is refused before
it is sent.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from rules.ingest.decode import decode
from rules.wire.commands import Command, actionable, encode
from rules.wire.events import Ack, Silence
from rules.wire.instants import HOUR
from streams.cli import lookup
from streams.errors import UsageError
from streams.kafka import commands
from tests.streams.pager.policy.telling import START

WHO = commands.Who("rn-14", "bolus running")


def test_an_acknowledgement_is_one_the_engine_takes() -> None:
    event, problems = decode(
        commands.as_record(commands.acknowledgement("p1", "e1", WHO, START)).value or b"", key="p1"
    )
    assert isinstance(event, Ack)
    assert problems == ()
    assert (event.alert, event.by, event.reason, event.at) == ("e1", "rn-14", "bolus running", START)


REFUSED = {
    "blank patient": (
        commands.silence("  ", "hypotension", "relative", START + HOUR, WHO, START),
        "`patient`",
    ),
    "blank subject": (commands.silence("p1", " \t", "relative", START + HOUR, WHO, START), "`subject`"),
    "blank alert": (commands.acknowledgement("p1", " ", WHO, START), "`alert`"),
    "every patient": (
        commands.silence("*", "hypotension", "relative", START + HOUR, WHO, START),
        "ticks alone",
    ),
    "unseen letter": (commands.acknowledgement("p\u200b1", "e1", WHO, START), "invisible character"),
    "blank rule": (commands.resume("p1", " ", WHO, START), "`rule`"),
    "blank criterion": (commands.accept("p1", " ", "relative", None, WHO, START), "`criterion`"),
    "half a character": (commands.acknowledgement("p\ud800", "e1", WHO, START), "half a character"),
}


@pytest.mark.parametrize(("command", "why"), REFUSED.values(), ids=REFUSED)
def test_a_command_that_its_reader_would_refuse_is_not_sent(command: Command, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        commands.as_record(command)


def test_blanks_around_a_patient_are_no_other_patient() -> None:
    made = commands.as_record(commands.acknowledgement(" p1 ", "e1", WHO, START))
    assert isinstance(decode(made.value or b"", key=(made.key or b"").decode())[0], Ack)


@pytest.mark.parametrize("opinion", [True, False, None])
def test_an_acknowledgement_may_say_whether_the_alert_was_actionable(opinion: bool | None) -> None:
    made = commands.as_record(commands.acknowledgement("p1", "e1", WHO, START, opinion))
    assert actionable(made.value or b"") is opinion
    assert isinstance(decode(made.value or b"", key="p1")[0], Ack)


@pytest.mark.parametrize(
    ("level", "hours", "allowed"),
    [("absolute", 1, True), ("absolute", 1.1, False), ("relative", 12, True), ("relative", 13, False)],
)
def test_a_silence_is_bounded_by_its_level(level: str, hours: float, allowed: bool) -> None:
    until = START + round(hours * HOUR)
    if allowed:
        assert isinstance(
            decode(
                commands.as_record(commands.silence("p1", "hypotension", level, until, WHO, START)).value
                or b"",
                key="p1",
            )[0],
            Silence,
        )
    else:
        with pytest.raises(UsageError, match="h at most"):
            commands.silence("p1", "hypotension", level, until, WHO, START)


def test_an_alarm_of_the_machine_is_not_acknowledged_here() -> None:
    with pytest.raises(UsageError, match="alarm of the machine"):
        commands.acknowledgement("*", "e1", WHO, START)


@pytest.mark.parametrize("who", [commands.Who("", "why"), commands.Who("rn", " ")])
def test_a_command_says_who_and_why(who: commands.Who) -> None:
    with pytest.raises(UsageError, match="who and why"):
        commands.acknowledgement("p1", "e1", who, START)


def record(command: Command) -> Any:
    return SimpleNamespace(key=command.patient.encode(), value=encode(command), timestamp=START)


def test_a_silence_stands_as_it_was_last_asked_for() -> None:
    one = commands.silence("p1", "hypotension", "relative", START + HOUR, WHO, START)
    two = commands.silence("p1", "fever", "advisory", START + HOUR, WHO, START)
    ended = commands.expiry("p1", one.id, "hypotension", "relative", WHO, START + 1)
    gone = {"type": "silence", "id": two.id, "patient": "p1", "at": two.at, "status": "entered-in-error"}
    assert [(each.id, each.until) for each in lookup.latest_silences(map(record, (one, two)))] == [
        (one.id, START + HOUR),
        (two.id, START + HOUR),
    ]
    withdrawn = SimpleNamespace(key=b"p1", value=json.dumps(gone).encode(), timestamp=START)
    assert [
        (each.id, each.until) for each in lookup.latest_silences([*map(record, (one, two, ended)), withdrawn])
    ] == [(one.id, START + 1)]
