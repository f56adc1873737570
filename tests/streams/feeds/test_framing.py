"""Frames in a stream of bytes: whatever the packets, the frames are the same (docs/spec/feeds.md, Framing)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.feeds.mapping.hl7.framing import MOST_STRAY, Frame, Framer
from streams.feeds.mapping.letters import LONGEST

LARGEST = 300
BODY = st.binary(max_size=40).map(lambda data: data.replace(b"\x0b", b"").replace(b"\x1c", b""))
PIECES = st.lists(
    st.one_of(
        BODY.map(lambda body: b"\x0b" + body + b"\x1c\r"),
        BODY.map(lambda body: b"\x0b" + body + b"\x1c"),
        BODY,
        st.sampled_from(
            [b"\x0b\x1c\r", b"\x0b", b"\x1c\r", b"\r", b"\x1c", b"\x0bMSH|half", b"\x0b" + b"x" * 400]
        ),
    ),
    max_size=12,
).map(b"".join)


def frames(packets: list[bytes], largest: int = LARGEST) -> tuple[list[Frame], object, str | None]:
    framer = Framer(largest)
    found = [frame for packet in packets for frame in framer.feed(packet)]
    return [*found, *framer.flush()], framer.counts, framer.stranger


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(bounds)]


@given(PIECES, st.lists(st.integers(0, 10_000), max_size=30))
def test_any_split_of_any_stream_gives_the_same_frames(data: bytes, places: list[int]) -> None:
    assert frames(cut(data, places)) == frames([data])


@given(PIECES)
def test_byte_by_byte_gives_the_same_frames(data: bytes) -> None:
    assert frames([data[i : i + 1] for i in range(len(data))]) == frames([data])


@given(st.lists(BODY.filter(bool), max_size=6), st.lists(st.integers(0, 10_000), max_size=20))
def test_frames_of_the_standard_come_out_as_they_went_in(bodies: list[bytes], places: list[int]) -> None:
    data = b"".join(b"\x0b" + body + b"\x1c\r" for body in bodies)
    assert [frame.data for frame in frames(cut(data, places))[0]] == bodies


@given(PIECES, st.lists(st.integers(0, 10_000), max_size=30))
def test_memory_is_bounded_by_the_largest_message(data: bytes, places: list[int]) -> None:
    framer = Framer(LARGEST)
    for packet in cut(data * 20, places):
        framer.feed(packet)
        assert len(framer.buffer) <= LARGEST + len(packet) + 2


def test_a_message_too_large_keeps_its_head_and_the_next_one_comes_whole() -> None:
    data = b"\x0bMSH|" + b"x" * (1 << 20) + b"\x1c\r\x0bMSH|next\x1c\r"
    for size in (len(data), 1000):
        found = frames([data[i : i + size] for i in range(0, len(data), size)], largest=LONGEST * 2)[0]
        assert [(len(frame.data), frame.whole) for frame in found] == [(LONGEST, False), (8, True)]


def test_a_half_that_a_sender_began_anew_is_abandoned() -> None:
    found, counts, _ = frames([b"\x0bMSH|half\x0bMSH|whole\x1c\r"])
    assert [frame.data for frame in found] == [b"MSH|whole"]
    assert counts.abandoned == 1  # type: ignore[attr-defined]


def test_fs_inside_a_text_ends_nothing() -> None:
    assert [frame.data for frame in frames([b"\x0ba\x1cb\x1c\r"])[0]] == [b"a\x1cb"]


def test_a_peer_that_pauses_after_fs_has_ended_its_message() -> None:
    framer = Framer(LARGEST)
    assert framer.feed(b"\x0bMSH|a\x1c") == []
    assert framer.pending
    assert [frame.data for frame in framer.flush()] == [b"MSH|a"]
    assert framer.feed(b"\r\x0bMSH|b\x1c\r") == [Frame(b"MSH|b")]


@pytest.mark.parametrize(
    ("data", "stranger"),
    [
        (b"\x16\x03\x01\x02", "a TLS hello on a port without TLS"),
        (b"GET / HTTP/1.1\r\n", None),
        (b"x" * (MOST_STRAY + 1), f"no start of a message within {MOST_STRAY} bytes"),
    ],
)
def test_a_stranger_is_named(data: bytes, stranger: str | None) -> None:
    for packets in ([data], [data[i : i + 1] for i in range(len(data))]):
        assert frames(packets)[2] == stranger
