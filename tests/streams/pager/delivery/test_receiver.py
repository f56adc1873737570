"""The receiver that fails: its faults are seeded, and it deduplicates as PagerDuty does.

The kill tests lean on it.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from streams.channels.options import parse_options
from streams.channels.page import TransportError
from streams.channels.pagerduty import PagerDuty, PagerDutyOptions
from streams.config.secrets import Secrets
from tests.streams.channels.pages import page
from tests.streams.pager.delivery.receiver import Faults, Receiver, receiving

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
ALL = Faults(timeout=0.15, error=0.15, busy=0.15, reset=0.15, refused=0.1)


def taking(*actions: str, key: str = "e:absolute") -> Receiver:
    receiver = Receiver(0, Faults())
    for action in actions:
        receiver.accept({"dedup_key": key, "event_action": action})
    return receiver


def states(receiver: Receiver, key: str = "e:absolute") -> list[str]:
    return [incident.state for incident in receiver.incidents.get(key, [])]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (("trigger",), ["triggered"]),
        (("trigger", "trigger"), ["triggered"]),
        (("trigger", "acknowledge", "trigger"), ["acknowledged"]),
        (("trigger", "acknowledge", "resolve"), ["resolved"]),
        (("trigger", "resolve", "resolve"), ["resolved"]),
        (("trigger", "resolve", "trigger"), ["resolved", "triggered"]),
        (("resolve",), []),
        (("acknowledge", "trigger"), ["triggered"]),
    ],
)
def test_events_with_one_key_fall_on_the_open_incident(actions: tuple[str, ...], expected: list[str]) -> None:
    assert states(taking(*actions)) == expected


def test_a_second_incident_of_a_key_is_wrong() -> None:
    assert taking("trigger", "resolve").wrong() == []
    assert taking("trigger", "resolve", "trigger").wrong() == ["e:absolute: 2 incidents"]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_end_before_the_beginning_is_wrong(action: str) -> None:
    with receiving() as receiver:
        asyncio.run(one_sent(receiver.url, action))
    assert receiver.wrong() == [f"e0:absolute: {action} before any trigger"]
    assert receiver.incidents == {}


def test_faults_follow_from_the_seed_whatever_the_interleaving() -> None:
    one, other, third = (Receiver(seed, ALL) for seed in (7, 7, 8))
    forth = [(f"e{number}", action) for number in range(40) for action in ("trigger", "resolve")]
    fates = {key: one.fate(*key) for key in forth}
    assert {key: other.fate(*key) for key in reversed(forth)} == fates
    assert {key: third.fate(*key) for key in forth} != fates


def test_each_fault_comes_as_often_as_asked() -> None:
    receiver = Receiver(3, ALL)
    seen = Counter(receiver.fate("e", "trigger")[0] for _ in range(4_000))
    asked = ALL._asdict() | {"ok": 1 - sum(ALL)}
    assert all(abs(seen[fate] / 4_000 - share) < 0.03 for fate, share in asked.items()), seen


def pagerduty(url: str, **options: float) -> PagerDuty:
    table = {"url": url, "routing-key-env": "KEY"} | {
        key.replace("_", "-"): value for key, value in options.items()
    }
    return PagerDuty(
        "oncall", parse_options(PagerDutyOptions, "oncall", table), Secrets({"KEY": ROUTING_KEY})
    )


async def one_sent(url: str, action: str) -> None:
    channel = pagerduty(url)
    try:
        await channel.send(page(action, key="e0:absolute"))
    finally:
        await channel.close()


async def sent(url: str, many: int) -> Counter[str]:
    """Sends pages until each is taken or refused for good; counts what was raised."""
    channel = pagerduty(url, timeout_s=0.2)
    raised: Counter[str] = Counter()
    for number in range(many):
        for action in ("trigger", "resolve"):
            while True:
                try:
                    await channel.send(page(action, key=f"e{number}:absolute"))
                    break
                except TransportError as error:
                    raised[str(error.status) if error.status else "no answer"] += 1
    await channel.close()
    return raised


def test_a_sender_that_repeats_until_it_is_taken_leaves_one_open_and_one_close_a_key() -> None:
    with receiving(
        seed=11, faults=Faults(timeout=0.05, error=0.15, busy=0.1, reset=0.15, refused=0.1)
    ) as receiver:
        raised = asyncio.run(sent(receiver.url, 40))
    assert set(raised) == {"no answer", "500", "429", "400"}
    assert receiver.open() == []
    assert [receiver.opens(f"e{number}:absolute") for number in range(40)] == [1] * 40
    assert receiver.wrong() == []


def test_a_receiver_that_is_down_takes_nothing() -> None:
    with receiving() as receiver:
        receiver.down = True
        with pytest.raises(TransportError) as caught:
            asyncio.run(one_sent(receiver.url, "trigger"))
    assert (caught.value.status, caught.value.permanent) == (503, False)
    assert [(one.fate, one.taken) for one in receiver.arrivals] == [("down", False)]
