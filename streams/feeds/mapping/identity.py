"""Make the ids of events: the same content sent again, by whatever way, has the same id.

Source: docs/spec/feeds.md, Identity.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

SEPARATOR = "\x1f"


class Origin(NamedTuple):
    """Where a record comes from: `order` (filler, else placer, with its namespace), or a `device`.

    A device's readings are told apart by their time; an order's results are not, unless the feed says so.
    """

    order: str = ""
    device: str = ""
    sender: str = ""

    @property
    def by_order(self) -> str:
        """The order, whatever the device."""
        return f"order{SEPARATOR}{self.order}"

    @property
    def named(self) -> str:
        """The device, else the order, else the sending application."""
        if self.device:
            return f"device{SEPARATOR}{self.device}"
        return self.by_order if self.order else f"sender{SEPARATOR}{self.sender}"


def digest(*parts: str) -> str:
    """Return a digest of texts, 32 hexadecimal digits."""
    return blake2b(SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def event_id(kind: str, origin: str, code: str, sub_id: str = "", at: str = "") -> str:
    """Return an event's id. `at`: the measurement's time for what is told apart by it, else empty."""
    return f"{kind}-{digest(kind, origin, code, sub_id, at)}"


def order_digest(origin: str) -> str:
    """Return the short name of an order or visit, as the results topic keys it."""
    return digest("order", origin)
