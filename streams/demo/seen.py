"""What the worker and the pager said so far: each patient's latest assessment, every alert once, which pages are out. Pure."""

from __future__ import annotations

from bisect import insort
from typing import Any

import msgspec

from streams.demo.pages import Pages
from streams.times import instant

MOST = 100
SYSTEM = "system"
"""Alarms of the machine go by the wall's clock and not by the ward's; they are in the logs."""
Alert = dict[str, Any]
Assessment = dict[str, Any]


class Seen:
    """`newest`: the latest alerts in order of decision, at most `MOST`; `live`, `history`: how many were decided from the opening on, and before.

    `taken`: records read, of all kinds and repeats too; `gone`: who was discharged; `messages`: the latest of each episode.
    """

    def __init__(self, opens: int) -> None:
        self.opens = opens
        self.assessments: dict[str, Assessment] = {}
        self.gone: set[str] = set()
        self.pages = Pages()
        self.newest: list[Alert] = []
        self.messages: dict[str, str] = {}
        self.live = self.history = self.taken = 0
        self._known: set[tuple[str, str, int]] = set()

    @property
    def joined(self) -> bool:
        """Whether the worker said anything of anybody, were they all discharged since."""
        return bool(self.assessments or self.gone)

    def alert(self, value: bytes | None) -> Alert | None:
        """Takes an alert; answers it when it is new and was decided from the opening on. One may be published twice, with the same id and seq."""
        self.taken += 1
        found: Alert = msgspec.json.decode(value or b"null")
        if not found or found["kind"] == SYSTEM or self._again(found):
            return None
        self.messages[found["id"]] = found["message"]
        insort(self.newest, found, key=order)
        del self.newest[:-MOST]
        if instant(found["decided"]) < self.opens:
            self.history += 1
            return None
        self.live += 1
        return found

    def _again(self, alert: Alert) -> bool:
        name = (alert["patient"], alert["id"], alert["seq"])
        known = name in self._known
        self._known.add(name)
        return known

    def assessment(self, patient: str, value: bytes | None) -> None:
        """Takes an assessment; none (a tombstone) is for one who was discharged."""
        self.taken += 1
        if value is None:
            self.assessments.pop(patient, None)
            self.gone.add(patient)
        else:
            self.assessments[patient] = msgspec.json.decode(value)
            self.gone.discard(patient)

    def page(self, value: bytes | None) -> None:
        """Takes what the pager wrote."""
        self.taken += 1
        self.pages.take(value)


def order(alert: Alert) -> tuple[int, str, int]:
    return instant(alert["decided"]), alert["patient"], alert["seq"]
