"""Couriers against a real receiver on loopback: order in a lane, rest after a fault, and no channel waiting
for another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rules.wire import pages
from rules.wire.instants import MINUTE
from streams.channels.page import Receipt, TransportError
from streams.channels.pagerduty import PagerDuty, PagerDutyOptions
from streams.config.secrets import Secrets
from streams.pager.delivery.attempts import Delivery
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.policy.alerts import receive
from streams.pager.policy.routes import EscalationStep, Match, Paging, PagingRoute
from tests.streams.pager.delivery.receiver import Faults, Receiver, receiving
from tests.streams.pager.policy.telling import START, alert

PAGING = Paging(
    (PagingRoute("all", (EscalationStep(0, ("oncall",)),), Match()),),
    (PagingRoute("machine", (EscalationStep(0, ("oncall",)),)),),
    again=30_000,
)
BOTH = Paging((PagingRoute("all", (EscalationStep(0, ("oncall", "dead")),), Match()),))
HURRY = 50


class Kept:
    """Stands where Kafka is: everything is acknowledged at once, and kept."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.changelog_topic_name = "outbox"

    async def append(self, records: Any) -> list[int]:
        new = list(records)
        self.records += new
        return list(range(len(new)))

    def keep(self, *_: object) -> None:
        """A row is held in Kafka alone."""


class Silent:
    """No receiver was ever refusing."""

    async def accepted(self, channel: str) -> None: ...

    async def refused(self, channel: str, message: str) -> None: ...


class Hurried(DeliveryWorker):
    """Rests as long as in life, on a clock that runs ahead."""

    async def _pause(self, seconds: float) -> None:
        await super()._pause(seconds / HURRY)


class Outbox:
    """A ledger with couriers, in one loop. `now`: the pager's clock, ms."""

    def __init__(self, paging: Paging, channels: list[Any]) -> None:
        kept: Any = Kept()
        silent: Any = Silent()
        self.now = START
        self.writer = OutboxWriter(paging, kept, kept, lambda: self.now)
        self.delivery = Delivery(
            self.writer,
            silent,
            None,
            lambda: START,
            lambda name, tripped: self.tripped.append((name, tripped)),
        )
        self.tripped: list[tuple[str, bool]] = []
        loop = asyncio.get_running_loop()
        self.workers = {
            one.name: Hurried(one, self.delivery, lambda: loop.time() * HURRY, lambda: 0.5)
            for one in channels
        }
        self.writer.nudge = self.nudge
        self.writer.open({}, 0, 1)
        self.audits: list[Any] = []
        self.writer.audited = self.audits.append

    def nudge(self, patient: str) -> None:
        for one in self.writer.states[patient].pending:
            self.workers[one.channel].want((patient, one.ordering_key))

    def receive(self, *alerts: Any) -> None:
        for one in alerts:
            self.writer.apply(
                one.transition.patient,
                lambda state, one=one: receive(state, one, self.now, self.writer.paging),
                0,
            )

    def outcomes(self, channel: str) -> list[str]:
        return [
            one.outcome
            for one in self.audits
            if one.channel == channel and one.outcome in (pages.ACCEPTED, pages.RETRY, pages.REFUSED)
        ]

    def pending(self, channel: str) -> int:
        return sum(
            1 for state in self.writer.states.values() for one in state.pending if one.channel == channel
        )

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not found():
                await asyncio.sleep(0.01)

    async def __aenter__(self) -> Outbox:
        self.writing = asyncio.create_task(self.writer.run())
        self.carrying = {name: asyncio.create_task(one.run()) for name, one in self.workers.items()}
        return self

    async def __aexit__(self, *_: object) -> None:
        for name, one in self.workers.items():
            await one.stop(self.carrying[name])
            await one.channel.close()
        self.writing.cancel()
        await asyncio.gather(self.writing, return_exceptions=True)


def oncall(receiver: Receiver, timeout_s: float = 0.3) -> PagerDuty:
    options = PagerDutyOptions(routing_key_env="KEY", url=receiver.url, timeout_s=timeout_s)
    return PagerDuty("oncall", options, Secrets({"KEY": "0123456789abcdef0123456789abcdef"}))


def live(
    faults: Faults,
    story: Callable[[Outbox, Receiver], Awaitable[None]],
    paging: Paging = PAGING,
    more: tuple[Any, ...] = (),
) -> Receiver:
    async def play(receiver: Receiver) -> None:
        async with Outbox(paging, [oncall(receiver), *more]) as outbox:
            await story(outbox, receiver)

    with receiving(seed=3, faults=faults) as receiver:
        asyncio.run(play(receiver))
    return receiver


def test_what_fails_in_passing_is_tried_until_it_is_taken_and_in_order() -> None:
    async def story(outbox: Outbox, receiver: Receiver) -> None:
        for number in range(30):
            episode = {"id": f"e{number}", "patient": f"p{number}"}
            outbox.receive(
                alert("opened", "relative", seq=1, **episode), alert("resolved", "clear", seq=2, **episode)
            )
        await outbox.until(lambda: outbox.pending("oncall") == 0)

    receiver = live(Faults(timeout=0.1, error=0.1, busy=0.1, reset=0.1), story)
    assert receiver.wrong() == []
    assert receiver.open() == []
    assert len(receiver.incidents) == 30


class Dead:
    """A receiver that never answers."""

    name = "dead"

    def __init__(self) -> None:
        self.asked = 0

    async def send(self, page: Any) -> Receipt:
        self.asked += 1
        await asyncio.sleep(0.2)
        raise TransportError("dead: no answer")

    async def close(self) -> None: ...


def test_a_dead_channel_delays_nothing_on_another_and_is_left_alone() -> None:
    dead = Dead()

    async def story(outbox: Outbox, receiver: Receiver) -> None:
        outbox.receive(
            *(alert("opened", "relative", id=f"e{number}", patient=f"p{number}") for number in range(40))
        )
        await outbox.until(lambda: outbox.pending("oncall") == 0)
        await outbox.until(lambda: ("dead", True) in outbox.tripped)
        assert outbox.pending("dead") == 40

    receiver = live(Faults(), story, BOTH, (dead,))
    assert len(receiver.incidents) == 40
    assert dead.asked < 40


def test_a_receiver_that_is_back_hears_everything_and_the_gravest_first() -> None:
    async def story(outbox: Outbox, receiver: Receiver) -> None:
        receiver.down = True
        outbox.receive(
            *(
                alert("opened", "relative", START, id=f"e{number}", patient=f"p{number}")
                for number in range(20)
            )
        )
        await outbox.until(lambda: ("oncall", True) in outbox.tripped)
        outbox.receive(alert("opened", "absolute", START, id="grave", patient="px"))
        await asyncio.sleep(0.05)
        receiver.down = False
        await outbox.until(lambda: outbox.pending("oncall") == 0)

    receiver = live(Faults(), story)
    taken = [one.key for one in receiver.arrivals if one.did == "opened"]
    assert len(taken) == 21
    assert taken.index("grave:absolute") <= 1


def test_of_thousands_of_absolute_pages_the_newest_and_the_oldest_go_in_turn() -> None:
    """Seen: 3,000 older ones, a receiver that takes 200 ms, and a new alert that came after 85 s."""

    async def story(outbox: Outbox, receiver: Receiver) -> None:
        receiver.down = True
        for i in range(300):
            outbox.now += 1
            outbox.receive(alert("opened", "absolute", START, id=f"e{i}", patient=f"p{i}"))
        await outbox.until(lambda: ("oncall", True) in outbox.tripped)
        outbox.now += MINUTE
        outbox.receive(alert("opened", "absolute", START, id="new", patient="px"))
        await asyncio.sleep(0.05)
        receiver.down = False
        await outbox.until(lambda: outbox.pending("oncall") == 0)

    receiver = live(Faults(), story)
    taken = [one.key for one in receiver.arrivals if one.did == "opened"]
    assert len(taken) == 301
    assert taken.index("new:absolute") <= 20
    assert any(f"e{i}:absolute" in taken[:20] for i in range(10))


def test_a_page_that_is_refused_for_good_waits_aside_and_the_rest_of_its_lane_goes_on() -> None:
    async def story(outbox: Outbox, receiver: Receiver) -> None:
        receiver.faults = Faults(refused=1.0)
        outbox.receive(alert("opened", "relative", id="e1", seq=1))
        await outbox.until(lambda: outbox.outcomes("oncall") == ["refused"])
        receiver.faults = Faults()
        outbox.receive(alert("worsened", "absolute", id="e1", seq=2))
        await outbox.until(lambda: "e1:absolute" in receiver.incidents)
        await outbox.until(
            lambda: pages.ACCEPTED in outbox.outcomes("oncall")
        )  # the receiver has it before the ledger knows
        assert [one.key for one in outbox.writer.states["p1"].pending] == ["e1:relative", "e1:relative"]
        outbox.now += MINUTE
        await outbox.until(lambda: outbox.pending("oncall") == 0)

    receiver = live(Faults(), story)
    assert receiver.wrong() == []
    assert receiver.open() == ["e1:absolute"]


def test_a_channel_that_raises_what_it_must_not_is_a_channel_that_failed() -> None:
    class Broken(Dead):
        async def send(self, page: Any) -> Receipt:
            raise KeyError("surprise")

    async def story(outbox: Outbox, receiver: Receiver) -> None:
        outbox.receive(alert("opened", "relative"))
        await outbox.until(lambda: len(outbox.outcomes("dead")) > 1)
        assert set(outbox.outcomes("dead")) == {"retry"}
        assert not any("surprise" in (one.message or "") for one in outbox.audits)

    live(Faults(), story, BOTH, (Broken(),))


@pytest.mark.parametrize("accepted", [0, 1])
def test_an_attempt_is_written_down_before_it_is_made(accepted: int) -> None:
    async def story(outbox: Outbox, receiver: Receiver) -> None:
        receiver.down = not accepted
        outbox.receive(alert("opened", "relative"))
        await outbox.until(lambda: len(receiver.arrivals) > 0)
        pending = outbox.writer.states["p1"].pending
        assert not pending or pending[0].tried

    live(Faults(), story)


def test_a_courier_stops_at_any_moment_and_what_it_had_in_hand_is_still_owed_or_accepted() -> None:
    async def play(receiver: Receiver) -> None:
        for number in range(60):
            async with asyncio.timeout(20):
                async with Outbox(PAGING, [oncall(receiver)]) as outbox:
                    outbox.receive(alert("opened", "relative", id=f"e{number}"))
                    await asyncio.sleep(number / 10_000)
                taken = f"e{number}:relative" in receiver.incidents
                assert outbox.pending("oncall") == 1 or taken

    with receiving(seed=3) as receiver:
        asyncio.run(play(receiver))
        assert len(receiver.incidents) > 5


def test_what_is_wrong_with_a_channel_is_logged_once_until_it_takes_pages_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nothing: Any = None
    delivery = Delivery(nothing, nothing, None, lambda: START, lambda *_: None)
    with caplog.at_level(logging.WARNING, logger="il2watch.pager"):
        for fault in (
            "",
            "does not take pages: 503",
            "does not take pages: 503",
            "refuses pages: 400",
            "",
            "",
        ):
            delivery._log_fault("oncall", fault)
    assert caplog.messages == [
        "channel oncall does not take pages: 503",
        "channel oncall refuses pages: 400",
        "channel oncall takes pages again",
    ]
