"""Split a file of messages, with or without FHS, BHS, BTS and FTS, into its messages (v2 2.10.3)."""

from __future__ import annotations

import re
from typing import NamedTuple

_SEGMENT = re.compile(rb"(?:^|(?<=[\r\n\x0b]))[ \t]*(MSH|FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9]|$)")
_TRIMMED = b"\r\n\x0b\x1c \t\x1a"


class Batch(NamedTuple):
    """The messages of a file, in order; `faults`: counts that do not match, reported and not obeyed."""

    messages: list[bytes]
    faults: list[str]


def split(data: bytes) -> Batch:
    """Return the messages of a file; bytes before the first segment that begins one are a message too."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    starts = [(found.start(1), found[1]) for found in _SEGMENT.finditer(data)]
    bounds = [start for start, _ in starts] + [len(data)]
    messages: list[bytes] = []
    faults: list[str] = []
    head = data[: bounds[0]].strip(_TRIMMED)
    if head:
        messages.append(head)
    in_batch = batches = 0
    for (start, name), end in zip(starts, bounds[1:], strict=True):
        piece = data[start:end].strip(_TRIMMED)
        if name == b"MSH":
            messages.append(piece)
            in_batch += 1
        elif name == b"BHS":
            in_batch, batches = 0, batches + 1
        elif name == b"BTS":
            faults += _mismatch("BTS", piece, in_batch, "messages")
        elif name == b"FTS":
            faults += _mismatch("FTS", piece, batches, "batches")
    return Batch(messages, faults)


def _mismatch(name: str, piece: bytes, counted: int, of_what: str) -> list[str]:
    stated = re.match(rb"[A-Z]{3}[^0-9A-Za-z]([0-9]+)", piece)
    if stated is None or int(stated[1]) == counted:
        return []
    return [f"{name}-1 says {int(stated[1])} {of_what}, and {counted} came"]
