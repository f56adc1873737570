"""What the pager asks of a channel, and what it hears back."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from streams.channels.page import Page


class Receipt(NamedTuple):
    """The receiver has taken the page. `status`: its HTTP status; `reference`: its own name for it; None where there is none."""

    status: int | None = None
    reference: str | None = None


class TransportError(Exception):
    """The receiver has not taken the page, or nobody can tell. `message` holds neither a secret nor the patient.

    `permanent`: the same page would be refused again. `retry_after_s`: how long the receiver asks to be left alone. `status`: what it answered,
    None when it did not.
    """

    def __init__(self, message: str, permanent: bool = False, retry_after_s: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.status = status


class Channel(Protocol):
    """A receiver. `name` is its name in the configuration (`[pager.channels.<name>]`)."""

    name: str

    async def send(self, page: Page) -> Receipt:
        """Gives the page to the receiver, in one attempt with a time-out. Raises TransportError, and nothing else but cancellation."""
        ...

    async def close(self) -> None:
        """Ends its connections."""
        ...
