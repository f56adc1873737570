"""Make the ids of events: the same content sent again, by whatever way, has the same id.

Source: docs/spec/feeds.md, Identity.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

SEPARATOR = "\x1f"


class Origin:
    """Where a record comes from: `order` (filler, else placer, with its namespace), or a `device`.

    A device's readings are told apart by their time; an order's results are not, unless the feed says so.
    `by_order`: the order, whatever the device; `named`: the device, else the order, else the sender.
    """

    __slots__ = ("by_order", "device", "named", "order")

    def __init__(self, order: str = "", device: str = "", sender: str = "") -> None:
        self.order, self.device = order, device
        self.by_order = f"order{SEPARATOR}{order}"
        self.named = self.by_order if order else f"sender{SEPARATOR}{sender}"
        if device:
            self.named = f"device{SEPARATOR}{device}"


def digest(*parts: str) -> str:
    """Return a digest of texts, 32 hexadecimal digits."""
    return blake2b(SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def event_id(kind: str, origin: str, code: str, sub_id: str = "", at: str = "") -> str:
    """Return an event's id. `at`: the measurement's time for what is told apart by it, else empty."""
    return f"{kind}-{digest(kind, origin, code, sub_id, at)}"


@lru_cache(maxsize=4096)
def order_digest(origin: str) -> str:
    """Return the short name of an order or visit, as the results topic keys it."""
    return digest("order", origin)
