"""Fold the pager's records (`il2.pages`): open pages, and the page log of one patient. Pure.

A page is open until it is acknowledged or resolved.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.pages import PageRecord

MOST_PAGES = 999
OVER = ("resolve", "acknowledge")


class OpenPage(NamedTuple):
    """An open page.

    `number`: what a reader types to acknowledge it; `alert`: the episode's id; `sent`: wire time of the ward.
    """

    number: int
    alert: str
    patient: str
    level: str
    subject: str
    sent: str


class Pages:
    """The open pages of all patients.

    `sent`: how many were sent, in shadow how many would have been; `shadow`: whether the latest was not sent;
    `acknowledged`: how many acknowledgements the pager accepted.
    """

    def __init__(self) -> None:
        self.sent = self.acknowledged = 0
        self.shadow = False
        self._open: dict[str, OpenPage] = {}
        self._last = 0

    def apply(self, record: PageRecord) -> None:
        """Apply what the pager wrote of one attempt, or of one decision."""
        if record.outcome == pages.ACKNOWLEDGED:
            self.acknowledged += 1
            self._open = {key: page for key, page in self._open.items() if page.alert != record.alert}
        elif record.outcome in (pages.ACCEPTED, pages.WOULD_HAVE_PAGED):
            self.shadow = record.outcome == pages.WOULD_HAVE_PAGED
            self._accepted(record)

    def _accepted(self, record: PageRecord) -> None:
        key = record.key or ""
        if record.action in OVER:
            self._open.pop(key, None)
            return
        self.sent += 1
        number = self._open[key].number if key in self._open else self._free()
        self._open[key] = OpenPage(
            number,
            record.alert or "",
            record.patient,
            record.level or "",
            record.subject or "",
            record.decided or "",
        )

    def _free(self) -> int:
        """Return the next number that no open page has.

        A number that becomes free is not reused at once: a reader who types it means the page that had it.
        """
        used = {page.number for page in self._open.values()}
        after = (number % MOST_PAGES + 1 for number in range(self._last, self._last + len(used) + 1))
        self._last = next(number for number in after if number not in used)
        return self._last

    @property
    def open(self) -> list[OpenPage]:
        """The open pages, the most severe first, and within a level the newest first."""
        newest = sorted(self._open.values(), key=lambda page: page.sent, reverse=True)
        return sorted(newest, key=lambda page: -RANK[page.level])

    def of(self, number: int) -> OpenPage | None:
        """Return the open page of a number; None when there is none."""
        return next((page for page in self._open.values() if page.number == number), None)


MOST_LOGGED = 60
SHOWN_OUTCOMES = frozenset({
    pages.ACCEPTED, pages.ESCALATED, pages.ACKNOWLEDGED, pages.ALREADY, pages.ACK_OVER, pages.ACK_EARLY,
    pages.ACK_EXPIRED, pages.ACK_WITHDRAWN, pages.SILENCE, pages.SILENCE_CUT, pages.SILENCE_ENDED,
    pages.SILENCED, pages.REFUSED, pages.EXPIRED, pages.WOULD_HAVE_PAGED, pages.STANDS_OPEN, pages.MARK,
})  # fmt: skip
MOST_ANSWERS = 128
"""More commands than a patient gets in a shift: the handover says of each what the pager made of it."""


def answer(answers: dict[str, PageRecord], page: PageRecord) -> None:
    """Keep the first thing said of a command: of an acknowledgement that waited, what came of it."""
    command = page.command or ""
    if command and (command not in answers or answers[command].outcome == pages.ACK_EARLY):
        answers[command] = page


class PageLog:
    """The page log of one patient.

    `entries`: what the pager did, and what clinicians think of it, oldest first; `answers`: what it said of a
    command, by its id.
    """

    __slots__ = ("answers", "entries")

    def __init__(self) -> None:
        self.entries: deque[PageRecord] = deque(maxlen=MOST_LOGGED)
        self.answers: dict[str, PageRecord] = {}

    def apply(self, page: PageRecord) -> bool:
        """Append what the pager did if it is shown; return whether it is."""
        if page.command is not None:
            answer(self.answers, page)
            for old in list(self.answers)[:-MOST_ANSWERS]:
                del self.answers[old]
        if page.outcome in SHOWN_OUTCOMES:
            self.entries.append(page)
        return page.outcome in SHOWN_OUTCOMES
