"""Shadow and live over one log, the recorded ward's (tests/golden): the same notifications by key, and a switch in
the middle of its open episodes.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.pages import Audit
from streams.pager.policy.routes import Paging
from streams.pager.policy.shadow import MADE, switch
from streams.pager.policy.state import PagingState, ReceivedAlert, decode_alert
from tests.golden.stored import stored
from tests.streams.pager.policy.telling import PAGING, PatientPager

CALLING = ("opened", "worsened", "reminder")
HELD = {pages.CARRIED, pages.SILENCED, pages.FLOODED, pages.ALREADY, pages.OFF_HOURS, pages.DIGESTED}
SHADOW = replace(PAGING, shadow=True)
Log = list[ReceivedAlert]


class Call(NamedTuple):
    """What a receiver gets. `key`: of the incident, with the step of the ladder; `made`: a digest or a flood."""

    action: str
    channel: str
    key: str
    made: bool


@cache
def recorded() -> dict[str, Log]:
    """Each patient's alerts in the order of the log."""
    found: dict[str, Log] = {}
    for line in stored("run-json"):
        if line.startswith("{"):
            received = decode_alert(line.encode("utf-8", "surrogatepass"))
            found.setdefault(received.transition.patient, []).append(received)
    return found


class Answered(PatientPager):
    """A patient's desk whose receiver takes everything at once, and counts."""

    def __init__(self, patient: str, paging: Paging) -> None:
        super().__init__(paging)
        self.state = PagingState(patient=patient)
        self.sent: Counter[Call] = Counter()

    def through(self, log: Log) -> Answered:
        for received in log:
            self.handle(received)
        return self

    def handle(self, received: ReceivedAlert) -> list[Audit]:
        """What is said of an alert, and of what fell due before it."""
        before = len(self.audits)
        self.wait(received.decided)
        self.receive(received.decided)
        self.tell(received)
        self.receive(received.decided)
        return self.audits[before:]

    def receive(self, now: int) -> None:
        """All that is pending reaches its receiver."""
        self.sent.update(
            Call(one.action, one.channel, f"{one.key}/{one.step}", one.labels.kind in MADE)
            for one in self.state.pending
        )
        self.deliver(now)

    def turn(self, paging: Paging, now: int) -> list[Audit]:
        before = len(self.audits)
        self.paging = paging
        self._moved(switch(self.state, now, paging))
        return self.audits[before:]


def notified(audits: list[Audit]) -> list[tuple[str | None, ...]]:
    outcomes = (pages.ENQUEUED, pages.WOULD_HAVE_PAGED)
    return [(one.action, one.key, one.channel, one.route) for one in audits if one.outcome in outcomes]


def test_the_same_notifications_by_key_and_in_shadow_none_reaches_a_receiver() -> None:
    sent: Counter[Call] = Counter()
    for patient, log in recorded().items():
        live, shadow = Answered(patient, PAGING).through(log), Answered(patient, SHADOW).through(log)
        assert notified(shadow.audits) == notified(live.audits), patient
        assert not shadow.sent
        assert shadow.state.pending == ()
        sent += live.sent
    assert sum(sent.values()) > 500


def test_a_switch_in_the_middle_lists_all_that_is_open_and_pages_all_that_comes_and_nothing_twice() -> None:
    listed = called = 0
    for patient, log in recorded().items():
        before, after = log[: len(log) // 2], log[len(log) // 2 :]
        pager = Answered(patient, SHADOW).through(before)
        last = {one.transition.id: one for one in before}
        audits = pager.turn(PAGING, before[-1].decided if before else 0)
        stands = [one.alert for one in audits if one.outcome == pages.STANDS_OPEN]
        assert Counter(stands) == Counter(
            id for id, one in last.items() if not one.ends and one.transition.kind not in MADE
        )
        listed += len(stands)
        for received in after:
            called += received.transition.transition in CALLING
            assert answered(pager.handle(received), received), (patient, received)
        reminded = {one.transition.id for one in after if one.transition.transition == "reminder"}
        twice = [call for call, count in pager.sent.items() if call.action == "trigger" and count > 1]
        assert not [one for one in twice if not one.made and one.key.partition(":")[0] not in reminded]
    assert (listed > 20, called > 100) == (True, True)


def answered(audits: list[Audit], received: ReceivedAlert) -> bool:
    """Whether an alert that calls was paged, or is held for a reason that is written."""
    if received.transition.transition not in CALLING:
        return True
    own = {
        one.outcome for one in audits if one.alert == received.transition.id or one.outcome == pages.FLOODED
    }
    return bool(own & {pages.ENQUEUED, *HELD})
