"""Instants as whole milliseconds, and a clock that remembers when what was asked of it would be answered
otherwise (criteria.md 1).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FOREVER = 1 << 62


def parse(text: str) -> int:
    """The instant of an RFC 3339 text; fractions below a millisecond are cut.

    Raises ValueError without an offset.
    """
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError(f"no offset: {text}")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def show(instant: int | None) -> str | None:
    """The instant as printed: UTC, Z, milliseconds only when they are not zero."""
    if instant is None:
        return None
    seconds, ms = divmod(int(instant), 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ms:03d}Z" if ms else f"{text}Z"


class Marks:
    """The earliest instant after `at` at which an answer given at `at` may change."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.next: int | None = None

    def add(self, instant: int) -> None:
        """Remembers an instant if it is the earliest yet after `at`."""
        if instant > self.at and (self.next is None or instant < self.next):
            self.next = instant


class Now(int):
    """The clock of a decision: every comparison with it leaves a mark where it would come out otherwise.

    What is decided by comparisons alone cannot change before the earliest mark: that is the next deadline.
    """

    marks: Marks
    shift: int

    def __new__(cls, instant: int, marks: Marks, shift: int = 0) -> Now:
        """Makes the clock at `instant`, or something that stands `shift` from it."""
        self = super().__new__(cls, instant)
        self.marks, self.shift = marks, shift
        return self

    def note(self, instant: int) -> None:
        """Leaves a mark at an instant of the clock."""
        self.marks.add(instant)

    def _mark(self, other: int, later: int) -> None:
        self.marks.add(int.__sub__(int(other), self.shift) + later)

    def __lt__(self, other: int) -> bool:
        self._mark(other, 0)
        return int.__lt__(self, other)

    def __ge__(self, other: int) -> bool:
        self._mark(other, 0)
        return int.__ge__(self, other)

    def __le__(self, other: int) -> bool:
        self._mark(other, 1)
        return int.__le__(self, other)

    def __gt__(self, other: int) -> bool:
        self._mark(other, 1)
        return int.__gt__(self, other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            self._mark(other, 0)
            self._mark(other, 1)
        return int.__eq__(self, other) is True

    __hash__ = int.__hash__

    def __add__(self, other: int) -> Any:
        return Now(int(self) + int(other), self.marks, self.shift + int(other))

    def __radd__(self, other: int) -> Any:
        return self + other

    def __sub__(self, other: int) -> Any:
        if isinstance(other, Now):
            return int(self) - int(other)
        return Now(int(self) - other, self.marks, self.shift - other)

    def __rsub__(self, other: int) -> Any:
        raise TypeError("nothing is compared with what runs against the clock")


def note(at: int, instant: int) -> None:
    """Leaves a mark on a clock; on a plain instant nothing."""
    if isinstance(at, Now):
        at.note(instant)
