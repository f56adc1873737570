"""Find the frames of MLLP in a stream of bytes: VT, message, FS CR. A state machine without time and socket.

Whatever the packets, the frames are the same. Source: docs/spec/feeds.md, Framing and decoding.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from streams.feeds.mapping.letters import LONGEST

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
_END = re.compile(rb"\x0b|\x1c(?=\r|\x0b)")
_TLS_HELLO = b"\x16\x03"
MOST_STRAY = 4 << 10
STRANGER_TLS = "a TLS hello on a port without TLS"
STRANGER_BYTES = f"no start of a message within {MOST_STRAY} bytes"


class Frame(NamedTuple):
    """A message's bytes; `whole` False: larger than is taken, and only its head is kept."""

    data: bytes
    whole: bool = True


class FrameCounts(msgspec.Struct):
    """What was tolerated: bytes between frames, halves abandoned, ends without CR, empty frames."""

    stray: int = 0
    abandoned: int = 0
    without_cr: int = 0
    empty: int = 0


class Framer:
    """The frames of one connection. `largest`: bytes of a message that are kept; more are skipped, unkept."""

    def __init__(self, largest: int) -> None:
        self.largest, self.counts = largest, FrameCounts()
        self.kept = min(LONGEST, largest)
        self.buffer = bytearray()
        self.inside, self.skipping, self.seen = False, False, 0
        self.stranger: str | None = None
        self.before_first = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that these bytes complete. `stranger` says why a peer speaks no MLLP."""
        self.buffer += data
        frames = []
        while self.stranger is None and (frame := self._next()) is not None:
            if frame.data or not frame.whole:
                frames.append(frame)
            else:
                self.counts.empty += 1
        return frames

    def flush(self) -> list[Frame]:
        """Return a frame whose FS is the last byte that came: the peer has paused or ended there."""
        if not self.inside or self.buffer[-1:] != FS:
            return []
        self.counts.without_cr += 1
        return [self._closed(len(self.buffer) - 1, 1)]

    @property
    def pending(self) -> bool:
        """Whether a frame may have ended: its FS has come, and no CR yet."""
        return self.inside and self.buffer[-1:] == FS

    @property
    def cut_off(self) -> bool:
        """Whether a message has begun that has no end."""
        return self.inside

    def _next(self) -> Frame | None:
        if not self.inside and not self._start():
            return None
        while (end := _END.search(self.buffer, self.seen)) is not None:
            if end[0] == VT:
                self.counts.abandoned += 1
                self._restart(end.end())
                continue
            with_cr = self.buffer[end.end() : end.end() + 1] == CR
            self.counts.without_cr += not with_cr
            return self._closed(end.start(), 2 if with_cr else 1)
        self.seen = len(self.buffer) - (self.buffer[-1:] == FS)
        self._bound()
        return None

    def _start(self) -> bool:
        """Go to the next VT; drop what stands before it. Return whether there is one."""
        if not self.before_first and self.buffer[:2] == _TLS_HELLO:
            self.stranger = STRANGER_TLS
            return False
        at = self.buffer.find(VT)
        stray = len(self.buffer) if at < 0 else at
        if at < 0 and len(self.buffer) < 2 and not self.before_first:
            return False
        self.counts.stray += stray
        self.before_first += stray
        if at < 0:
            self.buffer.clear()
            self.stranger = STRANGER_BYTES if self.before_first > MOST_STRAY else None
            return False
        self.before_first = 1
        self._restart(at + 1)
        return True

    def _restart(self, at: int) -> None:
        del self.buffer[:at]
        self.inside, self.skipping, self.seen = True, False, 0

    def _bound(self) -> None:
        """Keep of a message that is too large its head alone."""
        if self.skipping or len(self.buffer) > self.largest:
            self.skipping = True
            last = self.buffer[-1:]
            del self.buffer[self.kept :]
            self.buffer += last
            self.seen = len(self.buffer) - (last == FS)

    def _closed(self, end: int, drop: int) -> Frame:
        data = bytes(self.buffer[:end])
        whole = not self.skipping and len(data) <= self.largest
        del self.buffer[: end + drop]
        self.inside, self.skipping, self.seen = False, False, 0
        return Frame(data if whole else data[: self.kept], whole)
