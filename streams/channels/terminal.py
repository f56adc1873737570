"""A page as a line on the terminal, for a try and for the demo.

[pager.channels.here]
kind = "terminal"
"""

from __future__ import annotations

import sys
from typing import TextIO

from streams.channels.options import ChannelOptions
from streams.channels.page import Page, Receipt, TransportError, without_patient
from streams.config.secrets import Secrets
from streams.display import LEVEL_GLYPH, encodable, plain
from streams.times import short

WORD = {"trigger": "PAGE", "acknowledge": "taken", "resolve": "over"}


class TerminalOptions(ChannelOptions, frozen=True, kw_only=True):
    """No more than every kind takes."""


class Terminal:
    """Writes to `stream`, standard output unless told otherwise."""

    Options = TerminalOptions

    def __init__(
        self, name: str, options: TerminalOptions, secrets: Secrets, stream: TextIO | None = None
    ) -> None:
        self.name = name
        self._options = options
        self._stream = stream or sys.stdout

    async def send(self, page: Page) -> Receipt:
        """One line. Raises TransportError when nobody reads the terminal any more."""
        told = page if self._options.patient else without_patient(page)
        try:
            print(encodable(line(told), self._stream.encoding), file=self._stream, flush=True)
        except (OSError, ValueError) as error:
            raise TransportError(
                f"the terminal takes no more: {type(error).__name__}", permanent=True
            ) from None
        return Receipt()

    async def close(self) -> None:
        """Nothing to end: the stream is not its own."""


def line(page: Page) -> str:
    """`10:05Z PAGE  ▲ absolute  p1  Urine 8 mL/h, below 10  (0123456789abcdef)`; the id is what `il2watch
    ack` takes.
    """
    shape = LEVEL_GLYPH[page.level].shape if page.level in LEVEL_GLYPH else "?"
    clock = short(page.decided).partition(" ")[2]
    parts = (
        f"{clock} {WORD[page.action]:5}",
        f"{shape} {page.level}",
        page.patient,
        page.summary,
        f"({page.alert.get('id', page.key)})",
    )
    return "  ".join(plain(part) for part in parts if part)
