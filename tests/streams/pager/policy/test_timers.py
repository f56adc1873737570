"""What time alone brings: escalation, expiry, the end of a flood; and what a refusal brings."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from rules.wire.instants import HOUR, MINUTE
from streams.pager.policy.escalation import reroute, wake
from streams.pager.policy.routes import EscalationStep, PagingRoute
from tests.streams.pager.policy.telling import PAGING, START, PatientPager, ack, alert


def test_each_rung_is_told_at_its_time_and_who_was_told_is_told_once_more() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    assert wake(pager.state, PAGING) == START + 10 * MINUTE
    assert pager.wait(START + 10 * MINUTE - 1) == []
    assert pager.wait(START + 10 * MINUTE) == ["trigger e1:absolute doctor"]
    assert pager.wait(START + 30 * MINUTE) == ["trigger e1:absolute doctor", "trigger e1:absolute chief"]
    assert wake(pager.state, PAGING) is None


def test_a_pager_that_was_down_tells_all_rungs_that_fell_due() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    assert pager.wait(START + HOUR) == [
        "trigger e1:absolute doctor",
        "trigger e1:absolute doctor",
        "trigger e1:absolute chief",
    ]


def test_a_refused_page_stays_owed_and_the_next_rung_is_told_at_once() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    assert pager.refuse(1, START + 1) == ["trigger e1:absolute doctor"]
    assert pager.state.pending[0].parked == START + 1 + PAGING.again
    assert pager.refuse(1, START + 2) == []
    assert [audit.cause for audit in pager.audits if audit.outcome == "escalated"] == ["refused"]


@pytest.mark.parametrize(("tried", "left"), [(False, []), (True, ["resolve e1:relative nurse"])])
def test_a_page_that_nobody_took_and_is_over_expires_and_its_end_is_told_if_it_may_have_been_heard(
    tried: bool, left: list[str]
) -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    if tried:
        pager.start(1)
    pager.tell(alert("resolved", "clear", START + MINUTE, seq=2))
    pager.wait(START + PAGING.expire - 1)
    assert len(pager.state.pending) == 2
    pager.wait(START + PAGING.expire)
    assert pager.outcomes()[-1] == "expired"
    assert pager.deliver() == left


def test_a_page_that_was_refused_and_is_over_expires_with_its_end() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.refuse(1, START)
    pager.tell(alert("resolved", "clear", START + MINUTE, seq=2))
    pager.wait(START + PAGING.expire)
    assert pager.state.pending == ()


def test_a_page_of_what_is_open_never_expires() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative"))
    pager.wait(START + 100 * PAGING.expire)
    assert pager.deliver() == ["trigger e1:relative nurse"]


def flooded(pages: int) -> PatientPager:
    """A patient with so many pages, a minute between two of them, half a minute after START."""
    pager = PatientPager()
    for number in range(pages):
        pager.tell(
            alert(
                "opened",
                "relative",
                START + number * MINUTE // 2,
                id=f"e{number}",
                seq=number + 1,
                subject=f"s{number}",
            )
        )
    return pager


def test_nine_pages_are_nine_pages() -> None:
    assert len(flooded(9).state.pending) == 9
    assert flooded(9).state.flood is None


def test_the_tenth_within_ten_minutes_begins_a_flood_that_keeps_counting_in_one_page() -> None:
    pager = flooded(12)
    flood = [one for one in pager.state.pending if one.labels.kind == "flood"]
    assert len(pager.state.pending) == 10
    assert len({one.key for one in flood}) == 1
    body = json.loads(flood[0].body)
    assert body["value"] == 12
    assert body["message"] == "12 pages since 10 min, told as one: s9 relative; s10 relative; s11 relative"


def test_a_flood_hides_no_absolute_and_no_worsening() -> None:
    pager = flooded(12)
    assert pager.tell(alert("opened", "absolute", START + 6 * MINUTE, id="x", seq=50)) == [
        "trigger x:absolute nurse"
    ]
    assert pager.tell(alert("worsened", "absolute", START + 6 * MINUTE, id="e11", seq=51, subject="s11")) == [
        "trigger e11:absolute nurse"
    ]


def test_a_flood_is_over_when_ten_minutes_hold_fewer_pages_and_its_page_is_closed() -> None:
    pager = flooded(12)
    flood = next(one.key for one in pager.state.pending if one.labels.kind == "flood")
    over = wake(pager.state, PAGING)
    assert over == START + 90_000 + 10 * MINUTE
    assert pager.wait(over) == [f"resolve {flood} nurse"]
    assert pager.state.flood is None


def test_a_flood_can_be_acknowledged() -> None:
    pager = flooded(12)
    flood = next(one for one in pager.state.pending if one.labels.kind == "flood")
    assert pager.tell(ack(START + HOUR, alert=flood.ordering_key)) == [f"acknowledge {flood.key} nurse"]


def test_alarms_of_the_machine_make_no_flood() -> None:
    pager = PatientPager()
    for number in range(12):
        pager.tell(
            alert(
                "opened", "technical", id=f"e{number}", seq=number, subject=f"channel/{number}", kind="system"
            )
        )
    assert len(pager.state.pending) == 12


def test_a_channel_that_is_no_longer_configured_owes_nothing_and_what_stands_is_told_anew() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    there = replace(PAGING, clinical=(PagingRoute("urgent", (EscalationStep(0, ("phone",)),)),))
    outcome = reroute(pager.state, {"phone"}, START + HOUR, there)
    assert [(one.key, one.channel) for one in outcome.state.pending] == [("e1:absolute+2", "phone")]
