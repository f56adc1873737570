"""A bell: whoever waits is woken when it rings."""

from __future__ import annotations

import asyncio
import contextlib


class Signal:
    """Rung as often as one likes; each wait ends at the next ring."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Waits for a ring, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
