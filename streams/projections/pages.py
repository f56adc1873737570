"""What the pager says it did (`il2.pages`): the pages nobody has acknowledged yet, and of one patient what is
shown of the log. Pure.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from rules.wire import pages
from rules.wire.alerts import RANK
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

    def take(self, said: PageRecord) -> None:
        """Takes what the pager wrote of one attempt, or of one decision."""
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


MOST_TOLD = 60
SHOWN = frozenset({
    "accepted", "escalated", "acknowledged", "ack-before-worsening", "silence", "silence-cut",
    "silence-ended", "silenced", "refused", "expired",
})  # fmt: skip


class PageLog:
    """Of one patient. `told`: what the pager did, oldest first."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        self.told: deque[PageRecord] = deque(maxlen=MOST_TOLD)

    def take(self, page: PageRecord) -> bool:
        """Takes what the pager did; whether it is shown."""
        if page.outcome in SHOWN:
            self.told.append(page)
        return page.outcome in SHOWN
