"""Acknowledgements and silences: what they stop, what they never stop, and when they end."""

from __future__ import annotations

import pytest

from rules.wire.instants import HOUR, MINUTE
from tests.streams.pager.policy.telling import START, PatientPager, ack, alert, silence, withdrawal


def test_an_acknowledgement_is_told_to_all_who_were_told_and_ends_the_escalation() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.deliver()
    assert pager.tell(ack(START + MINUTE)) == ["acknowledge e1:absolute nurse"]
    assert pager.wait(START + HOUR) == []


def test_an_acknowledgement_says_how_long_it_took_from_the_first_acceptance() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.deliver(START + 1000)
    pager.tell(ack(START + MINUTE))
    assert [audit.waited_ms for audit in pager.audits if audit.outcome == "acknowledged"] == [MINUTE - 1000]


def test_the_same_acknowledgement_again_changes_nothing() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.tell(ack())
    state = pager.state
    assert pager.tell(ack()) == []
    assert pager.state == state


def test_an_acknowledgement_that_comes_before_its_alert_waits_for_it() -> None:
    pager = PatientPager()
    pager.tell(ack(START + MINUTE))
    assert pager.tell(alert("opened", "absolute")) == [
        "trigger e1:absolute nurse",
        "acknowledge e1:absolute nurse",
    ]
    assert pager.wait(START + HOUR) == []


@pytest.mark.parametrize("known", [-MINUTE, -1, 0, 1])
def test_an_acknowledgement_takes_effect_on_what_is_open_when_it_is_read(known: int) -> None:
    """wire.md, Alert: whatever its `at`: a host whose clock is behind acknowledges all the same."""
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("worsened", "absolute", START + MINUTE, seq=2))
    pager.tell(ack(START + MINUTE + known))
    assert pager.state.episodes["e1"].acked is not None
    assert [one.command for one in pager.audits if one.outcome == "acknowledged"] == ["a1"]


def test_a_worsening_read_after_the_acknowledgement_takes_it_away() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.deliver()
    pager.tell(ack(START + 5 * MINUTE))
    pager.deliver()
    notifications = pager.tell(alert("worsened", "absolute", START + MINUTE, seq=2))
    assert notifications == ["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"]
    assert pager.state.episodes["e1"].acked is None


REASON = {"id": "e2", "subject": "creatinine", "seq": 2}


def recommending(**context: object) -> dict[str, object]:
    return {"kind": "recommendation", "subject": "recommendation", "id": "r1", "context": context}


def acked(pager: PatientPager) -> set[str]:
    return {id for id, one in pager.state.episodes.items() if one.acked is not None}


def test_with_the_recommendation_every_reason_is_acknowledged() -> None:
    """criteria.md section 9."""
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.tell(alert("opened", "relative", **REASON))
    pager.tell(alert("opened", "technical", id="m1", seq=3, subject="x", kind="monitoring"))
    pager.tell(alert("opened", "absolute", seq=4, **recommending(carried=True)))  # type: ignore[arg-type]
    pager.tell(ack(START + MINUTE, "r1"))
    assert acked(pager) == {"e1", "e2", "r1"}


def test_the_recommendation_is_acknowledged_exactly_while_every_absolute_reason_is() -> None:
    """criteria.md section 9."""
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.tell(alert("opened", "relative", **REASON))
    pager.tell(alert("opened", "absolute", seq=3, **recommending(carried=True)))  # type: ignore[arg-type]
    pager.tell(ack(START + MINUTE, "e2", "a2"))
    assert acked(pager) == {"e2"}
    pager.tell(ack(START + MINUTE, "e1"))
    assert acked(pager) == {"e1", "e2", "r1"}
    pager.tell(alert("opened", "absolute", START + HOUR, id="e3", seq=4, subject="platelets"))
    assert acked(pager) == {"e1", "e2"}


def test_an_acknowledgement_of_what_is_over_is_said_to_be_one() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.tell(alert("resolved", "clear", seq=2))
    assert pager.tell(ack(START + MINUTE)) == []
    assert pager.outcomes()[-1] == "ack-of-nothing-open"


def test_an_acknowledgement_entered_in_error_leaves_the_alert_unseen() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.deliver()
    pager.tell(ack(START + MINUTE))
    pager.deliver()
    notifications = pager.tell(withdrawal("ack", "a1", START + 2 * MINUTE))
    assert notifications == ["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"]
    assert pager.wait(START + 12 * MINUTE) == ["trigger e1:absolute+2 doctor"]


@pytest.mark.parametrize(
    ("level", "longest"),
    [("absolute", HOUR), ("relative", 12 * HOUR), ("technical", 12 * HOUR), ("advisory", 12 * HOUR)],
)
def test_a_silence_is_cut_to_what_its_level_allows(level: str, longest: int) -> None:
    pager = PatientPager()
    pager.tell(silence(level, START + 48 * HOUR))
    assert pager.state.silences["s1"].until == START + longest
    assert pager.outcomes() == ["silence-cut"]
    pager.wait(START + longest)
    assert pager.state.silences == {}


def test_a_silence_never_hides_a_higher_level() -> None:
    pager = PatientPager()
    pager.tell(silence("relative", START + HOUR))
    assert pager.tell(alert("opened", "absolute", START + 1)) == ["trigger e1:absolute nurse"]


@pytest.mark.parametrize("level", ["relative", "absolute"])
def test_a_worsening_passes_a_silence_and_lifts_it(level: str) -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(silence(level, START + HOUR, START + 1))
    notifications = pager.tell(alert("worsened", "absolute", START + 2, seq=2))
    assert "trigger e1:absolute nurse" in notifications
    assert pager.state.silences == {}
    assert "silence-lifted" in pager.outcomes()


def test_a_silence_takes_effect_on_what_is_open_when_it_is_read() -> None:
    """wire.md, Alert: whatever its `at`."""
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("worsened", "absolute", START + MINUTE, seq=2))
    pager.tell(silence("absolute", START + HOUR, START), now=START + 2 * MINUTE)
    assert list(pager.state.silences) == ["s1"]
    assert pager.wait(START + 11 * MINUTE) == []


def test_a_silence_closes_the_page_and_its_end_opens_a_new_one() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative"))
    pager.deliver()
    assert pager.tell(silence("relative", START + HOUR, START + 1)) == ["resolve e1:relative nurse"]
    assert pager.tell(alert("reminder", "relative", START + 2, seq=2)) == []
    assert pager.wait(START + HOUR) == ["trigger e1:relative+2 nurse"]


def test_a_silence_of_an_acknowledged_episode_tells_nobody_anything() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative"))
    pager.tell(ack(START))
    assert pager.tell(silence("relative", START + HOUR, START + 1)) == []
    assert pager.wait(START + HOUR) == []


def test_another_subject_is_not_silenced() -> None:
    pager = PatientPager()
    pager.tell(silence("relative", START + HOUR, subject="creatinine"))
    assert pager.tell(alert("opened", "relative", START + 1)) == ["trigger e1:relative nurse"]


def test_a_silence_ended_by_command_or_withdrawn_tells_at_once_what_it_held() -> None:
    for end in (
        silence("relative", START + MINUTE, START + MINUTE),
        withdrawal("silence", "s1", START + MINUTE),
    ):
        pager = PatientPager()
        pager.tell(silence("relative", START + HOUR))
        pager.tell(alert("opened", "relative", START + 1))
        assert pager.tell(end, now=START + MINUTE) == ["trigger e1:relative nurse"]
        assert pager.state.silences == {}


def test_two_silences_end_with_the_later() -> None:
    pager = PatientPager()
    pager.tell(silence("relative", START + HOUR, id="s1"))
    pager.tell(silence("relative", START + 2 * HOUR, id="s2"))
    pager.tell(alert("opened", "relative", START + 1))
    assert pager.wait(START + HOUR) == []
    assert pager.wait(START + 2 * HOUR) == ["trigger e1:relative nurse"]
