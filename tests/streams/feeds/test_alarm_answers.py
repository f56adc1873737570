"""An alarm manager's answer acknowledges the alarm that it names (docs/spec/feeds.md, Out)."""

from __future__ import annotations

import json

import pytest

from rules.ingest.decode import decode
from rules.wire.events import Ack
from streams.feeds.mapping.tables import Incident, Tables
from streams.feeds.mapping.wire_events import encode, topic
from tests.streams.feeds.support import answered, given, sample

AT = "2026-03-02T15:05:30Z"


def known() -> Tables:
    """Return tables in which the alarm of sample 133 was sent."""
    tables = Tables()
    tables.sent_alarm("inc-0001", Incident("T0000001", "e1"))
    return tables


def test_who_accepted_an_alarm_has_acknowledged_it() -> None:
    found = given(sample("133"), "strict", known())
    (event,) = found.handled.events
    assert answered(found) == ("CA",)
    assert topic(event) == "il2.commands"
    assert {key: value for key, value in json.loads(encode(event)).items() if key != "id"} == {
        "type": "ack", "patient": "T0000001", "at": AT, "source": "strict", "alert": "e1", "by": "P0001",
        "reason": "accepted at the alarm manager",
    }  # fmt: skip
    decoded, problems = decode(encode(event), key="T0000001")
    assert (type(decoded), problems) == (Ack, ())


def test_sent_again_it_is_the_same_acknowledgement() -> None:
    tables = known()
    first, again = (given(sample("133"), "strict", tables).handled.events for _ in range(2))
    assert first == again


CASES: dict[str, tuple[bytes, bytes, list[str], bool | None]] = {
    "it called for something": (b"Accepted", b"AcceptedPositive", [], True),
    "it was false": (b"Accepted", b"AcceptedFalse", [], False),
    "it was of no relevance": (b"Accepted", b"AcceptedNotRelevant", [], False),
    "only the name is known": (b"P0001^DOE^JANE", b"^DOE^JANE", [], None),
    "another alarm": (b"inc-0001", b"inc-0002", ["unassociated"], None),
    "an unknown status": (b"Accepted", b"Pondered", ["unsupported"], None),
    "no status": (b"Accepted", b"", ["unsupported"], None),
    "nobody": (b"P0001^DOE^JANE", b"", ["unsupported"], None),
    "no time": (b"|||20260302150530+0000", b"|||20260302", ["bad-time"], None),
    "delivered to a telephone": (b"Accepted", b"Delivered", [], None),
    "read": (b"Accepted", b"Read", [], None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_counts_only_where_it_says_who_accepted_what(name: str) -> None:
    before, after, refused, actionable = CASES[name]
    assert before in sample("133")
    handled = given(sample("133").replace(before, after), "strict", known()).handled
    assert [part.reason for part in handled.refused] == refused
    accepted = not refused and after not in (b"Delivered", b"Read")
    assert [json.loads(encode(event)).get("actionable") for event in handled.events] == [
        actionable
    ] * accepted
    assert ("skipped", "alarm-status") in handled.tally or accepted or refused
    assert [json.loads(encode(event))["by"] for event in handled.events] == (
        ["JANE DOE" if after == b"^DOE^JANE" else "P0001"] * accepted
    )


def test_the_alarms_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.feeds.mapping.tables.MOST_INCIDENTS", 2)
    tables = Tables()
    for key in ("a", "b", "a", "c"):
        tables.sent_alarm(key, Incident("p", key))
    assert list(tables.incidents) == ["a", "c"]
