"""All that the board knows of one patient: the latest assessment, the facts, the alerts, and what people asked."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from rules.wire.instants import parse
from streams.board.episodes import Episodes
from streams.board.facts import Facts
from streams.board.orders import Orders

Assessment = dict[str, Any]


class Standing:
    """An assessment as it was published, read when it is first looked at."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def said(self) -> Assessment:
        """Raises msgspec.DecodeError for what is none."""
        found: Assessment = msgspec.json.decode(self.raw)
        return found

    @cached_property
    def at(self) -> int:
        """The clock it was made at, ms."""
        return parse(self.said["at"])


class Bedside:
    """`name`: the patient's id; `key`: what stands for it in addresses. `chart`: the worker's row of the patient, packed;
    `changes`: how many records changed anything.
    """

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        self.standing: Standing | None = None
        self.facts, self.episodes, self.orders = Facts(), Episodes(), Orders()
        self.chart: bytes | None = None
        self.changes = 0

    @property
    def assessment(self) -> Assessment | None:
        return None if self.standing is None else self.standing.said

    @property
    def present(self) -> bool:
        """Whether the patient is to be shown. One of whom there are facts and no assessment is: nobody is looking after them yet."""
        return self.standing is not None or (self.facts.newest is not None and not self.facts.discharged)
