"""Killed with -9 at seeded random moments, while a receiver fails as receivers do: every page owed arrives,
once, and in order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from rules.wire.instants import text
from streams.kafka.fencing import TERM
from streams.kafka.settings import Broker
from streams.kafka.state_record import AGE
from streams.kafka.topics import changelog
from streams.pager.delivery.outbox import TABLE, opened
from tests.patience import until
from tests.streams.pager.delivery.receiver import Faults, Receiver, receiving
from tests.streams.pager.policy import alert_courses
from tests.streams.pager.process import Pagers, Sender, audits, outcomes, pagerduty
from tests.streams.worker.published import records

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

FAULTS = Faults(timeout=0.02, error=0.04, busy=0.03, reset=0.03)
EPISODES = 1_000
EVERY_S = 5.0
"""About the time from a start to the next kill, so that episodes run through all of them."""


def published(broker: Broker, alerts: list[alert_courses.ReceivedAlert], seconds: float) -> threading.Thread:
    """Publishes alerts evenly over a time, from a thread."""

    def publish() -> None:
        sender, began = Sender(broker), time.monotonic()
        for number in range(0, len(alerts), 20):
            time.sleep(max(0.0, began + seconds * number / len(alerts) - time.monotonic()))
            sender.alerts(*alerts[number : number + 20])
        sender.close()

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    return thread


def killed(pagers: Pagers, chance: Random, kills: int, at_most: float) -> None:
    """Kills the pager again and again, each time some moments after it began to work."""
    for _ in range(kills):
        before = pagers.at_work("one")
        pagers.start("one")
        pagers.until_at_work("one", before)
        time.sleep(chance.uniform(0.0, at_most))
        pagers.kill("one")


def masked(audited: list[dict[str, object]]) -> set[object]:
    """Keys that the audit says were not told, since a higher level of the episode was."""
    return {one["key"] for one in outcomes(audited, "masked") if one.get("action") == "trigger"}


def out_of_order(receiver: Receiver) -> list[str]:
    """Episodes of which a receiver heard an end before the opening, or a level after the one that replaced
    it.
    """
    first: dict[tuple[str, str], int] = {}
    for number, one in enumerate(receiver.arrivals):
        if one.did in ("opened", "resolved"):
            first.setdefault((one.key, one.did), number)
    wrong = [
        key for (key, did), number in first.items() if did == "resolved" and first[key, "opened"] > number
    ]
    ids = {key.partition(":")[0] for key, _ in first}
    late = [
        id
        for id in ids
        if (relative := first.get((f"{id}:relative", "opened"))) is not None
        and (absolute := first.get((f"{id}:absolute", "opened"))) is not None
        and not relative < absolute < first.get((f"{id}:relative", "resolved"), 1 << 40)
    ]
    return wrong + late


def story(broker: Broker, group: str, keys: list[str]) -> str:
    """What the audit says of these keys' episodes, line by line."""
    ids = {key.partition(":")[0] for key in keys}
    shown = ("when", "outcome", "action", "key", "number", "seq", "attempt", "decided")
    audited = [one for one in audits(broker) if one.get("alert") in ids]
    lines = [" ".join(str(one.get(name)) for name in shown) for one in audited]
    return "\n".join([f"{keys}", *lines, *rows(broker, group, {one["patient"] for one in audited})])


def rows(broker: Broker, group: str, patients: set[str]) -> list[str]:
    """The rows of patients in the changelog, a line each."""
    found = []
    for record in records(broker, changelog(group, TABLE)):
        if record.key == TERM.encode():
            found.append(f"{text(record.timestamp)} {record.partition}/{record.offset} a term begins")
        elif record.key.decode() in patients:
            state = opened(record.value)
            pending = [
                f"{one.number} {one.action} {one.key}{' tried' if one.tried else ''}" for one in state.pending
            ]
            age = (*AGE.unpack_from(record.value), state.positions)
            found.append(
                f"{text(record.timestamp)} {record.partition}/{record.offset} {record.key.decode()} "
                f"{age} "
                f"{sorted(state.episodes)} {pending}"
            )
    return found


def judged(
    broker: Broker,
    pagers: Pagers,
    receiver: Receiver,
    alerts: list[alert_courses.ReceivedAlert],
    title: str,
    figures: Callable[..., None],
) -> None:
    """Waits until everything owed has come, tells what came, and asserts it."""
    wanted = alert_courses.keys(alerts)

    def over() -> bool:  # the audit is long: it is read when all else has come
        return not receiver.open() and not (wanted - receiver.incidents.keys() - masked(audits(broker)))

    done = until(over)
    masked_keys = masked(audits(broker)) - receiver.incidents.keys()
    missing = sorted(wanted - receiver.incidents.keys() - masked_keys)
    twice = [key for key in receiver.incidents if receiver.opens(key) > 1]
    failed = sum(one.fate != "ok" for one in receiver.arrivals)
    figures(
        f"{title}, {EPISODES} episodes, {len(alerts)} alerts, {len(wanted)} pages owed: "
        f"{len(receiver.arrivals)} attempts ({failed} failed),"
        f" {len(receiver.incidents)} incidents, {len(masked_keys)} masked by a higher level, {len(missing)} "
        f"missing, {len(twice)} twice,"
        f" {len(receiver.open())} left open, {len(out_of_order(receiver))} out of order"
    )
    assert done, story(broker, pagers.id, [*missing[:2], *receiver.open()[:2]])
    assert (missing, twice, receiver.open(), out_of_order(receiver)) == ([], [], [], [])
    assert receiver.incidents.keys() <= wanted


@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.campaign("pager"))])
def test_a_thousand_episodes_arrive_whole_and_in_order_whatever_is_killed(
    kills: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    broker, chance = topics(4), Random(kills)
    alerts = alert_courses.episodes(EPISODES, kills, time.time_ns() // 1_000_000)
    with (
        receiving(seed=kills, faults=FAULTS) as receiver,
        Pagers(broker, tmp_path, pagerduty(receiver.url)) as pagers,
    ):
        sending = published(broker, alerts, EVERY_S * kills)
        killed(pagers, chance, kills, 2.5)
        pagers.start("one")
        sending.join()
        judged(broker, pagers, receiver, alerts, f"{kills} kills", figures)
        assert pagers.ended() == {}


@pytest.mark.campaign("pager", slices=3)
def test_pagers_that_come_and_go_lose_nothing_between_them(
    campaign_slice: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    """Three at a time; each is in turn stopped, killed, or hangs for longer than its session and goes on."""
    seed = 10 + campaign_slice
    broker, chance = topics(6), Random(seed)
    alerts = alert_courses.episodes(EPISODES, seed, time.time_ns() // 1_000_000)
    names, turns = ("one", "two", "three"), 24
    with (
        receiving(seed=seed, faults=FAULTS) as receiver,
        Pagers(broker, tmp_path, pagerduty(receiver.url)) as pagers,
    ):
        for name in names:
            pagers.start(name)
        sending = published(broker, alerts, 6.0 * turns)
        for turn in range(turns):
            name = names[turn % 3]
            time.sleep(chance.uniform(0.5, 4.0))
            match chance.choice(("stop", "kill", "hang")):
                case "stop":
                    pagers.stop(name)
                    pagers.start(name)
                case "kill":
                    pagers.kill(name)
                    pagers.start(name)
                case "hang":
                    pagers.pause(name, 4.0)
            pagers.again()
        sending.join()
        judged(broker, pagers, receiver, alerts, f"{turns} comings and goings", figures)
