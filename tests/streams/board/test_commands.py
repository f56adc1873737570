from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from rules.ingest.decode import decode
from rules.wire.commands import encode
from rules.wire.events import Accept, Ack, Resume, Silence
from rules.wire.topics import COMMANDS, PAGES
from streams.board import commands
from streams.board.access.users import EVERYBODY, Identity
from streams.errors import UsageError
from tests.streams.board.wards import at, cycle, ms, oliguria, projection, record, ward

NURSE = Identity("R. Nurse", frozenset({"act"}))
FOUND = projection(oliguria())
ALERT = next(one for one in FOUND.episodes.open_episodes() if one.last.subject == "urine-hour")
NOW = ms(130)


def done(what: str, **form: str) -> commands.BoardCommand:
    return commands.board_command(what, {"reason": "bolus running", **form}, FOUND, NURSE, NOW)


def test_an_acknowledgement_is_a_command_the_worker_reads() -> None:
    made = done("ack", alert=ALERT.id, level="absolute")
    event, problems = decode(encode(made.command), key="p1")
    assert problems == ()
    assert isinstance(event, Ack)
    assert (event.alert, event.by, event.reason) == (ALERT.id, "R. Nurse", "bolus running")


def test_a_silence_is_of_the_alerts_subject_at_its_level() -> None:
    event, _ = decode(encode(done("silence", alert=ALERT.id, minutes="30").command), key="p1")
    assert isinstance(event, Silence)
    assert (event.subject, event.level, event.until) == ("urine-hour", "absolute", ms(160))


def test_a_resume_is_of_a_stop_rule_that_stands() -> None:
    rhythm = {
        "type": "finding",
        "id": "f1",
        "patient": "p1",
        "at": at(30),
        "code": "atrial-fibrillation",
        "present": True,
    }
    found = projection([*cycle(), rhythm])
    made = commands.board_command("resume", {"rule": "arrhythmia", "reason": "single run"}, found, NURSE, NOW)
    event, _ = decode(encode(made.command), key="p1")
    assert isinstance(event, Resume)
    assert (event.rule, event.reason) == ("arrhythmia", "single run")


RHYTHM = {
    "type": "finding", "id": "f1", "patient": "p1", "at": at(30), "code": "atrial-fibrillation", "present": True,
}  # fmt: skip


@pytest.mark.parametrize(("lasts", "until"), [("", None), ("1440", ms(130 + 1440))])
def test_an_acceptance_is_of_a_tripped_criterion_at_its_level(lasts: str, until: int | None) -> None:
    form = {"criterion": "atrial-fibrillation", "level": "absolute", "lasts": lasts, "reason": "chronic"}
    made = commands.board_command("accept", form, projection([*cycle(), RHYTHM]), NURSE, NOW)
    event, _ = decode(encode(made.command), key="p1")
    assert isinstance(event, Accept)
    assert (event.criterion, event.level, event.until, event.by, event.reason) == (
        "atrial-fibrillation", "absolute", until, "R. Nurse", "chronic",
    )  # fmt: skip


def test_an_acceptance_in_force_is_shown_and_can_be_ended() -> None:
    accept = {
        "type": "accept", "id": "x1", "patient": "p1", "at": at(40), "criterion": "atrial-fibrillation",
        "level": "absolute", "by": "dr-3", "reason": "chronic",
    }  # fmt: skip
    found = projection([*cycle(), RHYTHM, accept])
    form = {"criterion": "atrial-fibrillation", "reason": "new rhythm"}
    ended = commands.board_command("end-acceptance", form, found, NURSE, NOW)
    after = projection([*cycle(), RHYTHM, accept, json.loads(encode(ended.command))])
    assert found.assessment is not None
    assert [one.criterion for one in found.assessment.accepted] == ["atrial-fibrillation"]
    assert after.assessment is not None
    assert after.assessment.accepted == ()
    assert "atrial-fibrillation" in after.assessment.reasons


def test_a_silence_that_is_in_force_can_be_ended() -> None:
    made = ward(oliguria())
    silence = {
        "type": "silence",
        "id": "s1",
        "patient": "p1",
        "at": at(125),
        "subject": "urine-hour",
        "level": "absolute",
        "until": at(150),
    }
    made.apply(record({**silence, "by": "x", "reason": "y"}))
    found = made.patients["p1"]
    ended = commands.board_command("expire", {"silence": "s1", "reason": "over"}, found, NURSE, NOW)
    made.apply(record(json.loads(encode(ended.command))))
    assert found.commands.quiet(NOW) == []


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("ack", {"alert": "none"}),
        ("ack", {"alert": ALERT.id, "level": "relative"}),
        ("silence", {"alert": "none", "minutes": "30"}),
        ("resume", {"rule": "arrhythmia"}),
        ("expire", {"silence": "none"}),
        ("accept", {"criterion": "atrial-fibrillation", "level": "absolute"}),
        ("accept", {"criterion": "urine-hour", "level": "relative"}),
        ("end-acceptance", {"criterion": "urine-hour"}),
    ],
    ids=[
        "an alert that is over",
        "one that got worse meanwhile",
        "a silence of nothing",
        "a rule that does not stand",
        "a silence that is over",
        "a criterion that is not tripped",
        "one that got worse since it was drawn",
        "an acceptance that is over",
    ],
)
def test_what_is_not_there_any_more_cannot_be_acted_on(what: str, form: Mapping[str, str]) -> None:
    with pytest.raises(commands.Gone):
        done(what, **form)


@pytest.mark.parametrize(
    "form",
    [
        {"reason": ""},
        {"reason": "  "},
        {"reason": "x" * 501},
        {"reason": "two\nlines"},
        {"reason": "y", "minutes": "soon"},
        {"reason": "y", "minutes": "600"},
    ],
)
def test_what_a_person_can_mend_is_said(form: Mapping[str, str]) -> None:
    with pytest.raises(UsageError):
        done("silence", **{"alert": ALERT.id, "minutes": "30", **form})


def test_whoever_logged_in_cannot_give_another_name_and_whoever_did_not_must_give_one() -> None:
    assert commands.named({"by": "Dr. Else", "reason": "x"}, NURSE).by == "R. Nurse"
    assert commands.named({"by": " rn-7 ", "reason": "x"}, EVERYBODY).by == "rn-7"
    with pytest.raises(UsageError, match="who you are"):
        commands.named({"reason": "x"}, EVERYBODY)


def test_every_action_is_audited_before_it_is_sent() -> None:
    made = done("ack", alert=ALERT.id)
    audit, command = commands.records(made, "4 West", NOW)
    assert (audit.topic, command.topic) == (PAGES, COMMANDS)
    assert audit.key == command.key == b"p1"
    written = json.loads(audit.value or b"")
    assert written == {
        "when": at(130), "outcome": "board-ack", "patient": "p1", "alert": ALERT.id, "subject": "urine-hour", "level": "absolute", "by": "R. Nurse",
        "reason": "bolus running", "unit": "4 West", "channel": "board",
    }  # fmt: skip


def test_what_somebody_may_not_do_is_audited_too() -> None:
    written = json.loads(
        commands.refusal("ack", "p1", "V. Visitor", "may see, not act", None, NOW).value or b""
    )
    assert (written["outcome"], written["by"], written["action"]) == ("board-refused", "V. Visitor", "ack")
