"""Shadow: what is decided is what a live pager decides, none of it is sent, and a switch pages nobody for what
was open before.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.wire import pages
from rules.wire.instants import HOUR, MINUTE
from rules.wire.pages import Audit
from streams.pager.policy.routes import EscalationStep, Paging, PagingRoute
from streams.pager.policy.shadow import MADE, switch
from streams.pager.policy.state import pack, unpack
from streams.pager.service.api import opened
from tests.streams.pager.policy.telling import PAGING, START, PatientPager, ack, alert, silence
from tests.streams.pager.policy.test_laws import EVERYTHING, Course, acts

DECIDING = ("alert", "ack", "silence", "wait")
deciding = st.lists(acts.filter(lambda act: act[0] in DECIDING), max_size=40)
HELD = {pages.SILENCED, pages.FLOODED, pages.ALREADY, pages.OFF_HOURS, pages.DIGESTED}
CALLING = ("opened", "worsened", "reminder")


class Lived(Course):
    """A course whose receivers accept everything at once; what was decided to notify, and what was sent."""

    def __init__(self, paging: Paging) -> None:
        super().__init__(paging)
        self.audits: list[Audit] = []

    def through(self, course: list[tuple[str, Any, Any]]) -> Lived:
        for _, _, outcome in self.live(course):
            self.audits += outcome.audits
            self.deliver()
        return self

    def deliver(self) -> None:
        while self.state.pending:
            outcome = self._accept(0, None)[1]
            self.state = outcome.state
            self.audits += outcome.audits

    def turn(self, shadow: bool) -> list[Audit]:
        """The pager starts again, in shadow or live; what it says of that."""
        self.paging = replace(self.paging, shadow=shadow)
        outcome = switch(unpack(pack(self.state)), self.now, self.paging)
        self.state = outcome.state
        return outcome.audits


def decided(audits: list[Audit]) -> list[tuple[str | None, ...]]:
    """Who was to be notified of what, sent or not."""
    outcomes = (pages.ENQUEUED, pages.WOULD_HAVE_PAGED)
    return [(one.action, one.channel, one.key, one.route) for one in audits if one.outcome in outcomes]


@given(deciding)
def test_shadow_decides_what_a_live_pager_decides_and_sends_none_of_it(
    course: list[tuple[str, Any, Any]],
) -> None:
    live = Lived(EVERYTHING).through(course)
    shadow = Lived(replace(EVERYTHING, shadow=True))
    for _, _, outcome in shadow.live(course):
        shadow.audits += outcome.audits
        assert outcome.state.pending == ()
    assert decided(shadow.audits) == decided(live.audits)
    assert {one.outcome for one in shadow.audits} & {pages.ENQUEUED, pages.ACCEPTED} == set()


@given(deciding, deciding)
def test_after_the_switch_what_opens_worsens_or_is_reminded_of_is_paged_and_nothing_else(
    before: list[tuple[str, Any, Any]], after: list[tuple[str, Any, Any]]
) -> None:
    lived = Lived(replace(EVERYTHING, shadow=True)).through(before)
    stands = [one.alert for one in lived.turn(shadow=False) if one.outcome == pages.STANDS_OPEN]
    old = {one.id for one in lived.state.episodes.values() if one.kind not in MADE}
    assert Counter(stands) == Counter(old)
    called: set[str] = set()
    sent: Counter[tuple[str, str]] = Counter()
    for _, received, outcome in lived.live(after):
        triggers = [one for one in outcome.pending if one.action == "trigger"]
        if received is not None and outcome.fresh and received.transition.transition in CALLING:
            called.add(received.transition.id)
            why = {one.outcome for one in outcome.audits}
            assert triggers or why & HELD
        for one in triggers:
            assert one.ordering_key not in old or one.ordering_key in called
            reminded = received is not None and received.transition.transition == "reminder"
            if one.labels.kind not in MADE and not reminded:
                sent[one.channel, f"{one.key}/{one.step}"] += 1
        lived.deliver()
    assert not [pair for pair, count in sent.items() if count > 1]


@given(deciding, deciding)
def test_what_a_receiver_got_before_shadow_is_closed_there_and_nothing_is_opened(
    before: list[tuple[str, Any, Any]], after: list[tuple[str, Any, Any]]
) -> None:
    lived = Lived(EVERYTHING).through(before)
    opened = {one.incident.key for one in lived.state.episodes.values() if one.incident is not None}
    lived.turn(shadow=True)
    for _, _, outcome in lived.live(after):
        assert all(one.action != "trigger" and one.key in opened for one in outcome.state.pending)
        lived.deliver()


@given(deciding, st.booleans())
def test_a_restart_is_no_switch(course: list[tuple[str, Any, Any]], shadow: bool) -> None:
    lived = Lived(replace(EVERYTHING, shadow=shadow)).through(course)
    before = replace(lived.state, shadow=shadow)
    lived.state = before
    assert lived.turn(shadow) == []
    assert lived.state == before


class Ward(PatientPager):
    """A desk that is switched."""

    def turn(self, shadow: bool | tuple[str, ...]) -> list[str]:
        self.paging = replace(self.paging, shadow=shadow)
        return self._moved(switch(self.state, START, self.paging))


def test_a_reminder_after_the_switch_pages_under_the_key_that_no_receiver_has_seen() -> None:
    ward = Ward(replace(PAGING, shadow=True))
    assert ward.tell(alert("opened", "absolute", seq=1)) == []
    assert ward.turn(shadow=False) == []
    assert ward.wait(START + 5 * HOUR) == []
    assert ward.tell(alert("reminder", "absolute", START + 6 * HOUR, seq=2)) == ["trigger e1:absolute nurse"]


def test_the_list_of_open_alerts_says_which_no_receiver_has() -> None:
    ward = Ward(replace(PAGING, shadow=True))

    def listed() -> list[tuple[str, bool]]:
        return [(one.id, one.shadow) for one in opened("p1", ward.state)]

    ward.tell(alert("opened", "absolute", seq=1))
    assert listed() == [("e1", True)]
    ward.turn(shadow=False)
    assert listed() == []
    ward.tell(alert("reminder", "absolute", START + 6 * HOUR, seq=2))
    assert listed() == [("e1", False)]
    ward.deliver(START + 6 * HOUR)
    ward.turn(shadow=True)
    ward.tell(alert("opened", "relative", START + 7 * HOUR, seq=3, id="e2", subject="creatinine"))
    assert listed() == [("e1", False), ("e2", True)]


def test_an_end_after_the_switch_is_told_to_nobody_who_never_heard_of_the_beginning() -> None:
    ward = Ward(replace(PAGING, shadow=True))
    ward.tell(alert("opened", "absolute", seq=1))
    ward.turn(shadow=False)
    assert ward.tell(alert("resolved", "clear", START + MINUTE, seq=2)) == []


def test_what_a_silence_held_in_shadow_is_not_paged_when_it_ends() -> None:
    ward = Ward(replace(PAGING, shadow=True))
    ward.tell(silence("relative", START + HOUR))
    ward.tell(alert("opened", "relative", seq=1))
    ward.turn(shadow=False)
    assert ward.wait(START + 2 * HOUR) == []
    assert ward.tell(alert("worsened", "absolute", START + 2 * HOUR, seq=2)) == ["trigger e1:absolute nurse"]


def test_an_acknowledgement_in_shadow_is_one_after_it() -> None:
    ward = Ward(replace(PAGING, shadow=True))
    ward.tell(alert("opened", "absolute", seq=1))
    ward.tell(ack(START + MINUTE))
    ward.turn(shadow=False)
    assert ward.tell(alert("reminder", "absolute", START, seq=2)) == []
    assert ward.state.episodes["e1"].acked is not None


def test_what_was_not_sent_yet_when_shadow_began_is_never_sent() -> None:
    ward = Ward(PAGING)
    assert ward.tell(alert("opened", "absolute", seq=1)) == ["trigger e1:absolute nurse"]
    ward.turn(shadow=True)
    assert ward.state.pending == ()
    ward.tell(alert("resolved", "clear", START + MINUTE, seq=2))
    assert ward.state.pending == ()


def test_each_page_in_shadow_is_written_with_its_text_receiver_and_route() -> None:
    ward = Ward(replace(PAGING, shadow=True))
    ward.tell(alert("opened", "absolute", seq=1))
    [page] = [one for one in ward.audits if one.outcome == pages.WOULD_HAVE_PAGED]
    assert (page.channel, page.route, page.action, page.key) == ("nurse", "urgent", "trigger", "e1:absolute")
    assert page.message == "hypotension opened to absolute"


@pytest.mark.parametrize(
    ("shadow", "patient", "in_shadow"),
    [
        (False, "w4-1", False),
        (True, "w4-1", True),
        (("4 West",), "w4-1", True),
        (("4 West",), "w5-1", False),
        (("4 West",), "*", False),
        (True, "*", True),
        (True, "il2watch-test-1", False),
        (("4 West",), "il2watch-test-1", False),
    ],
)
def test_a_unit_is_switched_alone_and_a_test_patient_is_never_in_shadow(
    shadow: bool | tuple[str, ...], patient: str, in_shadow: bool
) -> None:
    units = (("w4-*", "4 West"), ("il2watch-*", "4 West"))
    assert replace(PAGING, shadow=shadow, units=units).shadows(patient) is in_shadow


TEST = PagingRoute("test", (EscalationStep(0, ("probe",)),), test=True)


@pytest.mark.parametrize(
    ("patient", "routes", "channels"),
    [
        ("p1", (TEST, *PAGING.clinical), ["nurse"]),
        ("il2watch-test-1", (*PAGING.clinical, TEST), ["probe"]),
        ("il2watch-test-1", PAGING.clinical, []),
        ("p1", (TEST,), []),
    ],
)
def test_a_route_marked_as_test_is_for_test_patients_and_for_them_alone(
    patient: str, routes: tuple[PagingRoute, ...], channels: list[str]
) -> None:
    from streams.pager.policy.alerts import receive
    from streams.pager.policy.state import PagingState

    made = receive(
        PagingState(patient=patient),
        alert("opened", "absolute", patient=patient),
        START,
        replace(PAGING, clinical=routes, shadow=True),
    )
    sent = [one for one in made.audits if one.outcome in (pages.ENQUEUED, pages.WOULD_HAVE_PAGED)]
    assert [one.channel for one in sent] == channels
