"""Which pages are out and nobody has acknowledged: read from what the pager says it did (wire.md, Topics, `il2.pages`). Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from rules.wire.alerts import RANK

MOST = 999
HEARD, OVER = "acknowledged", ("resolve", "acknowledge")


class Page(NamedTuple):
    """`number`: what a reader types to acknowledge it; `alert`: the episode's id; `sent`: wire time of the ward."""

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
        said: dict[str, Any] = msgspec.json.decode(value or b"{}")
        if said.get("outcome") == HEARD:
            self.heard += 1
            self._close(lambda page: page.alert == said["alert"])
        elif said.get("outcome") == "accepted":
            self._accepted(said)

    def _accepted(self, said: dict[str, Any]) -> None:
        if said["action"] in OVER:
            self._open.pop(said["key"], None)
            return
        self.sent += 1
        number = self._open[said["key"]].number if said["key"] in self._open else self._free()
        self._open[said["key"]] = Page(number, said["alert"], said["patient"], said["level"], said["subject"], said["decided"])

    def _free(self) -> int:
        """The next number that no open page has. One that comes free is not given again at once: whoever types it means the page that had it."""
        taken = {page.number for page in self._open.values()}
        after = (number % MOST + 1 for number in range(self._last, self._last + len(taken) + 1))
        self._last = next(number for number in after if number not in taken)
        return self._last

    def _close(self, over: Any) -> None:
        self._open = {key: page for key, page in self._open.items() if not over(page)}

    @property
    def open(self) -> list[Page]:
        """The gravest first, and of those the newest."""
        newest = sorted(self._open.values(), key=lambda page: page.sent, reverse=True)
        return sorted(newest, key=lambda page: -RANK[page.level])

    def of(self, number: int) -> Page | None:
        """The open page of a number."""
        return next((page for page in self._open.values() if page.number == number), None)
