from __future__ import annotations

import json
from typing import Any

import pytest

from streams.projections.episodes import Episodes, SeenBy, alert_of
from tests.streams.board.wards import at, ms

OPENED: dict[str, Any] = {
    "id": "a1", "seq": 1, "patient": "p1", "subject": "urine-hour", "kind": "criterion", "level": "relative", "priority": "medium",
    "transition": "opened", "at": at(0), "decided": at(1), "message": "Urine 15 mL/h, at or below 20",
}  # fmt: skip
WORSENED = OPENED | {
    "seq": 2,
    "level": "absolute",
    "transition": "worsened",
    "at": at(30),
    "decided": at(31),
    "message": "Urine 8 mL/h, below 10",
}
IMPROVED = OPENED | {"seq": 3, "level": "relative", "transition": "improved", "at": at(60), "decided": at(60)}
RESOLVED = OPENED | {"seq": 4, "level": "clear", "transition": "resolved", "at": at(90), "decided": at(90)}


def taken(*alerts: dict[str, Any]) -> Episodes:
    made = Episodes()
    for alert in alerts:
        found = alert_of(json.dumps(alert).encode())
        assert found is not None
        made.apply(found)
    return made


def seen(minutes: float, id: str = "c1") -> SeenBy:
    return SeenBy(id, ms(minutes), "rn-14", "bolus running")


@pytest.mark.parametrize(
    ("alerts", "minutes", "stands"),
    [
        ([OPENED], 1, True),
        ([OPENED], 0.5, True),
        ([OPENED, WORSENED], 20, False),
        ([OPENED, WORSENED], 31, False),
        ([OPENED, WORSENED], 32, True),
        ([OPENED, WORSENED, IMPROVED], 32, True),
    ],
    ids=[
        "at its opening",
        "before it, by a clock that is behind",
        "before it worsened",
        "at the instant of worsening",
        "after it worsened",
        "after it improved again",
    ],
)
def test_an_acknowledgement_stands_for_what_had_been_seen(
    alerts: list[dict[str, Any]], minutes: float, stands: bool
) -> None:
    episodes = taken(*alerts)
    episodes.acknowledge("a1", seen(minutes))
    assert (episodes.acked(episodes.open["a1"]) is not None) == stands
    assert (not episodes.unseen()) == stands


def test_an_acknowledgement_may_come_before_its_alert() -> None:
    episodes = Episodes()
    episodes.acknowledge("a1", seen(2))
    found = alert_of(json.dumps(OPENED).encode())
    assert found is not None
    episodes.apply(found)
    assert episodes.unseen() == []


def test_an_acknowledgement_entered_in_error_never_was() -> None:
    episodes = taken(OPENED)
    episodes.acknowledge("a1", seen(2))
    episodes.withdraw("c1")
    assert len(episodes.unseen()) == 1


def test_an_alert_published_twice_is_told_once() -> None:
    assert len(taken(OPENED, OPENED, WORSENED, OPENED, WORSENED).timeline) == 2


def test_the_end_of_an_episode_closes_it() -> None:
    assert taken(OPENED, WORSENED, RESOLVED).open == {}


def test_since_is_when_the_present_level_began_and_reminders_do_not_move_it() -> None:
    reminder = WORSENED | {"seq": 3, "transition": "reminder", "at": at(46), "decided": at(46)}
    found = taken(OPENED, WORSENED, reminder).open["a1"]
    assert (found.opened, found.since) == (ms(0), ms(30))


def test_the_gravest_stands_first_then_the_oldest() -> None:
    others = [
        OPENED | {"id": f"b{n}", "subject": f"s{n}", "at": at(n), "level": level}
        for n, level in ((5, "absolute"), (3, "technical"), (2, "absolute"))
    ]
    assert [one.id for one in taken(OPENED, *others).open_episodes()] == ["b2", "b5", "a1", "b3"]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"nonsense",
        b"{}",
        b"[]",
        json.dumps(OPENED | {"at": "soon"}).encode(),
        json.dumps(OPENED | {"level": "purple"}).encode(),
    ],
)
def test_what_is_no_alert_is_none(value: bytes) -> None:
    assert alert_of(value) is None
