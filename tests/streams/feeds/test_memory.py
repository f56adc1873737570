"""Memory stays flat, whatever comes: input without end, messages larger than the feed takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from rules.wire.topics import DEADLETTERS
from streams.kafka import blocking_reader
from streams.kafka.settings import Broker
from tests.streams.feeds.running import FhirSender, RunningFeed, Sender, ack_of, running
from tests.streams.feeds.support import sample
from tests.streams.feeds.test_fhir import observation, version

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("feeds-fhir")]

MIB = 1 << 20
PIECE = 256 << 10
TOO_LARGE = 10 * MIB
GROWTH = 40 * MIB
"""What a process may grow by after it is warm: messages of 10 MiB in hand, below what came."""


def hl7(number: int) -> bytes:
    """Return a message of 256 KiB: a reading of a device, and a long note that nobody reads."""
    minute = f"20260302{number // 60 % 24:02}{number % 60:02}"
    reading = sample("109").replace(b"20260302100000", minute.encode() + b"00")
    return reading + b"NTE|1||" + b"x" * PIECE + b"\r"


def fhir(number: int) -> dict[str, object]:
    """Return a resource of 256 KiB: a result of one of a hundred, in another version each time."""
    fields = version(number % 60) | {"note": [{"text": "x" * PIECE}]}
    return observation(value=60 + number % 40, id=f"o{number % 100}", **fields)


def send_hl7(feed: RunningFeed, amount: int) -> Iterator[int]:
    """Send so many bytes, large messages among them; yield how many were sent so far."""
    sender, sent = Sender(feed.port), 0
    for number in range(amount // PIECE):
        assert ack_of(sender.send(hl7(number))[0])[0] == "CA"
        sent += PIECE
        if number % 100 == 5:
            large = sample("80") + b"NTE|1||" + b"x" * TOO_LARGE + b"\r"
            assert ack_of(sender.send(large)[0])[0] == "CR"
            sent += TOO_LARGE
        yield sent
    sender.close()


def send_fhir(feed: RunningFeed, amount: int) -> Iterator[int]:
    """Send so many bytes, large bodies among them; yield how many were sent so far."""
    sender, sent = FhirSender(feed.port), 0
    for number in range(amount // PIECE):
        assert sender.send(fhir(number)) == 200
        sent += PIECE
        if number % 100 == 5:
            assert sender.send(observation(note=[{"text": "x" * TOO_LARGE}])) == 413
            sender.close()
            sent += TOO_LARGE
        yield sent
    sender.close()


SENDERS: dict[str, Callable[[RunningFeed, int], Iterator[int]]] = {"mllp": send_hl7, "fhir": send_fhir}


def grown(feed: RunningFeed, kind: str, amount: int) -> int:
    """Send bytes to a feed and return by how much it grew after the first fifth of them."""
    assert feed.process is not None
    process, warm, most = psutil.Process(feed.process.pid), 0, 0
    for sent in SENDERS[kind](feed, amount):
        used = process.memory_info().rss
        if sent < amount // 5:
            warm = max(warm, used)
        most = max(most, used)
    return most - warm


KEYS = 'raw = "final"\nmax-message = "9 MiB"'


@pytest.mark.parametrize("kind", SENDERS)
def test_fifty_megabytes_leave_a_feed_as_large_as_the_first_ten(
    kind: str, broker: Broker, tmp_path: Path
) -> None:
    """And then a message of eight megabytes is stored: what of it is refused, up to what a letter holds."""
    with running(broker, tmp_path, KEYS, kind=kind) as feed:
        assert grown(feed, kind, 50 * MIB) < GROWTH
        if kind == "mllp":
            large = sample("86") + b"NTE|1||" + b"x" * 8 * MIB + b"\r"
            sender = Sender(feed.port)
            assert ack_of(sender.send(large)[0]) == ("CA", "LAB0007")
            sender.close()
            letters = blocking_reader.records(broker, DEADLETTERS)
            [letter] = [one for one in letters if dict(one.headers)["control-id"] == b"LAB0007"]
            assert letter.value == large[: len(letter.value or b"")]
            assert dict(letter.headers)["cut"] == str(len(large)).encode()


@pytest.mark.campaign("feeds", slices=2)
def test_a_gigabyte_leaves_a_feed_as_large_as_the_first_fifth(
    broker: Broker, tmp_path: Path, campaign_slice: int, figures: Callable[..., None]
) -> None:
    """HL7 in the first slice, FHIR in the second."""
    kind = list(SENDERS)[campaign_slice - 1]
    with running(broker, tmp_path, KEYS, kind=kind) as feed:
        found = grown(feed, kind, 1024 * MIB)
    figures(f"{kind}: 1 GiB, grown by {found / MIB:.1f} MiB", grown=found)
    assert found < GROWTH
