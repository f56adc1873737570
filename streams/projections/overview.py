"""What the output topics say so far: each patient's latest assessment, every alert once, and the pages
nobody has acknowledged. Pure.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from rules.wire import pages
from rules.wire.alerts import RANK, AlertRecord, NotAnAlert, decode
from rules.wire.instants import parse as instant
from rules.wire.pages import PageRecord

MOST_PAGES = 999
OVER = ("resolve", "acknowledge")


class Page(NamedTuple):
    """`number`: what a reader types to acknowledge it; `alert`: the episode's id; `sent`: wire time of the
    ward.
    """

    number: int
    alert: str
    patient: str
    level: str
    subject: str
    sent: str


class Pages:
    """`sent`: how many went out; `heard`: how many acknowledgements the pager took."""

    def __init__(self) -> None:
        self.sent = self.heard = 0
        self._open: dict[str, Page] = {}
        self._last = 0

    def take(self, value: bytes | None) -> None:
        """Takes what the pager wrote of one attempt, or of one decision."""
        said = pages.decode(value)
        if said is None:
            return
        if said.outcome == pages.ACKNOWLEDGED:
            self.heard += 1
            self._open = {key: page for key, page in self._open.items() if page.alert != said.alert}
        elif said.outcome == pages.ACCEPTED:
            self._accepted(said)

    def _accepted(self, said: PageRecord) -> None:
        key = said.key or ""
        if said.action in OVER:
            self._open.pop(key, None)
            return
        self.sent += 1
        number = self._open[key].number if key in self._open else self._free()
        self._open[key] = Page(
            number, said.alert or "", said.patient, said.level or "", said.subject or "", said.decided or ""
        )

    def _free(self) -> int:
        """The next number that no open page has.

        One that comes free is not given again at once: whoever types it means the page that had it.
        """
        taken = {page.number for page in self._open.values()}
        after = (number % MOST_PAGES + 1 for number in range(self._last, self._last + len(taken) + 1))
        self._last = next(number for number in after if number not in taken)
        return self._last

    @property
    def open(self) -> list[Page]:
        """The gravest first, and of those the newest."""
        newest = sorted(self._open.values(), key=lambda page: page.sent, reverse=True)
        return sorted(newest, key=lambda page: -RANK[page.level])

    def of(self, number: int) -> Page | None:
        """The open page of a number."""
        return next((page for page in self._open.values() if page.number == number), None)


MOST_ALERTS = 100
SYSTEM = "system"
"""Alarms of the machine go by the wall's clock and not by the ward's; they are in the logs."""
Assessment = dict[str, Any]


class Seen:
    """`newest`: the latest alerts in order of decision, at most `MOST`; `live`, `history`: how many were
    decided from the opening on, and before.

    `taken`: records read, of all kinds and repeats too; `gone`: who was discharged; `messages`: the latest of
    each episode.
    """

    def __init__(self, opens: int) -> None:
        self.opens = opens
        self.assessments: dict[str, Assessment] = {}
        self.gone: set[str] = set()
        self.pages = Pages()
        self.newest: list[AlertRecord] = []
        self.messages: dict[str, str] = {}
        self.live = self.history = self.taken = 0
        self._known: set[tuple[str, str, int]] = set()

    @property
    def joined(self) -> bool:
        """Whether the worker said anything of anybody, were they all discharged since."""
        return bool(self.assessments or self.gone)

    def alert(self, value: bytes | None) -> AlertRecord | None:
        """Takes an alert; answers it when it is new and was decided from the opening on.

        One may be published twice, with the same id and seq.
        """
        self.taken += 1
        found = _read(value)
        if found is None or found.kind == SYSTEM or self._again(found):
            return None
        self.messages[found.id] = found.message
        insort(self.newest, found, key=order)
        del self.newest[:-MOST_ALERTS]
        if instant(found.decided) < self.opens:
            self.history += 1
            return None
        self.live += 1
        return found

    def _again(self, alert: AlertRecord) -> bool:
        name = (alert.patient, alert.id, alert.seq)
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


def order(alert: AlertRecord) -> tuple[int, str, int]:
    return instant(alert.decided), alert.patient, alert.seq


def _read(value: bytes | None) -> AlertRecord | None:
    try:
        return decode(value)
    except NotAnAlert:
        return None


class View(NamedTuple):
    """`clock`: the ward's time, ms (None: not yet); `assessments`: of those who were assessed; `newest`:
    alerts, the latest last; `rate`: records a second. `joined`: the worker's first word came; `gone`: who was
    discharged; `pages`: those that nobody has acknowledged, the gravest first, `messages` the words for them
    by episode; `heard`: how many acknowledgements the pager took; `typed`: a page's number as far as it is
    typed (None: nobody can type); `places`: what is served where.
    """

    patients: Sequence[str]
    assessments: Mapping[str, Assessment]
    newest: Sequence[AlertRecord]
    clock: int | None
    speed: float
    rate: float
    published: int
    alerts: int
    joined: bool
    gone: Collection[str] = ()
    pages: Sequence[Page] = ()
    heard: int = 0
    messages: Mapping[str, str] = MappingProxyType({})
    typed: str | None = None
    places: Sequence[str] = ()
