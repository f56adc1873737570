"""The system's own alarm: said once as it opens, once as it ends, and never as if it were about a patient."""

from __future__ import annotations

import msgspec

from rules.wire.topics import ALERTS
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share

MINUTE = 60_000
NOON = 1_772_452_800_000


def test_too_large_a_share_is_said_once_and_so_is_its_end() -> None:
    alarm = DeadLetterAlarm("one", Share())
    raised = [
        alarm.after(NOON, 1000, 50),
        alarm.after(NOON + MINUTE, 0, 0),
        alarm.after(NOON + 2 * MINUTE, 10, 10),
        alarm.after(NOON + 3 * MINUTE, 10, 10),
        alarm.after(NOON + 20 * MINUTE, 100, 0),
    ]
    assert [out is not None for out in raised] == [False, False, True, False, True]


def test_the_alert_is_technical_about_nobody_and_of_a_kind_of_its_own() -> None:
    out = DeadLetterAlarm("one", Share()).after(NOON, 10, 1)
    assert out is not None
    assert (out.topic, out.key) == (ALERTS, b"*")
    alert = msgspec.json.decode(out.value or b"")
    assert (alert["kind"], alert["level"], alert["transition"], alert["patient"]) == (
        "system",
        "technical",
        "opened",
        "*",
    )
    assert "1 of 10 records" in alert["message"]


def test_opening_and_end_share_an_id_and_two_workers_do_not() -> None:
    def ids(name: str) -> list[str]:
        alarm = DeadLetterAlarm(name, Share())
        outs = [alarm.after(NOON, 10, 9), alarm.after(NOON + 20 * MINUTE, 100, 0)]
        return [msgspec.json.decode(out.value or b"")["id"] for out in outs if out is not None]

    one, other = ids("one"), ids("other")
    assert len(one) == 2
    assert one[0] == one[1]
    assert one[0] != other[0]
