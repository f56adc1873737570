"""Accounts: what a ledger of faults says should have been lost and refused, to be held against what was."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec


class _Entry(msgspec.Struct):
    lost: bool
    refused: list[str]


def expected(path: str) -> dict[str, Any]:
    """`altered`, `lost` and `refused` (by reason) of a ledger file (simulators.faults.ledger), gzip by its name.

    Raises OSError, and ValueError naming the line that is no entry.
    """
    decoder = msgspec.json.Decoder(_Entry)
    altered, lost, refused = 0, 0, Counter[str]()
    with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = decoder.decode(line)
            except msgspec.MsgspecError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            altered, lost = altered + 1, lost + entry.lost
            refused.update(entry.refused)
    return {"altered": altered, "lost": lost, "refused": dict(sorted(refused.items()))}
