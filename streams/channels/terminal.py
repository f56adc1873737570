"""Print a page as a line on the terminal, for trying it out and for the demo.
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
    """The options of a terminal channel: those of every kind."""


class Terminal:
    """A channel that prints to `stream`, by default standard output."""

    Options = TerminalOptions

    def __init__(
        self, name: str, options: TerminalOptions, secrets: Secrets, stream: TextIO | None = None
    ) -> None:
        self.name = name
        self._options = options
        self._stream = stream or sys.stdout

    @property
    def identity(self) -> dict[str, str]:
        """Nothing: a line on a terminal is not open."""
        return {}

    async def send(self, page: Page) -> Receipt:
        """Print one line. Raises TransportError when the terminal is closed."""
        visible_page = page if self._options.patient else without_patient(page)
        try:
            print(encodable(line(visible_page), self._stream.encoding), file=self._stream, flush=True)
        except (OSError, ValueError) as error:
            raise TransportError(
                f"the terminal takes no more: {type(error).__name__}", permanent=True
            ) from None
        return Receipt()

    async def close(self) -> None:
        """Do nothing: the stream is not its own."""


def line(page: Page) -> str:
    """Return `10:05Z PAGE  ▲ absolute  p1  Urine 8 mL/h, below 10  (0123456789abcdef)`.

    The id in brackets is what `il2watch ack` takes.
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
